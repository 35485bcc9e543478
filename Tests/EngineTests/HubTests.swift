import Engine
import GraphStore
import Identity
import LMDB
import Stitching
import TestSupport
import Testing

/// The hub rule works backwards: what a hub had joined comes apart, and joins again when it is none.
@Suite struct HubTests {
    private static func graph() throws -> TestGraph {
        try TestGraph(
            yaml: """
                built_in: none
                namespaces:
                  email: {strength: 700, class: person, hub_limit: 50, fan_limit: 3, record_limit: 3}
                  device: {strength: 300, class: device, hub_limit: 5, fan_limit: 50, record_limit: 50}
                  cookie: {strength: 200, class: device, hub_limit: 50, fan_limit: 50, time_to_live: 10d}
                """)
    }

    @Test func theSixthPersonOnAKioskTakesApartWhatFiveHadJoined() throws {
        let graph = try Self.graph()
        for person in 1...5 { try graph.see(("device", 1), ("email", person), hours: person) }
        #expect(try graph.size("device", 1) == 6)
        let joined = try graph.id("email", 3)
        try graph.see(("device", 1), ("email", 6), source: "kiosk", hours: 6)
        for person in 1...6 { #expect(try graph.isProfile(("email", person))) }
        #expect(try graph.isProfile(("device", 1)))
        #expect(try graph.id("email", 3) != joined)
        try graph.retract(source: "kiosk", hours: 6)
        #expect(
            try graph.isProfile(("device", 1), ("email", 1), ("email", 2), ("email", 3), ("email", 4), ("email", 5)))
        #expect(try graph.id("email", 3) == joined)
        #expect(try graph.isUnknown("email", 6))
        try checkIntegrity(graph.engine)
    }

    @Test func aRecordMayBeTheSixth() throws {
        let graph = try Self.graph()
        for person in 1...5 { try graph.hold(record: person, ("device", 1), ("email", person)) }
        let before = try graph.engine.digest(.content)
        #expect(try graph.size("device", 1) == 11)
        try graph.hold(record: 6, ("device", 1), ("email", 6))
        #expect(try graph.isProfile(("email", 6), ("record/crm", 6)))
        #expect(try graph.isProfile(("device", 1)))
        try graph.retract(record: 6)
        #expect(try graph.engine.digest(.content) == before)
        #expect(try graph.size("device", 1) == 11)
        try checkIntegrity(graph.engine)
    }

    @Test func aHubThatLosesCounterpartsByExpiryJoinsAgain() throws {
        let graph = try Self.graph()
        for cookie in 1...4 { try graph.see(("email", 1), ("cookie", cookie), hours: cookie * 24) }
        #expect(try graph.isProfile(("email", 1)))
        #expect(try graph.isProfile(("cookie", 4)))
        try graph.sweep(hours: 24 + 241)
        #expect(try graph.isUnknown("cookie", 1))
        #expect(try graph.isProfile(("email", 1), ("cookie", 2), ("cookie", 3), ("cookie", 4)))
        try graph.see(("email", 1), ("cookie", 1), hours: 24 + 242)
        #expect(try graph.isProfile(("email", 1)))
        #expect(try graph.isProfile(("cookie", 1)))
        try checkIntegrity(graph.engine)
    }

    @Test func recordsOfAHubStandAloneUntilItIsNone() throws {
        let graph = try Self.graph()
        for record in 1...4 { try graph.hold(record: record, ("email", 1), hours: record) }
        for record in 1...4 { #expect(try graph.isProfile(("record/crm", record))) }
        #expect(try graph.isProfile(("email", 1)))
        try graph.hold(record: 2, ("email", 2), hours: 9, version: 1)
        #expect(try graph.isProfile(("email", 1), ("record/crm", 1), ("record/crm", 3), ("record/crm", 4)))
        #expect(try graph.isProfile(("email", 2), ("record/crm", 2)))
        try checkIntegrity(graph.engine)
    }

    @Test func aHubOfThreeThousandCounterpartsCostsARowOrTwoForEach() throws {
        let graph = try TestGraph(.builtIn)
        var used: [Int] = []
        for step in 0..<30 {
            let events = (1...100).map { graph.builder.event([("email", 1), ("cookie", step * 100 + $0)]) }
            try graph.engine.apply(.record(events))
            if step % 10 == 9 { used.append(try graph.engine.store.environment.info().usedSize) }
        }
        #expect(try graph.isProfile(("email", 1)))
        let environment = graph.engine.store.environment
        #expect(try environment.statistics(of: Tables.suspended.declaration).entries == 6_000)
        #expect(try environment.statistics(of: Tables.components.declaration).entries == 3_001)
        #expect(used[2] - used[1] < 2 * (used[1] - used[0]), "a later thousand costs what an earlier one did: \(used)")
        try environment.read { transaction in
            let key = EvidenceBuilder.key("email", 1)
            let hub = try #require(try transaction.get(Tables.identifiers, key)).node
            let bytes = try transaction.withValue(Tables.components, hub) { $0.byteCount }
            #expect(try #require(bytes) < 100, "the hub's own row knows nothing of its counterparts")
        }
        try checkIntegrity(graph.engine)
    }
}
