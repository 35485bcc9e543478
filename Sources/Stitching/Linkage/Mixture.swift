internal import Glibc
internal import Identity

/// A mixture of pairs with nothing in common, of matches, and of other classes, fitted by expectation-maximisation (Dempster,
/// Laird, Rubin 1977; Winkler 1988 for linkage).
///
/// What never falls from one iteration to the next is the *penalised* log likelihood: log likelihood of all pairs, given `u`,
/// plus the logarithm of the prior (Dirichlet) of every m. The M step is its exact maximum under the order of levels, as
/// isotonic regression of the counts, prior included, is that of a multinomial.
package struct Mixture: Sendable {
    /// By `PairClass`.
    package private(set) var shares: [Double]
    /// By class, comparison and level.
    package private(set) var m: [[[Double]]]
    /// The penalised log likelihood before each iteration, up to a constant.
    package private(set) var trace: [Double] = []
    private(set) var active: [PairClass]
    /// Whether m was learnt elsewhere, and shares alone are learnt here.
    private var isTransferred = false
    /// Whether shares alone are learnt though m was learnt here.
    private var isFrozen = false

    package private(set) var data: MixtureData

    static let iterationLimit = 1_000
    /// In nats: another iteration gains less than any one pair could.
    static let leastGain = 1e-2

    /// - Parameter before: a fit of the coarser classes; twins, juniors and people who moved take their probabilities from it.
    package init(_ data: MixtureData, active: [PairClass], records: Double, before: Mixture? = nil) {
        self.data = data
        self.active = active
        shares = PairClass.allCases.map { pairClass in
            guard active.contains(pairClass) else { return 0 }
            let pairsOfRecord = [PairClass.match: 0.05, .household: 0.5, .namesake: 0.5, .neighbours: 2]
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
        let starts: [(PairClass, Double)] = [
            (.twins, 0.01 * before.shares[PairClass.household.rawValue]),
            (.juniors, 0.01 * before.shares[PairClass.household.rawValue]),
            (.moved, 0.05 * before.shares[PairClass.match.rawValue]),
        ]
        for (pairClass, share) in starts {
            shares[pairClass.rawValue] = active.contains(pairClass) ? share : 0
            for (index, one) in data.comparisons.enumerated() {
                m[pairClass.rawValue][index] = before.probabilities(of: pairClass, index, one)
            }
        }
    }

    /// Of a class that does not learn: where it is a person, those of matches; at home, those of households.
    private func probabilities(of pairClass: PairClass, _ index: Int, _ one: Comparison) -> [Double] {
        guard pairClass.frees(one.field, one.kind) else { return data.u[index] }
        if pairClass == .juniors, one.field == .honorificSuffix { return Self.otherGeneration }
        let isOfPerson = pairClass == .moved || !PairClass.household.frees(one.field, one.kind)
        return m[isOfPerson ? PairClass.match.rawValue : PairClass.household.rawValue][index]
    }

    /// Of a model that was trained elsewhere; a field that it does not know starts as in any training, and stays so.
    init(_ data: MixtureData, transferring model: LinkageModel, records: Double) {
        self.init(data, active: PairClass.allCases.filter { model.shares[$0.rawValue] > 0 }, records: records)
        isTransferred = true
        for (index, one) in data.comparisons.enumerated() {
            let known = model.comparisons.first { $0.comparison == one }
            for pairClass in active {
                m[pairClass.rawValue][index] = transferred(known, pairClass, index) ?? assumed(pairClass, index)
            }
        }
    }

    /// Of a field that the model does not know: of matches as every training begins; other classes have it in common now and
    /// then, as a telephone at home.
    private func assumed(_ pairClass: PairClass, _ index: Int) -> [Double] {
        guard pairClass.frees(data.comparisons[index].field, data.comparisons[index].kind) else { return data.u[index] }
        if data.comparisons[index].field == .honorificSuffix {
            return pairClass == .juniors ? Self.otherGeneration : Self.ownGeneration
        }
        let ofMatch = m[PairClass.match.rawValue][index]
        return pairClass.isMatch ? ofMatch : zip(ofMatch, data.u[index]).map { 0.3 * $0 + 0.7 * $1 }
    }

    // What people of one name in one household write behind it to be told apart (Jr, Sr): nobody is both.
    private static let otherGeneration = [0.95, 0.05]
    private static let ownGeneration = [0.005, 0.995]

    /// How often a value may say nothing in records of which nothing is known: errors elsewhere are not quite those here, so no
    /// field of a transferred model speaks against a pair by more than some four bits.
    private static let transferDoubt = 0.05

    /// Of the matches how many have moved, and of households how many are of twins or of juniors: too few to be learnt from a
    /// small set, and so as anywhere.
    private static let usualParts: [(PairClass, of: PairClass, part: Double)] = [
        (.moved, .match, 0.15), (.twins, .household, 0.03), (.juniors, .household, 0.03),
    ]

    private mutating func keepUsualParts() {
        for (pairClass, whole, part) in Self.usualParts where active.contains(pairClass) {
            shares[pairClass.rawValue] = max(part * shares[whole.rawValue], 1e-15)
        }
    }

    /// How many pairs of each comparison and level are matches, by the posteriors of all pairs.
    func matchesByLevel() -> [[Double]] {
        var counts = data.u.map { Array(repeating: 0.0, count: $0.count) }
        for (pair, posterior) in posteriors().enumerated() {
            let pattern = data.patterns[Int(data.patternOfPair[pair])]
            for index in counts.indices where pattern[index] != LevelPattern.missing {
                counts[index][Int(pattern[index])] += posterior
            }
        }
        return counts
    }

    /// Nil where the model does not tell; u is this set's own.
    private func transferred(_ known: ComparisonModel?, _ pairClass: PairClass, _ index: Int) -> [Double]? {
        let one = data.comparisons[index]
        guard let known, pairClass.frees(one.field, one.kind) else { return nil }
        let mixed = zip(known.levels, data.u[index]).map { level, u in
            (1 - Self.transferDoubt) * level.m[pairClass.rawValue] + Self.transferDoubt * u
        }
        let found = ordered(mixed, index, pairClass)
        // Likeness of another sort, as an initial or a short form, speaks against nobody.
        let others = one.kind.orderedCount..<one.kind.levelCount
        return found.indices.map { others.contains($0) ? max(found[$0], data.u[index][$0]) : found[$0] }
    }

    /// The share of matches among all pairs.
    var matchShare: Double { PairClass.allCases.reduce(0) { $1.isMatch ? $0 + shares[$1.rawValue] : $0 } }

    /// The same without a class that hardly occurs, to be fitted further.
    func without(_ dropped: PairClass) -> Mixture {
        var mixture = self
        mixture.active.removeAll { $0 == dropped }
        mixture.shares[dropped.rawValue] = 0
        mixture.trace = []
        return mixture
    }

    /// The same on more pairs of the same set, to be fitted further.
    func applied(to data: MixtureData) -> Mixture {
        var mixture = self
        mixture.data = data
        mixture.trace = []
        return mixture
    }

    /// With the shares of the classes among the pairs that are not known to match. Where identifiers have joined nearly all
    /// that match, a pair that they have not joined matches much less often than one of all, and needs that much more likeness.
    package func ofUndecided() throws(TrainingRefusal) -> Mixture {
        guard data.isAnchored.contains(true) else { return self }
        var mixture = applied(to: data.withoutAnchored())
        mixture.isFrozen = true
        try mixture.fit()
        let match = PairClass.match.rawValue
        mixture.shares[match] = max(mixture.shares[match], Self.leastMatches / mixture.data.totalPairs)
        return mixture
    }

    /// Somebody is always met again whom no identifier has joined.
    private static let leastMatches = 1.0

    /// Iterates until little is gained.
    package mutating func fit() throws(TrainingRefusal) {
        while trace.count < Self.iterationLimit {
            let expectation = expect()
            trace.append(expectation.objective)
            if trace.count > 10, trace[trace.count - 1] - trace[trace.count - 2] < Self.leastGain { return }
            maximise(expectation)
        }
        throw .didNotConverge(
            iterations: trace.count, lastGain: trace[trace.count - 1] - trace[trace.count - 2])
    }

    private struct Expectation {
        /// By pattern and class, eight to a pattern: the sum over pairs of the posterior.
        var sums: [Double]
        var objective: Double
    }

    /// log(share m / rest u) by pattern and class, eight to a pattern, without frequencies.
    private func patternLogs() -> [Double] {
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
        var out: [Double] = []
        out.reserveCapacity(8 * data.patterns.count)
        for pattern in data.patterns {
            var sum = start
            for index in data.comparisons.indices where pattern[index] != LevelPattern.missing {
                sum += logs[index][Int(pattern[index])]
            }
            for lane in 0..<8 { out.append(sum[lane]) }
        }
        return out
    }

    /// Below, in nats, a class counts nothing for a pair: a millionth of a millionth.
    private static let negligible = -28.0

    private func expect() -> Expectation {
        let allLogs = patternLogs()
        let logs = allLogs.span
        var allSums = Array(repeating: 0.0, count: 8 * data.patterns.count)
        var sums = allSums.mutableSpan
        let lanes = active.map(\.rawValue)
        let patternOfPair = data.patternOfPair.span
        let rarities = data.rarities.span
        var likelihood = data.totalPairs * log(1 - shares.reduce(0, +))
        var odds = InlineArray<8, Double>(repeating: 0)
        for pair in 0..<patternOfPair.count {
            let base = 8 * Int(patternOfPair[pair])
            if data.isAnchored[pair] {
                likelihood += logs[base] + Double(rarities[pair][0])
                sums[base] += 1
                continue
            }
            var total = 1.0
            for lane in lanes {
                // Weights are bounded, so that the exponential is finite.
                let value = logs[base + lane] + Double(rarities[pair][lane])
                odds[lane] = value > Self.negligible ? exp(value) : 0
                total += odds[lane]
            }
            guard total > 1 else { continue }
            likelihood += log(total)
            for lane in lanes { sums[base + lane] += odds[lane] / total }
        }
        return Expectation(sums: allSums, objective: likelihood + logPrior())
    }

    /// The posterior of a match, by pair.
    func posteriors() -> [Double] {
        let logs = patternLogs()
        return data.patternOfPair.indices.map { pair in
            if data.isAnchored[pair] { return 1 }
            let base = 8 * Int(data.patternOfPair[pair])
            let odds = active.map { exp(logs[base + $0.rawValue] + Double(data.rarities[pair][$0.rawValue])) }
            let all = 1 + odds.reduce(0, +)
            return zip(active, odds).reduce(0) { $1.0.isMatch ? $0 + $1.1 / all : $0 }
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

    /// Whether the class learns probabilities of a field. Twins are few, and learn only how many they are; who moved is
    /// written as others are, and the two learn together.
    private func learns(_ pairClass: PairClass, _ one: Comparison) -> Bool {
        !isTransferred && !isFrozen && ![PairClass.twins, .juniors, .moved].contains(pairClass)
            && pairClass.frees(one.field, one.kind)
    }

    private mutating func maximise(_ expectation: Expectation) {
        var totals = SIMD8<Double>()
        var counts = data.u.map { levels in Array(repeating: SIMD8<Double>(), count: levels.count) }
        for (number, pattern) in data.patterns.enumerated() {
            var sum = SIMD8<Double>()
            for lane in 0..<8 { sum[lane] = expectation.sums[8 * number + lane] }
            totals += sum
            for index in data.comparisons.indices where pattern[index] != LevelPattern.missing {
                counts[index][Int(pattern[index])] += sum
            }
        }
        for pairClass in active {
            shares[pairClass.rawValue] = max(totals[pairClass.rawValue] / data.totalPairs, 1e-15)
            for (index, one) in data.comparisons.enumerated() where learns(pairClass, one) {
                let learnsTogether = pairClass == .match && PairClass.moved.frees(one.field, one.kind)
                let levels = counts[index].indices.map { level in
                    counts[index][level][pairClass.rawValue] + prior(index, level)
                        + (learnsTogether ? counts[index][level][PairClass.moved.rawValue] : 0)
                }
                m[pairClass.rawValue][index] = ordered(levels, index, pairClass)
            }
        }
        if isTransferred { keepUsualParts() } else if !isFrozen { copyToMoved() }
    }

    private mutating func copyToMoved() {
        for (index, one) in data.comparisons.enumerated() where PairClass.moved.frees(one.field, one.kind) {
            m[PairClass.moved.rawValue][index] = m[PairClass.match.rawValue][index]
        }
    }

    /// Probabilities from counts, such that m / u never falls over the ordered levels, and such that a match is not often
    /// wholly different in what a person keeps.
    private func ordered(_ counts: [Double], _ index: Int, _ pairClass: PairClass) -> [Double] {
        let total = counts.reduce(0, +)
        let free = regressed(counts, index)
        let most = pairClass == .match ? mostDifferent(data.comparisons[index].field) : 1
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
    /// different is how a household looks. Where twins and juniors are told apart less is left: from the records alone nobody
    /// can tell a person of two given names from a pair of twins, and the latter are more frequent.
    private func mostDifferent(_ field: FieldID) -> Double {
        switch field {
        case .givenName: active.contains(.twins) ? 0.05 : 0.15
        case .birthDate: active.contains(.juniors) ? 0.05 : 0.15
        case .familyName: 0.3
        case .honorificSuffix: 0.02
        default: 1
        }
    }
}
