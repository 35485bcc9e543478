import Foundation
import Scoring
import Testing

/// A card is a function of the models and of the fold of what was done: of nothing else.
@Suite struct ScoreCardTests {
    private static let terms = ScoreCardTerms(
        horizonDays: 90, lifetime: LifetimeTerms(periods: 12, periodLength: 4, discountRate: 0.01, marginShare: 0.3))

    private func models() throws -> ScoreModels {
        let kinds = BehaviourKind.allCases.map {
            AffinityModel.Kind(kind: $0, weight: 1, decay: Decay(halfLifeDays: 10))
        }
        let people = DiscountTests.people(
            400, cohorts: DiscountTests.cohorts, concentration: 15, exposures: 12, seed: 6
        ).people
        var generator = SeededGenerator(seed: 5)
        let hours = (0..<200).map { index in
            var hours = HourCounts()
            hours.add(hour: Int.random(in: 0..<168, using: &generator), count: 2)
            return (hours: hours, cohort: index % 3)
        }
        var covariance = SymmetricMatrix(size: 4)
        for place in 0..<4 { covariance[place, place] = 0.001 }
        return ScoreModels(
            version: 7, before: 20_100, currency: try #require(Currency("EUR")), cohorts: ["new", "old", "vip"],
            lifetime: LifetimeModel(
                purchases: PurchaseModel(r: 0.3, alpha: 5, a: 0.8, b: 2.5, covariance: covariance),
                orderValue: OrderValueModel(p: 6, q: 4, v: 1_500), unitDays: 7),
            affinity: AffinityModel(
                categories: [0, 1, 2, 3, 4], shares: [0.3, 0.3, 0.2, 0.1, 0.1], concentration: 2, kinds: kinds),
            discount: try DiscountModel(fitting: people, cohorts: 3),
            timing: try TimingModel(fitting: hours, cohorts: 3, resolution: .week),
            refusals: ["other": "too few"])
    }

    private func card(
        _ models: ScoreModels, _ summary: BehaviourSummary?, _ confidence: Double = 1
    ) -> ScoreCard {
        ScoreCard(
            models, summary, asOf: 20_100, cohort: 1, confidence: IdentityConfidence(confidence), terms: Self.terms)
    }

    @Test func aMergedPersonsCardIsThatOfOneWhoAlwaysWasOne() throws {
        let models = try models()
        for seed in Seeds.some(10) {
            var generator = SeededGenerator(seed: seed)
            let parts = (0..<4).map { _ in SummaryTests.part(&generator, 10) }
            let whole = card(models, BehaviourSummary(folding: parts))
            #expect(card(models, BehaviourSummary(folding: parts.reversed())) == whole, "seed \(seed)")
            // Taken apart again, each is what he was.
            #expect(card(models, BehaviourSummary(folding: parts[..<1])) == card(models, parts[0]), "seed \(seed)")
            #expect(whole.basis == .person && whole.modelVersion == 7)
            #expect(whole.categories.count == 3 && whole.hours.count == 3 && whole.discounts.count == 1)
        }
    }

    @Test func withoutConsentEveryoneHasTheSameCard() throws {
        let models = try models()
        var generator = SeededGenerator(seed: 3)
        let nobody = card(models, nil)
        #expect(nobody.basis == .generic)
        let scores = [nobody.active, nobody.purchases, nobody.anyPurchase, nobody.orderValue, nobody.lifetimeValue]
        #expect(scores.allSatisfy { $0?.basis == .generic })
        #expect(nobody.categories.allSatisfy { $0.score.basis == .generic })
        #expect(nobody.hours.allSatisfy { $0.score.basis == .generic })
        #expect(nobody.discounts.allSatisfy { $0.score.score.basis == .generic })
        let other = ScoreCard(models, nil, asOf: 20_100, cohort: 2, terms: Self.terms)
        #expect(other == nobody)
        var doubted = card(models, SummaryTests.part(&generator, 10), 0.001)
        doubted.confidence = nobody.confidence
        #expect(doubted == nobody)
    }

    @Test func aCardIsTheSameWithThatOfNobodyAtHand() throws {
        let models = try models()
        let nobody = card(models, nil)
        var generator = SeededGenerator(seed: 12)
        for _ in 0..<20 {
            let part = SummaryTests.part(&generator, 10)
            let asked: [(BehaviourSummary?, Double)] = [(part, 1), (part, 0.5), (part, 0.001), (nil, 1)]
            for (summary, confidence) in asked {
                let made = ScoreCard(
                    models, summary, asOf: 20_100, cohort: 1, confidence: IdentityConfidence(confidence),
                    terms: Self.terms, nobody: nobody)
                #expect(made == card(models, summary, confidence))
            }
        }
    }

    @Test func whatIsListedAreTheLikeliest() throws {
        let models = try models()
        let (timing, affinity) = (try #require(models.timing), try #require(models.affinity))
        var generator = SeededGenerator(seed: 13)
        for _ in 0..<20 {
            let part = SummaryTests.part(&generator, 10)
            let best = timing.bestHours(part.hours, cohort: 1)
            let chances = timing.probabilities(part.hours, cohort: 1)
            #expect(best == chances.indices.sorted { (-chances[$0], $0) < (-chances[$1], $1) })
            for (place, listed) in timing.bestScores(5, part.hours, cohort: 1).enumerated() {
                #expect(listed.hour == best[place])
                #expect(listed.score == timing.score(hour: listed.hour, part.hours, cohort: 1))
            }
            let own = affinity.affinity(part.categories, asOf: 20_100)
            let order = own.probabilities.indices.sorted { (-own.probabilities[$0], $0) < (-own.probabilities[$1], $1) }
            for count in 0...5 { #expect(own.likeliest(count) == Array(order.prefix(count))) }
        }
    }

    @Test func intervalsEndAtQuantiles() throws {
        let timing = try #require(try models().timing)
        for hour in stride(from: 0, to: 168, by: 23) {
            let (share, weight) = (timing.shopShares[hour], timing.concentration)
            let interval = timing.score(hour: hour, nil, cohort: nil).interval
            let (lower, upper) = (
                betaQuantile(0.025, share * weight, (1 - share) * weight),
                betaQuantile(0.975, share * weight, (1 - share) * weight)
            )
            #expect(
                isClose(interval.lower, min(lower, share), 1e-9) && isClose(interval.upper, max(upper, share), 1e-9))
        }
    }

    @Test func modelsAreWhatWasStored() throws {
        let models = try models()
        let bytes = models.encoded()
        #expect(try ScoreModels(decoding: bytes) == models)
        let bare = ScoreModels(version: 0, before: -1, currency: models.currency)
        #expect(try ScoreModels(decoding: bare.encoded()) == bare)
        #expect(card(bare, nil).active == nil)
        for end in stride(from: 0, to: bytes.count, by: 97) {
            #expect(throws: FormError.self) { try ScoreModels(decoding: Array(bytes[..<end])) }
        }
    }
}
