package import Scoring

/// A logged decision, for asking what another policy would have come to.
package struct LoggedRound: Hashable, Sendable {
    package var reward: Double
    /// The probability with which the policy that was followed chose what it chose: above 0.
    package var propensity: Double
    /// The probability with which the other policy would have chosen the same.
    package var target: Double
    /// What a model expects of that choice, and of the other policy's on average: for the doubly robust estimate.
    package var expected: Double
    package var expectedUnderTarget: Double

    package init(
        reward: Double, propensity: Double, target: Double, expected: Double = 0, expectedUnderTarget: Double = 0
    ) {
        self.reward = reward
        self.propensity = propensity
        self.target = target
        self.expected = expected
        self.expectedUnderTarget = expectedUnderTarget
    }
}

/// How a policy's worth is estimated from another's log. With weights w = target / propensity:
package enum OffPolicyMethod: String, Hashable, Sendable, CaseIterable {
    /// mean(w·r) (Horvitz and Thompson 1952): unbiased, and wild where policies differ.
    case inversePropensity = "ips"
    /// Σ w·r / Σ w (Swaminathan and Joachims 2015): a little biased, calmer.
    case selfNormalised = "snips"
    /// mean(q̂_target + w·(r - q̂)) (Dudík and others 2014): right where either the model or the propensities are.
    case doublyRobust = "dr"
}

/// What another policy would have come to, per decision.
package struct OffPolicyEstimate: Hashable, Sendable {
    package var method: OffPolicyMethod
    package var value: Double
    /// By resampling the rounds; the percentiles of the estimates.
    package var interval: Interval
    package var rounds: Int
    /// (Σ w)² / Σ w²: how many rounds of its own log the estimate is worth.
    package var effectiveSampleSize: Double
    package var largestWeight: Double
    /// The mean weight: far from 1, the propensities are wrong or clipping took much.
    package var meanWeight: Double
    /// How many weights were cut to the limit.
    package var clipped: Int
}

/// Why no estimate can be had.
package enum OffPolicyRefusal: Error, Hashable, Sendable {
    case noRounds
    /// A propensity that is not above 0 and at most 1, a target outside 0...1, or what is no number.
    case impossibleRound(index: Int)
    /// The other policy never does what was done.
    case noOverlap
}

package enum OffPolicy {
    /// - Parameters:
    ///   - clip: weights above it are cut to it: less spread for some bias; nil leaves them.
    ///   - resamples: how many for the interval; 0 gives an interval of the value alone.
    package static func estimate(
        _ rounds: [LoggedRound], by method: OffPolicyMethod, clip: Double? = nil, resamples: Int = 1_000,
        level: Double = 0.95, using generator: inout some RandomNumberGenerator
    ) throws(OffPolicyRefusal) -> OffPolicyEstimate {
        guard !rounds.isEmpty else { throw .noRounds }
        let limit = clip ?? .infinity
        precondition(limit > 0, "a limit of weights is above zero")
        var terms: [Term] = []
        terms.reserveCapacity(rounds.count)
        var clipped = 0
        for (index, round) in rounds.enumerated() {
            guard isPossible(round) else { throw .impossibleRound(index: index) }
            let weight = round.target / round.propensity
            if weight > limit { clipped += 1 }
            terms.append(Term(round, weight: min(weight, limit), method))
        }
        let whole = Sums(terms)
        guard whole.weight > 0 || method == .doublyRobust else { throw .noOverlap }
        let value = whole.value(method)
        let interval =
            resamples > 0
            ? bootstrap(terms, method, resamples, level, seed: generator.next())
            : Interval(lower: value, upper: value, level: level)
        let squares = terms.reduce(0) { $0 + $1.weight * $1.weight }
        return OffPolicyEstimate(
            method: method, value: value, interval: interval, rounds: rounds.count,
            effectiveSampleSize: squares > 0 ? whole.weight * whole.weight / squares : 0,
            largestWeight: terms.reduce(0) { max($0, $1.weight) },
            meanWeight: whole.weight / Double(rounds.count), clipped: clipped)
    }

    private static func isPossible(_ round: LoggedRound) -> Bool {
        round.propensity > 0 && round.propensity <= 1 && (0...1).contains(round.target) && round.reward.isFinite
            && round.expected.isFinite && round.expectedUnderTarget.isFinite
    }

    /// What a round adds.
    private struct Term {
        var weight: Double
        var gain: Double

        init(_ round: LoggedRound, weight: Double, _ method: OffPolicyMethod) {
            self.weight = weight
            switch method {
            case .inversePropensity, .selfNormalised: gain = weight * round.reward
            case .doublyRobust: gain = round.expectedUnderTarget + weight * (round.reward - round.expected)
            }
        }
    }

    private struct Sums {
        var weight = 0.0
        var gain = 0.0
        var count = 0.0

        init() {}

        init(_ terms: [Term]) {
            for term in terms { add(term) }
        }

        mutating func add(_ term: Term) {
            weight += term.weight
            gain += term.gain
            count += 1
        }

        func value(_ method: OffPolicyMethod) -> Double {
            if method == .selfNormalised { return weight > 0 ? gain / weight : 0 }
            return gain / count
        }
    }

    private static func bootstrap(
        _ terms: [Term], _ method: OffPolicyMethod, _ resamples: Int, _ level: Double, seed: UInt64
    ) -> Interval {
        var generator = SplitMix(seed: seed)
        var values: [Double] = []
        values.reserveCapacity(resamples)
        for _ in 0..<resamples {
            var sums = Sums()
            for _ in terms.indices { sums.add(terms[generator.place(below: terms.count)]) }
            values.append(sums.value(method))
        }
        return Percentiles.interval(values, level: level)
    }
}

/// Shares of a list, between its values by straight lines.
enum Percentiles {
    static func interval(_ values: [Double], level: Double) -> Interval {
        let sorted = values.sorted()
        return Interval(
            lower: at((1 - level) / 2, sorted), upper: at((1 + level) / 2, sorted), level: level)
    }

    private static func at(_ share: Double, _ sorted: [Double]) -> Double {
        let place = share * Double(sorted.count - 1)
        let low = Int(place)
        let high = min(low + 1, sorted.count - 1)
        return sorted[low] + (sorted[high] - sorted[low]) * (place - Double(low))
    }
}
