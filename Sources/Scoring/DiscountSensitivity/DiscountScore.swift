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
        scores([band], counts, cohort: cohort, confidence: confidence)[0]
    }

    /// Of several bands, by what is believed of the person, which is the same for all.
    package func scores(
        _ bands: some Sequence<DiscountBand>, _ counts: ExposureCounts?, cohort: Int?,
        confidence: IdentityConfidence = .certain
    ) -> [DiscountScore] {
        let nobody = posterior(nil, cohort: nil)
        guard let counts, confidence.value >= IdentityConfidence.least else {
            return bands.map { band in
                DiscountScore(
                    score: .generic(nobody.lift(band).mean, nobody.interval(band)), basis: basis(band),
                    withDiscount: nobody.response(band), without: nobody.response(.none))
            }
        }
        var withoutDiscount = ExposureCounts()
        for isRandomised in [true, false] {
            withoutDiscount[.none, randomised: isRandomised] = counts[.none, randomised: isRandomised]
        }
        let ofCohort = posterior(nil, cohort: cohort)
        let half = posterior(withoutDiscount, cohort: cohort)
        let own = posterior(counts, cohort: cohort)
        let inputs = inputs(counts)
        return bands.map { band in
            let baseline = nobody.lift(band).mean
            let steps = [ofCohort.lift(band).mean, half.lift(band).mean, own.lift(band).mean]
            let interval = confidence.widened(
                own.interval(band), of: steps[2], generic: baseline, link: .identity)
            return DiscountScore(
                score: Score(
                    value: steps[2], interval: interval, basis: .person, baseline: baseline,
                    contributions: [
                        Contribution("cohort", steps[0] - baseline), Contribution("own_without", steps[1] - steps[0]),
                        Contribution("own_with_discount", steps[2] - steps[1]),
                    ], inputs: inputs),
                basis: basis(band), withDiscount: own.response(band), without: own.response(.none))
        }
    }

    /// The weaker of the two arms'.
    private func basis(_ band: DiscountBand) -> ExposureBasis {
        precondition(band != .none, "the score compares a discount with none")
        return [arms[Int(band.rawValue)].basis, arms[0].basis].max { $0.rawValue < $1.rawValue } ?? .assumed
    }

    private func inputs(_ counts: ExposureCounts) -> [ScoreInput] {
        DiscountBand.allCases.flatMap { band -> [ScoreInput] in
            let cell = counts[band, randomised: arms[Int(band.rawValue)].basis == .randomised]
            if cell.exposures == 0 { return [] }
            return [
                ScoreInput("exposures_\(band.name)", Double(cell.exposures)),
                ScoreInput("responses_\(band.name)", Double(cell.responses)),
            ]
        }
    }
}
