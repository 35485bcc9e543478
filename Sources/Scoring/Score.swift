internal import Glibc

/// What a score rests on.
package enum ScoreBasis: UInt8, Hashable, Sendable, CaseIterable {
    /// The person's own history, with what the model says of all.
    case person = 1
    /// What the model says of everyone before any history: for who has not consented, or has no history.
    case generic = 2
}

/// Where a value lies with a given probability.
package struct Interval: Hashable, Sendable {
    package var lower: Double
    package var upper: Double
    /// The probability that it covers, 0.95 unless said.
    package var level: Double

    package init(lower: Double, upper: Double, level: Double = 0.95) {
        self.lower = lower
        self.upper = upper
        self.level = level
    }

    package func contains(_ value: Double) -> Bool { lower <= value && value <= upper }
}

/// A part of a score: the value is the baseline and the sum of the contributions.
package struct Contribution: Hashable, Sendable {
    /// What contributed, such as `purchases` or `silence`.
    package var name: String
    package var amount: Double

    package init(_ name: String, _ amount: Double) {
        self.name = name
        self.amount = amount
    }
}

/// A number that a score was computed from, as it was.
package struct ScoreInput: Hashable, Sendable {
    package var name: String
    package var value: Double

    package init(_ name: String, _ value: Double) {
        self.name = name
        self.value = value
    }
}

/// A score with all that it rests on.
package struct Score: Hashable, Sendable {
    package var value: Double
    /// Holds the value: the mean of a share that is as good as nothing can lie outside of nearly all of its distribution, and
    /// the interval then reaches to it, its level being the least that it covers.
    package var interval: Interval
    package var basis: ScoreBasis
    /// What the score would be without this person's history.
    package var baseline: Double
    /// Sum to `value - baseline`.
    package var contributions: [Contribution]
    package var inputs: [ScoreInput]

    package init(
        value: Double, interval: Interval, basis: ScoreBasis, baseline: Double, contributions: [Contribution],
        inputs: [ScoreInput]
    ) {
        self.value = value
        self.interval = Interval(
            lower: min(interval.lower, value), upper: max(interval.upper, value), level: interval.level)
        self.basis = basis
        self.baseline = baseline
        self.contributions = contributions
        self.inputs = inputs
    }

    /// The form for a person without consent: no history and no contribution of it.
    package static func generic(_ value: Double, _ interval: Interval) -> Score {
        Score(value: value, interval: interval, basis: .generic, baseline: value, contributions: [], inputs: [])
    }
}

/// On which scale an interval is computed, so that its ends are possible values.
package enum ScoreScale: Sendable {
    case identity
    /// Of what is above zero.
    case log
    /// Of a probability.
    case logit

    func to(_ value: Double) -> Double {
        switch self {
        case .identity: value
        case .log: Glibc.log(max(value, 1e-300))
        case .logit: Scoring.logit(min(max(value, 1e-12), 1 - 1e-12))
        }
    }

    func from(_ value: Double) -> Double {
        switch self {
        case .identity: value
        case .log: exp(value)
        case .logit: logistic(value)
        }
    }

    /// The interval of a value whose standard error on its own scale is known (delta method).
    func interval(_ value: Double, error: Double, level: Double = 0.95) -> Interval {
        let slope: Double
        switch self {
        case .identity: slope = 1
        case .log: slope = 1 / max(value, 1e-300)
        case .logit: slope = 1 / max(value * (1 - value), 1e-12)
        }
        let reach = normalQuantile(0.5 + level / 2) * error * slope
        let centre = to(value)
        return Interval(lower: from(centre - reach), upper: from(centre + reach), level: level)
    }
}

/// How sure it is that a profile is one person: 1 for identifiers seen together and undisputed, less where a link is
/// probabilistic or contested.
///
/// The rule by which an interval widens, on the scale of its link: with half-widths h, value v, the generic value g and
/// confidence c, the half-width becomes h/√c + (1 - c)·|g - v| towards g, and h/√c away from it. With probability 1 - c
/// the history is another's, of whom only g is known; and a history that counts c of itself has an error 1/√c as
/// large. The value stays what it is. Below 0.01 there is no history left: the generic form.
package struct IdentityConfidence: Hashable, Sendable {
    package let value: Double

    package static let certain = IdentityConfidence(1)
    /// Below it a score falls back to its generic form.
    package static let least = 0.01

    /// - Parameter value: 0...1; others are taken to the nearer end, and what is no number to 0.
    package init(_ value: Double) {
        self.value = value >= 0 ? min(value, 1) : 0
    }

    package func widened(_ interval: Interval, of value: Double, generic: Double, link: ScoreScale) -> Interval {
        if self.value >= 1 { return interval }
        let confidence = max(self.value, Self.least)
        let centre = link.to(value)
        let scale = 1 / confidence.squareRoot()
        let pull = (1 - confidence) * (link.to(generic) - centre)
        let lower = centre - (centre - link.to(interval.lower)) * scale + min(pull, 0)
        let upper = centre + (link.to(interval.upper) - centre) * scale + max(pull, 0)
        return Interval(lower: link.from(lower), upper: link.from(upper), level: interval.level)
    }
}
