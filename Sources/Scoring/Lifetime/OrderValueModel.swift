internal import Glibc

/// What is known of the worth of a customer's orders: money in minor units of one currency.
package struct OrderValues: Hashable, Sendable {
    /// How many orders the sum is over.
    package var orders: Int
    /// Their sum.
    package var sum: Int64

    package init(orders: Int, sum: Int64) {
        self.orders = orders
        self.sum = sum
    }

    package static let none = OrderValues(orders: 0, sum: 0)
    package var mean: Double { orders == 0 ? 0 : Double(sum) / Double(orders) }
}

/// Gamma-Gamma: a customer's orders vary around a mean of his own as Gamma(p, ν), and ν varies among customers as
/// Gamma(q, v). It takes the worth of orders to be independent of their number.
///
/// P. Fader, B. Hardie: The Gamma-Gamma Model of Monetary Value (2013). v is in minor units of money.
package struct OrderValueModel: Hashable, Sendable {
    package var p: Double
    package var q: Double
    package var v: Double
    /// Of the logarithms of (p, q, v).
    package var covariance: SymmetricMatrix
    package var customers: Int
    package var orders: Int
    package var logLikelihood: Double
    /// The correlation of number and mean worth over the customers fitted to: far from 0 the model's premise fails.
    package var correlation: Double

    package init(
        p: Double, q: Double, v: Double, covariance: SymmetricMatrix = SymmetricMatrix(size: 3), customers: Int = 0,
        orders: Int = 0, logLikelihood: Double = 0, correlation: Double = 0
    ) {
        precondition([p, q, v].allSatisfy { $0 > 0 && $0.isFinite } && q > 1, "p and v are above zero, q above one")
        precondition(covariance.size == 3, "the covariance is of three parameters")
        self.p = p
        self.q = q
        self.v = v
        self.covariance = covariance
        self.customers = customers
        self.orders = orders
        self.logLikelihood = logLikelihood
        self.correlation = correlation
    }

    /// The worth of an order before any is known.
    package var genericValue: Double { p * v / (q - 1) }

    /// The expected worth of the customer's next order, in minor units.
    package func expectedValue(_ values: OrderValues) -> Double {
        // Without parameters of their own the means of few orders are drawn to that of all.
        p * (v + Double(values.sum)) / (p * Double(values.orders) + q - 1)
    }

    /// How much of the expected worth is the customer's own; the rest is everyone's.
    package func ownWeight(_ values: OrderValues) -> Double {
        let own = p * Double(values.orders)
        return own / (own + q - 1)
    }

    func moved(_ parameter: Int, by amount: Double) -> OrderValueModel {
        var other = self
        let factor = exp(amount)
        switch parameter {
        case 0: other.p *= factor
        case 1: other.q *= factor
        default: other.v *= factor
        }
        return other
    }

    /// The standard error of a function of the parameters, by the delta method.
    package func standardError(_ function: (OrderValueModel) -> Double) -> Double {
        let width = 1e-4
        let gradient = (0..<3).map {
            (function(moved($0, by: width)) - function(moved($0, by: -width))) / (2 * width)
        }
        return max(covariance.quadraticForm(gradient), 0).squareRoot()
    }
}

extension OrderValueModel {
    package static let parameterNames = ["p", "q", "v"]
    package static let fewestCustomers = 20

    package var parameters: [FittedParameter] {
        [p, q, v].enumerated().map { index, value in
            FittedParameter(
                name: Self.parameterNames[index], value: value,
                standardError: value * max(covariance[index, index], 0).squareRoot())
        }
    }

    /// The model under which the worth of orders is likeliest; customers without orders or without worth say nothing.
    package init(fitting customers: some Sequence<OrderValues>) throws(FitRefusal) {
        let sample = try OrderValueSample(customers)
        let starts = [[6, 4, sample.mean / 2], [1, 2.5, sample.mean], [2, 8, 3 * sample.mean]]
        let fit = try LogParameterFit.search(
            names: Self.parameterNames, starts: starts, natural: [1, 1, sample.mean], weight: sample.customers
        ) { point, gradient in sample.negativeMean(point, &gradient) }
        guard fit.values[1] > 1 else { throw .noMean(parameter: "q", value: fit.values[1]) }
        self.init(
            p: fit.values[0], q: fit.values[1], v: fit.values[2], covariance: fit.covariance,
            customers: Int(sample.customers), orders: sample.orders, logLikelihood: fit.logLikelihood,
            correlation: sample.correlation)
    }
}
