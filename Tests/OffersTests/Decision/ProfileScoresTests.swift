import Foundation
import Identity
import Offers
import Scoring
import Testing

/// The numbers of a decision are those of the models.
@Suite struct ProfileScoresTests {
    private static let terms = LifetimeTerms(periods: 12, periodLength: 4, discountRate: 0.01, marginShare: 0.3)

    private func models() throws -> ScoreModels {
        var generator = SeededGenerator(seed: 2)
        let people = (0..<300).map { _ in
            var counts = ExposureCounts()
            counts[.none, randomised: true] = .init(
                exposures: 5, responses: UInt32.random(in: 0...1, using: &generator))
            counts[.medium, randomised: true] = .init(
                exposures: 5, responses: UInt32.random(in: 0...3, using: &generator))
            return (counts: counts, cohort: 0)
        }
        let kinds = BehaviourKind.allCases.map {
            AffinityModel.Kind(kind: $0, weight: 1, decay: Decay(halfLifeDays: 10))
        }
        return ScoreModels(
            version: 1, before: 100, currency: try #require(Shop.euro), cohorts: ["all"],
            lifetime: LifetimeModel(
                purchases: PurchaseModel(r: 0.3, alpha: 5, a: 0.8, b: 2.5),
                orderValue: OrderValueModel(p: 6, q: 4, v: 1_500), unitDays: 7),
            affinity: AffinityModel(
                categories: [1, 2, 9], shares: [0.5, 0.3, 0.2], concentration: 2, kinds: kinds),
            discount: try DiscountModel(fitting: people, cohorts: 1))
    }

    private func scores(_ models: ScoreModels, _ summary: BehaviourSummary?, _ confidence: Double = 1) -> ProfileScores
    {
        ProfileScores(
            models, summary, asOf: 99, cohort: 0, categories: [9, 4, 1], horizon: 4, terms: Self.terms,
            confidence: IdentityConfidence(confidence))
    }

    private func summary() throws -> BehaviourSummary {
        var summary = BehaviourSummary()
        for day in [Int32(1), 30, 31, 50] {
            summary.orders.add(
                Order(
                    id: FactID(high: 0, low: UInt64(day)), day: day, currency: try #require(Shop.euro), value: 4_000,
                    revision: 0))
        }
        summary.categories.add(9, .view, day: 99, count: 4)
        summary.exposures[.none, randomised: true] = .init(exposures: 4, responses: 0)
        summary.exposures[.medium, randomised: true] = .init(exposures: 4, responses: 4)
        return summary
    }

    @Test func aPersonsNumbersAreHisOwn() throws {
        let models = try models()
        let found = scores(models, try summary())
        let lifetime = try #require(models.lifetime)
        let history = PurchaseHistory(repeats: 3, recency: 7, age: 14)
        let active = lifetime.purchases.probabilityActive(history)
        #expect(isClose(found.churnRisk, 1 - active, 1e-12))
        let value = try #require(
            lifetime.lifetimeValue(history, OrderValues(orders: 3, sum: 12_000), Self.terms))
        #expect(isClose(found.futureMargin, value / active, 1e-12))
        #expect(found.affinity[1] == 0 && isClose(found.affinity[0], (4 + 0.4) / 6, 1e-9))
        #expect(found.popularity == [0.2, 0, 0.5])
        let posterior = try #require(models.discount).posterior(try summary().exposures, cohort: 0)
        #expect(found.purchaseProbability == posterior.response(.none))
        #expect(found.lifts.medium.mean == posterior.lift(.medium).mean && found.lifts.medium.mean > 0.2)
        #expect(found.lifts.none == Lifts.Lift())
    }

    @Test func withoutAHistoryTheyAreEveryones() throws {
        let models = try models()
        let generic = scores(models, nil)
        #expect(generic.churnRisk == 0 && generic.affinity == [0.2, 0, 0.5])
        var doubted = scores(models, try summary(), 0.001)
        doubted.confidence = 1
        #expect(doubted == generic)
        let bare = ScoreModels(version: 1, before: 0, currency: models.currency)
        #expect(scores(bare, try summary()).purchaseProbability == 0)
    }
}
