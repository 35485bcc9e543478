import Engine
import GraphStore
import Identity
import TestSupport
import Testing

/// Other rules for the same evidence, and components that the limit had cut.
///
/// `SELVEDGE_SEEDS=n` tries n seeds; `SELVEDGE_SEED=n` replays that one alone.
@Suite struct RepartitionTests {
    @Test func anotherConfigurationGivesWhatRecordingUnderItGives() async throws {
        let seeds = SeedPlan.fromEnvironment(standard: UInt64(3_000 * TestScale.factor))
        let failures = await seeds.run { seed in
            var run = try RepartitionRun(seed: seed)
            try run.check()
        }
        for failure in failures.prefix(5) { Issue.record("seed \(failure.seed): \(failure.problem)") }
        #expect(failures.map(\.seed) == [], "of \(seeds.seeds.count) seeds")
    }

    /// The property would prove little if nothing ever changed.
    @Test func scenariosChangeEveryWay() throws {
        var reached: [String: Int] = [:]
        for seed in UInt64(1)...60 {
            var run = try RepartitionRun(seed: seed)
            try run.check()
            guard let report = run.report else { continue }
            for (name, count) in [
                ("merged", report.merged), ("split", report.split), ("created", report.created),
                ("gone", report.gone), ("over-full", report.overfullComponents), ("stopped", run.stops),
            ] where count > 0 { reached[name, default: 0] += 1 }
        }
        for name in ["merged", "split", "created", "gone", "over-full", "stopped"] {
            #expect(reached[name, default: 0] >= 5, "\(name): \(reached[name, default: 0])")
        }
    }

    /// Recording cuts in the order of arrival; after a repartition no order is seen.
    @Test func anOverfullComponentIsTheSameFromEveryOrder() async throws {
        let seeds = SeedPlan.fromEnvironment(standard: UInt64(1_000 * TestScale.factor))
        let failures = await seeds.run { seed in
            var generator = SeededGenerator(seed: seed)
            let scenario = RepartitionRun.withoutAssertions(try Scenario(seed: seed))
            let tight = try RepartitionRun.altered(scenario.configuration, isTight: true, &generator)
            var digests: Set<Digest> = []
            for salt in 0..<3 {
                let store = try TemporaryStore(tight)
                var run = PropertyRun(scenario, salt: UInt64(salt))
                try run.apply(scenario.order(&generator), to: store.engine, sweeping: salt > 0, duplicating: salt > 1)
                try store.engine.apply(.sweep(scenario.asOf))
                let rehearsal = try store.engine.repartition(isDryRun: true)
                let report = try store.engine.repartition(isDryRun: false)
                guard rehearsal.after.content == report.after.content, rehearsal.merged == report.merged,
                    rehearsal.split == report.split
                else { throw PropertyFailure("the dry run said something else") }
                digests.insert(try store.engine.digest(.content))
                try checkIntegrity(store.engine)
                let again = try store.engine.repartition(isDryRun: false)
                guard again.before.content == again.after.content, !again.isApplied else {
                    throw PropertyFailure("a second time changes something")
                }
            }
            guard digests.count == 1 else { throw PropertyFailure("\(digests.count) digests of three orders") }
        }
        for failure in failures.prefix(5) { Issue.record("seed \(failure.seed): \(failure.problem)") }
        #expect(failures.map(\.seed) == [])
    }

    // MARK: What cannot be

    private static let plain = """
        built_in: none
        namespaces:
          email: {strength: 700, class: person}
          device: {strength: 300, class: device}

        """

    @Test(arguments: [
        ("built_in: none\nnamespaces: {device: {strength: 300, class: device}}\n", "namespaces.email"),
        (
            "built_in: none\nnamespaces: {email: {strength: 700, class: person, normaliser: email}, "
                + "device: {strength: 300, class: device}}\n", "normaliser"
        ),
        (plain + "undeclared_sources: refuse\n", "sources.web"),
    ])
    func whatTheStoreCannotTakeIsRefused(yaml: String, reason: String) throws {
        let graph = try TestGraph(yaml: Self.plain)
        try graph.see(("email", 1), ("device", 1))
        let target = try Configuration(yaml: yaml, file: "test")
        let content = try graph.engine.digest(.content)
        #expect {
            _ = try graph.engine.repartition(to: target, isDryRun: false)
        } throws: { error in
            guard case EngineError.cannotRepartition(let reasons) = error else { return false }
            return reasons.count == 1 && reasons[0].contains(reason)
        }
        #expect(try graph.engine.digest(.content) == content)
        #expect(!Generation.isBegun(after: graph.engine.store))
    }

    /// An empty namespace is in nobody's way, and a new one can be used at once.
    @Test func namesComeAndGoWhereNothingIsHeld() throws {
        let directory = try TemporaryDirectory()
        let path = directory.path + "/store"
        let first = try Configuration(yaml: Self.plain + "  login: {strength: 900, class: person}\n", file: "test")
        let store = OpenedStore(try TemporaryStore.engine(at: path, first))
        var engine: Engine { store.engine }
        try engine.apply(.record([EvidenceBuilder(first).event([("email", 1), ("device", 1)])]))
        let second = try Configuration(
            yaml: Self.plain + "  card: {strength: 800, class: person}\njurisdiction: CPRA\n", file: "test")
        let report = try engine.repartition(to: second, isDryRun: false, options: TemporaryStore.options)
        #expect(report.configurationChanges.contains { $0.hasPrefix("namespaces.card") })
        try store.reopen()
        try engine.apply(.record([EvidenceBuilder(second).event([("card", 1), ("device", 1)])]))
        #expect(try engine.resolve(EvidenceBuilder.key("card", 1))?.members.count == 3)
        try checkIntegrity(engine)
    }

    /// What was built from a store that has changed since is of no use.
    @Test func aBuildOfAnotherStateIsBegunAnew() throws {
        struct Stopped: Error {}
        let directory = try TemporaryDirectory()
        let path = directory.path + "/store"
        let first = try Configuration(yaml: Self.plain, file: "test")
        let second = try Configuration(
            yaml: Self.plain.replacing("class: device", with: "class: device, hub_limit: 1"), file: "test")
        let builder = EvidenceBuilder(first)
        let store = OpenedStore(try TemporaryStore.engine(at: path, first))
        var engine: Engine { store.engine }
        try engine.apply(.record([builder.event([("email", 1), ("device", 1)])]))
        var pieces = 0
        #expect(throws: Stopped.self) {
            try engine.repartition(to: second, isDryRun: false, options: TemporaryStore.options) { _ in
                pieces += 1
                if pieces == 4 { throw Stopped() }
            }
        }
        // The store is as it was, and takes what comes.
        #expect(Generation.isBegun(after: engine.store))
        try engine.apply(.record([builder.event([("email", 2), ("device", 1)])]))
        let report = try engine.repartition(to: second, isDryRun: false, options: TemporaryStore.options)
        #expect(report.split == 1)
        try store.reopen()
        #expect(try engine.resolve(EvidenceBuilder.key("email", 2))?.members.count == 1)
        try checkIntegrity(engine)
    }
}
