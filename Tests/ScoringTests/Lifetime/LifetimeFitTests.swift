import Foundation
import Scoring
import Testing

/// A model is found again in what was drawn of it, and is not found where it cannot be.
@Suite struct LifetimeFitTests {
    static let truth = PurchaseModel(r: 0.6, alpha: 12, a: 0.7, b: 2.5)
    static let worth = OrderValueModel(p: 5, q: 4, v: 3_000)

    /// The log-likelihood as published, customer by customer.
    private func naive(_ model: PurchaseModel, _ histories: [PurchaseHistory]) -> Double {
        histories.reduce(0) { sum, one in
            let x = Double(one.repeats)
            let (r, alpha, a, b) = (model.r, model.alpha, model.a, model.b)
            let a1 = lgamma(r + x) - lgamma(r) + r * log(alpha)
            let a2 = lgamma(a + b) + lgamma(b + x) - lgamma(b) - lgamma(a + b + x)
            let a3 = pow(alpha + one.age, -(r + x))
            let a4 = x > 0 ? a / (b + x - 1) * pow(alpha + one.recency, -(r + x)) : 0
            return sum + a1 + a2 + log(a3 + a4)
        }
    }

    @Test(arguments: Seeds.some(20)) func theLikelihoodIsThePublishedOne(seed: UInt64) throws {
        let drawn = Customers(200, purchases: Self.truth, values: Self.worth, longest: 60, seed: seed)
        let sample = try PurchaseSample(drawn.histories + drawn.histories.prefix(50))
        for model in [Self.truth, PurchaseModel(r: 2, alpha: 3, a: 0.1, b: 0.4)] {
            let found = model.logLikelihood(of: sample)
            #expect(isClose(found, naive(model, drawn.histories + drawn.histories.prefix(50)), 1e-10), "seed \(seed)")
        }
    }

    @Test(arguments: Seeds.some(4)) func aModelIsFoundAgain(seed: UInt64) throws {
        let drawn = Customers(20_000, purchases: Self.truth, values: Self.worth, longest: 150, seed: seed)
        let found = try PurchaseModel(fitting: PurchaseSample(drawn.histories))
        for (parameter, value) in zip(found.parameters, [0.6, 12, 0.7, 2.5]) {
            let distance = abs(parameter.value - value) / parameter.standardError
            #expect(distance < 4.5, "seed \(seed): \(parameter) for \(value)")
            #expect(parameter.standardError < 0.1 * value, "seed \(seed): \(parameter)")
        }
        let value = try OrderValueModel(fitting: drawn.values)
        for (parameter, truth) in zip(value.parameters, [5, 4, 3_000.0]) {
            #expect(abs(parameter.value - truth) < 4.5 * parameter.standardError, "seed \(seed): \(parameter)")
        }
        #expect(abs(value.correlation) < 0.05)
    }

    @Test func theMaximumIsOne() throws {
        let drawn = Customers(3_000, purchases: Self.truth, values: Self.worth, longest: 80, seed: 9)
        let sample = try PurchaseSample(drawn.histories)
        let best = try PurchaseModel(fitting: sample)
        #expect(isClose(best.logLikelihood, best.logLikelihood(of: sample), 1e-12))
        for factor in [0.97, 1.03] {
            for place in 0..<4 {
                var values = [best.r, best.alpha, best.a, best.b]
                values[place] *= factor
                let other = PurchaseModel(r: values[0], alpha: values[1], a: values[2], b: values[3])
                #expect(other.logLikelihood(of: sample) < best.logLikelihood)
            }
        }
    }

    @Test func theOrderOfCustomersAndTheirUnitsChangeNothing() throws {
        let drawn = Customers(2_000, purchases: Self.truth, values: Self.worth, longest: 80, seed: 21)
        let one = try PurchaseModel(fitting: PurchaseSample(drawn.histories))
        let reversed = try PurchaseModel(fitting: PurchaseSample(drawn.histories.reversed()))
        #expect(one == reversed)
        let days = drawn.histories.map {
            PurchaseHistory(repeats: $0.repeats, recency: $0.recency * 7, age: $0.age * 7)
        }
        let inDays = try PurchaseModel(fitting: PurchaseSample(days))
        #expect(isClose(inDays.alpha, one.alpha * 7, 1e-5))
        #expect(isClose(inDays.r, one.r, 1e-5) && isClose(inDays.a, one.a, 1e-5) && isClose(inDays.b, one.b, 1e-5))
    }

    @Test func standardErrorsAreWhatEstimatesSpreadBy() throws {
        var estimates: [Double] = []
        var errors = 0.0
        for seed in UInt64(100)..<130 {
            let drawn = Customers(2_000, purchases: Self.truth, values: Self.worth, longest: 150, seed: seed)
            let found = try PurchaseModel(fitting: PurchaseSample(drawn.histories)).parameters[0]
            estimates.append(found.value)
            errors += found.standardError / 30
        }
        let mean = estimates.reduce(0, +) / 30
        let spread = (estimates.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 29).squareRoot()
        #expect(spread / errors > 0.6 && spread / errors < 1.6, "\(spread) \(errors)")
    }

    @Test func whatIsForetoldComes() throws {
        let drawn = Customers(20_000, purchases: Self.truth, values: Self.worth, longest: 100, horizon: 50, seed: 31)
        let model = try PurchaseModel(fitting: PurchaseSample(drawn.histories))
        let table = Calibration(
            predicted: drawn.histories.map { model.expectedPurchases($0, within: 50) }, observed: drawn.heldOut)
        #expect(abs(table.totalPredicted / table.totalObserved - 1) < 0.05)
        for bin in table.bins {
            #expect(abs(bin.meanPredicted - bin.meanObserved) < 4.5 * bin.standardError + 0.02, "\(bin)")
        }
        let any = Calibration(
            predicted: drawn.histories.map { model.probabilityOfPurchase($0, within: 50) },
            observed: drawn.heldOut.map { $0 > 0 ? 1 : 0 })
        #expect(any.calibrationError < 0.01)
    }
}

/// Data that cannot tell are refused, and the reason is said.
@Suite struct LifetimeRefusalTests {
    private func refusal(_ histories: [PurchaseHistory]) -> FitRefusal? {
        do {
            _ = try PurchaseModel(fitting: PurchaseSample(histories))
            return nil
        } catch {
            return error
        }
    }

    @Test func whatCannotTellIsRefused() {
        let once = (0..<500).map { PurchaseHistory(repeats: 0, recency: 0, age: Double($0 % 50 + 1)) }
        #expect(refusal(once) == .onlyOneTimeBuyers(customers: 500))
        #expect(refusal(Array(once.prefix(5))) == .tooFew(what: "customers", found: 5, needed: 30))
        let alike = (0..<500).map { _ in PurchaseHistory(repeats: 3, recency: 10, age: 12) }
        #expect(refusal(alike) == .noVariance(of: "the number and the times of purchases"))
        let today = (0..<500).map { _ in PurchaseHistory(repeats: 0, recency: 0, age: 0) }
        #expect(refusal(today) == .noTime)
        var few = once
        few[0] = PurchaseHistory(repeats: 1, recency: 1, age: 10)
        #expect(refusal(few) == .tooFew(what: "customers who came back", found: 1, needed: 10))
    }

    @Test func peopleWhoNeverLeaveAreTheEdgeOfTheModel() {
        var generator = SeededGenerator(seed: 4)
        let histories = (0..<2_000).map { _ in
            let rate = generator.gamma(2) / 10
            var times: [Double] = []
            var time = generator.exponential() / rate
            while time <= 100 {
                times.append(time)
                time += generator.exponential() / rate
            }
            return PurchaseHistory(repeats: times.count, recency: times.last ?? 0, age: 100)
        }
        switch refusal(histories) {
        case .boundary, .notIdentified: break
        case let other: Issue.record("nobody leaves, and the fit says \(String(describing: other))")
        }
    }

    @Test(arguments: [
        (PurchaseHistory(repeats: -1, recency: 0, age: 1), "repeats"),
        (PurchaseHistory(repeats: 1, recency: 2, age: 1), "age"),
        (PurchaseHistory(repeats: 0, recency: 1, age: 1), "recency"),
        (PurchaseHistory(repeats: 1, recency: .nan, age: 1), "recency"),
        (PurchaseHistory(repeats: 1, recency: 1, age: .infinity), "age"),
    ])
    func anImpossibleHistoryIsNamed(history: PurchaseHistory, field: String) {
        let good = PurchaseHistory(repeats: 0, recency: 0, age: 1)
        #expect(refusal([good, good, history]) == .impossibleRow(index: 2, field: field))
    }

    @Test func worthWithoutDifferenceIsRefused() {
        func refusal(_ values: [OrderValues]) -> FitRefusal? {
            do {
                _ = try OrderValueModel(fitting: values)
                return nil
            } catch {
                return error
            }
        }
        #expect(
            refusal((0..<99).map { _ in OrderValues(orders: 2, sum: 200) })
                == .noVariance(of: "the mean worth of orders"))
        #expect(
            refusal((1..<99).map { OrderValues(orders: 1, sum: $0) })
                == .noVariance(of: "the number of orders (one each)"))
        #expect(
            refusal([.none, OrderValues(orders: 1, sum: 5)])
                == .tooFew(what: "customers with orders of any worth", found: 1, needed: 20))
        #expect(refusal([OrderValues(orders: 1, sum: -5)]) == .impossibleRow(index: 0, field: "order value"))
    }
}
