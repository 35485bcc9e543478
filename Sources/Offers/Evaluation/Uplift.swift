package import Scoring

/// One profile of an experiment: what it came to, and what it had come to before.
package struct UpliftUnit: Hashable, Sendable {
    package var isHeldOut: Bool
    package var outcome: Double
    /// The same measure before the experiment, or anything else that offers could not change.
    package var covariate: Double

    package init(isHeldOut: Bool, outcome: Double, covariate: Double = 0) {
        self.isHeldOut = isHeldOut
        self.outcome = outcome
        self.covariate = covariate
    }
}

/// What offers changed, against the profiles held out.
package struct Uplift: Hashable, Sendable {
    package var treated: Int
    package var heldOut: Int
    package var treatedMean: Double
    package var heldOutMean: Double
    /// Treated less held out, per profile.
    package var difference: Double
    package var standardError: Double
    package var interval: Interval
    /// The same by CUPED: outcomes less θ·(covariate - its mean), θ = cov(outcome, covariate) / var(covariate), both
    /// taken within the groups, so that the effect itself is not in them (Deng, Xu, Kohavi and Walker 2013).
    package var adjustedDifference: Double
    package var adjustedError: Double
    package var adjustedInterval: Interval
    package var theta: Double
    /// The share of variance that CUPED took away.
    package var varianceReduction: Double

    /// nil where a group has fewer than two profiles.
    package init?(_ units: some Sequence<UpliftUnit>, level: Double = 0.95) {
        var groups = (treated: Moments(), heldOut: Moments())
        for unit in units {
            if unit.isHeldOut { groups.heldOut.add(unit) } else { groups.treated.add(unit) }
        }
        let (one, two) = (groups.treated, groups.heldOut)
        guard one.count >= 2, two.count >= 2 else { return nil }
        treated = Int(one.count)
        heldOut = Int(two.count)
        treatedMean = one.outcome
        heldOutMean = two.outcome
        difference = one.outcome - two.outcome
        standardError = (one.variance(theta: 0) / one.count + two.variance(theta: 0) / two.count).squareRoot()
        let spread = one.covariateSquares + two.covariateSquares
        theta = spread > 0 ? (one.products + two.products) / spread : 0
        adjustedDifference = difference - theta * (one.covariate - two.covariate)
        let left = one.variance(theta: theta) / one.count + two.variance(theta: theta) / two.count
        adjustedError = max(left, 0).squareRoot()
        varianceReduction = standardError > 0 ? 1 - left / (standardError * standardError) : 0
        let reach = normalQuantile(0.5 + level / 2)
        interval = Interval(
            lower: difference - reach * standardError, upper: difference + reach * standardError, level: level)
        adjustedInterval = Interval(
            lower: adjustedDifference - reach * adjustedError, upper: adjustedDifference + reach * adjustedError,
            level: level)
    }

    /// Means and sums of squares around them, in one pass (Welford).
    private struct Moments {
        var count = 0.0
        var outcome = 0.0
        var covariate = 0.0
        var outcomeSquares = 0.0
        var covariateSquares = 0.0
        var products = 0.0

        mutating func add(_ unit: UpliftUnit) {
            count += 1
            let y = unit.outcome - outcome
            let x = unit.covariate - covariate
            outcome += y / count
            covariate += x / count
            outcomeSquares += y * (unit.outcome - outcome)
            covariateSquares += x * (unit.covariate - covariate)
            products += y * (unit.covariate - covariate)
        }

        /// Of outcome - θ·covariate.
        func variance(theta: Double) -> Double {
            (outcomeSquares - 2 * theta * products + theta * theta * covariateSquares) / (count - 1)
        }
    }
}
