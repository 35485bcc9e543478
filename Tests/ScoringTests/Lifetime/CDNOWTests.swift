import Foundation
import Scoring
import Testing

/// The figures of the literature (Fader, Hardie and Lee 2005; Fader and Hardie 2013) on its own customers.
@Suite(.enabled(if: Datasets.has("cdnow/summary.csv"), "the customers of CDNOW are missing: run tools/datasets"))
struct CDNOWTests {
    private let histories: [PurchaseHistory]
    private let values: [OrderValues]
    private let heldOut: [Double]

    init() throws {
        let rows = try Datasets.rows("cdnow/summary.csv").map { row in try row.map { try #require(Int($0)) } }
        histories = rows.map { PurchaseHistory(repeats: $0[1], recency: Double($0[2]) / 7, age: Double($0[3]) / 7) }
        values = rows.map { OrderValues(orders: $0[1], sum: Int64($0[4])) }
        heldOut = rows.map { Double($0[5]) }
    }

    @Test func theParametersAreThePublishedOnes() throws {
        #expect(histories.count == 2_357)
        let model = try PurchaseModel(fitting: PurchaseSample(histories))
        #expect(abs(model.r - 0.243) < 0.001)
        #expect(abs(model.alpha - 4.414) < 0.001)
        #expect(abs(model.a - 0.793) < 0.001)
        #expect(abs(model.b - 2.426) < 0.001)
        #expect(abs(model.logLikelihood + 9_582.4) < 0.05)
    }

    @Test func theWorthOfOrdersIsThePublishedOne() throws {
        let model = try OrderValueModel(fitting: values)
        #expect(model.customers == 946)
        #expect(abs(model.p - 6.25) < 0.005)
        #expect(abs(model.q - 3.74) < 0.005)
        #expect(abs(model.v / 100 - 15.45) < 0.01)
    }

    @Test func theBestKnownCustomerIsWhatHeWas() throws {
        let model = try PurchaseModel(fitting: PurchaseSample(histories))
        let history = PurchaseHistory(repeats: 2, recency: 30.43, age: 38.86)
        #expect(abs(model.expectedPurchases(history, within: 39) - 1.226) < 0.0005)
        #expect(abs(model.probabilityActive(history) - 0.727) < 0.0005)
    }

    @Test func theNextThirtyNineWeeksAreForetold() throws {
        let model = try PurchaseModel(fitting: PurchaseSample(histories))
        let table = Calibration(
            predicted: histories.map { model.expectedPurchases($0, within: 39) }, observed: heldOut)
        #expect(table.totalObserved == 1_882)
        #expect(abs(table.totalPredicted - 1_653) < 1)
        #expect(abs(table.rootMeanSquareError - 1.608) < 0.0005)
        #expect(table.bins.count == 10 && table.bins.reduce(0) { $0 + $1.count } == 2_357)
    }

    @Test func theTransactionsGiveTheSummary() throws {
        var orders: [Int: OrderHistory] = [:]
        let first = try #require(Calendar.iso.day("1997-01-01"))
        for (index, row) in try Datasets.rows("cdnow/transactions.csv").enumerated() {
            let customer = try #require(Int(row[0]))
            let day = try #require(Calendar.iso.day(String(row[1])))
            let currency = try #require(Currency("USD"))
            orders[customer, default: OrderHistory()].add(
                Order(
                    id: FactID(high: 0, low: UInt64(index)), day: day, currency: currency,
                    value: try #require(Int64(row[3])), revision: 0))
        }
        let end = first + 272
        for (index, history) in histories.enumerated() {
            let currency = try #require(Currency("USD"))
            let found = try #require(orders[index + 1]?.purchases(asOf: end, unitDays: 7, currency: currency))
            #expect(found.history == history)
            // Some orders were worth nothing: they are purchases, and no worth.
            #expect(found.values.sum == values[index].sum)
        }
    }
}

extension Calendar {
    /// Gregorian, in UTC.
    static var iso: Calendar {
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = .gmt
        return calendar
    }

    /// Days since 1970 of YYYY-MM-DD.
    func day(_ text: String) -> Int32? {
        let parts = text.split(separator: "-").compactMap { Int($0) }
        guard parts.count == 3 else { return nil }
        let components = DateComponents(year: parts[0], month: parts[1], day: parts[2])
        return date(from: components).map { Int32($0.timeIntervalSince1970 / 86_400) }
    }
}
