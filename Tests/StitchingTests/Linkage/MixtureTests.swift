import Identity
import Stitching
import Testing

/// Expectation-maximisation on pairs drawn from a model that is known.
@Suite struct MixtureTests {
    private static let comparisons = [
        Comparison(field: .givenName, kind: .name), Comparison(field: .familyName, kind: .name),
        Comparison(field: .birthDate, kind: .date), Comparison(field: .streetAddress, kind: .text),
        Comparison(field: .postalCode, kind: .code),
    ]
    // From unlike to like, then the levels beyond.
    private static let nameMatch = [0.02, 0.02, 0.03, 0.03, 0.15, 0.70, 0.02, 0.03]
    private static let nameOther = [0.90, 0.05, 0.01, 0.005, 0.005, 0.02, 0.005, 0.005]
    private static let dateMatch = [0.01, 0.01, 0.01, 0.02, 0.02, 0.12, 0.80, 0.01]
    private static let dateOther = [0.87, 0.09, 0.015, 0.01, 0.001, 0.002, 0.002, 0.01]
    private static let textMatch = [0.05, 0.05, 0.05, 0.05, 0.15, 0.65]
    private static let textOther = [0.85, 0.08, 0.04, 0.01, 0.01, 0.01]
    private static let codeMatch = [0.05, 0.05, 0.15, 0.75]
    private static let codeOther = [0.90, 0.05, 0.03, 0.02]
    private static let m = [nameMatch, nameMatch, dateMatch, textMatch, codeMatch]
    private static let u = [nameOther, nameOther, dateOther, textOther, codeOther]

    private func draw(_ probabilities: [Double], _ generator: inout SeededGenerator) -> UInt8 {
        var point = Double.random(in: 0..<1, using: &generator)
        for (level, probability) in probabilities.enumerated() {
            point -= probability
            if point < 0 { return UInt8(level) }
        }
        return 0
    }

    /// - Parameters:
    ///   - household: the part of pairs that have family name and address in common alone.
    ///   - known: the part of the matches that are anchored.
    private func data(
        _ count: Int, share: Double, household: Double = 0, known: Double = 0, seed: UInt64
    ) -> MixtureData {
        var generator = SeededGenerator(seed: seed)
        var numbers: [LevelPattern: Int32] = [:]
        var patterns: [LevelPattern] = []
        var patternOfPair: [Int32] = []
        var isAnchored: [Bool] = []
        for _ in 0..<count {
            let point = Double.random(in: 0..<1, using: &generator)
            var pattern = LevelPattern()
            for index in Self.comparisons.indices where Double.random(in: 0..<1, using: &generator) > 0.05 {
                let isHome = [1, 3, 4].contains(index) && point < share + household
                pattern[index] = draw(point < share || isHome ? Self.m[index] : Self.u[index], &generator)
            }
            if numbers[pattern] == nil {
                numbers[pattern] = Int32(patterns.count)
                patterns.append(pattern)
            }
            patternOfPair.append(numbers[pattern] ?? 0)
            isAnchored.append(point < share * known)
        }
        return MixtureData(
            comparisons: Self.comparisons, u: Self.u, patterns: patterns, patternOfPair: patternOfPair,
            rarities: Array(repeating: .zero, count: count), isAnchored: isAnchored,
            totalPairs: Double(count))
    }

    private func expectRecovered(_ mixture: Mixture, share: Double, seed: UInt64) {
        #expect(abs(mixture.shares[0] - share) <= 0.05 * share, "seed \(seed)")
        for index in Self.comparisons.indices {
            for (level, real) in Self.m[index].enumerated() {
                // A level of a hundredth is met a few hundred times: its own noise is over 5 %.
                let tolerance = real >= 0.1 ? 0.05 * real : 0.006
                let found = mixture.m[0][index][level]
                #expect(
                    abs(found - real) <= tolerance,
                    "seed \(seed) comparison \(index) level \(level): \(found), not \(real)")
            }
        }
    }

    @Test(arguments: [1, 2, 3] as [UInt64])
    func aKnownModelIsRecovered(seed: UInt64) throws {
        var mixture = Mixture(data(100_000, share: 0.2, seed: seed), active: [.match], records: 1_000)
        try mixture.fit()
        expectRecovered(mixture, share: 0.2, seed: seed)
    }

    @Test(arguments: [1, 2, 3] as [UInt64])
    func aKnownModelIsRecoveredAmongHouseholds(seed: UInt64) throws {
        let data = data(100_000, share: 0.2, household: 0.3, seed: seed)
        var mixture = Mixture(data, active: [.match, .household], records: 1_000)
        try mixture.fit()
        expectRecovered(mixture, share: 0.2, seed: seed)
        #expect(abs(mixture.shares[1] - 0.3) <= 0.015, "seed \(seed)")
    }

    /// With every class, and from a bad start: what is maximised is the penalised likelihood, and it never falls.
    @Test(arguments: [1, 2, 3, 4, 5, 6] as [UInt64])
    func thePenalisedLikelihoodNeverFalls(seed: UInt64) throws {
        let data = data(20_000, share: 0.02, household: 0.1, seed: seed)
        var coarse = Mixture(data, active: [.match, .household, .neighbours, .namesake], records: 500)
        try coarse.fit()
        var fine = Mixture(
            data, active: [.match, .household, .neighbours, .twins, .juniors, .moved], records: 500, before: coarse)
        try fine.fit()
        for trace in [coarse.trace, fine.trace] {
            #expect(trace.count > 2)
            for (before, after) in zip(trace, trace.dropFirst()) {
                #expect(after >= before - 1e-9 * abs(before), "seed \(seed): \(before) to \(after)")
            }
        }
    }

    @Test func weightsNeverFallAlongLikeness() throws {
        var mixture = Mixture(data(3_000, share: 0.05, seed: 5), active: [.match], records: 100)
        try mixture.fit()
        for (index, one) in Self.comparisons.enumerated() {
            let ratios = (0..<one.kind.orderedCount).map { mixture.m[0][index][$0] / Self.u[index][$0] }
            for (lesser, greater) in zip(ratios, ratios.dropFirst()) { #expect(greater >= lesser * (1 - 1e-9)) }
        }
    }

    @Test func anchorsCountAsMatches() throws {
        let plain = data(5_000, share: 0.05, seed: 8)
        let anchored = MixtureData(
            comparisons: plain.comparisons, u: plain.u, patterns: plain.patterns, patternOfPair: plain.patternOfPair,
            rarities: plain.rarities, isAnchored: plain.patternOfPair.indices.map { $0 % 4 == 0 },
            totalPairs: plain.totalPairs)
        var mixture = Mixture(anchored, active: [.match], records: 100)
        try mixture.fit()
        #expect(mixture.shares[0] >= 0.25)
    }

    /// What identifiers have joined says nothing of how many of the others match: their share is learnt without it, and m as before.
    @Test(arguments: [0, 0.5, 0.9, 1])
    func whatIsKnownDoesNotCountForWhatIsNot(known: Double) throws {
        var mixture = Mixture(data(100_000, share: 0.1, known: known, seed: 4), active: [.match], records: 1_000)
        try mixture.fit()
        let undecided = try mixture.ofUndecided()
        #expect(undecided.m == mixture.m)
        let left = 0.1 * (1 - known) / (1 - 0.1 * known)
        #expect(abs(undecided.shares[0] - left) <= 0.05 * left + 0.0005, "\(undecided.shares[0]), not \(left)")
        // Somebody is met again all the same.
        #expect(undecided.shares[0] >= 1 / undecided.data.totalPairs)
    }

    /// Against all ways to cut the levels into pools.
    @Test(arguments: [1, 2, 3] as [UInt64])
    func regressionIsTheBestOfAllOrders(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<200 {
            let counts = (0..<5).map { _ in Double.random(in: 0.1..<10, using: &generator) }
            let base = (0..<5).map { _ in Double.random(in: 0.05..<1, using: &generator) }
            func likelihood(_ m: [Double]) -> Double { zip(counts, m).reduce(0) { $0 + $1.0 * logarithm($1.1) } }
            var best = -Double.infinity
            for cuts in 0..<16 {
                var pools = [0]
                for level in 1..<5 { pools.append((pools.last ?? 0) + (cuts >> (level - 1) & 1)) }
                let ratios = (0...(pools.last ?? 0)).map { pool in
                    let members = (0..<5).filter { pools[$0] == pool }
                    return members.reduce(0) { $0 + counts[$1] } / members.reduce(0) { $0 + base[$1] }
                }
                guard ratios == ratios.sorted() else { continue }
                best = max(best, likelihood((0..<5).map { ratios[pools[$0]] * base[$0] }))
            }
            let found = Isotonic.regress(counts, base: base)
            #expect(abs(found.reduce(0, +) - counts.reduce(0, +)) < 1e-9)
            #expect(abs(likelihood(found) - best) < 1e-9, "seed \(seed)")
        }
    }

    /// By its series about powers of two; exact enough to compare likelihoods.
    private func logarithm(_ value: Double) -> Double {
        let ratio = (value.significand - 1) / (value.significand + 1)
        var sum = 0.0
        var power = ratio
        for term in 0..<40 {
            sum += power / Double(2 * term + 1)
            power *= ratio * ratio
        }
        return 2 * sum + Double(value.exponent) * 0.693_147_180_559_945_3
    }
}
