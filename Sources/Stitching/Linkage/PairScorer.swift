internal import Identity

/// A model made ready to score pairs: flat tables of whole numbers, and no allocation while scoring.
package struct PairScorer: Sendable {
    package let model: LinkageModel
    @usableFromInline let comparer: Comparer
    /// By comparison and level (16 to a comparison): log2(m / u) of each class.
    private let weights: [SIMD8<Int32>]
    /// By comparison and level: log2 of the mean rarity among random pairs; `Int32.min` where frequencies do not count.
    private let meanRarities: [Int32]
    /// By comparison: ones for the classes that free the field.
    private let freed: [SIMD8<Int32>]
    /// log2(share / rest) of each class.
    private let priors: SIMD8<Int32>
    /// The same among pairs of which one half are matches and the other share an identifier and are none.
    private let evenPriors: SIMD8<Int32>
    /// log2 of the part of the latter that have nothing else in common.
    private let evenRest: Int32
    private let adder = LogAdder.shared

    package static let noRarity = Int32.min
    /// What an unused class weighs: nothing.
    static let unused = Int32(-1_000_000)

    package init(_ model: LinkageModel) {
        self.model = model
        comparer = Comparer(model.comparisons.map(\.comparison))
        var weights = Array(repeating: SIMD8<Int32>(), count: 16 * model.comparisons.count)
        var means = Array(repeating: Self.noRarity, count: 16 * model.comparisons.count)
        var freed: [SIMD8<Int32>] = []
        for (index, one) in model.comparisons.enumerated() {
            var mask = SIMD8<Int32>()
            for pairClass in PairClass.allCases {
                mask[pairClass.rawValue] = pairClass.frees(one.comparison.field, one.comparison.kind) ? -1 : 0
            }
            freed.append(mask)
            for (level, probabilities) in one.levels.enumerated() {
                weights[16 * index + level] = probabilities.weights
                if probabilities.meanRarity > 0, one.comparison.kind.hasFrequencies, level > 0 {
                    means[16 * index + level] = LinkWeight(bits: Inverse(value: probabilities.meanRarity).bits).rawValue
                }
            }
        }
        self.weights = weights
        meanRarities = means
        self.freed = freed
        var priors = SIMD8<Int32>(repeating: Self.unused)
        for pairClass in PairClass.allCases where model.shares[pairClass.rawValue] > 0 {
            let odds = model.shares[pairClass.rawValue] / model.rest
            priors[pairClass.rawValue] = LinkWeight(bits: Inverse(value: odds).bits).rawValue
        }
        self.priors = priors
        (evenPriors, evenRest) = Self.evenPriors(model.shares)
    }

    /// Who share an identifier and are two people mostly live in one household. By `PairClass`; what is left has nothing else
    /// in common.
    private static let sharing: [PairClass: Double] = [
        .household: 0.5, .juniors: 0.1, .twins: 0.1, .neighbours: 0.05, .namesake: 0.02,
    ]

    private static func evenPriors(_ shares: [Double]) -> (SIMD8<Int32>, Int32) {
        let matches = PairClass.allCases.reduce(0) { $1.isMatch ? $0 + shares[$1.rawValue] : $0 }
        var priors = SIMD8<Int32>(repeating: unused)
        var rest = 1.0
        for pairClass in PairClass.allCases where shares[pairClass.rawValue] > 0 {
            let part = pairClass.isMatch ? shares[pairClass.rawValue] / matches : sharing[pairClass] ?? 0
            if !pairClass.isMatch { rest -= part }
            priors[pairClass.rawValue] = LinkWeight(bits: Inverse(value: part).bits).rawValue
        }
        return (priors, LinkWeight(bits: Inverse(value: rest).bits).rawValue)
    }

    /// For each comparison how rare a record's value is, `noRarity` where it has none: what `weight` needs of both records. Made once for a record.
    package func rarities(_ words: Span<UInt32>, into out: inout [Int32]) {
        let mask = EncodedFields.mask(words)
        for one in model.comparisons {
            let field = one.comparison.field
            guard one.comparison.kind.hasFrequencies, mask >> UInt64(field.rawValue) & 1 == 1 else {
                out.append(Self.noRarity)
                continue
            }
            let token = words[EncodedFields.range(field, mask, words).lowerBound]
            out.append(token == 0 ? Self.noRarity : one.frequencies.rarity(of: token))
        }
    }

    /// The log odds that the two records are one person's, given what they have in common and what not.
    @inline(__always)
    package func weight(
        _ left: Span<UInt32>, _ leftRarities: Span<Int32>, _ right: Span<UInt32>, _ rightRarities: Span<Int32>
    ) -> LinkWeight {
        weight(comparer.levels(left, right), leftRarities, rightRarities)
    }

    @inline(__always)
    package func weight(
        _ pattern: LevelPattern, _ leftRarities: Span<Int32>, _ rightRarities: Span<Int32>
    ) -> LinkWeight {
        odds(classSums(priors, pattern, leftRarities, rightRarities), rest: 0)
    }

    /// What the fields of two records say by themselves, where both share an identifier: the log odds that they are one
    /// person's, if every other such pair were one person's.
    package func evenWeight(
        _ left: Span<UInt32>, _ leftRarities: Span<Int32>, _ right: Span<UInt32>, _ rightRarities: Span<Int32>
    ) -> LinkWeight {
        let pattern = comparer.levels(left, right)
        return odds(classSums(evenPriors, pattern, leftRarities, rightRarities), rest: evenRest)
    }

    @inline(__always)
    private func odds(_ sums: SIMD8<Int32>, rest: Int32) -> LinkWeight {
        // In the order of `PairClass`: the sixth are matches too.
        var others = adder.sum(rest, sums[6])
        for index in 1..<5 { others = adder.sum(others, sums[index]) }
        return LinkWeight(rawValue: adder.sum(sums[0], sums[5]) &- others)
    }

    /// log2 of each class's share and likelihood over those of a pair with nothing in common.
    @inline(__always)
    private func classSums(
        _ priors: SIMD8<Int32>, _ pattern: LevelPattern, _ leftRarities: Span<Int32>, _ rightRarities: Span<Int32>
    ) -> SIMD8<Int32> {
        var sums = priors
        let weights = weights.span
        let means = meanRarities.span
        let freed = freed.span
        for index in 0..<freed.count {
            let level = pattern[index]
            guard level != LevelPattern.missing else { continue }
            let place = 16 * index + Int(level)
            sums &+= weights[place]
            guard means[place] != Self.noRarity, leftRarities[index] != Self.noRarity,
                rightRarities[index] != Self.noRarity
            else { continue }
            let rarity = adder.mean(leftRarities[index], rightRarities[index]) &- means[place]
            sums &+= SIMD8(repeating: rarity) & freed[index]
        }
        return sums
    }

    /// What each comparison adds, in the order of the model's: for who wants to see how a weight comes about.
    package func waterfall(
        _ left: Span<UInt32>, _ leftRarities: Span<Int32>, _ right: Span<UInt32>, _ rightRarities: Span<Int32>
    ) -> Waterfall {
        let pattern = comparer.levels(left, right)
        var steps: [Waterfall.Step] = []
        for (index, one) in model.comparisons.enumerated() {
            let level = pattern[index]
            var step = Waterfall.Step(field: one.name, level: nil, weight: 0, rarity: 0)
            if level != LevelPattern.missing {
                let place = 16 * index + Int(level)
                step.level = one.comparison.kind.levelNames[Int(level)]
                step.weight = weights[place][0]
                if meanRarities[place] != Self.noRarity,
                    min(leftRarities[index], rightRarities[index]) != Self.noRarity
                {
                    step.rarity = adder.mean(leftRarities[index], rightRarities[index]) - meanRarities[place]
                }
            }
            steps.append(step)
        }
        let sums = classSums(priors, pattern, leftRarities, rightRarities)
        let total = weight(pattern, leftRarities, rightRarities)
        return Waterfall(
            prior: LinkWeight(rawValue: priors[0]), steps: steps,
            otherClasses: LinkWeight(rawValue: total.rawValue - sums[0]), total: total,
            decision: decision(total))
    }

    /// What becomes of a pair of this weight.
    package func decision(_ weight: LinkWeight) -> LinkDecision {
        weight >= model.linkThreshold ? .link : weight >= model.reviewThreshold ? .review : .none
    }
}

extension LevelModel {
    /// log2(m / u) of each class.
    fileprivate var weights: SIMD8<Int32> {
        var weights = SIMD8<Int32>()
        for index in m.indices { weights[index] = LinkWeight(bits: Inverse(value: m[index] / u).bits).rawValue }
        return weights
    }
}

/// What a weight means under a model's thresholds.
package enum LinkDecision: UInt8, Hashable, Sendable {
    case none = 0
    /// Between the thresholds: a person decides.
    case review = 1
    case link = 2
}

/// How the weight of one pair comes about; levels and weights, and nothing of the values.
package struct Waterfall: Hashable, Sendable {
    package struct Step: Hashable, Sendable {
        package var field: String
        /// Nil where a record lacks the field: it adds nothing.
        package var level: String?
        /// log2(m / u), in 1/1024 bit.
        package var weight: Int32
        /// What the value's frequency adds, in 1/1024 bit.
        package var rarity: Int32
    }

    package var prior: LinkWeight
    package var steps: [Step]
    /// What households, namesakes and twins take away; 0 or less.
    package var otherClasses: LinkWeight
    /// The sum of all.
    package var total: LinkWeight
    package var decision: LinkDecision
}
