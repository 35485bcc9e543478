import Engine
import GraphStore
import Identity
import LMDB
import Stitching
import TestSupport
import Testing

/// Stored, not used.
@Suite struct RestrictionTests {
    private static let act = PrivacyAct(by: "alice", reason: "a test", at: EvidenceBuilder.time(hours: 0))

    private static func subject(_ graph: TestGraph, _ namespace: String, _ number: Int) -> PrivacySubject {
        .key(graph.builder.identifier(namespace, number))
    }

    @Test(arguments: RestrictionKind.allCases)
    func aRestrictedProfileIsGenericForAllPurposes(kind: RestrictionKind) throws {
        let graph = try TestGraph(purposes: "")
        try graph.see(("email", 1), ("login", 1))
        try graph.decide(("email", 1), "ads", .granted, .profile)
        #expect(try graph.shown("login", 1, "ads") == ["email1", "login1"])
        #expect(try graph.engine.restrict(Self.subject(graph, "email", 1), kind, Self.act) == 2)
        for purpose in ["ads", "service"] { #expect(try graph.shown("login", 1, purpose).isEmpty) }
        #expect(try graph.isProfile(("email", 1), ("login", 1)))
        try checkIntegrity(graph.engine)
        #expect(try graph.engine.lift(Self.subject(graph, "login", 1), kind, Self.act) == 2)
        #expect(try graph.shown("login", 1, "ads") == ["email1", "login1"])
        try checkIntegrity(graph.engine)
    }

    @Test func aMergeDoesNotEndIt() throws {
        let graph = try TestGraph(purposes: "")
        try graph.see(("email", 1), ("login", 1))
        try graph.see(("email", 2), ("login", 2))
        try graph.engine.restrict(Self.subject(graph, "email", 1), .restriction, Self.act)
        #expect(try graph.shown("login", 2, "service") == ["email2", "login2"])
        try graph.see(("login", 1), ("login", 2))
        #expect(try graph.shown("login", 2, "service").isEmpty)
        // Nor does a grant that is newer.
        try graph.decide(("email", 2), "service", .granted, .profile, hours: 9)
        try graph.decide(("email", 1), "service", .granted, .profile, hours: 9)
        #expect(try graph.shown("email", 2, "service").isEmpty)
        try checkIntegrity(graph.engine)
    }

    @Test func purposesThatTheConfigurationListsStillAnswer() throws {
        let graph = try TestGraph(purposes: "privacy: {restricted_purposes: [service]}\n")
        try graph.see(("email", 1), ("login", 1))
        try graph.engine.restrict(Self.subject(graph, "email", 1), .restriction, Self.act)
        #expect(try graph.shown("login", 1, "service") == ["email1", "login1"])
        #expect(try graph.shown("login", 1, "ads").isEmpty)
    }

    @Test func anObjectionMayBeToSomePurposes() throws {
        let graph = try TestGraph(purposes: "")
        try graph.see(("email", 1), ("login", 1))
        try graph.decide(("email", 1), "ads", .granted, .profile)
        try graph.engine.restrict(Self.subject(graph, "email", 1), .objection, purposes: ["ads"], Self.act)
        #expect(try graph.shown("login", 1, "ads").isEmpty)
        #expect(try graph.shown("login", 1, "service") == ["email1", "login1"])
        #expect(throws: EngineError.self) {
            try graph.engine.restrict(
                Self.subject(graph, "email", 1), .objection, purposes: ["no such"], Self.act)
        }
    }

    /// What is held goes on being held; once it has gone, it does not come back.
    @Test func whoHasObjectedDoesNotComeBack() throws {
        let graph = try TestGraph(purposes: "")
        try graph.hold(record: 1, ("email", 1))
        try graph.engine.restrict(Self.subject(graph, "email", 1), .objection, Self.act)
        #expect(try graph.see(("email", 1), ("login", 1)).dropped.isEmpty)
        try graph.retract(source: "web")
        try graph.retract(record: 1)
        // The objection itself keeps the identifier.
        #expect(try graph.see(("email", 1), ("login", 1), source: "shop").dropped.isEmpty)
        #expect(try graph.engine.suppression(of: EvidenceBuilder.key("email", 1))?.cause == .objected)
    }

    @Test func arepartitionKeepsIt() throws {
        let directory = try TemporaryDirectory()
        let yaml = TestGraph.plain + TestGraph.purposes
        let configuration = try Configuration(yaml: yaml, file: "test")
        let store = OpenedStore(try TemporaryStore.engine(at: directory.path + "/store", configuration))
        let builder = EvidenceBuilder(configuration)
        try store.engine.apply(.record([builder.event([("email", 1), ("login", 1)])]))
        try store.engine.restrict(.key(builder.identifier("email", 1)), .restriction, Self.act)
        let other = try Configuration(yaml: yaml.replacing("strength: 300", with: "strength: 301"), file: "test")
        _ = try store.engine.repartition(to: other, isDryRun: false, options: TemporaryStore.options)
        try store.reopen()
        try checkIntegrity(store.engine)
        let request = try store.engine.request(
            at: EvidenceBuilder.time(hours: 1).milliseconds, other.purposeIndex(named: "service") ?? 0)
        #expect(try store.engine.view(EvidenceBuilder.key("login", 1), request).profile == nil)
    }
}
