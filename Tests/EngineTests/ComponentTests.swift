import Engine
import GraphStore
import Identity
import LMDB
import TestSupport
import Testing

/// Components that outgrow their row, and the limit of what one may hold.
@Suite struct ComponentTests {
    private static let wide = TestGraph.plain + "limits: {profile_identifiers: 1000}\n"

    /// Events of sixteen identifiers each, all sharing one: 120 links an event.
    private static func steps(_ builder: EvidenceBuilder, _ events: Range<Int>, source: String) -> [Step] {
        events.map { number in
            let others = (1...15).map { ("device", number * 15 + $0) }
            return .observe(builder.event([("email", 1)] + others, source: source, hours: number))
        }
    }

    private static func apply(_ steps: [Step], to graph: TestGraph) throws {
        for case .observe(let observation) in steps { try graph.engine.apply(.record([observation])) }
    }

    @Test func linksOfALargeComponentLieApartAndComeBack() throws {
        let graph = try TestGraph(yaml: Self.wide)
        let environment = graph.engine.store.environment
        let small = Self.steps(graph.builder, 0..<5, source: "web")
        let large = Self.steps(graph.builder, 5..<22, source: "feed")
        let asOf = EvidenceBuilder.time(hours: 100)
        try Self.apply(small, to: graph)
        let before = (try graph.engine.digest(.partition), try graph.engine.digest(.content))
        #expect(try environment.statistics(of: Tables.links.declaration).entries == 0)
        try Self.apply(large, to: graph)
        #expect(try environment.statistics(of: Tables.links.declaration).entries == 22 * 120)
        let oracle = Oracle(small + large, graph.builder.configuration, asOf: asOf)
        #expect(try graph.engine.digest(.partition) == oracle.digest)
        #expect(try graph.size("email", 1) == 331)

        let whole = try TestGraph(yaml: Self.wide)
        for case .observe(let observation) in (large + small).reversed() {
            try whole.engine.apply(.record([observation]))
        }
        #expect(try whole.engine.digest(.content) == graph.engine.digest(.content))
        try checkIntegrity(graph.engine)

        try graph.retract(source: "feed", hours: 50)
        #expect(try environment.statistics(of: Tables.links.declaration).entries == 0)
        #expect(try graph.engine.digest(.partition) == before.0)
        #expect(try graph.engine.digest(.content) == before.1)
        try checkIntegrity(graph.engine)
    }

    @Test func aLargeComponentThatFallsApartLeavesNoLinkBehind() throws {
        let graph = try TestGraph(
            yaml: """
                built_in: none
                namespaces:
                  email: {strength: 700, class: person, hub_limit: 1000, fan_limit: 330}
                  device: {strength: 300, class: device, hub_limit: 1000, fan_limit: 1000}
                limits: {profile_identifiers: 1000}
                """)
        try Self.apply(Self.steps(graph.builder, 0..<22, source: "web"), to: graph)
        #expect(try graph.size("email", 1) == 331)
        let environment = graph.engine.store.environment
        let before = try graph.engine.digest(.content)
        try graph.see(("email", 1), ("device", 9_999), source: "last", hours: 30)
        #expect(try graph.isProfile(("email", 1)))
        #expect(try graph.size("device", 1) == 15)
        #expect(try environment.statistics(of: Tables.links.declaration).entries == 0)
        #expect(try environment.statistics(of: Tables.suspended.declaration).entries == 2 * 331)
        try graph.retract(source: "last", hours: 30)
        #expect(try graph.size("email", 1) == 331)
        #expect(try environment.statistics(of: Tables.links.declaration).entries == 22 * 120)
        #expect(try graph.engine.digest(.content) == before)
        try checkIntegrity(graph.engine)
    }

    @Test func linksPastTheComponentLimitAreSuspendedAndCounted() throws {
        let graph = try TestGraph(adding: "limits: {component_members: 4}\n")
        for number in 1...3 { try graph.see(("email", number), ("email", number + 1)) }
        #expect(try graph.size("email", 1) == 4)
        #expect(try graph.engine.state().componentLimited == 0)
        try graph.see(("email", 4), ("email", 5), source: "more")
        #expect(try graph.size("email", 1) == 4)
        #expect(try graph.isProfile(("email", 5)))
        #expect(try graph.engine.state().componentLimited == 1)
        try graph.see(("email", 5), ("email", 1), source: "more")
        #expect(try graph.engine.state().componentLimited == 2)
        try graph.hold(record: 1, ("email", 1))
        #expect(try graph.isProfile(("record/crm", 1)), "a record past the limit stands alone")
        try graph.retract(source: "more")
        #expect(try graph.engine.state().componentLimited == 0)
        #expect(try graph.isUnknown("email", 5))
        try checkIntegrity(graph.engine)
    }

    @Test func aLinkThatTheComponentLimitHeldBackIsTriedAgainWhenItIsSeenAgain() throws {
        let graph = try TestGraph(adding: "limits: {component_members: 4}\n")
        try graph.see(("email", 1), ("email", 2), ("email", 3), source: "wrong")
        try graph.see(("email", 3), ("email", 4))
        try graph.see(("email", 4), ("email", 5))
        #expect(try graph.isProfile(("email", 5)))
        try graph.retract(source: "wrong")
        try graph.see(("email", 4), ("email", 5), hours: 24)
        #expect(try graph.isProfile(("email", 3), ("email", 4), ("email", 5)))
        #expect(try graph.engine.state().componentLimited == 0)
        try checkIntegrity(graph.engine)
    }

    // MARK: Must-links at the limit

    private static func isFull(_ error: any Error) -> Bool {
        if case EngineError.componentFull(members: 5, limit: 4) = error { true } else { false }
    }

    @Test func aMustLinkPastTheLimitIsRefused() throws {
        let graph = try TestGraph(adding: "limits: {component_members: 4}\n")
        try graph.see(("email", 1), ("email", 2), ("email", 3))
        try graph.see(("email", 4), ("email", 5), source: "more")
        let before = try graph.engine.digest(.content)
        let claim = graph.builder.assertion(
            .same, graph.builder.identifier("email", 1), graph.builder.identifier("email", 4))
        #expect { try graph.engine.apply(.assert(claim)) } throws: { Self.isFull($0) }
        #expect(try graph.engine.digest(.content) == before)
        try graph.retract(source: "more")
        try graph.engine.apply(.assert(claim))
        #expect(try graph.size("email", 4) == 4)
        try graph.engine.apply(.assert(claim))
        try checkIntegrity(graph.engine)
    }

    /// Its other end has filled up while the record was away.
    @Test func aMustLinkOfARecordThatIsHeldAgainWaitsForRoom() throws {
        let graph = try TestGraph(adding: "limits: {component_members: 4}\n")
        try graph.see(("email", 1), ("email", 2), ("email", 3))
        try graph.hold(record: 1)
        let record = KeyedIdentifier(
            namespace: graph.builder.identifier("record", 0).namespace, key: EvidenceBuilder.recordKey(1, source: "crm")
        )
        let claim = graph.builder.assertion(.same, record, graph.builder.identifier("email", 1))
        try graph.engine.apply(.assert(claim))
        #expect(try graph.size("email", 1) == 4)
        try graph.retract(record: 1)
        try graph.see(("email", 1), ("email", 4), source: "more")
        try graph.hold(record: 1, hours: 1)
        #expect(try graph.isProfile(("record/crm", 1)))
        #expect { try graph.engine.apply(.assert(claim)) } throws: { Self.isFull($0) }
        try checkIntegrity(graph.engine)

        try graph.retract(source: "more")
        #expect(try graph.isProfile(("record/crm", 1), ("email", 1), ("email", 2), ("email", 3)))
        try checkIntegrity(graph.engine)
        try graph.engine.apply(.withdraw(claim))
        #expect(try graph.isProfile(("record/crm", 1)))
        try checkIntegrity(graph.engine)
    }

    /// One record that is said to be the same as everybody: each is within the limit while it is away.
    @Test func manyMustLinksThatComeBackTogetherNeverPassTheLimit() throws {
        let graph = try TestGraph(adding: "limits: {component_members: 4}\n")
        try graph.hold(record: 1)
        let record = KeyedIdentifier(
            namespace: graph.builder.identifier("record", 0).namespace, key: EvidenceBuilder.recordKey(1, source: "crm")
        )
        // The record's node would go with the record if nothing were said of it.
        try graph.engine.apply(.assert(graph.builder.assertion(.same, record, graph.builder.identifier("login", 1))))
        try graph.retract(record: 1)
        for number in 0..<8 {
            let emails = (0..<3).map { ("email", number * 3 + $0) }
            try graph.engine.apply(.record([graph.builder.event(emails)]))
            try graph.engine.apply(
                .assert(graph.builder.assertion(.same, record, graph.builder.identifier("email", number * 3))))
        }
        try graph.hold(record: 1, hours: 1)
        #expect(try graph.engine.statistics().largestComponents.allSatisfy { $0.members <= 4 })
        #expect(try graph.size("record/crm", 1) >= 2)
        try checkIntegrity(graph.engine)
    }
}
