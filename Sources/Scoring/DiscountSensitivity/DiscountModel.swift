/// What an estimate of responses rests on, the best first.
package enum ExposureBasis: UInt8, Hashable, Sendable, CaseIterable {
    /// Chance chose who saw what: a difference is an effect.
    case randomised = 1
    /// It was chosen for them: a difference may be one of people.
    case observational = 2
    /// No exposure: what the shop's other bands, or nothing, say.
    case assumed = 3
}

/// How people respond with and without a discount: a beta-binomial hierarchy of persons in cohorts in the shop, by band
/// of depth, by empirical Bayes. A person of few exposures is drawn to his cohort, a small cohort to the shop.
///
/// Persons' rates within a cohort c are Beta(μ_c κ, (1-μ_c) κ); cohorts' means μ_c are Beta(m K, (1-m) K). κ and m come
/// from all persons; K from the cohorts' sums, each person counting n / (1 + (n-1)/(κ+1)): what is left of n trials
/// when they are one person's.
package struct DiscountModel: Hashable, Sendable {
    package struct Arm: Hashable, Sendable {
        package var basis: ExposureBasis
        /// κ: how many exposures the cohort is worth against a person's own.
        package var concentration: Double
        /// m.
        package var shopMean: Double
        /// μ_c, in the order of `cohorts`.
        package var cohortMeans: [Double]
        /// What the mean of each is worth in exposures: for its interval.
        package var cohortWeights: [Double]
        package var exposures: Int
        package var responses: Int

        package init(
            basis: ExposureBasis, concentration: Double, shopMean: Double, cohortMeans: [Double],
            cohortWeights: [Double], exposures: Int, responses: Int
        ) {
            self.basis = basis
            self.concentration = concentration
            self.shopMean = shopMean
            self.cohortMeans = cohortMeans
            self.cohortWeights = cohortWeights
            self.exposures = exposures
            self.responses = responses
        }
    }

    /// How many cohorts there are, numbered from 0.
    package let cohorts: Int
    /// By band, in the order of their numbers.
    package let arms: [Arm]
    package let people: Int

    package init(cohorts: Int, arms: [Arm], people: Int) {
        precondition(arms.count == DiscountBand.allCases.count, "every band has its arm")
        precondition(
            arms.allSatisfy { $0.cohortMeans.count == cohorts && $0.cohortWeights.count == cohorts },
            "every arm has a mean for each cohort")
        self.cohorts = cohorts
        self.arms = arms
        self.people = people
    }

    /// The prior of a cohort's persons; nil asks for the shop's.
    package func prior(_ band: DiscountBand, cohort: Int?) -> BetaPrior {
        let arm = arms[Int(band.rawValue)]
        let mean = cohort.map { arm.cohortMeans[$0] } ?? arm.shopMean
        return BetaPrior(mean: min(max(mean, 1e-9), 1 - 1e-9), concentration: arm.concentration)
    }

    /// What is believed of one person's rate of response, as Beta(a, b).
    package func posterior(_ band: DiscountBand, _ counts: ExposureCounts?, cohort: Int?) -> (a: Double, b: Double) {
        let prior = prior(band, cohort: cohort)
        guard let counts else { return (prior.alpha, prior.beta) }
        // A person's observational counts do not answer for a band whose model rests on chance, nor the other way.
        let cell = counts[band, randomised: arms[Int(band.rawValue)].basis == .randomised]
        return (prior.alpha + Double(cell.responses), prior.beta + Double(cell.exposures - cell.responses))
    }

    /// The mean rate of response to a band.
    package func response(_ band: DiscountBand, _ counts: ExposureCounts?, cohort: Int?) -> Double {
        let (a, b) = posterior(band, counts, cohort: cohort)
        return a / (a + b)
    }
}

/// How much likelier a discount makes a response.
package struct DiscountScore: Hashable, Sendable {
    /// The difference of rates, with the band against without a discount.
    package var score: Score
    /// The weaker of the two arms'.
    package var basis: ExposureBasis
    package var withDiscount: Double
    package var without: Double
}

extension DiscountModel {
    /// - Parameters:
    ///   - counts: nil gives the generic form: the shop's, of no cohort.
    ///   - cohort: nil where the person is of none.
    ///
    /// The interval of the difference is by MOVER (Donner and Zou 2012) from the two rates' 95 % intervals.
    package func score(
        _ band: DiscountBand, _ counts: ExposureCounts?, cohort: Int?, confidence: IdentityConfidence = .certain
    ) -> DiscountScore {
        precondition(band != .none, "the score compares a discount with none")
        let isKnown = counts != nil && confidence.value >= IdentityConfidence.least
        let generic = response(band, nil, cohort: nil) - response(.none, nil, cohort: nil)
        let bases = [arms[Int(band.rawValue)].basis, arms[0].basis]
        let basis = bases.max { $0.rawValue < $1.rawValue } ?? .assumed
        guard let counts, isKnown else {
            let with = posterior(band, nil, cohort: nil)
            let without = posterior(.none, nil, cohort: nil)
            return DiscountScore(
                score: .generic(generic, Self.difference(with, without)), basis: basis,
                withDiscount: with.a / (with.a + with.b), without: without.a / (without.a + without.b))
        }
        let with = posterior(band, counts, cohort: cohort)
        let without = posterior(.none, counts, cohort: cohort)
        let (high, low) = (with.a / (with.a + with.b), without.a / (without.a + without.b))
        let ofCohort = response(band, nil, cohort: cohort) - response(.none, nil, cohort: cohort)
        let own = response(band, counts, cohort: cohort) - response(band, nil, cohort: cohort)
        let ownWithout = response(.none, nil, cohort: cohort) - low
        let interval = confidence.widened(
            Self.difference(with, without), of: high - low, generic: generic, link: .identity)
        return DiscountScore(
            score: Score(
                value: high - low, interval: interval, basis: .person, baseline: generic,
                contributions: [
                    Contribution("cohort", ofCohort - generic), Contribution("own_with_discount", own),
                    Contribution("own_without", ownWithout),
                ],
                inputs: inputs(band, counts)), basis: basis, withDiscount: high, without: low)
    }

    private func inputs(_ band: DiscountBand, _ counts: ExposureCounts) -> [ScoreInput] {
        [("with", band), ("without", .none)].flatMap { name, band -> [ScoreInput] in
            let cell = counts[band, randomised: arms[Int(band.rawValue)].basis == .randomised]
            return [
                ScoreInput("exposures_\(name)", Double(cell.exposures)),
                ScoreInput("responses_\(name)", Double(cell.responses)),
            ]
        }
    }

    private static func difference(_ with: (a: Double, b: Double), _ without: (a: Double, b: Double)) -> Interval {
        func ends(_ shape: (a: Double, b: Double)) -> (mean: Double, low: Double, high: Double) {
            (
                shape.a / (shape.a + shape.b), betaQuantile(0.025, shape.a, shape.b),
                betaQuantile(0.975, shape.a, shape.b)
            )
        }
        let (one, two) = (ends(with), ends(without))
        func reach(_ x: Double, _ y: Double) -> Double { (x * x + y * y).squareRoot() }
        let value = one.mean - two.mean
        return Interval(
            lower: max(value - reach(one.mean - one.low, two.high - two.mean), -1),
            upper: min(value + reach(one.high - one.mean, two.mean - two.low), 1))
    }
}
