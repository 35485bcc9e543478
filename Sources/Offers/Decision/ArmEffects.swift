/// What came of an arm, summed over its exposures: additive, in any order.
package struct ArmRecord: Hashable, Sendable {
    package var exposures = 0
    package var responses = 0
    /// Σ of the probabilities of a purchase without an offer, as they were scored at the decision.
    package var baseline = 0.0
    /// Σ lift · relevance, as they were at the decision.
    package var lift = 0.0
    /// Σ p₁ (1 - p₁): how much the responses vary by chance.
    package var variance = 0.0

    package init() {}

    /// - Parameters:
    ///   - terms: of the arm's value in the decision's trace; of the fallback: its probability, and no lift.
    ///   - responded: whether a purchase followed.
    package mutating func add(_ terms: ValueTerms, responded: Bool) {
        let with = Valuation(terms).probability
        exposures += 1
        if responded { responses += 1 }
        baseline += terms.probability
        lift += terms.lift * terms.relevance
        variance += with * (1 - with)
    }

    package mutating func merge(_ other: ArmRecord) {
        exposures += other.exposures
        responses += other.responses
        baseline += other.baseline
        lift += other.lift
        variance += other.variance
    }
}

/// What is known of each arm's own draw, by arm number: by how much its lift exceeds the one scored.
package struct ArmEffects: Hashable, Sendable {
    /// 1: as scored.
    package private(set) var multipliers: [Double]
    /// Standard errors.
    package private(set) var errors: [Double]
    /// A multiplier is its base less its slope times the ratio by which the fallback's responses exceed the ones scored.
    private var bases: [Double]
    private var slopes: [Double]
    private var ratio: Double
    /// The standard error of the belief that an arm lifts as scored, before anything is known of it. The scores rest on far
    /// more exposures than an arm has at first; a wider belief lets its first few customers talk louder than those.
    package static let priorError = 0.1

    /// Nothing is known yet.
    package init(arms: Int) {
        self.init(Array(repeating: ArmRecord(), count: arms), fallback: ArmRecord())
    }

    /// From what came of the arms and of the fallback. Responses beyond the baseline are multiplier · lift and noise:
    /// a normal prior around 1, a normal likelihood. The baseline is taken as many times as the fallback's responses
    /// exceed the ones scored for it (with ten responses as scored to begin with).
    package init(_ records: some Sequence<ArmRecord>, fallback: ArmRecord) {
        (multipliers, errors, bases, slopes) = ([], [], [], [])
        ratio = Self.ratio(fallback)
        for record in records {
            let (base, slope, error) = Self.posterior(record)
            multipliers.append(base - slope * ratio)
            errors.append(error)
            bases.append(base)
            slopes.append(slope)
        }
    }

    /// What is known of one arm has changed, and nothing of the fallback.
    package mutating func update(_ arm: Int, _ record: ArmRecord) {
        (bases[arm], slopes[arm], errors[arm]) = Self.posterior(record)
        multipliers[arm] = bases[arm] - slopes[arm] * ratio
    }

    /// What is known of the fallback has changed, and of no arm.
    package mutating func update(fallback: ArmRecord) {
        ratio = Self.ratio(fallback)
        for arm in multipliers.indices { multipliers[arm] = bases[arm] - slopes[arm] * ratio }
    }

    private static func ratio(_ fallback: ArmRecord) -> Double {
        (Double(fallback.responses) + 10) / (fallback.baseline + 10)
    }

    private static func posterior(_ record: ArmRecord) -> (base: Double, slope: Double, error: Double) {
        let prior = 1 / (priorError * priorError)
        let weight = record.lift / max(record.variance, 1e-9)
        let precision = prior + record.lift * weight
        return (
            (prior + weight * Double(record.responses)) / precision, weight * record.baseline / precision,
            (1 / precision).squareRoot()
        )
    }
}
