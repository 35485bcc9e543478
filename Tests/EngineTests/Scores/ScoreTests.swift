import Engine
import GraphStore
import Identity
import Scoring
import Testing
import TestSupport

/// Scores in the store: fitted to what is held, told for a purpose, the same whatever way a profile came together.
@Suite struct ScoreTests {
    /// People who buy every few days for a while, as a model of lifetimes has it.
    private static func shop(_ generator: inout SeededGenerator, people: Int = 240) throws -> TestGraph {
        let graph = try FactTests.graph()
        var batch: [KeyedObservation] = []
        for person in 1...people {
            let pace = generator.int(4...40)
            var day = generator.int(0...60)
            let taste = generator.pick(["tea", "shoes", "rugs"])
            let leaves = generator.int(2...60)
            var order = 0
            while day < 300, order == 0 || !generator.chance(leaves) {
                order += 1
                let category = generator.chance(80) ? taste : generator.pick(["tea", "shoes", "rugs"])
                batch.append(
                    FactTests.event(
                        graph.builder, [("email", person)],
                        FactTests.order("\(person)-\(order)", total: generator.int(500...9_000), category: category),
                        hours: day * 24 + generator.int(8...20)))
                day += max(1, generator.int(1...2 * pace))
            }
        }
        for start in stride(from: 0, to: batch.count, by: 500) {
            try graph.engine.apply(.record(Array(batch[start..<min(start + 500, batch.count)])))
        }
        return graph
    }

    private static func day(_ days: Int) -> Int32 {
        Int32(EvidenceBuilder.start / 86_400_000) + Int32(days)
    }

    private static func request(_ graph: TestGraph, hours: Int = 310 * 24) throws -> ViewRequest {
        graph.engine.request(try graph.engine.purpose(named: "service"), at: EvidenceBuilder.time(hours: hours))
    }

    @Test func modelsAreFittedKeptAndUsed() throws {
        var generator = SeededGenerator(seed: 1)
        let graph = try Self.shop(&generator)
        let request = try Self.request(graph)
        #expect(throws: EngineError.self) { try graph.engine.score(EvidenceBuilder.key("email", 1), request) }
        let options = ScoreTraining.Options(before: Self.day(305), horizonDays: 60)
        let (models, report) = try graph.engine.trainScores(options, request)
        #expect(report.people == 240)
        #expect(models.categories == ["rugs", "shoes", "tea"])
        #expect(models.lifetime != nil, "\(models.refusals)")
        let calibration = try #require(report.purchases)
        #expect(abs(calibration.totalPredicted - calibration.totalObserved) < 0.5 * calibration.totalObserved)
        let affinity = try #require(report.affinity)
        #expect(affinity.loss < affinity.popularityLoss)
        let kept = try graph.engine.apply(
            .offers(.keepScores(models.encoded(), time: EvidenceBuilder.time(hours: 1))))
        #expect(kept.number == 1)
        #expect(try graph.engine.scoreModels()?.version == 1)
        let person = try graph.engine.score(EvidenceBuilder.key("email", 3), request)
        #expect(person.card.basis == .person)
        #expect(person.facts[.order].map { $0 > 0 } == true)
        let stranger = try graph.engine.score(EvidenceBuilder.key("email", 9_999), request)
        #expect(stranger.card.basis == .generic)
        let score = try #require(person.card.active)
        let parts = score.contributions.reduce(0) { $0 + $1.amount }
        #expect(abs(score.baseline + parts - score.value) < 1e-9)
        try checkIntegrity(graph.engine)
    }

    @Test func aTrainingDoesNotDependOnTheOrderOfPeople() throws {
        var generator = SeededGenerator(seed: 2)
        var logs: [FactLog] = []
        for person in 0..<120 {
            var facts: [Fact] = []
            for order in 0..<generator.int(1...6) {
                let purchase = Fact.Purchase(
                    currency: try #require(Currency("EUR")), value: Int64(generator.int(500...5_000)), discount: 0)
                let time = Int64(generator.int(0...300)) * 86_400_000
                facts.append(
                    Fact(
                        id: FactID(high: UInt64(person), low: UInt64(order)), kind: .order, time: time, revision: time,
                        portions: [Fact.Portion(generator.pick(["b", "a", "c"]))], detail: .purchase(purchase)))
            }
            logs.append(FactLog(facts))
        }
        var found: [[UInt8]] = []
        for _ in 0..<2 {
            var training = ScoreTraining(ScoreTraining.Options(before: 301, horizonDays: 60))
            for log in logs { training.add(log) }
            found.append(training.run(version: 1).models.encoded())
            logs.shuffle(using: &generator)
        }
        #expect(found[0] == found[1])
    }

    @Test func aMergedProfileScoresAsOneThatHadAlwaysBeenOne() throws {
        var generator = SeededGenerator(seed: 3)
        let graph = try Self.shop(&generator, people: 120)
        let request = try Self.request(graph)
        let (models, _) = try graph.engine.trainScores(.init(before: Self.day(305), horizonDays: 60), request)
        try graph.engine.apply(.offers(.keepScores(models.encoded(), time: EvidenceBuilder.time(hours: 1))))
        let builder = graph.builder
        var halves: [KeyedObservation] = []
        var whole: [KeyedObservation] = []
        for order in 1...6 {
            let text = FactTests.order("m-\(order)", total: 1_000 * order)
            halves.append(FactTests.event(builder, [("login", 500 + order % 2)], text, hours: order * 200))
            whole.append(FactTests.event(builder, [("login", 600)], text, hours: order * 200))
        }
        try graph.engine.apply(.record(halves + whole))
        let apart = try graph.engine.score(EvidenceBuilder.key("login", 500), request)
        try graph.see(("login", 500), ("login", 501), source: "till", hours: 1)
        let merged = try graph.engine.score(EvidenceBuilder.key("login", 501), request)
        let always = try graph.engine.score(EvidenceBuilder.key("login", 600), request)
        #expect(merged.card == always.card)
        #expect(merged.card != apart.card)
        try graph.retract(source: "till", hours: 2)
        #expect(try graph.engine.score(EvidenceBuilder.key("login", 500), request).card == apart.card)
    }
}
