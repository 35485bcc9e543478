/// Over what a card's scores look ahead.
package struct ScoreCardTerms: Hashable, Sendable {
    /// How far purchases are foretold, in days.
    package var horizonDays: Int
    package var lifetime: LifetimeTerms
    /// How many categories and hours are listed, the likeliest first.
    package var longest: Int

    package init(horizonDays: Int, lifetime: LifetimeTerms, longest: Int = 3) {
        self.horizonDays = horizonDays
        self.lifetime = lifetime
        self.longest = longest
    }
}

/// Every score of one person, as of a day: a function of the models and of the fold of what the purpose may use.
package struct ScoreCard: Hashable, Sendable {
    package struct OfCategory: Hashable, Sendable {
        package var category: UInt32
        package var score: Score
    }

    package struct OfBand: Hashable, Sendable {
        package var band: DiscountBand
        package var score: DiscountScore
    }

    package struct OfHour: Hashable, Sendable {
        package var hour: Int
        package var score: Score
    }

    package var modelVersion: UInt64
    package var basis: ScoreBasis
    package var confidence: IdentityConfidence
    /// nil where there is no model of it. The risk of churn is 1 less `active`.
    package var active: Score?
    package var purchases: Score?
    package var anyPurchase: Score?
    package var orderValue: Score?
    package var lifetimeValue: Score?
    /// The likeliest first.
    package var categories: [OfCategory] = []
    /// The bands of which something is known.
    package var discounts: [OfBand] = []
    package var hours: [OfHour] = []

    /// - Parameters:
    ///   - summary: nil where there is no consent: every score is generic, of no cohort.
    ///   - cohort: the number among the models'; nil: none.
    ///   - nobody: the card of nobody known by the same models and terms, where it is at hand: it need not be made again.
    package init(
        _ models: ScoreModels, _ summary: BehaviourSummary?, asOf day: Int32, cohort: Int?,
        confidence: IdentityConfidence = .certain, terms: ScoreCardTerms, nobody: ScoreCard? = nil
    ) {
        let known = confidence.value >= IdentityConfidence.least ? summary : nil
        if known == nil, let nobody {
            self = nobody
            self.confidence = confidence
            return
        }
        modelVersion = models.version
        basis = known == nil ? .generic : .person
        self.confidence = confidence
        if let model = models.lifetime { add(model, known, models.currency, day, terms, nobody) }
        if let model = models.affinity {
            let affinity = model.affinity(known?.categories, asOf: day, confidence: confidence)
            categories = affinity.likeliest(terms.longest).compactMap { place in
                affinity.score(of: model.categories[place]).map {
                    OfCategory(category: model.categories[place], score: $0)
                }
            }
        }
        if let model = models.discount {
            let bands = DiscountBand.allCases.dropFirst().filter { model.arms[Int($0.rawValue)].basis != .assumed }
            let scores = model.scores(bands, known?.exposures, cohort: cohort, confidence: confidence)
            discounts = zip(bands, scores).map { OfBand(band: $0, score: $1) }
        }
        if let model = models.timing {
            hours = model.bestScores(terms.longest, known?.hours, cohort: cohort, confidence: confidence).map {
                OfHour(hour: $0.hour, score: $0.score)
            }
        }
    }

    private mutating func add(
        _ model: LifetimeModel, _ summary: BehaviourSummary?, _ currency: Currency, _ day: Int32,
        _ terms: ScoreCardTerms, _ nobody: ScoreCard?
    ) {
        let bought = summary?.orders.purchases(asOf: day, unitDays: model.unitDays, currency: currency)
        let horizon = Double(terms.horizonDays) / Double(model.unitDays)
        let history = bought?.history
        active = model.score(.active, history, confidence: confidence, nobody: nobody?.active)
        purchases = model.score(
            .purchases(within: horizon), history, confidence: confidence, nobody: nobody?.purchases)
        anyPurchase = model.score(
            .anyPurchase(within: horizon), history, confidence: confidence, nobody: nobody?.anyPurchase)
        orderValue = model.orderValueScore(bought?.values, confidence: confidence)
        lifetimeValue = model.lifetimeValueScore(
            history, bought?.values ?? .none, terms.lifetime, confidence: confidence, nobody: nobody?.lifetimeValue)
    }
}
