import Foundation
import Scoring

/// Customers drawn of a known model, their purchases one by one.
struct Customers {
    var histories: [PurchaseHistory] = []
    var values: [OrderValues] = []
    var heldOut: [Double] = []

    /// - Parameter rounding: times are taken to a multiple of it, as days are; 0 leaves them.
    init(
        _ count: Int, purchases: PurchaseModel, values: OrderValueModel, longest: Double, horizon: Double = 0,
        seed: UInt64
    ) {
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<count {
            let age = longest * (0.5 + 0.5 * generator.uniform())
            let rate = generator.gamma(purchases.r) / purchases.alpha
            let leaves = generator.beta(purchases.a, purchases.b)
            var times: [Double] = []
            var time = 0.0
            while true {
                time += generator.exponential() / rate
                if time > age + horizon { break }
                times.append(time)
                if generator.uniform() < leaves { break }
            }
            let seen = times.filter { $0 <= age }
            histories.append(PurchaseHistory(repeats: seen.count, recency: seen.last ?? 0, age: age))
            heldOut.append(Double(times.count - seen.count))
            let scale = generator.gamma(values.q) / values.v
            let sum = seen.reduce(Int64(0)) { sum, _ in sum + Int64((generator.gamma(values.p) / scale).rounded()) }
            self.values.append(OrderValues(orders: seen.count, sum: sum))
        }
    }
}
