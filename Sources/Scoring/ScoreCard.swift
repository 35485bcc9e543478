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
    package init(
        _ models: ScoreModels, _ summary: BehaviourSummary?, asOf day: Int32, cohort: Int?,
        confidence: IdentityConfidence = .certain, terms: ScoreCardTerms
    ) {
        let known = confidence.value >= IdentityConfidence.least ? summary : nil
        modelVersion = models.version
        basis = known == nil ? .generic : .person
        self.confidence = confidence
        if let model = models.lifetime { add(model, known, models.currency, day, terms) }
        if let model = models.affinity {
            let affinity = model.affinity(known?.categories, asOf: day, confidence: confidence)
            let order = affinity.probabilities.indices.sorted {
                let (left, right) = (affinity.probabilities[$0], affinity.probabilities[$1])
                return left != right ? left > right : $0 < $1
            }
            categories = order.prefix(terms.longest).compactMap { place in
                affinity.score(of: model.categories[place]).map {
                    OfCategory(category: model.categories[place], score: $0)
                }
            }
        }
        if let model = models.discount {
            let bands = DiscountBand.allCases.dropFirst().filter { model.arms[Int($0.rawValue)].basis != .assumed }
            discounts = bands.map {
                OfBand(band: $0, score: model.score($0, known?.exposures, cohort: cohort, confidence: confidence))
            }
        }
        if let model = models.timing {
            let best = model.bestHours(known?.hours, cohort: cohort).prefix(terms.longest)
            hours = best.map {
                OfHour(hour: $0, score: model.score(hour: $0, known?.hours, cohort: cohort, confidence: confidence))
            }
        }
    }

    private mutating func add(
        _ model: LifetimeModel, _ summary: BehaviourSummary?, _ currency: Currency, _ day: Int32,
        _ terms: ScoreCardTerms
    ) {
        let bought = summary?.orders.purchases(asOf: day, unitDays: model.unitDays, currency: currency)
        let horizon = Double(terms.horizonDays) / Double(model.unitDays)
        active = model.score(.active, bought?.history, confidence: confidence)
        purchases = model.score(.purchases(within: horizon), bought?.history, confidence: confidence)
        anyPurchase = model.score(.anyPurchase(within: horizon), bought?.history, confidence: confidence)
        orderValue = model.orderValueScore(bought?.values, confidence: confidence)
        lifetimeValue = model.lifetimeValueScore(
            bought?.history, bought?.values ?? .none, terms.lifetime, confidence: confidence)
    }
}
