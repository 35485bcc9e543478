import Foundation
import Scoring
import Testing

/// Expectations against values to sixty digits, against integrals and against simulation.
@Suite struct PurchaseModelTests {
    struct Case: CustomTestStringConvertible {
        let model: PurchaseModel
        let history: PurchaseHistory
        let horizon: Double
        let purchases: Double

        init(
            _ r: Double, _ alpha: Double, _ a: Double, _ b: Double, _ repeats: Int, _ recency: Double, _ age: Double,
            _ horizon: Double, _ purchases: Double
        ) {
            model = PurchaseModel(r: r, alpha: alpha, a: a, b: b)
            history = PurchaseHistory(repeats: repeats, recency: recency, age: age)
            self.horizon = horizon
            self.purchases = purchases
        }

        var testDescription: String { "\(history) within \(horizon)" }
    }

    /// By mpmath's hyp2f1 in the formula as published, with sixty digits.
    static let published: [Case] = [
        Case(0.243, 4.414, 0.793, 2.426, 2, 30.43, 38.86, 39, 1.22602817476714),
        Case(0.243, 4.414, 0.793, 2.426, 0, 0, 38.86, 39, 0.195098052011263),
        Case(0.243, 4.414, 0.793, 2.426, 0, 0, 0, 1_000, 6.58039161373823),
        Case(0.5, 10, 0.999999, 3, 5, 80, 100, 50, 1.51233089130463),
        Case(0.5, 10, 1.000001, 3, 5, 80, 100, 50, 1.51232959889574),
        Case(0.5, 10, 2.5, 0.3, 1, 3, 200, 30, 0.00035390487026506),
        Case(2, 1.5, 0.05, 0.2, 4_000, 4_990, 5_000, 3_000, 2_284.34997203065),
        Case(0.1, 200, 0.3, 0.4, 0, 0, 1_000, 365, 0.0285325168682756),
        Case(3, 50, 10, 400, 12, 300, 365, 730, 14.8063700556702),
        Case(1, 1, 0.01, 50, 1_500, 2_900, 3_000, 28, 1.75463332021389e-16),
        Case(0.02, 0.5, 0.9, 0.05, 1, 2, 3, 2_000, 0.327009396590505),
        Case(0.6, 60, 0.8, 3, 900, 700, 730, 5_000, 1.79285159144997e-9),
        Case(0.3, 8, 0.5, 1e5, 3, 20, 40, 10, 0.687478104239778),
    ]

    @Test(arguments: published) func expectationsAreThoseOfTheFormula(one: Case) {
        let found = one.model.expectedPurchases(one.history, within: one.horizon)
        #expect(isClose(found, one.purchases, 1e-9), "\(found)")
    }

    /// The expectation over the rates' distributions, by the mean over a grid of quantiles of p: slow and plain.
    private func integral(_ model: PurchaseModel, _ history: PurchaseHistory, _ horizon: Double) -> Double {
        let s = model.r + Double(history.repeats)
        let u = horizon / (model.alpha + history.age)
        let steps = 4_000
        var sum = 0.0
        for step in 0..<steps {
            let p = betaQuantile((Double(step) + 0.5) / Double(steps), model.a, model.b + Double(history.repeats))
            sum += p * u < 1e-12 ? s * u : -expm1(-s * log1p(p * u)) / p
        }
        return model.probabilityActive(history) * sum / Double(steps)
    }

    @Test(arguments: Seeds.some(12)) func expectationsAreTheIntegralOverWhatPeopleAre(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        func logUniform(_ low: Double, _ high: Double) -> Double {
            exp(log(low) + log(high / low) * generator.uniform())
        }
        let model = PurchaseModel(
            r: logUniform(0.05, 5), alpha: logUniform(0.5, 500), a: logUniform(0.2, 5), b: logUniform(0.2, 50))
        let age = logUniform(1, 3_000)
        let repeats = Int(logUniform(0.5, 2_000))
        let history = PurchaseHistory(repeats: repeats, recency: repeats > 0 ? age * generator.uniform() : 0, age: age)
        let horizon = logUniform(0.1, 5_000)
        let found = model.expectedPurchases(history, within: horizon)
        #expect(isClose(found, integral(model, history, horizon), 5e-3), "seed \(seed): \(model) \(history) \(horizon)")
    }

    @Test(arguments: Seeds.some(200)) func longerHorizonsBringMoreAndNeverJump(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        func logUniform(_ low: Double, _ high: Double) -> Double {
            exp(log(low) + log(high / low) * generator.uniform())
        }
        let model = PurchaseModel(
            r: logUniform(0.02, 20), alpha: logUniform(0.1, 1_000), a: logUniform(0.01, 20), b: logUniform(0.05, 500))
        let age = logUniform(0.1, 5_000)
        let repeats = generator.uniform() < 0.3 ? 0 : Int(logUniform(1, 5_000))
        let history = PurchaseHistory(repeats: repeats, recency: repeats > 0 ? age * generator.uniform() : 0, age: age)
        var before = 0.0
        var rate = Double.infinity
        for step in 1...40 {
            let horizon = age * pow(1.3, Double(step - 20))
            let now = model.expectedPurchases(history, within: horizon)
            #expect(now >= before * (1 - 1e-9) && now.isFinite, "seed \(seed): falls at \(horizon)")
            // Who may leave buys ever less: the mean rate from now on falls. Below the least normal number digits are lost.
            #expect(now / horizon <= rate * (1 + 1e-8) + .leastNormalMagnitude, "seed \(seed): jumps at \(horizon)")
            let any = model.probabilityOfPurchase(history, within: horizon)
            #expect(any <= model.probabilityActive(history) * (1 + 1e-12) && any <= now * (1 + 1e-9))
            before = now
            rate = now / horizon
        }
    }

    @Test func whoHasNeverComeBackCountsAsThere() {
        let model = PurchaseModel(r: 0.2, alpha: 4, a: 0.8, b: 2.4)
        #expect(model.probabilityActive(PurchaseHistory(repeats: 0, recency: 0, age: 500)) == 1)
        #expect(model.expectedPurchases(.new, within: 0) == 0)
        #expect(model.probabilityOfPurchase(.new, within: 0) == 0)
        #expect(model.expectedPurchases(PurchaseHistory(repeats: 0, recency: 0, age: 10), within: 5).isFinite)
        // a + b = 1: the published formula divides by zero here.
        let odd = PurchaseModel(r: 0.25, alpha: 5, a: 0.4, b: 0.6)
        let near = PurchaseModel(r: 0.25, alpha: 5, a: 0.4, b: 0.6001)
        let history = PurchaseHistory(repeats: 0, recency: 0, age: 10)
        let left = odd.expectedPurchases(history, within: 20)
        #expect(isClose(left, near.expectedPurchases(history, within: 20), 1e-3))
    }
}
