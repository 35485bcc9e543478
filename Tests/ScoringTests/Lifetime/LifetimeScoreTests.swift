import Foundation
import Scoring
import Testing

/// A score says what it is made of, and how sure it is.
@Suite struct LifetimeScoreTests {
    static let terms = LifetimeTerms(periods: 12, periodLength: 4, discountRate: 0.01, marginShare: 0.3)

    private func model() throws -> LifetimeModel {
        let drawn = Customers(
            4_000, purchases: LifetimeFitTests.truth, values: LifetimeFitTests.worth, longest: 100, seed: 77)
        return LifetimeModel(
            purchases: try PurchaseModel(fitting: PurchaseSample(drawn.histories)),
            orderValue: try OrderValueModel(fitting: drawn.values), unitDays: 7)
    }

    private func questions(
        _ model: LifetimeModel, _ history: PurchaseHistory?, _ values: OrderValues?, _ confidence: IdentityConfidence
    ) throws -> [Score] {
        [
            model.score(.active, history, confidence: confidence),
            model.score(.purchases(within: 30), history, confidence: confidence),
            model.score(.anyPurchase(within: 30), history, confidence: confidence),
            try #require(model.orderValueScore(values, confidence: confidence)),
            try #require(
                model.lifetimeValueScore(history, values ?? .none, Self.terms, confidence: confidence)),
        ]
    }

    private static let history = PurchaseHistory(repeats: 5, recency: 40, age: 60)
    private static let values = OrderValues(orders: 5, sum: 9_000)

    @Test func contributionsMakeUpTheValue() throws {
        for score in try questions(model(), Self.history, Self.values, .certain) {
            let sum = score.contributions.reduce(score.baseline) { $0 + $1.amount }
            #expect(isClose(sum, score.value, 1e-12))
            #expect(score.interval.contains(score.value) && score.interval.lower < score.interval.upper)
            #expect(score.basis == .person && !score.inputs.isEmpty)
        }
    }

    @Test func withoutConsentAScoreIsOfNobody() throws {
        let model = try model()
        let generic = try questions(model, nil, nil, .certain)
        for score in generic {
            #expect(score.basis == .generic && score.contributions.isEmpty && score.inputs.isEmpty)
            #expect(score.baseline == score.value)
        }
        // Who cannot be told from anyone is told nothing else.
        #expect(try questions(model, Self.history, Self.values, IdentityConfidence(0.001)) == generic)
        for (own, none) in zip(try questions(model, Self.history, Self.values, .certain), generic) {
            #expect(own.baseline == none.value)
        }
    }

    @Test func doubtWidensAnIntervalAndMovesNoValue() throws {
        let model = try model()
        let certain = try questions(model, Self.history, Self.values, .certain)
        var before = certain
        for doubt in [0.9, 0.5, 0.2, 0.02] {
            let now = try questions(model, Self.history, Self.values, IdentityConfidence(doubt))
            for (wide, narrow) in zip(now, before) {
                #expect(wide.value == narrow.value)
                #expect(wide.interval.lower <= narrow.interval.lower && narrow.interval.upper <= wide.interval.upper)
                #expect(wide.interval != narrow.interval)
            }
            before = now
        }
        for score in before.prefix(3) { #expect(score.interval.lower >= 0) }
        // At little confidence the interval holds what is known of anyone.
        for (wide, one) in zip(before, certain) {
            #expect(wide.interval.lower <= one.baseline && one.baseline <= wide.interval.upper * (1 + 1e-9))
        }
    }

    @Test func aLaterMarginIsWorthLess() throws {
        let model = try model()
        var terms = Self.terms
        terms.discountRate = 0
        let whole = try #require(model.lifetimeValue(Self.history, Self.values, terms))
        let expected = model.purchases.expectedPurchases(Self.history, within: 48)
        let worth = try #require(model.orderValue).expectedValue(Self.values)
        #expect(isClose(whole, expected * worth * 0.3, 1e-12))
        terms.discountRate = 0.05
        #expect(try #require(model.lifetimeValue(Self.history, Self.values, terms)) < whole)
    }

    @Test func aModelIsWhatWasStored() throws {
        let model = try model()
        let bytes = model.encoded()
        #expect(try LifetimeModel(decoding: bytes) == model)
        let bare = LifetimeModel(purchases: model.purchases, orderValue: nil, unitDays: 1)
        #expect(try LifetimeModel(decoding: bare.encoded()) == bare)
        #expect(bare.lifetimeValueScore(Self.history, Self.values, Self.terms) == nil)
        for end in 0..<bytes.count {
            #expect(throws: FormError.self) { try LifetimeModel(decoding: Array(bytes[..<end])) }
        }
        #expect(throws: FormError.trailing(bytes: 1)) { try LifetimeModel(decoding: bytes + [0]) }
        #expect(throws: FormError.unknownVersion(2)) { try LifetimeModel(decoding: [2] + bytes.dropFirst()) }
    }
}

@Suite struct CalibrationTests {
    @Test func binsAreEqualPartsOfTheOrder() {
        let table = Calibration(predicted: [0.9, 0.1, 0.2, 0.8], observed: [1, 0, 1, 1], bins: 2)
        #expect(table.bins.map(\.count) == [2, 2])
        #expect(isClose(table.bins[0].meanPredicted, 0.15) && table.bins[0].meanObserved == 0.5)
        #expect(isClose(table.bins[1].meanPredicted, 0.85) && table.bins[1].meanObserved == 1)
        #expect(isClose(table.calibrationError, 0.25))
        #expect(isClose(table.rootMeanSquareError, ((0.01 + 0.01 + 0.64 + 0.04) / 4).squareRoot()))
    }

    @Test func fewCasesMakeFewBinsAndNoneAnEmptyTable() {
        #expect(Calibration(predicted: [1, 2, 3], observed: [1, 2, 3]).bins.count == 3)
        let empty = Calibration(predicted: [], observed: [])
        #expect(empty.bins.isEmpty && empty.count == 0 && empty.calibrationError == 0)
    }
}
