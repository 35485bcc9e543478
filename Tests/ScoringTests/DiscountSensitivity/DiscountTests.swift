import Foundation
import Scoring
import Testing

/// People are drawn to their cohorts, cohorts to the shop; what chance has shown outranks what was chosen.
@Suite struct DiscountTests {
    /// Persons of cohorts whose responses are drawn of the hierarchy.
    static func people(
        _ count: Int, cohorts: [(without: Double, with: Double)], concentration: Double, exposures: Int,
        randomised: Bool = true, seed: UInt64
    ) -> (people: [(counts: ExposureCounts, cohort: Int)], truths: [(without: Double, with: Double)]) {
        var generator = SeededGenerator(seed: seed)
        var people: [(counts: ExposureCounts, cohort: Int)] = []
        var truths: [(without: Double, with: Double)] = []
        for index in 0..<count {
            let cohort = index % cohorts.count
            func rate(_ mean: Double) -> Double {
                generator.beta(mean * concentration, (1 - mean) * concentration)
            }
            let truth = (without: rate(cohorts[cohort].without), with: rate(cohorts[cohort].with))
            var counts = ExposureCounts()
            for (band, chance) in [(DiscountBand.none, truth.without), (.medium, truth.with)] {
                let shown = Int.random(in: 0...exposures, using: &generator)
                let responses = (0..<shown).count { _ in generator.uniform() < chance }
                counts[band, randomised: randomised] = .init(exposures: UInt32(shown), responses: UInt32(responses))
            }
            people.append((counts, cohort))
            truths.append(truth)
        }
        return (people, truths)
    }

    static let cohorts = [(without: 0.05, with: 0.1), (without: 0.1, with: 0.3), (without: 0.2, with: 0.22)]

    @Test func theHierarchyIsFoundAgain() throws {
        let drawn = Self.people(3_000, cohorts: Self.cohorts, concentration: 15, exposures: 12, seed: 1)
        let model = try DiscountModel(fitting: drawn.people, cohorts: 3)
        #expect(model.arms.map(\.basis) == [.randomised, .assumed, .randomised, .assumed, .assumed])
        for (cohort, truth) in Self.cohorts.enumerated() {
            #expect(abs(model.response(.none, nil, cohort: cohort) - truth.without) < 0.012)
            #expect(abs(model.response(.medium, nil, cohort: cohort) - truth.with) < 0.02)
        }
    }

    @Test func poolingForetellsBetterThanCountingAndThanTheMean() throws {
        let drawn = Self.people(1_500, cohorts: Self.cohorts, concentration: 15, exposures: 12, seed: 2)
        let model = try DiscountModel(fitting: drawn.people, cohorts: 3)
        var (pooled, counted, mean) = (0.0, 0.0, 0.0)
        for (person, truth) in zip(drawn.people, drawn.truths) {
            let cell = person.counts[.medium, randomised: true]
            let raw = cell.exposures > 0 ? Double(cell.responses) / Double(cell.exposures) : 0.2
            func square(_ value: Double) -> Double { (value - truth.with) * (value - truth.with) }
            pooled += square(model.response(.medium, person.counts, cohort: person.cohort))
            counted += square(raw)
            mean += square(model.response(.medium, nil, cohort: nil))
        }
        #expect(pooled < 0.7 * counted && pooled < 0.7 * mean, "\(pooled) \(counted) \(mean)")
    }

    /// Here the two rates of a person have nothing to do with each other, which the model does not expect.
    @Test func anIntervalHoldsTheTruthAlmostAsOftenAsItSaysInAnotherWorld() throws {
        let drawn = Self.people(1_000, cohorts: Self.cohorts, concentration: 15, exposures: 20, seed: 3)
        let model = try DiscountModel(fitting: drawn.people, cohorts: 3)
        var held = 0
        for (person, truth) in zip(drawn.people, drawn.truths) {
            let score = model.score(.medium, person.counts, cohort: person.cohort)
            if score.score.interval.contains(truth.with - truth.without) { held += 1 }
        }
        #expect((890...985).contains(held), "\(held)")
    }

    @Test func anIntervalHoldsTheTruthAsOftenAsItSays() throws {
        var generator = SeededGenerator(seed: 8)
        var people: [(counts: ExposureCounts, cohort: Int)] = []
        var truths: [Double] = []
        for _ in 0..<1_200 {
            let base = generator.beta(2, 12)
            let reach = generator.uniform() < 0.5 ? 0 : generator.beta(2, 5)
            var counts = ExposureCounts()
            for (band, gain) in [(DiscountBand.none, 0.0), (.light, 0.5), (.medium, 1)] {
                let shown = Int.random(in: 0...15, using: &generator)
                let chance = base + reach * gain * (1 - base)
                let responses = (0..<shown).count { _ in generator.uniform() < chance }
                counts[band, randomised: true] = .init(exposures: UInt32(shown), responses: UInt32(responses))
            }
            people.append((counts, 0))
            truths.append(reach * (1 - base))
        }
        let model = try DiscountModel(fitting: people, cohorts: 1)
        let gain = model.arms[1].gain / model.arms[2].gain
        #expect(abs(gain - 0.5) < 0.2, "\(gain)")
        var held = 0
        var (pooled, mean) = (0.0, 0.0)
        let average = truths.reduce(0, +) / 1_200
        for (person, truth) in zip(people, truths) {
            let score = model.score(.medium, person.counts, cohort: 0).score
            if score.interval.contains(truth) { held += 1 }
            pooled += (score.value - truth) * (score.value - truth)
            mean += (average - truth) * (average - truth)
        }
        #expect((1_116...1_196).contains(held), "\(held)")
        #expect(pooled < 0.7 * mean, "\(pooled) \(mean)")
    }

    @Test func chanceOutranksChoice() throws {
        var drawn = Self.people(500, cohorts: Self.cohorts, concentration: 15, exposures: 12, seed: 4).people
        for index in drawn.indices {
            // Discounts were given to those who would buy anyway.
            drawn[index].counts[.medium, randomised: false] = .init(exposures: 10, responses: 10)
        }
        let model = try DiscountModel(fitting: drawn, cohorts: 3)
        #expect(model.arms[2].basis == .randomised && model.response(.medium, nil, cohort: nil) < 0.4)
        let score = model.score(.medium, drawn[0].counts, cohort: 0)
        #expect(score.basis == .randomised && score.withDiscount < 0.5)
        let chosen = Self.people(
            500, cohorts: Self.cohorts, concentration: 15, exposures: 12, randomised: false, seed: 5
        ).people
        let observed = try DiscountModel(fitting: chosen, cohorts: 3)
        #expect(observed.score(.medium, chosen[0].counts, cohort: 0).basis == .observational)
        #expect(observed.score(.steep, chosen[0].counts, cohort: 0).basis == .assumed)
    }

    @Test func aScoreIsMadeUpOfCohortAndOwn() throws {
        let drawn = Self.people(600, cohorts: Self.cohorts, concentration: 15, exposures: 12, seed: 6).people
        let model = try DiscountModel(fitting: drawn, cohorts: 3)
        for person in drawn.prefix(50) {
            let score = model.score(.medium, person.counts, cohort: person.cohort).score
            #expect(isClose(score.contributions.reduce(score.baseline) { $0 + $1.amount }, score.value, 1e-9))
            #expect(score.interval.contains(score.value))
            let doubted = model.score(
                .medium, person.counts, cohort: person.cohort, confidence: IdentityConfidence(0.4)
            ).score
            #expect(doubted.interval.lower < score.interval.lower && doubted.value == score.value)
        }
        let generic = model.score(.medium, nil, cohort: 1)
        #expect(
            generic.score.basis == .generic && generic.score.value == model.score(.medium, nil, cohort: 2).score.value)
        #expect(try DiscountModel(decoding: model.encoded()) == model)
    }

    @Test func withoutExposuresThereIsNoModel() {
        let none: [(counts: ExposureCounts, cohort: Int)] = [(ExposureCounts(), 0)]
        #expect(throws: FitRefusal.tooFew(what: "exposures without a discount", found: 0, needed: 50)) {
            try DiscountModel(fitting: none, cohorts: 1)
        }
        #expect(throws: FitRefusal.impossibleRow(index: 0, field: "cohort")) {
            try DiscountModel(fitting: none, cohorts: 0)
        }
    }

    @Test(arguments: [
        (0, DiscountBand.none), (1, .light), (750, .light), (751, .medium), (2_500, .deep), (9_999, .steep),
    ])
    func aDepthHasItsBand(points: Int, band: DiscountBand) {
        #expect(DiscountBand(basisPoints: points) == band)
    }
}
