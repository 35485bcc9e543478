internal import Glibc

/// The log-likelihood of BG/NBD over a sample, with its gradient (Fader, Hardie and Lee 2005, equation 6):
///
///     L = Γ(r+x) αʳ / Γ(r) · B(a, b+x) / B(a, b) · [ (α+T)^-(r+x) + [x>0] a / (b+x-1) · (α+t_x)^-(r+x) ]
///
/// all of it in logarithms. What depends on x alone is summed once for each x; logarithms of times are taken once
/// for each distinct time; the rest once for each row, by pieces on several threads.
struct PurchaseLikelihood: Sendable {
    let customers: Double
    private let rows: [Entry]
    /// The distinct values of x, and how many customers have each.
    private let repeats: [(value: Double, count: Double)]
    /// Distinct ages and recencies.
    private let times: [Double]

    private struct Entry: Sendable {
        var repeats: UInt32
        var recency: UInt32
        var age: UInt32
        var count: UInt32
    }

    /// - Parameter distinct: a sample's distinct histories, in order.
    init(_ distinct: [PurchaseSample.Row]) {
        customers = distinct.reduce(0) { $0 + Double($1.count) }
        var times = distinct.map(\.age) + distinct.map(\.recency)
        times.sort()
        var unique: [Double] = []
        for time in times where unique.last != time { unique.append(time) }
        var repeats: [(value: Double, count: Double)] = []
        var rows: [Entry] = []
        rows.reserveCapacity(distinct.count)
        for row in distinct {
            if repeats.last?.value != Double(row.repeats) { repeats.append((Double(row.repeats), 0)) }
            repeats[repeats.count - 1].count += Double(row.count)
            rows.append(
                Entry(
                    repeats: UInt32(repeats.count - 1), recency: Self.place(of: row.recency, in: unique),
                    age: Self.place(of: row.age, in: unique), count: row.count))
        }
        self.rows = rows
        self.repeats = repeats
        self.times = unique
    }

    private static func place(of time: Double, in times: [Double]) -> UInt32 {
        var low = 0
        var high = times.count - 1
        while low < high {
            let middle = (low + high) / 2
            if times[middle] < time { low = middle + 1 } else { high = middle }
        }
        return UInt32(low)
    }

    /// Minus the mean log-likelihood at logarithms of (r, α, a, b), and its gradient by them.
    func negativeMean(_ point: [Double], _ gradient: inout [Double]) -> Double {
        let values = point.map { exp($0) }
        guard values.allSatisfy({ $0.isFinite && $0 > 1e-300 }) else { return .infinity }
        let (r, alpha, a, b) = (values[0], values[1], values[2], values[3])
        var sums = ofRepeats(r, alpha, a, b)
        let ofRows = sumOfRows(r, alpha, a, b)
        for index in sums.indices { sums[index] += ofRows[index] }
        for index in 0..<4 { gradient[index] = -sums[index + 1] * values[index] / customers }
        return sums[0].isFinite ? -sums[0] / customers : .infinity
    }

    /// ln [ Γ(r+x) αʳ / Γ(r) · B(a, b+x) / B(a, b) ] and its derivatives, over the distinct x.
    private func ofRepeats(_ r: Double, _ alpha: Double, _ a: Double, _ b: Double) -> [Double] {
        var sums = [0.0, 0, 0, 0, 0]
        let logAlpha = log(alpha)
        let constant = r * logAlpha - logGamma(r) + logGamma(a + b) - logGamma(b)
        let ofR = logAlpha - digamma(r)
        let ofBoth = digamma(a + b)
        let ofB = digamma(b)
        for (x, count) in repeats {
            sums[0] += count * (constant + logGamma(r + x) + logGamma(b + x) - logGamma(a + b + x))
            let whole = digamma(a + b + x)
            sums[1] += count * (ofR + digamma(r + x))
            sums[2] += count * r / alpha
            sums[3] += count * (ofBoth - whole)
            sums[4] += count * (ofBoth - ofB + digamma(b + x) - whole)
        }
        return sums
    }

    /// ln [ (α+T)^-(r+x) + a / (b+x-1) · (α+t_x)^-(r+x) ] and its derivatives, over the rows.
    private func sumOfRows(_ r: Double, _ alpha: Double, _ a: Double, _ b: Double) -> [Double] {
        let logs = times.map { log(alpha + $0) }
        let inverses = times.map { 1 / (alpha + $0) }
        let shares = repeats.map { $0.value > 0 ? log(a) - log(b + $0.value - 1) : -.infinity }
        return concurrentSum(over: rows.count, width: 5) { piece, sums in
            var (value, ofR, ofAlpha, ofA, ofB) = (0.0, 0.0, 0.0, 0.0, 0.0)
            for index in piece {
                let row = rows[index]
                let count = Double(row.count)
                let x = repeats[Int(row.repeats)].value
                let exponent = r + x
                let logAge = logs[Int(row.age)]
                let inverseAge = inverses[Int(row.age)]
                value -= count * exponent * logAge
                ofR -= count * logAge
                ofAlpha -= count * exponent * inverseAge
                if x == 0 { continue }
                // How much likelier it is that he left after the last purchase than that he is still there.
                let gap = logAge - logs[Int(row.recency)]
                let odds = shares[Int(row.repeats)] + exponent * gap
                let small = exp(-abs(odds))
                value += count * (max(odds, 0) + log1p(small))
                let left = count * (odds >= 0 ? 1 / (1 + small) : small / (1 + small))
                ofR += left * gap
                ofAlpha += left * exponent * (inverseAge - inverses[Int(row.recency)])
                ofA += left / a
                ofB -= left / (b + x - 1)
            }
            sums[0] += value
            sums[1] += ofR
            sums[2] += ofAlpha
            sums[3] += ofA
            sums[4] += ofB
        }
    }
}
