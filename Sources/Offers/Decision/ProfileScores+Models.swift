package import Scoring

extension Lifts {
    /// The lifts of the bands by a person's posterior.
    ///
    /// - Parameter message: the lift of words alone, where it is known from elsewhere.
    package init(_ posterior: DiscountPosterior, message: Lift = Lift()) {
        func lift(_ band: DiscountBand) -> Lift {
            let (mean, error) = posterior.lift(band)
            return Lift(mean: mean, error: error)
        }
        self.init()
        none = message
        light = lift(.light)
        medium = lift(.medium)
        deep = lift(.deep)
        steep = lift(.steep)
    }
}

extension ProfileScores {
    /// The numbers of a decision from the models, as of a day.
    ///
    /// - Parameters:
    ///   - summary: nil gives the generic numbers: no history, no cohort.
    ///   - categories: the affinity model's numbers for the catalogue's categories, in the catalogue's order; 0 is the
    ///     share of one that the model does not have.
    ///   - horizon: within how many units of time a purchase counts, where no discount model says what a response is.
    ///
    /// The probability without an offer is the person's response without a discount, where that is known; else that
    /// of any purchase within the horizon. The future margin is the discounted one of who is still there.
    package init(
        _ models: ScoreModels, _ summary: BehaviourSummary?, asOf day: Int32, cohort: Int?, categories: [UInt32],
        horizon: Double, terms: LifetimeTerms, confidence: IdentityConfidence
    ) {
        let summary = confidence.value >= IdentityConfidence.least ? summary : nil
        let cohort = summary == nil ? nil : cohort
        let unit = models.lifetime?.unitDays ?? 1
        let bought = summary?.orders.purchases(asOf: day, unitDays: unit, currency: models.currency)
        let history = bought?.history ?? .new
        let values = bought?.values ?? .none
        let active = models.lifetime?.purchases.probabilityActive(history) ?? 1
        let margin = models.lifetime?.lifetimeValue(history, values, terms) ?? 0
        let responses = models.discount?.posterior(summary?.exposures, cohort: cohort)
        self.init(
            purchaseProbability: responses?.response(.none)
                ?? models.lifetime?.purchases.probabilityOfPurchase(history, within: horizon) ?? 0,
            orderValue: models.lifetime?.orderValue?.expectedValue(values) ?? 0, marginShare: terms.marginShare,
            churnRisk: 1 - active, futureMargin: active > 0 ? margin / active : 0, confidence: confidence.value)
        if let responses { lifts = Lifts(responses) }
        if let model = models.affinity {
            let own = model.affinity(summary?.categories, asOf: day, confidence: confidence)
            affinity = categories.map { category in model.place(of: category).map { own.probabilities[$0] } ?? 0 }
            popularity = categories.map { category in model.place(of: category).map { model.shares[$0] } ?? 0 }
        }
    }
}
