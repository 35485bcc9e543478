import Foundation
import Scoring
import Testing

/// Half-lives and weights are found again, and the walk through events says what a sum over all of them says.
@Suite struct AffinityTests {
    static let categories: [UInt32] = [3, 5, 8, 13, 21, 34]

    /// People whose next category comes of their decayed past and a common share.
    static func people(
        _ count: Int, events: Int, halfLife: Double, cartWeight: Double, concentration: Double, seed: UInt64
    ) -> [AffinitySequence] {
        var generator = SeededGenerator(seed: seed)
        let shares = [0.35, 0.25, 0.15, 0.12, 0.08, 0.05]
        return (0..<count).map { _ in
            var done: [AffinitySequence.Event] = []
            var day: Int32 = 0
            for _ in 0..<events {
                day += Int32.random(in: 0...6, using: &generator)
                var chances = shares.map { $0 * concentration }
                for event in done {
                    let weight = event.kind == .cart ? cartWeight : 1
                    let place = categories.firstIndex(of: event.category) ?? 0
                    chances[place] += weight * exp2(-Double(day - event.day) / halfLife)
                }
                var draw = generator.uniform() * chances.reduce(0, +)
                var place = 0
                while place < 5, draw >= chances[place] {
                    draw -= chances[place]
                    place += 1
                }
                let kind: BehaviourKind = generator.uniform() < 0.3 ? .cart : .view
                done.append(.init(day: day, kind: kind, category: categories[place]))
            }
            return AffinitySequence(done)
        }
    }

    @Test func halfLivesAndWeightsAreFoundAgain() throws {
        let people = Self.people(
            4_000, events: 30, halfLife: 12, cartWeight: 3, concentration: 2, seed: 5)
        let model = try AffinityModel(
            fitting: people, categories: Self.categories, targets: [.view, .cart], before: .max)
        let (view, cart) = (model.kinds[0], model.kinds[2])
        #expect((10...15).contains(view.decay.halfLifeDays) && (10...15).contains(cart.decay.halfLifeDays), "\(model)")
        // A cart is the unit here, as no order was seen: a view is a third of it, and so is the prior.
        #expect(cart.weight == 1 && abs(view.weight - 1 / 3.0) < 0.05, "\(view.weight)")
        #expect(abs(model.concentration - 2 / 3.0) < 0.1, "\(model.concentration)")
        #expect(model.kinds[1].weight == 0 && model.kinds[3].weight == 0)
        #expect(model.predictions == 4_000 * 30 && model.people == 4_000)
    }

    @Test func whatIsHeldOutIsForetoldBetterThanByPopularity() throws {
        let people = Self.people(
            800, events: 40, halfLife: 12, cartWeight: 3, concentration: 2, seed: 6)
        let model = try AffinityModel(
            fitting: people, categories: Self.categories, targets: [.view, .cart], before: 60)
        let report = AffinityReport(model, on: people, targets: [.view, .cart], days: 60..<Int32.max)
        #expect(report.predictions > 5_000)
        #expect(report.loss < report.popularityLoss - 0.2 && report.hits > report.popularityHits, "\(report)")
        // Where nothing of the past matters, nothing is gained, and little lost.
        let even = Self.people(800, events: 40, halfLife: 12, cartWeight: 3, concentration: 1e9, seed: 7)
        let flat = try AffinityModel(fitting: even, categories: Self.categories, targets: [.view, .cart], before: 60)
        let flatReport = AffinityReport(flat, on: even, targets: [.view, .cart], days: 60..<Int32.max)
        #expect(abs(flatReport.loss - flatReport.popularityLoss) < 0.002, "\(flatReport)")
    }

    /// The probability of each event from sums over everything before it, with weights of whole days.
    @Test(arguments: Seeds.some(10)) func aWalkIsASumOverThePast(seed: UInt64) throws {
        let people = Self.people(20, events: 30, halfLife: 9, cartWeight: 2, concentration: 1, seed: seed)
        let kinds = BehaviourKind.allCases.map {
            AffinityModel.Kind(
                kind: $0, weight: [0.5, 0, 1.5, 1][Int($0.rawValue)], decay: Decay(halfLifeDays: 3 + Int($0.rawValue)))
        }
        let model = AffinityModel(
            categories: Self.categories, shares: [0.35, 0.25, 0.15, 0.12, 0.08, 0.05], concentration: 0.7, kinds: kinds)
        var loss = 0.0
        var count = 0
        for person in people {
            var past = CategoryDays()
            for event in person.events {
                if event.day >= 30, event.kind == .cart {
                    let place = try #require(model.place(of: event.category))
                    let affinity = model.affinity(past, asOf: event.day)
                    #expect(isClose(affinity.probabilities.reduce(0, +), 1, 1e-12))
                    loss -= log(affinity.probabilities[place])
                    count += 1
                }
                past.add(event.category, event.kind, day: event.day)
            }
        }
        let report = AffinityReport(model, on: people, targets: [.cart], days: 30..<Int32.max)
        #expect(report.predictions == count)
        #expect(isClose(report.loss, loss / Double(count), 1e-6), "seed \(seed)")
    }

    @Test func aScoreIsMadeUpOfWhatWasDone() throws {
        let kinds = BehaviourKind.allCases.map {
            AffinityModel.Kind(kind: $0, weight: $0 == .search ? 0 : 1, decay: Decay(halfLifeDays: 10))
        }
        let model = AffinityModel(
            categories: Self.categories, shares: [0.35, 0.25, 0.15, 0.12, 0.08, 0.05], concentration: 2, kinds: kinds)
        var history = CategoryDays()
        history.add(8, .view, day: 100, count: 3)
        history.add(5, .order, day: 90)
        history.add(999, .order, day: 90)
        let affinity = model.affinity(history, asOf: 100)
        let score = try #require(affinity.score(of: 8))
        #expect(isClose(score.value, (3 + 0.3) / (3.5 + 2), 1e-9))
        #expect(isClose(score.contributions.reduce(score.baseline) { $0 + $1.amount }, score.value, 1e-12))
        #expect(score.interval.contains(score.value) && score.contributions.count == 3)
        #expect(affinity.score(of: 999) == nil)
        let generic = try #require(model.affinity(nil, asOf: 100).score(of: 8))
        #expect(generic.value == 0.15 && generic.basis == .generic)
        let doubted = try #require(
            model.affinity(history, asOf: 100, confidence: IdentityConfidence(0.3)).score(of: 8))
        #expect(doubted.value == score.value && doubted.interval.lower < score.interval.lower)
        #expect(try AffinityModel(decoding: model.encoded()) == model)
    }

    @Test func tooLittleIsRefused() {
        let few = Self.people(2, events: 5, halfLife: 5, cartWeight: 1, concentration: 1, seed: 1)
        #expect(throws: FitRefusal.tooFew(what: "categories to predict", found: 10, needed: 100)) {
            try AffinityModel(fitting: few, categories: Self.categories, targets: [.view, .cart], before: .max)
        }
        #expect(throws: FitRefusal.tooFew(what: "categories", found: 1, needed: 2)) {
            try AffinityModel(fitting: few, categories: [3], targets: [.view], before: .max)
        }
    }
}
