import TestSupport
import Testing

/// The strongest tests of a load: random evidence, loaded in any manner, is what recording it one by one gives.
///
/// `SELVEDGE_SEEDS=n` tries n seeds; `SELVEDGE_SEED=n` replays that one alone.
@Suite struct BackfillProperties {
    @Test func aLoadGivesTheDigestsOfRecording() async throws {
        let seeds = SeedPlan.fromEnvironment(standard: UInt64(3_000 * TestScale.factor))
        let failures = await seeds.run { try LoadProperty(try Scenario(seed: $0)).check() }
        for failure in failures.prefix(5) {
            Issue.record("seed \(failure.seed): \(failure.problem); replay it with SELVEDGE_SEED=\(failure.seed)")
        }
        #expect(failures.map(\.seed) == [], "of \(seeds.seeds.count) seeds")
    }

    @Test func aCrowdGivesTheDigestsOfRecording() async throws {
        let seeds = SeedPlan.fromEnvironment(standard: UInt64(300 * TestScale.factor))
        let failures = await seeds.run { try LoadProperty(try Scenario(seed: $0, size: .crowd)).check() }
        for failure in failures.prefix(5) { Issue.record("seed \(failure.seed): \(failure.problem)") }
        #expect(failures.map(\.seed) == [], "of \(seeds.seeds.count) seeds")
    }
}
