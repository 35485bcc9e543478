internal import Glibc

/// The customers that the worth of orders is fitted to, by how many orders they have.
struct OrderValueSample: Sendable {
    let customers: Double
    let orders: Int
    /// The mean worth of a customer's orders, over customers.
    let mean: Double
    let correlation: Double
    private let rows: [Row]
    private let counts: [(orders: Double, customers: Double)]

    private struct Row: Sendable {
        var place: Int
        var mean: Double
        var logMean: Double
    }

    init(_ values: some Sequence<OrderValues>) throws(FitRefusal) {
        var kept: [OrderValues] = []
        for (index, one) in values.enumerated() {
            guard one.orders >= 0, one.sum >= 0 else { throw .impossibleRow(index: index, field: "order value") }
            if one.orders > 0, one.sum > 0 { kept.append(one) }
        }
        guard kept.count >= OrderValueModel.fewestCustomers else {
            throw .tooFew(
                what: "customers with orders of any worth", found: kept.count,
                needed: OrderValueModel.fewestCustomers)
        }
        // In order, so that the sums do not depend on how the customers came.
        kept.sort { $0.orders != $1.orders ? $0.orders < $1.orders : $0.sum < $1.sum }
        guard let first = kept.first, kept.contains(where: { $0.mean != first.mean }) else {
            throw .noVariance(of: "the mean worth of orders")
        }
        var counts: [(orders: Double, customers: Double)] = []
        rows = kept.map { one in
            if counts.last?.orders != Double(one.orders) { counts.append((Double(one.orders), 0)) }
            counts[counts.count - 1].customers += 1
            return Row(place: counts.count - 1, mean: one.mean, logMean: log(one.mean))
        }
        guard counts.contains(where: { $0.orders > 1 }) else {
            throw .noVariance(of: "the number of orders (one each)")
        }
        self.counts = counts
        customers = Double(kept.count)
        orders = kept.reduce(0) { $0 + $1.orders }
        mean = kept.reduce(0) { $0 + $1.mean } / customers
        correlation = Self.correlation(kept)
    }

    private static func correlation(_ values: [OrderValues]) -> Double {
        let count = Double(values.count)
        let meanOrders = values.reduce(0) { $0 + Double($1.orders) } / count
        let meanValue = values.reduce(0) { $0 + $1.mean } / count
        var (both, ofOrders, ofValues) = (0.0, 0.0, 0.0)
        for one in values {
            let (x, y) = (Double(one.orders) - meanOrders, one.mean - meanValue)
            both += x * y
            ofOrders += x * x
            ofValues += y * y
        }
        return ofOrders > 0 && ofValues > 0 ? both / (ofOrders * ofValues).squareRoot() : 0
    }

    /// Minus the mean log-likelihood at logarithms of (p, q, v), and its gradient by them (Fader and Hardie 2013, 1a):
    ///
    ///     L = Γ(px+q) / (Γ(px) Γ(q)) · v^q m^(px-1) x^(px) / (v + mx)^(px+q)
    func negativeMean(_ point: [Double], _ gradient: inout [Double]) -> Double {
        let values = point.map { exp($0) }
        guard values.allSatisfy({ $0.isFinite && $0 > 1e-300 }) else { return .infinity }
        let (p, q, v) = (values[0], values[1], values[2])
        var sums = [0.0, 0, 0, 0]
        let (logV, ofQ, gammaQ) = (log(v), digamma(q), logGamma(q))
        for (x, count) in counts {
            let whole = digamma(p * x + q)
            sums[0] += count * (logGamma(p * x + q) - logGamma(p * x) - gammaQ + q * logV + p * x * log(x))
            sums[1] += count * x * (whole - digamma(p * x) + log(x))
            sums[2] += count * (whole - ofQ + logV)
            sums[3] += count * q / v
        }
        let ofRows = concurrentSum(over: rows.count, width: 4) { piece, sums in
            for index in piece {
                let row = rows[index]
                let x = counts[row.place].orders
                let total = v + row.mean * x
                let logTotal = log(total)
                sums[0] += (p * x - 1) * row.logMean - (p * x + q) * logTotal
                sums[1] += x * (row.logMean - logTotal)
                sums[2] -= logTotal
                sums[3] -= (p * x + q) / total
            }
        }
        for index in sums.indices { sums[index] += ofRows[index] }
        for index in 0..<3 { gradient[index] = -sums[index + 1] * values[index] / customers }
        return sums[0].isFinite ? -sums[0] / customers : .infinity
    }
}
