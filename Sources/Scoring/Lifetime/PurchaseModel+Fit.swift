internal import Glibc

extension PurchaseModel {
    package static let parameterNames = ["r", "alpha", "a", "b"]
    /// Fewer customers cannot tell four parameters.
    package static let fewestCustomers = 30

    /// The parameters with their standard errors.
    package var parameters: [FittedParameter] {
        [r, alpha, a, b].enumerated().map { index, value in
            FittedParameter(
                name: Self.parameterNames[index], value: value,
                standardError: value * max(covariance[index, index], 0).squareRoot())
        }
    }

    /// The model under which a sample is likeliest, from four starts.
    ///
    /// - Throws: `FitRefusal` where the data cannot tell: too few, nobody came back, no time, no variance, no maximum
    ///   inside the range, or a maximum that is level.
    package init(fitting sample: PurchaseSample) throws(FitRefusal) {
        let rows = sample.distinct()
        let facts = try Self.examined(rows, customers: sample.customers)
        let likelihood = PurchaseLikelihood(rows)
        let rate = Double(facts.purchases) / facts.time
        let starts = [(0.3, 0.8, 2.4), (1, 0.5, 5), (3, 2, 8), (0.1, 0.2, 0.6)].map { r, a, b in [r, r / rate, a, b] }
        let fit = try LogParameterFit.search(
            names: Self.parameterNames, starts: starts, natural: [1, 1 / rate, 1, 1], weight: likelihood.customers
        ) { point, gradient in likelihood.negativeMean(point, &gradient) }
        self.init(
            r: fit.values[0], alpha: fit.values[1], a: fit.values[2], b: fit.values[3], covariance: fit.covariance,
            customers: sample.customers, repeatPurchases: facts.purchases, logLikelihood: fit.logLikelihood)
    }

    /// The sums that starts are made of; refuses what no fit could answer.
    private static func examined(
        _ rows: [PurchaseSample.Row], customers: Int
    ) throws(FitRefusal) -> (purchases: Int, time: Double) {
        guard customers >= fewestCustomers else {
            throw .tooFew(what: "customers", found: customers, needed: fewestCustomers)
        }
        var purchases = 0
        var returning = 0
        var time = 0.0
        var isMixed = false
        for row in rows {
            purchases += Int(row.repeats) * Int(row.count)
            if row.repeats > 0 { returning += Int(row.count) }
            time += row.age * Double(row.count)
            if let first = rows.first, row.repeats != first.repeats || row.recency != first.recency { isMixed = true }
        }
        guard time > 0 else { throw .noTime }
        guard purchases > 0 else { throw .onlyOneTimeBuyers(customers: customers) }
        guard isMixed else { throw .noVariance(of: "the number and the times of purchases") }
        guard returning >= 10 else { throw .tooFew(what: "customers who came back", found: returning, needed: 10) }
        return (purchases, time)
    }

    /// The log-likelihood of a sample under this model.
    package func logLikelihood(of sample: PurchaseSample) -> Double {
        var gradient = [0.0, 0, 0, 0]
        let point = [r, alpha, a, b].map { log($0) }
        return -PurchaseLikelihood(sample.distinct()).negativeMean(point, &gradient) * Double(sample.customers)
    }
}
