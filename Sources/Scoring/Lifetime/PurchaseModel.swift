internal import Glibc

/// BG/NBD: people buy at a rate of their own, drawn from Gamma(r, α), and leave for good after a purchase with a
/// probability of their own, drawn from Beta(a, b).
///
/// P. Fader, B. Hardie, K. Lee: "Counting Your Customers" the Easy Way: An Alternative to the Pareto/NBD Model,
/// Marketing Science 24 (2005). Who has never come back counts as still there, because one leaves after repeat
/// purchases alone: the model's known weakness. Times are in the unit of the sample that it was fitted to.
package struct PurchaseModel: Hashable, Sendable {
    package var r: Double
    /// In units of time.
    package var alpha: Double
    package var a: Double
    package var b: Double
    /// Of the logarithms of (r, α, a, b), by the observed information; zeros where it was not fitted.
    package var covariance: SymmetricMatrix
    /// What it was fitted to.
    package var customers: Int
    package var repeatPurchases: Int
    package var logLikelihood: Double

    package init(
        r: Double, alpha: Double, a: Double, b: Double, covariance: SymmetricMatrix = SymmetricMatrix(size: 4),
        customers: Int = 0, repeatPurchases: Int = 0, logLikelihood: Double = 0
    ) {
        precondition([r, alpha, a, b].allSatisfy { $0 > 0 && $0.isFinite }, "the four parameters are above zero")
        precondition(covariance.size == 4, "the covariance is of four parameters")
        self.r = r
        self.alpha = alpha
        self.a = a
        self.b = b
        self.covariance = covariance
        self.customers = customers
        self.repeatPurchases = repeatPurchases
        self.logLikelihood = logLikelihood
    }

    /// The probability that the customer has not left.
    package func probabilityActive(_ history: PurchaseHistory) -> Double {
        if history.repeats == 0 { return 1 }
        let x = Double(history.repeats)
        let odds =
            log(a) - log(b + x - 1) + (r + x) * log1p((history.age - history.recency) / (alpha + history.recency))
        return logistic(-odds)
    }

    /// The probability of at least one purchase in the next `horizon`: he is there, and does not wait longer for it.
    package func probabilityOfPurchase(_ history: PurchaseHistory, within horizon: Double) -> Double {
        precondition(horizon >= 0, "a horizon is not negative")
        let waits = (r + Double(history.repeats)) * log1p(horizon / (alpha + history.age))
        return -expm1(-waits) * probabilityActive(history)
    }

    /// How many purchases are to be expected in the next `horizon`.
    package func expectedPurchases(_ history: PurchaseHistory, within horizon: Double) -> Double {
        precondition(horizon >= 0, "a horizon is not negative")
        if horizon == 0 { return 0 }
        return probabilityActive(history) * expectation(history).value(horizon / (alpha + history.age))
    }

    /// Of one who is still there; its unit of time is α + T.
    func expectation(_ history: PurchaseHistory) -> PurchaseExpectation {
        PurchaseExpectation(rate: r + Double(history.repeats), leaving: a, staying: b + Double(history.repeats))
    }

    /// A model whose logarithm of one parameter is moved: for derivatives.
    func moved(_ parameter: Int, by amount: Double) -> PurchaseModel {
        var other = self
        let factor = exp(amount)
        switch parameter {
        case 0: other.r *= factor
        case 1: other.alpha *= factor
        case 2: other.a *= factor
        default: other.b *= factor
        }
        return other
    }

    /// The standard error of a function of the parameters, by the delta method.
    package func standardError(_ function: (PurchaseModel) -> Double) -> Double {
        let width = 1e-4
        let gradient = (0..<4).map {
            (function(moved($0, by: width)) - function(moved($0, by: -width))) / (2 * width)
        }
        return max(covariance.quadraticForm(gradient), 0).squareRoot()
    }
}
