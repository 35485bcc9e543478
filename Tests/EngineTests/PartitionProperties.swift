import Engine
import Foundation
import GraphStore
import Identity
import Stitching
import TestSupport
import Testing

/// The strongest tests of the graph: random evidence in any order against a naive oracle.
///
/// `SELVEDGE_SEEDS=n` tries n seeds (2,000 without it); `SELVEDGE_SEED=n` replays that one alone.
@Suite struct PartitionProperties {
    @Test func anyOrderGivesTheOraclesPartition() async throws {
        let seeds = SeedPlan.fromEnvironment()
        let failures = await seeds.run { seed in
            let run = PropertyRun(try Scenario(seed: seed))
            try run.check()
            try run.checkWithPurge()
        }
        for failure in failures.prefix(5) {
            Issue.record(
                "seed \(failure.seed): \(failure.problem)\nreplay: SELVEDGE_SEED=\(failure.seed) swift test --filter PartitionProperties\n\(smallest(failure.seed))"
            )
        }
        let failed = failures.map(\.seed)
        #expect(failed == [], "of \(seeds.seeds.count) seeds")
    }

    /// The scenarios would prove little if nothing ever happened in them.
    @Test func scenariosReachEveryRule() throws {
        var reached: [String: Int] = [:]
        for seed in UInt64(1)...300 {
            let scenario = try Scenario(seed: seed)
            let oracle = Oracle(scenario)
            if !oracle.hubs.isEmpty { reached["hub", default: 0] += 1 }
            if !oracle.hidden.isEmpty { reached["hidden", default: 0] += 1 }
            if oracle.clusters.contains(where: { $0.count > 3 }) { reached["large cluster", default: 0] += 1 }
            for rule in oracle.refusals { reached["\(rule)", default: 0] += 1 }
            for step in scenario.steps { reached[step.kind, default: 0] += 1 }
        }
        let rules = [
            "hub", "hidden", "large cluster", "unique_per_profile", "cannot_link", "profile_size", "contested", "event",
            "record",
            "record retraction", "source retraction", "same", "different",
        ]
        for rule in rules { #expect(reached[rule, default: 0] >= 20, "\(rule): \(reached[rule, default: 0])") }
    }

    /// Nor would explanations, if nothing but one profile or no evidence were ever explained.
    @Test func explanationsReachEveryRelation() throws {
        var reached: [Explanation.Relation: Int] = [:]
        for seed in UInt64(1)...40 {
            let scenario = try Scenario(seed: seed)
            var run = PropertyRun(scenario)
            var explained = Explained(scenario, &run.generator)
            let store = try TemporaryStore(scenario.configuration)
            try run.apply(scenario.order(&run.generator), to: store.engine, sweeping: false, duplicating: false)
            try store.engine.apply(.sweep(scenario.asOf))
            try explained.compare(store.engine, "seed \(seed)")
            for entry in explained.explanations { reached[entry.explanation.relation, default: 0] += 1 }
        }
        for relation in [Explanation.Relation.oneProfile, .keptApart, .suspended, .noEvidence, .unknown] {
            #expect(reached[relation, default: 0] >= 10, "\(relation): \(reached[relation, default: 0])")
        }
    }

    /// The fewest steps of a failing seed that still fail, in one of a few orders.
    private func smallest(_ seed: UInt64) -> String {
        guard var scenario = try? Scenario(seed: seed) else { return "" }
        func problem(_ candidate: Scenario) -> String? {
            for salt in 0..<8 {
                let run = PropertyRun(candidate, salt: UInt64(salt))
                do {
                    try run.check()
                    try run.checkWithPurge()
                } catch { return "\(error)" }
            }
            return nil
        }
        var shrank = true
        while shrank {
            shrank = false
            for index in scenario.steps.indices.reversed() {
                let fewer = scenario.steps.indices.filter { $0 != index }
                guard let candidate = scenario.keeping(fewer), problem(candidate) != nil else { continue }
                scenario = candidate
                shrank = true
            }
        }
        return "\(problem(scenario) ?? "")\n\(scenario.transcript)"
    }
}

/// What was expected and did not hold.
struct PropertyFailure: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}
