import Engine
import GraphStore
import Identity
import Stitching
import TestSupport
import Testing

/// What a merge and a withdrawal do to views, over random graphs.
@Suite struct MergeProperties {
    @Test func mergingNeverWidensPermission() async throws {
        let seeds = SeedPlan.fromEnvironment(standard: 1_000)
        let tally = ViewTally()
        let failures = await seeds.run { seed in try Self.merge(seed, tally) }
        report(failures, seeds)
        let counts = tally.counts
        print(
            "merges: \(counts.cases) in \(seeds.seeds.count) scenarios, \(counts.generic) members hidden by a decision asked for"
        )
        if seeds.seeds.count >= 300 { #expect(counts.cases * 10 >= seeds.seeds.count && counts.generic > 0) }
    }

    private func report(_ failures: [SeedPlan.Failure], _ seeds: SeedPlan) {
        for failure in failures.prefix(5) { Issue.record("seed \(failure.seed): \(failure.problem)") }
        let failed = failures.map(\.seed)
        #expect(failed == [], "of \(seeds.seeds.count) seeds")
    }

    /// Joins two profiles and asks whether anything is shown that somebody's word hid before. Grants that name what they
    /// take back are left out: that is their purpose.
    private static func merge(_ seed: UInt64, _ tally: ViewTally) throws {
        let scenario = try Scenario(seed: seed).withoutLifts
        var generator = SeededGenerator(seed: seed ^ 0x3E_26E)
        let before = ConsentOracle(scenario)
        let none = IdentityKey(high: 0, low: 0)
        // In an order of their own: a set's differs from run to run.
        let clusters = before.oracle.clusters.filter { $0.contains { !before.oracle.isRecord($0) } }
            .sorted { ($0.min() ?? none) < ($1.min() ?? none) }
        guard clusters.count > 1 else { return }
        let sides = clusters.shuffled(using: &generator).prefix(2)
        let ends = sides.map { side in generator.pick(side.filter { !before.oracle.isRecord($0) }.sorted()) }
        let store = try TemporaryStore(scenario.configuration)
        var run = PropertyRun(scenario)
        try run.apply(scenario.order(&generator), to: store.engine, sweeping: false, duplicating: false)
        try store.engine.apply(.sweep(scenario.asOf))
        let hidden = hidden(before, sides.flatMap { $0 }, scenario)

        let link = KeyedObservation(
            source: generator.pick(["web", "crm", "shop"]), time: scenario.asOf,
            identifiers: ends.map { before.oracle.identifier($0) })
        try store.engine.apply(.record([link]))
        guard let merged = try store.engine.resolve(ends[0]).map({ Set($0.members.map(\.key)) }),
            sides.allSatisfy({ $0.isSubset(of: merged) })
        else { return }
        let after = Oracle(scenario.steps + [.observe(link)], scenario.configuration, asOf: scenario.asOf)
        // A hub's decisions bind the hub alone.
        guard after.hubs == before.oracle.hubs else { return }
        tally.note { $0.cases += 1 }
        for question in hidden {
            tally.note { $0.generic += 1 }
            for asked in merged {
                let request = try store.engine.request(at: scenario.asOf.milliseconds, question.purpose)
                let shown = try store.engine.view(asked, request).profile?.members.map(\.key) ?? []
                guard shown.contains(question.key) else { continue }
                throw PropertyFailure(
                    "asked by \(Scenario.name(asked)), \(Scenario.name(question.key)) is shown for purpose "
                        + "\(question.purpose) after a merge by \(ends.map { Scenario.name($0) })\n\(scenario.transcript)"
                )
            }
        }
        try checkIntegrity(store.engine)
    }

    private static func hidden(
        _ oracle: ConsentOracle, _ keys: [IdentityKey], _ scenario: Scenario
    ) -> [(key: IdentityKey, purpose: Int)] {
        var hidden: [(IdentityKey, Int)] = []
        for (purpose, policy) in scenario.configuration.purposes.enumerated() where policy.kind == .purpose {
            for key in keys where oracle.isHiddenByDecision(key, purpose, now: scenario.asOf.milliseconds) {
                hidden.append((key, purpose))
            }
        }
        return hidden
    }

    @Test func aWithdrawalChangesNoOtherPurpose() async throws {
        let seeds = SeedPlan.fromEnvironment(standard: 500)
        let failures = await seeds.run { seed in try Self.withdraw(seed) }
        report(failures, seeds)
    }

    /// In the same commit: what an identifier refuses for itself is not shown, and the views of all other purposes stay.
    private static func withdraw(_ seed: UInt64) throws {
        let scenario = try Scenario(seed: seed)
        var generator = SeededGenerator(seed: seed ^ 0x77_1D)
        let oracle = ConsentOracle(scenario)
        let identifiers = scenario.keys.filter { oracle.oracle.cluster(of: $0) != nil && !oracle.oracle.isRecord($0) }
        let purposes = scenario.configuration.purposes.indices.filter {
            scenario.configuration.purposes[$0].kind == .purpose
        }
        guard !identifiers.isEmpty else { return }
        let store = try TemporaryStore(scenario.configuration)
        var run = PropertyRun(scenario)
        try run.apply(scenario.order(&generator), to: store.engine, sweeping: false, duplicating: false)
        try store.engine.apply(.sweep(scenario.asOf))
        let key = generator.pick(identifiers.sorted())
        let withdrawn = generator.pick(Array(purposes))
        func views() throws -> [[Profile?]] {
            try purposes.filter { $0 != withdrawn }.map { purpose in
                let request = try store.engine.request(at: scenario.asOf.milliseconds, purpose)
                return try scenario.keys.sorted().map { try store.engine.view($0, request).profile }
            }
        }
        // A denial for all that the withdrawal replaces would let what it held back expire.
        guard oracle.isPinned(key) == false else { return }
        let before = try views()
        var observation = KeyedObservation(
            source: "web", time: scenario.asOf, identifiers: [oracle.oracle.identifier(key)])
        observation.decisions = [
            KeyedDecision(
                id: DecisionID(high: 1, low: 2), identifier: observation.identifiers[0], purpose: withdrawn,
                kind: .withdrawn, scope: .identifier, jurisdiction: nil, time: scenario.asOf, received: scenario.asOf)
        ]
        try store.engine.apply(.decide([observation]))
        guard try bare(views()) == bare(before) else {
            throw PropertyFailure("withdrawing \(withdrawn) of \(Scenario.name(key)) changes another purpose")
        }
        let request = try store.engine.request(at: scenario.asOf.milliseconds, withdrawn)
        for asked in scenario.keys {
            let shown = try store.engine.view(asked, request).profile?.members.map(\.key) ?? []
            if shown.contains(key) { throw PropertyFailure("\(Scenario.name(key)) is shown after its withdrawal") }
        }
        try checkIntegrity(store.engine)
    }

    /// Anchors and keys, without what a member's flags say.
    private static func bare(_ views: [[Profile?]]) -> [[[UInt64]?]] {
        views.map { $0.map { view in view.map { [$0.anchor.rawValue] + $0.members.map(\.node.rawValue) } } }
    }
}
