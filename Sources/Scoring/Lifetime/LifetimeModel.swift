internal import Glibc

/// Over what a lifetime's margin is counted.
package struct LifetimeTerms: Hashable, Sendable {
    /// How many periods.
    package var periods: Int
    /// How long one is, in the unit of the purchase model.
    package var periodLength: Double
    /// The rate per period by which later margin counts less: 0.01 is one per cent. Margin counts at its period's end.
    package var discountRate: Double
    /// The share of an order's worth that is margin.
    package var marginShare: Double

    package init(periods: Int, periodLength: Double, discountRate: Double, marginShare: Double) {
        precondition(periods > 0 && periodLength > 0 && discountRate > -1, "a horizon is some periods of some length")
        self.periods = periods
        self.periodLength = periodLength
        self.discountRate = discountRate
        self.marginShare = marginShare
    }
}

/// BG/NBD and Gamma-Gamma of one shop: whether people will buy, how often, and for how much.
package struct LifetimeModel: Hashable, Sendable {
    package var purchases: PurchaseModel
    /// nil where the worth of orders could not be fitted.
    package var orderValue: OrderValueModel?
    /// How many days the unit of time of `purchases` has.
    package var unitDays: Int

    package init(purchases: PurchaseModel, orderValue: OrderValueModel?, unitDays: Int) {
        precondition(unitDays > 0, "a unit of time has at least one day")
        self.purchases = purchases
        self.orderValue = orderValue
        self.unitDays = unitDays
    }

    /// Purchases to be expected, each counted for what it is worth today:
    /// Σ over periods i of (E(i) - E(i-1)) / (1 + rate)ⁱ.
    package func discountedPurchases(_ history: PurchaseHistory, _ terms: LifetimeTerms) -> Double {
        Self.discounted(purchases, history, terms)
    }

    /// The margin to be expected of a customer, discounted: purchases and their worth are independent. In minor units.
    package func lifetimeValue(_ history: PurchaseHistory, _ values: OrderValues, _ terms: LifetimeTerms) -> Double? {
        guard let orderValue else { return nil }
        return discountedPurchases(history, terms) * orderValue.expectedValue(values) * terms.marginShare
    }

    private static func discounted(
        _ model: PurchaseModel, _ history: PurchaseHistory, _ terms: LifetimeTerms
    ) -> Double {
        let expectation = model.expectation(history)
        let span = terms.periodLength / (model.alpha + history.age)
        var sum = 0.0
        var before = 0.0
        var factor = 1.0
        for first in stride(from: 1, through: terms.periods, by: 4) {
            let periods = SIMD4(Double(first), Double(first + 1), Double(first + 2), Double(first + 3))
            let count = min(4, terms.periods - first + 1)
            let values = expectation.values(span * periods, count: count)
            for lane in 0..<count {
                factor /= 1 + terms.discountRate
                sum += (values[lane] - before) * factor
                before = values[lane]
            }
        }
        return sum * model.probabilityActive(history)
    }
}

/// What a lifetime score can be of.
package enum LifetimeQuestion: Hashable, Sendable {
    case active
    /// How many purchases, within units of time.
    case purchases(within: Double)
    /// Whether there is any, within units of time.
    case anyPurchase(within: Double)

    var link: ScoreScale {
        switch self {
        case .active, .anyPurchase: .logit
        case .purchases: .log
        }
    }

    func answer(_ model: PurchaseModel, _ history: PurchaseHistory) -> Double {
        switch self {
        case .active: model.probabilityActive(history)
        case .purchases(let horizon): model.expectedPurchases(history, within: horizon)
        case .anyPurchase(let horizon): model.probabilityOfPurchase(history, within: horizon)
        }
    }
}

// Scores. Intervals are of the expectation: the parameters' uncertainty by the delta method on the scale of the
// link, not the spread of what single customers do.
extension LifetimeModel {
    /// - Parameters:
    ///   - history: nil gives the generic form: a customer of whom only the first purchase is known.
    ///   - nobody: the generic form, where it is at hand.
    package func score(
        _ question: LifetimeQuestion, _ history: PurchaseHistory?, confidence: IdentityConfidence = .certain,
        nobody: Score? = nil
    ) -> Score {
        let generic = nobody?.value ?? question.answer(purchases, .new)
        func interval(_ history: PurchaseHistory, _ value: Double) -> Interval {
            let error = purchases.standardError { question.answer($0, history) }
            return question.link.interval(value, error: error)
        }
        guard let history, confidence.value >= IdentityConfidence.least else {
            return .generic(generic, interval(.new, generic))
        }
        let value = question.answer(purchases, history)
        let own = interval(history, value)
        return Score(
            value: value, interval: confidence.widened(own, of: value, generic: generic, link: question.link),
            basis: .person, baseline: generic,
            contributions: contributions(history, from: generic, to: value) { question.answer(purchases, $0) },
            inputs: Self.inputs(history))
    }

    /// The expected worth of the next order, in minor units; nil where that was not fitted.
    package func orderValueScore(_ values: OrderValues?, confidence: IdentityConfidence = .certain) -> Score? {
        guard let model = orderValue else { return nil }
        let generic = model.genericValue
        func interval(_ values: OrderValues, _ value: Double) -> Interval {
            ScoreScale.log.interval(value, error: model.standardError { $0.expectedValue(values) })
        }
        guard let values, confidence.value >= IdentityConfidence.least else {
            return .generic(generic, interval(.none, generic))
        }
        let value = model.expectedValue(values)
        return Score(
            value: value,
            interval: confidence.widened(interval(values, value), of: value, generic: generic, link: .log),
            basis: .person, baseline: generic, contributions: [Contribution("own_orders", value - generic)],
            inputs: [ScoreInput("orders", Double(values.orders)), ScoreInput("order_value_sum", Double(values.sum))])
    }

    /// The discounted margin, in minor units; nil where the worth of orders was not fitted. The logarithms of the two
    /// factors have independent errors, as they were fitted apart.
    package func lifetimeValueScore(
        _ history: PurchaseHistory?, _ values: OrderValues, _ terms: LifetimeTerms,
        confidence: IdentityConfidence = .certain, nobody: Score? = nil
    ) -> Score? {
        guard let model = orderValue else { return nil }
        func interval(_ history: PurchaseHistory, _ values: OrderValues, _ count: Double, _ value: Double) -> Interval {
            let worth = model.expectedValue(values)
            let ofCount = purchases.standardError { Self.discounted($0, history, terms) } / max(count, 1e-300)
            let ofWorth = model.standardError { $0.expectedValue(values) } / worth
            return ScoreScale.log.interval(value, error: value * (ofCount * ofCount + ofWorth * ofWorth).squareRoot())
        }
        let share = terms.marginShare * model.genericValue
        guard let history, confidence.value >= IdentityConfidence.least else {
            if let nobody { return nobody }
            let count = discountedPurchases(.new, terms)
            let generic = count * model.genericValue * terms.marginShare
            return .generic(generic, interval(.new, .none, count, generic))
        }
        let generic = nobody?.value ?? discountedPurchases(.new, terms) * model.genericValue * terms.marginShare
        let count = discountedPurchases(history, terms)
        let value = count * model.expectedValue(values) * terms.marginShare
        var parts = contributions(history, from: generic, to: share * count) {
            share * Self.discounted(purchases, $0, terms)
        }
        parts.append(Contribution("order_value", value - share * count))
        let own = interval(history, values, count, value)
        return Score(
            value: value, interval: confidence.widened(own, of: value, generic: generic, link: .log), basis: .person,
            baseline: generic, contributions: parts,
            inputs: Self.inputs(history) + [
                ScoreInput("orders", Double(values.orders)), ScoreInput("order_value_sum", Double(values.sum)),
            ])
    }

    /// The way from a new customer to this one in three steps that are each a possible history: time passed, purchases
    /// made (the last one now), and silence since.
    private func contributions(
        _ history: PurchaseHistory, from start: Double, to end: Double, _ value: (PurchaseHistory) -> Double
    ) -> [Contribution] {
        let waited = value(PurchaseHistory(repeats: 0, recency: 0, age: history.age))
        let bought =
            history.repeats == 0
            ? waited : value(PurchaseHistory(repeats: history.repeats, recency: history.age, age: history.age))
        return [
            Contribution("age", waited - start), Contribution("purchases", bought - waited),
            Contribution("silence", end - bought),
        ]
    }

    private static func inputs(_ history: PurchaseHistory) -> [ScoreInput] {
        [
            ScoreInput("repeats", Double(history.repeats)), ScoreInput("recency", history.recency),
            ScoreInput("age", history.age),
        ]
    }
}
