internal import Foundation
internal import Identity
internal import SelvedgeClient
internal import Stitching

/// A linkage model and a pair's weight, for reading.
enum ModelText {
    static func say(_ model: LinkageModel) throws {
        try Console.line(
            "model \(model.version) of \(model.trainedRecords) records; links from \(decimal(model.linkThreshold.bits, digits: 1)) bits, "
                + "for review from \(decimal(model.reviewThreshold.bits, digits: 1))")
        var table = TextTable(["attribute", "level", "m", "u", "bits"])
        for level in ModelAnswer(model).levels {
            table.add([
                level.attribute, level.level, decimal(level.m, digits: 4), small(level.u),
                decimal(level.bits, digits: 1),
            ])
        }
        try table.print()
        for entry in model.blocking.entries {
            try Console.line("candidates share \(entry.rule.text(model)), at most \(entry.blockLimit) records")
        }
    }

    static func say(_ waterfall: WaterfallAnswer) throws {
        var table = TextTable(["", "level", "bits", "rarity", ""])
        var sum = waterfall.priorBits
        table.add(["before anything is compared", "", decimal(sum, digits: 1), "", bar(sum)])
        for step in waterfall.steps {
            guard let level = step.level else {
                table.add([step.attribute, "not on both", "", "", bar(sum)])
                continue
            }
            sum += step.bits + step.rarity
            table.add([step.attribute, level, signed(step.bits), signed(step.rarity), bar(sum)])
        }
        let total = waterfall.bits
        table.add(["households, namesakes, twins", "", signed(waterfall.otherClassesBits), "", bar(total)])
        try table.print()
        try Console.line(
            "\(decimal(total, digits: 1)) bits, a probability of \(decimal(waterfall.probability, digits: 3)): "
                + waterfall.decision.text)
    }

    /// A number in columns of two bits: to the left of the middle where it speaks against.
    private static func bar(_ bits: Double) -> String {
        let half = 15
        let length = min(Int((abs(bits) / 2).rounded()), half)
        let filled = String(repeating: "#", count: length)
        let left =
            bits < 0 ? String(repeating: " ", count: half - length) + filled : String(repeating: " ", count: half)
        let right =
            bits < 0 ? String(repeating: " ", count: half) : filled + String(repeating: " ", count: half - length)
        return left + "|" + right
    }

    private static func signed(_ bits: Double) -> String { (bits < 0 ? "" : "+") + decimal(bits, digits: 1) }

    /// Probabilities of random pairs are small: to two digits.
    private static func small(_ value: Double) -> String {
        guard value > 0 else { return "0" }
        var (mantissa, exponent) = (value, 0)
        while mantissa < 1 {
            mantissa *= 10
            exponent += 1
        }
        return exponent == 0 ? decimal(value, digits: 2) : "\(decimal(mantissa, digits: 1))e-\(exponent)"
    }
}

/// What a model weighs, level by level.
struct ModelAnswer: Encodable {
    struct Level: Encodable {
        var attribute: String
        var level: String
        var m: Double
        var u: Double
        var bits: Double
    }

    struct Rule: Encodable {
        var shares: String
        var blockLimit: Int

        private enum CodingKeys: String, CodingKey {
            case shares
            case blockLimit = "block_limit"
        }
    }

    var version: UInt32
    var records: Int
    var linkBits: Double
    var reviewBits: Double
    var levels: [Level]
    var rules: [Rule]

    private enum CodingKeys: String, CodingKey {
        case version, records, levels, rules
        case linkBits = "link_bits"
        case reviewBits = "review_bits"
    }

    init(_ model: LinkageModel) {
        version = model.version
        records = model.trainedRecords
        linkBits = model.linkThreshold.bits
        reviewBits = model.reviewThreshold.bits
        levels = model.comparisons.flatMap { one in
            one.levels.indices.reversed().map { index in
                let level = one.levels[index]
                return Level(
                    attribute: one.name, level: one.comparison.kind.levelNames[index], m: level.m[0], u: level.u,
                    bits: level.bits)
            }
        }
        rules = model.blocking.entries.map { Rule(shares: $0.rule.text(model), blockLimit: $0.blockLimit) }
    }
}

/// How a pair's weight comes about.
struct WaterfallAnswer: Encodable {
    struct Step: Encodable {
        var attribute: String
        var level: String?
        var bits: Double
        var rarity: Double
    }

    /// What the weight means for the store.
    enum Decision: String, Encodable {
        case none, review, link

        var text: String {
            switch self {
            case .link: "a link"
            case .review: "for a person to decide"
            case .none: "nothing"
            }
        }
    }

    var priorBits: Double
    var steps: [Step]
    var otherClassesBits: Double
    var bits: Double
    var probability: Double
    var decision: Decision

    private enum CodingKeys: String, CodingKey {
        case steps, bits, probability, decision
        case priorBits = "prior_bits"
        case otherClassesBits = "other_classes_bits"
    }

    init(_ waterfall: Waterfall) {
        priorBits = waterfall.prior.bits
        steps = waterfall.steps.map {
            Step(
                attribute: $0.field, level: $0.level, bits: Double($0.weight) / 1_024, rarity: Double($0.rarity) / 1_024
            )
        }
        otherClassesBits = waterfall.otherClasses.bits
        bits = waterfall.total.bits
        probability = waterfall.total.probability
        decision =
            switch waterfall.decision {
            case .none: .none
            case .review: .review
            case .link: .link
            }
    }

    /// What a server told.
    init(_ response: SelvedgeCompareRecordsResponse) {
        priorBits = response.priorBits
        steps = response.steps.map {
            Step(attribute: $0.attribute, level: $0.hasLevel ? $0.level : nil, bits: $0.bits, rarity: $0.rarity)
        }
        otherClassesBits = response.otherClassesBits
        bits = response.bits
        probability = response.probability
        decision =
            switch response.decision {
            case .review: .review
            case .link: .link
            default: .none
            }
    }
}

extension BlockingRule {
    /// What records of one block share, in words.
    func text(_ model: LinkageModel) -> String {
        parts.map { part, field in
            let name = model.comparisons.first { $0.comparison.field == field }?.name ?? "attribute \(field.rawValue)"
            return switch part {
            case .whole, .finest: name
            case .prefix: "the first letters of \(name)"
            case .year, .month, .day: "\(part) of \(name)"
            case .middle: "part of \(name)"
            case .omissions: "\(name) but for one character"
            case .namesInEitherOrder: "both names in either order"
            case .eitherName: "a name in either place"
            case .cells: "a cell of \(name)"
            }
        }.joined(separator: " and ")
    }
}

/// A number with so many digits after its point.
func decimal(_ value: Double, digits: Int) -> String { String(format: "%.\(digits)f", value) }
