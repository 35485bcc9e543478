internal import Identity

/// What random pairs of records have in common: u, and how rare the values are that they agree on.
struct RandomPairs {
    /// By comparison and level; positive, with a sum of 1.
    private(set) var u: [[Double]]
    /// By comparison and level: the mean of 1 / frequency; 0 where fewer than `leastPairs` pairs are of that level.
    private(set) var meanRarities: [[Double]]

    /// Fewer tell no mean.
    static let leastPairs = 30.0

    /// All pairs where there are at most `options.randomPairs`, else as many drawn from the seed.
    init(
        _ table: RecordTable, _ comparisons: [Comparison], _ frequencies: [FrequencyTable], _ options: Training.Options
    ) {
        var counts = comparisons.map { Array(repeating: 0.0, count: $0.kind.levelCount) }
        var sums = counts
        var summands = counts
        let inverses = Self.inverses(table, comparisons, frequencies)
        let comparer = Comparer(comparisons)
        Self.forEachPair(table.count, options) { left, right in
            let pattern = table.withRecord(left) { one in table.withRecord(right) { comparer.levels(one, $0) } }
            for index in comparisons.indices where pattern[index] != LevelPattern.missing {
                let level = Int(pattern[index])
                counts[index][level] += 1
                guard min(inverses[index][left], inverses[index][right]) > 0 else { continue }
                summands[index][level] += 1
                sums[index][level] += Double(inverses[index][left] + inverses[index][right]) / 2
            }
        }
        u = []
        meanRarities = []
        for (index, one) in comparisons.enumerated() {
            u.append(Self.probabilities(counts[index], one, frequencies[index]))
            meanRarities.append(Self.means(sums[index], summands[index], one, frequencies[index]))
        }
    }

    /// By comparison and record; 0 where there is no whole value.
    static func inverses(
        _ table: RecordTable, _ comparisons: [Comparison], _ frequencies: [FrequencyTable]
    ) -> [[Float]] {
        zip(comparisons, frequencies).map { one, frequencies in
            guard one.kind.hasFrequencies else { return Array(repeating: 0, count: table.count) }
            return table.wholeTokens(of: one.field).map { $0 == 0 ? 0 : Float(frequencies.inverse(of: $0).value) }
        }
    }

    private static func forEachPair(_ count: Int, _ options: Training.Options, _ body: (Int, Int) -> Void) {
        if count * (count - 1) / 2 <= options.randomPairs {
            for left in 0..<count {
                for right in left + 1..<max(count, left + 1) { body(left, right) }
            }
            return
        }
        var state = options.seed
        for _ in 0..<options.randomPairs {
            state &+= 1
            let word = BlockingRule.mixed(state)
            let left = Int(((word >> 32) * UInt64(count)) >> 32)
            let right = Int(((word & 0xffff_ffff) * UInt64(count)) >> 32)
            if left != right { body(left, right) }
        }
    }

    /// Of equal values the part is known exactly, from how often each occurs; of the other levels it is estimated.
    private static func probabilities(
        _ counts: [Double], _ one: Comparison, _ frequencies: FrequencyTable
    ) -> [Double] {
        var counts = counts.map { max($0, 0.5) }
        let total = counts.reduce(0, +)
        if one.kind.hasFrequencies, frequencies.total > 1 {
            let pairs = Double(frequencies.total) * Double(frequencies.total - 1) / 2
            let equal = max(frequencies.agreement.pairs / pairs, 0.5 / max(pairs, total))
            let others = total - counts[one.kind.exact]
            counts[one.kind.exact] = min(equal, 0.999) / (1 - min(equal, 0.999)) * others
        }
        let sum = counts.reduce(0, +)
        return counts.map { $0 / sum }
    }

    private static func means(
        _ sums: [Double], _ counts: [Double], _ one: Comparison, _ frequencies: FrequencyTable
    ) -> [Double] {
        guard one.kind.hasFrequencies else { return counts.map { _ in 0 } }
        var means = zip(sums, counts).map { $1 >= leastPairs ? $0 / $1 : 0 }
        let agreement = frequencies.agreement
        means[one.kind.exact] = agreement.pairs >= leastPairs ? agreement.meanInverse : 0
        means[0] = 0
        return means
    }
}

extension Training {
    /// The candidates as patterns.
    func mixtureData(
        _ comparisons: [Comparison], _ frequencies: [FrequencyTable], _ random: RandomPairs,
        _ candidates: TrainingCandidates
    ) -> MixtureData {
        let inverses = RandomPairs.inverses(table, comparisons, frequencies)
        let comparer = Comparer(comparisons)
        let freed = comparisons.map { one in
            var mask = SIMD8<Float>()
            for pairClass in PairClass.allCases where pairClass.frees(one.field, one.kind) {
                mask[pairClass.rawValue] = 1
            }
            return mask
        }
        var numbers: [LevelPattern: Int32] = [:]
        var patterns: [LevelPattern] = []
        var patternOfPair: [Int32] = []
        var rarities: [SIMD8<Float>] = []
        patternOfPair.reserveCapacity(candidates.pairs.count)
        rarities.reserveCapacity(candidates.pairs.count)
        for pair in candidates.pairs {
            let left = Int(pair >> 32)
            let right = Int(pair & 0xffff_ffff)
            let pattern = table.withRecord(left) { one in table.withRecord(right) { comparer.levels(one, $0) } }
            var rarity = SIMD8<Float>()
            for index in comparisons.indices where pattern[index] != LevelPattern.missing {
                let mean = random.meanRarities[index][Int(pattern[index])]
                guard mean > 0, min(inverses[index][left], inverses[index][right]) > 0 else { continue }
                let value = Double(inverses[index][left] + inverses[index][right]) / 2
                rarity += freed[index] * Float(Inverse(value: value / mean).nats)
            }
            if numbers[pattern] == nil {
                numbers[pattern] = Int32(patterns.count)
                patterns.append(pattern)
            }
            patternOfPair.append(numbers[pattern] ?? 0)
            rarities.append(rarity)
        }
        return MixtureData(
            comparisons: comparisons, u: random.u, patterns: patterns, patternOfPair: patternOfPair,
            rarities: rarities, isAnchored: anchored(candidates.pairs),
            totalPairs: allPairs * candidates.sampledPart)
    }

    private func anchored(_ pairs: [UInt64]) -> [Bool] {
        guard !anchors.isEmpty else { return Array(repeating: false, count: pairs.count) }
        let numbers = Dictionary(uniqueKeysWithValues: table.keys.enumerated().map { ($1, UInt64($0)) })
        let known = Set(
            anchors.compactMap { pair in
                guard let one = numbers[pair.0], let other = numbers[pair.1] else { return nil }
                return min(one, other) << 32 | max(one, other)
            } as [UInt64])
        return pairs.map(known.contains)
    }
}
