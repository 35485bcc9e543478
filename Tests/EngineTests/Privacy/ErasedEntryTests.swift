import Engine
import GraphStore
import Identity
import LMDB
import Stitching
import TestSupport
import Testing

/// The change feed tells that somebody was erased, sealed: to those who may read all of it, and until it is trimmed.
@Suite struct ErasedEntryTests {
    private static let act = PrivacyAct(by: "alice", reason: "a test", at: EvidenceBuilder.time(hours: 30))

    private static func graph(_ yaml: String = "") throws -> TestGraph {
        let graph = try TestGraph(adding: TestGraph.purposes + "privacy: {approvals: 1}\n" + yaml)
        for number in 1...5 {
            try graph.engine.apply(
                .record([graph.builder.event([("email", number), ("login", number)], hours: number)]))
        }
        return graph
    }

    private static func entries(_ graph: TestGraph, from first: UInt64 = 1) throws -> [FeedEntry] {
        let access = try graph.engine.access(
            by: "tests", role: .privacy, action: "watch", reason: "a test", subjects: [],
            at: EvidenceBuilder.time(hours: 0))
        return try graph.engine.watch(from: first, limit: 1_000, under: access).entries
    }

    @discardableResult
    private static func erase(_ number: Int, _ graph: TestGraph) throws -> UInt64 {
        let subject = PrivacySubject.key(graph.builder.identifier("email", number))
        let request = try graph.engine.requestErasure(of: subject, act)
        try graph.engine.runErasure(request.number, at: act.time)
        return request.number
    }

    private static func feedKeys(_ graph: TestGraph) throws -> Int {
        try graph.engine.store.environment.read { transaction in
            var count = 0
            try transaction.scan(Tables.dataKeys) { subject, _ in
                if SlotOwner(subject).kind == .feed { count += 1 }
                return .proceed
            }
            return count
        }
    }

    @Test func whoReadsTheWholeFeedIsToldWhoWasErased() throws {
        let graph = try Self.graph()
        let profile = try #require(try graph.id("email", 2))
        let number = try Self.erase(2, graph)
        let entries = try Self.entries(graph)
        let erased = entries.filter { $0.kind == .erased }
        #expect(erased.count == 1 && erased[0].profile == profile && erased[0].others.count == 1)
        // Nothing else names the person, and nothing in the store does.
        #expect(!entries.contains { $0.kind != .erased && ([$0.profile] + $0.others).contains(profile) })
        #expect(try graph.engine.nodeRows(ofErasure: number).isEmpty)
        try checkIntegrity(graph.engine)
    }

    @Test func whoReadsForAPurposeIsNot() throws {
        let graph = try Self.graph()
        try Self.erase(2, graph)
        let request = graph.engine.request(try graph.engine.purpose(named: "ads"), at: EvidenceBuilder.time(hours: 40))
        let seen = try graph.engine.watch(from: 1, limit: 1_000, request).entries
        #expect(!seen.contains { $0.kind == .erased })
    }

    @Test func itsKeyGoesWithTheTrim() throws {
        let graph = try Self.graph("limits: {feed_days: 1}\n")
        try Self.erase(2, graph)
        #expect(try Self.feedKeys(graph) == 1)
        let slots = try #require(try graph.engine.store.sealing.slots())
        let id = try graph.engine.store.environment.read { transaction in
            var found: DataKeyID?
            try transaction.scan(Tables.dataKeys) { subject, payload in
                guard SlotOwner(subject).kind == .feed else { return .proceed }
                found = try DataKeyCodec.decode(payload, version: DataKeyCodec.version)
                return .stop
            }
            return found
        }
        #expect(try slots.owner(of: #require(id)) != nil)
        try graph.engine.apply(.sweep(EvidenceBuilder.time(hours: 24 * 40)))
        #expect(try Self.feedKeys(graph) == 0)
        #expect(try slots.owner(of: #require(id)) == nil)
        try checkIntegrity(graph.engine)
    }

    /// An erasure that takes entries out of rows leaves the sealed ones of others where they are.
    @Test func oneErasureLeavesTheEntryOfAnother() throws {
        let graph = try Self.graph()
        var profiles: [ProfileID] = []
        for number in 1...5 {
            profiles.append(try #require(try graph.id("login", number)))
            try Self.erase(number, graph)
        }
        let scrubbed = try graph.engine.scrub(Self.act, options: TemporaryStore.options)
        #expect(scrubbed.rows > 0)
        let erased = try Self.entries(graph).filter { $0.kind == .erased }
        #expect(erased.map(\.profile) == profiles)
        try checkIntegrity(graph.engine)
    }
}
