import Scoring
import Testing

@Suite struct FactLogTests {
    static func fact(_ generator: inout SeededGenerator, ids: Int) throws -> Fact {
        let id = FactID(high: 7, low: UInt64.random(in: 0..<UInt64(ids), using: &generator))
        let time = Int64.random(in: 0..<400, using: &generator) * 21_600_000
        let kind = FactKind.allCases.randomElement(using: &generator) ?? .view
        let other = FactID(high: 7, low: UInt64.random(in: 0..<UInt64(ids), using: &generator))
        let detail: Fact.Detail
        switch kind {
        case .order:
            let value = Int64.random(in: 0..<10_000, using: &generator)
            detail = .purchase(
                .init(
                    currency: try euro(), value: value, discount: value / 10,
                    isCancelled: Int.random(in: 0..<5, using: &generator) == 0))
        case .returned: detail = .returned(other, Int64.random(in: 0..<500, using: &generator))
        case .exposure:
            detail = .exposure(
                DiscountBand.allCases.randomElement(using: &generator) ?? .none,
                isRandomised: Bool.random(using: &generator))
        case .response: detail = .response(other)
        default: detail = .none
        }
        let portions = (0..<Int.random(in: 0..<3, using: &generator)).map { _ in
            Fact.Portion("c\(Int.random(in: 0..<4, using: &generator))", UInt32.random(in: 0..<3, using: &generator))
        }
        return Fact(
            id: id, kind: kind, time: time, revision: time + Int64.random(in: 0..<3, using: &generator),
            portions: portions, detail: detail)
    }

    private static func euro() throws -> Currency { try #require(Currency("EUR")) }

    @Test(arguments: Seeds.some(40)) func mergingIsASemilattice(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let all = try (0..<120).map { _ in try Self.fact(&generator, ids: 60) }
        let whole = FactLog(all)
        var pieces = [FactLog](repeating: FactLog(), count: 4)
        for fact in all + all.shuffled(using: &generator).prefix(30) {
            pieces[Int.random(in: 0..<4, using: &generator)].merge(FactLog([fact]))
        }
        var merged = FactLog()
        for piece in (pieces + pieces).shuffled(using: &generator) { merged.merge(piece) }
        #expect(merged == whole, "seed \(seed)")
        #expect(FactLog(all.shuffled(using: &generator)) == whole, "seed \(seed)")
        #expect(try FactLog(decoding: whole.encoded()) == whole, "seed \(seed)")
        let numbers: (String) -> UInt32? = { $0 == "c3" ? nil : UInt32($0.dropFirst()) }
        #expect(merged.summary(category: numbers) == Self.naive(whole.facts, numbers), "seed \(seed)")
    }

    /// The summary fact by fact, by the ways of the summary's own parts.
    private static func naive(_ facts: [Fact], _ number: (String) -> UInt32?) -> BehaviourSummary {
        var summary = BehaviourSummary()
        for fact in facts {
            let kinds: [FactKind: BehaviourKind] = [.view: .view, .search: .search, .cart: .cart, .order: .order]
            var isCancelled = false
            if case .purchase(let purchase) = fact.detail { isCancelled = purchase.isCancelled }
            if let kind = kinds[fact.kind], !isCancelled {
                for portion in fact.portions {
                    if let number = number(portion.category) {
                        summary.categories.add(number, kind, day: fact.day, count: portion.count)
                    }
                }
            }
            let hour = HourCounts.hour(milliseconds: fact.time)
            switch fact.detail {
            case .purchase(let purchase):
                let returned = facts.reduce(Int64(0)) { sum, other in
                    if case .returned(fact.id, let amount) = other.detail { return sum + amount }
                    return sum
                }
                summary.orders.add(
                    Order(
                        id: fact.id, day: fact.day, currency: purchase.currency, value: purchase.value,
                        discount: purchase.discount, returned: returned, revision: fact.revision,
                        isCancelled: purchase.isCancelled))
                if !purchase.isCancelled { summary.hours.add(hour: hour) }
            case .exposure(let band, let isRandomised):
                let isAnswered = facts.contains { $0.detail == .response(fact.id) }
                summary.exposures[band, randomised: isRandomised].exposures += 1
                if isAnswered { summary.exposures[band, randomised: isRandomised].responses += 1 }
            case .response: summary.hours.add(hour: hour)
            case .none, .returned: break
            }
        }
        return summary
    }

    @Test func aFullWindowKeepsTheNewestInAnyOrder() throws {
        var generator = SeededGenerator(seed: 3)
        let count = FactLog.window + 500
        var all: [Fact] = []
        for place in 0..<count {
            let id = FactID(high: UInt64.random(in: 0...9, using: &generator), low: UInt64(place))
            let time = Int64(place / 2)
            all.append(Fact(id: id, kind: .view, time: time, revision: time, portions: [Fact.Portion("tea")]))
        }
        let order = Fact(
            id: FactID(high: 1, low: 1 << 40), kind: .order, time: -5, revision: 0,
            detail: .purchase(.init(currency: try Self.euro(), value: 1, discount: 0)))
        let whole = FactLog(all + [order])
        #expect(whole.facts.count == FactLog.window + 1)
        #expect(whole.contains(order.id))
        var pieces = FactLog()
        var refused = 0
        for fact in all.shuffled(using: &generator) { refused += pieces.merge(FactLog([fact])) }
        pieces.merge(FactLog([order]))
        #expect(pieces == whole)
        #expect(refused > 0)
        #expect(pieces.merge(FactLog([all[0]])) == 1)
        #expect(try FactLog(decoding: whole.encoded()) == whole)
    }

    @Test func bytesThatAreNoLogAreRefused() throws {
        var generator = SeededGenerator(seed: 5)
        let bytes = FactLog(try (0..<40).map { _ in try Self.fact(&generator, ids: 40) }).encoded()
        for length in 0..<bytes.count {
            #expect(throws: FormError.self) { try FactLog(decoding: Array(bytes[..<length])) }
        }
        for place in bytes.indices {
            var flipped = bytes
            flipped[place] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
            guard let log = try? FactLog(decoding: flipped) else { continue }
            #expect(log.encoded() == flipped, "byte \(place) is not canonical")
        }
    }
}
