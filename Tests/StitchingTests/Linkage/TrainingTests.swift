import Identity
import Stitching
import Testing

/// From records to a model, and to links and clusters.
@Suite struct TrainingTests {
    private let town = SmallTown(people: 1_200, seed: 11)

    private func train(_ records: [(key: IdentityKey, encoding: RecordEncoding)]) throws -> Training.Outcome {
        try Training.train(RecordTable(records), schema: .standard)
    }

    @Test func peopleAreFoundAmongHouseholds() throws {
        let table = RecordTable(try encoded(town.records))
        let outcome = try Training.train(table, schema: .standard)
        let matcher = BulkMatcher(table, outcome.model)
        let links = matcher.links(of: 0..<table.count, atLeast: LinkWeight(bits: -10))
        let evaluation = LinkageEvaluation(truth: table.origins.map { town.people[$0] })
        let score = evaluation.score(links, threshold: outcome.model.linkThreshold)
        #expect(score.f1 > 0.98, "\(score)")
        let clustered = evaluation.score(clusters: matcher.clusters(links).clusters)
        #expect(clustered.f1 >= score.f1 - 0.002, "\(clustered)")
        #expect(abs(outcome.estimatedMatches / Double(evaluation.matchCount) - 1) < 0.1)
        #expect(outcome.coverage > 0.99)
        #expect(outcome.model.shares[PairClass.household.rawValue] > 0, "households were not told apart")
    }

    @Test func orderMakesNoDifference() throws {
        let records = try encoded(town.records)
        let first = try train(records)
        var generator = SeededGenerator(seed: 4)
        for _ in 0..<2 {
            let shuffled = records.shuffled(using: &generator)
            let again = try train(shuffled)
            #expect(again.model.bytes == first.model.bytes)
            let one = BulkMatcher(RecordTable(records), first.model)
            let other = BulkMatcher(RecordTable(shuffled), first.model)
            let links = one.links(of: 0..<records.count, atLeast: LinkWeight(bits: 0))
            #expect(other.links(atLeast: LinkWeight(bits: 0), piece: 100) == links)
            #expect(other.clusters(links).clusters == one.clusters(links.shuffled(using: &generator)).clusters)
        }
    }

    @Test func theTraceNeverFalls() throws {
        let trace = try train(encoded(town.records)).trace
        #expect(trace.count > 2)
        for (before, after) in zip(trace, trace.dropFirst()) { #expect(after >= before - 1e-9 * abs(before)) }
    }

    @Test func whatCannotBeTrainedIsRefusedWithTheReason() throws {
        #expect(throws: TrainingRefusal.tooFewRecords(count: 3, least: 300)) {
            try train(encoded(Array(town.records[..<3])))
        }
        #expect(throws: TrainingRefusal.tooFewAttributes(usable: ["given_name"], least: 2)) {
            try train(encoded(town.records.map { $0.filter { $0.name == "given_name" } }))
        }
        let unique = SmallTown(people: 600, seed: 2, duplicated: 0)
        let refusal = #expect(throws: TrainingRefusal.self) { try train(encoded(unique.records)) }
        if case .tooFewMatches = refusal {
        } else {
            Issue.record("refused for another reason: \(String(describing: refusal))")
        }
    }

    @Test func aModelIsCarriedToASetTooSmallToTrainOn() throws {
        let model = try train(encoded(town.records)).model
        let small = SmallTown(people: 40, seed: 77)
        let table = RecordTable(try encoded(small.records))
        let outcome = try Training.transfer(model, to: table, schema: .standard)
        let matcher = BulkMatcher(table, outcome.model)
        let links = matcher.links(of: 0..<table.count, atLeast: LinkWeight(bits: -40))
        let score = LinkageEvaluation(truth: table.origins.map { small.people[$0] })
            .score(links, threshold: outcome.model.linkThreshold)
        #expect(score.f1 > 0.9, "\(score)")
    }

    @Test func aWaterfallAddsUp() throws {
        let table = RecordTable(try encoded(town.records))
        let matcher = BulkMatcher(table, try Training.train(table, schema: .standard).model)
        for link in matcher.links(of: 0..<table.count, atLeast: LinkWeight(bits: -5)).prefix(200) {
            let waterfall = matcher.waterfall(link.left, link.right)
            #expect(waterfall.total == link.weight)
            let steps = waterfall.steps.reduce(0) { $0 + $1.weight + $1.rarity }
            #expect(waterfall.prior.rawValue + steps + waterfall.otherClasses.rawValue == link.weight.rawValue)
            #expect(waterfall.decision == (link.weight.rawValue >= 0 ? .link : waterfall.decision))
        }
    }
}
