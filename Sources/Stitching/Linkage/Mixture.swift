internal import Glibc
internal import Identity

/// What expectation-maximisation works on: pairs by the pattern of their levels.
struct MixtureData: Sendable {
    let comparisons: [Comparison]
    /// By comparison and level; positive, with a sum of 1 for each comparison.
    let u: [[Double]]
    /// Distinct.
    let patterns: [LevelPattern]
    /// By pair.
    let patternOfPair: [Int32]
    /// By pair: what frequencies add to the natural logarithm of each class's likelihood.
    let rarities: [SIMD4<Float>]
    /// By pair: whether it is known to match.
    let isAnchored: [Bool]
    /// All pairs of the set, of which the candidates are a part: the others are taken to have nothing in common.
    let totalPairs: Double
}

/// A mixture of pairs with nothing in common, of matches, and of other classes, fitted by expectation-maximisation (Dempster,
/// Laird, Rubin 1977; Winkler 1988 for linkage).
///
/// What never falls from one iteration to the next is the *penalised* log likelihood: log likelihood of all pairs, given `u`,
/// plus the logarithm of the prior (Dirichlet) of every m. The M step is its exact maximum under the order of levels, as
/// isotonic regression of the counts, prior included, is that of a multinomial.
struct Mixture: Sendable {
    /// By `PairClass`.
    private(set) var shares: [Double]
    /// By class, comparison and level.
    private(set) var m: [[[Double]]]
    /// The penalised log likelihood before each iteration, up to a constant.
    private(set) var trace: [Double] = []
    let active: [PairClass]

    private let data: MixtureData

    static let iterationLimit = 1_000
    /// In nats: what is gained by another iteration is less than a hundredth of one pair's evidence.
    static let leastGain = 1e-3

    init(_ data: MixtureData, active: [PairClass], records: Double) {
        self.data = data
        self.active = active
        shares = PairClass.allCases.map { pairClass in
            guard active.contains(pairClass) else { return 0 }
            let pairsOfRecord = [PairClass.match: 0.05, .household: 0.5, .namesake: 0.5, .twins: 0.01]
            return min((pairsOfRecord[pairClass] ?? 0) * records / data.totalPairs, 0.1)
        }
        m = PairClass.allCases.map { _ in data.u }
        for pairClass in active {
            for (index, one) in data.comparisons.enumerated() where pairClass.frees(one.field, one.kind) {
                var start = Array(repeating: 0.05, count: one.kind.levelCount)
                start[one.kind.exact] = 0.8
                m[pairClass.rawValue][index] = ordered(start, index)
            }
        }
    }

    /// Iterates until little is gained.
    mutating func fit() throws(TrainingRefusal) {
        while trace.count < Self.iterationLimit {
            let expectation = expect()
            trace.append(expectation.objective)
            if trace.count > 10, trace[trace.count - 1] - trace[trace.count - 2] < Self.leastGain { return }
            maximise(expectation)
        }
        throw .didNotConverge(
            iterations: trace.count, lastGain: trace[trace.count - 1] - trace[trace.count - 2])
    }

    /// Whether the last two values of the trace fell by more than rounding explains.
    var hasFallen: Bool {
        zip(trace, trace.dropFirst()).contains { $1 < $0 - 1e-9 * abs($0) }
    }

    private struct Expectation {
        /// By pattern: the sum over pairs of each class's posterior.
        var sums: [SIMD4<Double>]
        var objective: Double
    }

    /// log(share m / rest u) by pattern and class, without frequencies.
    private func patternLogs() -> [SIMD4<Double>] {
        let rest = 1 - shares.reduce(0, +)
        var start = SIMD4<Double>(repeating: -1e6)
        for pairClass in active { start[pairClass.rawValue] = log(shares[pairClass.rawValue] / rest) }
        let logs = data.comparisons.indices.map { index in
            data.u[index].indices.map { level in
                var value = SIMD4<Double>()
                for pairClass in active {
                    value[pairClass.rawValue] = log(m[pairClass.rawValue][index][level] / data.u[index][level])
                }
                return value
            }
        }
        return data.patterns.map { pattern in
            var sum = start
            for index in data.comparisons.indices where pattern[index] != LevelPattern.missing {
                sum += logs[index][Int(pattern[index])]
            }
            return sum
        }
    }

    private func expect() -> Expectation {
        let logs = patternLogs()
        var sums = Array(repeating: SIMD4<Double>(), count: data.patterns.count)
        var likelihood = data.totalPairs * log(1 - shares.reduce(0, +))
        for pair in data.patternOfPair.indices {
            let pattern = Int(data.patternOfPair[pair])
            let value = logs[pattern] + SIMD4<Double>(data.rarities[pair])
            if data.isAnchored[pair] {
                likelihood += value[0]
                sums[pattern][0] += 1
                continue
            }
            let greatest = max(0, value.max())
            var odds = SIMD4<Double>()
            for pairClass in active { odds[pairClass.rawValue] = exp(value[pairClass.rawValue] - greatest) }
            let total = exp(-greatest) + odds.sum()
            likelihood += greatest + log(total)
            sums[pattern] += odds / total
        }
        return Expectation(sums: sums, objective: likelihood + logPrior())
    }

    /// The posterior of a match, by pair.
    func posteriors() -> [Double] {
        let logs = patternLogs()
        return data.patternOfPair.indices.map { pair in
            if data.isAnchored[pair] { return 1 }
            let value = logs[Int(data.patternOfPair[pair])] + SIMD4<Double>(data.rarities[pair])
            let others = active.filter { $0 != .match }.reduce(exp(-value[0])) { $0 + exp(value[$1.rawValue] - value[0]) }
            return 1 / (1 + others)
        }
    }

    /// Counts that each level has before any pair is seen: light, and more like random pairs than like nothing.
    private func prior(_ index: Int, _ level: Int) -> Double {
        0.1 * data.u[index][level] * Double(data.u[index].count) + 0.05
    }

    private func logPrior() -> Double {
        var sum = 0.0
        for pairClass in active {
            for (index, one) in data.comparisons.enumerated() where hasOwn(pairClass, one) {
                for level in data.u[index].indices {
                    sum += prior(index, level) * log(m[pairClass.rawValue][index][level])
                }
            }
        }
        return sum
    }

    /// Twins' dates of birth are written as wrongly as one person's: the two classes share their probabilities.
    private func isShared(_ one: Comparison) -> Bool { one.field == .birthDate && active.contains(.twins) }

    private func hasOwn(_ pairClass: PairClass, _ one: Comparison) -> Bool {
        pairClass.frees(one.field, one.kind) && !(pairClass == .twins && isShared(one))
    }

    private mutating func maximise(_ expectation: Expectation) {
        var totals = SIMD4<Double>()
        var counts = data.u.map { levels in Array(repeating: SIMD4<Double>(), count: levels.count) }
        for (pattern, sum) in zip(data.patterns, expectation.sums) {
            totals += sum
            for index in data.comparisons.indices where pattern[index] != LevelPattern.missing {
                counts[index][Int(pattern[index])] += sum
            }
        }
        for pairClass in active {
            shares[pairClass.rawValue] = max(totals[pairClass.rawValue] / data.totalPairs, 1e-15)
            for (index, one) in data.comparisons.enumerated() where hasOwn(pairClass, one) {
                let levels = counts[index].indices.map { level in
                    let shared = pairClass == .match && isShared(one) ? counts[index][level][3] : 0
                    return counts[index][level][pairClass.rawValue] + shared + prior(index, level)
                }
                m[pairClass.rawValue][index] = ordered(levels, index)
            }
        }
        for (index, one) in data.comparisons.enumerated() where isShared(one) {
            m[PairClass.twins.rawValue][index] = m[PairClass.match.rawValue][index]
        }
    }

    /// Probabilities from counts, such that m / u never falls over the ordered levels.
    private func ordered(_ counts: [Double], _ index: Int) -> [Double] {
        let end = data.comparisons[index].kind.orderedCount
        let regressed = Isotonic.regress(Array(counts[..<end]), base: Array(data.u[index][..<end]))
        let all = regressed + counts[end...]
        let sum = all.reduce(0, +)
        return all.map { $0 / sum }
    }
}
