internal import Foundation

/// People whose responses are known, read from a file: what no model is told.
struct World: Decodable {
    /// Some of the people, alike but for chance.
    struct Segment: Decodable {
        /// Of all people; shares are taken relative to their sum.
        var share: Double
        /// The mean chance of a purchase without an offer, 0...1, and how alike people are in it (alpha + beta of a Beta).
        var base: Double
        var likeness: Double
        /// What each depth adds to the chance, in the order of `depths` without the first.
        var lifts: [Double]
    }

    var people: Int
    /// Of an order, in minor units: its price before any discount, and its cost.
    var price: Int64
    var cost: Int64
    /// Discounts in hundredths of a per cent, ascending; the first is 0.
    var depths: [Int]
    /// The discount that everyone would get, one of `depths`.
    var blanket: Int
    /// Visits of each person with a discount by chance, from which the models are learnt, and visits that are decided.
    var learningRounds: Int
    var rounds: Int
    var segments: [Segment]

    private enum CodingKeys: String, CodingKey {
        case people, price, cost, depths, blanket, rounds, segments
        case learningRounds = "learning_rounds"
    }

    /// Reads a world; says what is wrong with one that cannot be.
    init(file: String) throws {
        guard let data = FileManager.default.contents(atPath: file) else {
            throw WorldError("\(file) cannot be read; check the path and its permissions")
        }
        do { self = try JSONDecoder().decode(World.self, from: data) } catch {
            throw WorldError("\(file) is no world: \(error); tools/policy/world.json is one")
        }
        if let fault { throw WorldError("\(file): \(fault)") }
    }

    private var fault: String? {
        if !(100...1_000_000).contains(people) { return "people must be 100 to 1,000,000" }
        if !(1...1_000_000_000).contains(price) || !(0...price).contains(cost) {
            return "price and cost are not possible"
        }
        let ascends = zip(depths, depths.dropFirst()).allSatisfy { $0 < $1 }
        if depths.first != 0 || depths.count < 2 || !ascends || depths.contains(where: { $0 > 9_000 }) {
            return "depths must ascend from 0, at most 9000"
        }
        if !depths.dropFirst().contains(blanket) { return "blanket must be one of the depths above 0" }
        if !(1...10_000).contains(learningRounds) || !(1...10_000).contains(rounds) {
            return "rounds must be 1 to 10,000"
        }
        for segment in segments {
            let isPossible = segment.share > 0 && (0.0...1).contains(segment.base) && segment.likeness > 0
            if !isPossible || segment.lifts.count != depths.count - 1 {
                return "a segment needs a share, a base of 0 to 1, a likeness, and a lift for each depth above 0"
            }
        }
        return segments.isEmpty ? "segments must not be empty" : nil
    }
}

struct WorldError: Error, CustomStringConvertible {
    var description: String

    init(_ description: String) { self.description = description }
}
