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
    let rarities: [SIMD8<Float>]
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

    let data: MixtureData

    static let iterationLimit = 1_000
    /// In nats: what is gained by another iteration is less than a hundredth of one pair's evidence.
    static let leastGain = 1e-3

    /// - Parameter before: a fit without twins, where there are twins now: their dates of birth are as those of matches were in
    ///   it, and the rest as in households.
    init(_ data: MixtureData, active: [PairClass], records: Double, before: Mixture? = nil) {
        self.data = data
        self.active = active
        shares = PairClass.allCases.map { pairClass in
            guard active.contains(pairClass) else { return 0 }
            let pairsOfRecord = [PairClass.match: 0.05, .household: 0.5, .namesake: 0.5, .twins: 0.01, .neighbours: 2]
            return min((pairsOfRecord[pairClass] ?? 0) * records / data.totalPairs, 0.1)
        }
        m = PairClass.allCases.map { _ in data.u }
        for pairClass in active {
            for (index, one) in data.comparisons.enumerated() where pairClass.frees(one.field, one.kind) {
                var start = Array(repeating: 0.05, count: one.kind.levelCount)
                start[one.kind.exact] = 0.8
                m[pairClass.rawValue][index] = ordered(start, index, pairClass)
            }
        }
        guard let before else { return }
        shares = before.shares
        m = before.m
        shares[PairClass.twins.rawValue] = 0.01 * before.shares[PairClass.household.rawValue]
        m[PairClass.twins.rawValue] = before.m[PairClass.household.rawValue]
        for (index, one) in data.comparisons.enumerated() where one.field == .birthDate {
            m[PairClass.twins.rawValue][index] = before.m[PairClass.match.rawValue][index]
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
        var sums: [SIMD8<Double>]
        var objective: Double
    }

    /// log(share m / rest u) by pattern and class, without frequencies.
    private func patternLogs() -> [SIMD8<Double>] {
        let rest = 1 - shares.reduce(0, +)
        var start = SIMD8<Double>(repeating: -1e6)
        for pairClass in active { start[pairClass.rawValue] = log(shares[pairClass.rawValue] / rest) }
        let logs = data.comparisons.indices.map { index in
            data.u[index].indices.map { level in
                var value = SIMD8<Double>()
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

    /// Below, in nats, a class counts nothing: a ten thousandth of a millionth of a millionth.
    private static let negligible = -37.0

    private func expect() -> Expectation {
        let logs = patternLogs()
        var sums = Array(repeating: SIMD8<Double>(), count: data.patterns.count)
        var likelihood = data.totalPairs * log(1 - shares.reduce(0, +))
        let lanes = active.map(\.rawValue)
        for pair in data.patternOfPair.indices {
            let pattern = Int(data.patternOfPair[pair])
            let rarity = data.rarities[pair]
            if data.isAnchored[pair] {
                likelihood += logs[pattern][0] + Double(rarity[0])
                sums[pattern][0] += 1
                continue
            }
            var odds = SIMD8<Double>()
            var total = 1.0
            for lane in lanes {
                // Weights are bounded, so that the exponential is finite.
                let value = logs[pattern][lane] + Double(rarity[lane])
                guard value > Self.negligible else { continue }
                odds[lane] = exp(value)
                total += odds[lane]
            }
            guard total > 1 else { continue }
            likelihood += log(total)
            sums[pattern] += odds / total
        }
        return Expectation(sums: sums, objective: likelihood + logPrior())
    }

    /// The posterior of a match, by pair.
    func posteriors() -> [Double] {
        let logs = patternLogs()
        return data.patternOfPair.indices.map { pair in
            if data.isAnchored[pair] { return 1 }
            let value = logs[Int(data.patternOfPair[pair])] + SIMD8<Double>(data.rarities[pair])
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
            for (index, one) in data.comparisons.enumerated() where learns(pairClass, one) {
                for level in data.u[index].indices {
                    sum += prior(index, level) * log(m[pairClass.rawValue][index][level])
                }
            }
        }
        return sum
    }

    /// Whether the class learns probabilities of a field. Twins are few, and learn only how many they are.
    private func learns(_ pairClass: PairClass, _ one: Comparison) -> Bool {
        pairClass != .twins && pairClass.frees(one.field, one.kind)
    }

    private mutating func maximise(_ expectation: Expectation) {
        var totals = SIMD8<Double>()
        var counts = data.u.map { levels in Array(repeating: SIMD8<Double>(), count: levels.count) }
        for (pattern, sum) in zip(data.patterns, expectation.sums) {
            totals += sum
            for index in data.comparisons.indices where pattern[index] != LevelPattern.missing {
                counts[index][Int(pattern[index])] += sum
            }
        }
        for pairClass in active {
            shares[pairClass.rawValue] = max(totals[pairClass.rawValue] / data.totalPairs, 1e-15)
            for (index, one) in data.comparisons.enumerated() where learns(pairClass, one) {
                let levels = counts[index].indices.map { level in
                    counts[index][level][pairClass.rawValue] + prior(index, level)
                }
                m[pairClass.rawValue][index] = ordered(levels, index, pairClass)
            }
        }
    }

    /// Probabilities from counts, such that m / u never falls over the ordered levels, and such that a match is not often
    /// wholly different in what a person keeps.
    private func ordered(_ counts: [Double], _ index: Int, _ pairClass: PairClass) -> [Double] {
        let total = counts.reduce(0, +)
        let free = regressed(counts, index)
        let most = pairClass == .match ? Self.mostDifferent(data.comparisons[index].field) : 1
        guard free[0] > most * total else { return free.map { $0 / total } }
        var others = counts
        others[0] = 0
        let rest = regressed(others, index)
        let scale = (1 - most) / (total - counts[0])
        return [most] + rest.dropFirst().map { $0 * scale }
    }

    private func regressed(_ counts: [Double], _ index: Int) -> [Double] {
        let end = data.comparisons[index].kind.orderedCount
        return Isotonic.regress(Array(counts[..<end]), base: Array(data.u[index][..<end])) + counts[end...]
    }

    /// Names and dates of birth are written wrongly, forgotten, and now and then changed; that more of one person's were
    /// different is how a household looks.
    private static func mostDifferent(_ field: FieldID) -> Double {
        switch field {
        case .givenName, .birthDate: 0.15
        case .familyName: 0.3
        default: 1
        }
    }
}
