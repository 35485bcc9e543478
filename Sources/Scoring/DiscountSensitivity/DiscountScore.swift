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
    package func score(
        _ band: DiscountBand, _ counts: ExposureCounts?, cohort: Int?, confidence: IdentityConfidence = .certain
    ) -> DiscountScore {
        precondition(band != .none, "the score compares a discount with none")
        let basis = [arms[Int(band.rawValue)].basis, arms[0].basis].max { $0.rawValue < $1.rawValue } ?? .assumed
        let generic = posterior(nil, cohort: nil)
        let baseline = generic.lift(band).mean
        guard let counts, confidence.value >= IdentityConfidence.least else {
            return DiscountScore(
                score: .generic(baseline, generic.interval(band)), basis: basis,
                withDiscount: generic.response(band), without: generic.response(.none))
        }
        let ofCohort = posterior(nil, cohort: cohort).lift(band).mean
        var withoutDiscount = ExposureCounts()
        for isRandomised in [true, false] {
            withoutDiscount[.none, randomised: isRandomised] = counts[.none, randomised: isRandomised]
        }
        let half = posterior(withoutDiscount, cohort: cohort).lift(band).mean
        let own = posterior(counts, cohort: cohort)
        let value = own.lift(band).mean
        return DiscountScore(
            score: Score(
                value: value,
                interval: confidence.widened(own.interval(band), of: value, generic: baseline, link: .identity),
                basis: .person, baseline: baseline,
                contributions: [
                    Contribution("cohort", ofCohort - baseline), Contribution("own_without", half - ofCohort),
                    Contribution("own_with_discount", value - half),
                ], inputs: inputs(counts)),
            basis: basis, withDiscount: own.response(band), without: own.response(.none))
    }

    private func inputs(_ counts: ExposureCounts) -> [ScoreInput] {
        DiscountBand.allCases.flatMap { band -> [ScoreInput] in
            let cell = counts[band, randomised: arms[Int(band.rawValue)].basis == .randomised]
            if cell.exposures == 0 { return [] }
            return [
                ScoreInput("exposures_\(band)", Double(cell.exposures)),
                ScoreInput("responses_\(band)", Double(cell.responses)),
            ]
        }
    }
}
