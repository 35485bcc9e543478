import Engine
import GraphStore
import Identity
import LMDB
import Stitching
import TestSupport
import Testing

/// Erasures in few words: who asks, who approves, what goes, what stays, what does not come back.
@Suite struct ErasureTests {
    private static func act(_ principal: String, hours: Int = 0) -> PrivacyAct {
        PrivacyAct(by: principal, reason: "a test", at: EvidenceBuilder.time(hours: hours))
    }

    @discardableResult
    private static func erase(
        _ graph: TestGraph, _ namespace: String, _ number: Int, isOnly: Bool = false
    ) throws -> ErasureStatus {
        let subject = PrivacySubject.key(graph.builder.identifier(namespace, number))
        let request = try graph.engine.requestErasure(of: subject, isOnly: isOnly, act("alice"))
        try graph.engine.approveErasure(request.number, hash: request.row.requestHash, act("bob"))
        return try graph.engine.runErasure(request.number, at: EvidenceBuilder.time(hours: 1))
    }

    // MARK: Two principals

    @Test func theRequesterMustNotApprove() throws {
        let graph = try TestGraph()
        try graph.see(("email", 1), ("login", 1))
        let request = try graph.engine.requestErasure(
            of: .key(graph.builder.identifier("email", 1)), Self.act("alice"))
        #expect(throws: EngineError.self) {
            try graph.engine.approveErasure(request.number, hash: request.row.requestHash, Self.act("alice"))
        }
        #expect(try graph.engine.runErasure(request.number, at: EvidenceBuilder.time(hours: 1)).state == .requested)
        #expect(try graph.isProfile(("email", 1), ("login", 1)))
    }

    @Test func anApprovalIsOfOneRequestAlone() throws {
        let graph = try TestGraph()
        try graph.see(("email", 1), ("login", 1))
        try graph.see(("email", 2), ("login", 2))
        let first = try graph.engine.requestErasure(of: .key(graph.builder.identifier("email", 1)), Self.act("alice"))
        let second = try graph.engine.requestErasure(of: .key(graph.builder.identifier("email", 2)), Self.act("alice"))
        #expect(first.row.requestHash != second.row.requestHash)
        #expect(throws: EngineError.self) {
            try graph.engine.approveErasure(second.number, hash: first.row.requestHash, Self.act("bob"))
        }
        #expect(try graph.engine.erasure(second.number).state == .requested)
    }

    @Test func anApprovalExpires() throws {
        let graph = try TestGraph()
        try graph.see(("email", 1), ("login", 1))
        let request = try graph.engine.requestErasure(of: .key(graph.builder.identifier("email", 1)), Self.act("alice"))
        try graph.engine.approveErasure(request.number, hash: request.row.requestHash, Self.act("bob"))
        #expect(throws: EngineError.self) {
            try graph.engine.runErasure(request.number, at: EvidenceBuilder.time(hours: 73))
        }
        #expect(try graph.engine.erasure(request.number).state == .expired)
        #expect(try graph.isProfile(("email", 1), ("login", 1)))
    }

    @Test func oneApprovalIsEnoughWhereTheConfigurationSaysSo() throws {
        let graph = try TestGraph(adding: "privacy: {approvals: 1, due_days: 10}\n")
        try graph.see(("email", 1), ("login", 1))
        let request = try graph.engine.requestErasure(of: .key(graph.builder.identifier("email", 1)), Self.act("alice"))
        #expect(request.row.due == EvidenceBuilder.time(hours: 240))
        #expect(try graph.engine.runErasure(request.number, at: EvidenceBuilder.time(hours: 1)).state == .deleted)
        #expect(try graph.isUnknown("login", 1))
    }

    @Test func whatIsRejectedStays() throws {
        let graph = try TestGraph()
        try graph.see(("email", 1), ("login", 1))
        let request = try graph.engine.requestErasure(of: .key(graph.builder.identifier("email", 1)), Self.act("alice"))
        #expect(try graph.engine.rejectErasure(request.number, Self.act("bob")).state == .rejected)
        #expect(throws: EngineError.self) {
            try graph.engine.approveErasure(request.number, hash: request.row.requestHash, Self.act("bob"))
        }
        #expect(try graph.isProfile(("email", 1), ("login", 1)))
    }

    // MARK: Who goes

    @Test func aSharedDeviceStaysWithTheOtherPerson() throws {
        let graph = try TestGraph(
            adding: "  customer: {strength: 950, class: person, unique_per_profile: true, hub_limit: 9, fan_limit: 9}\n"
        )
        try graph.see(("customer", 1), ("device", 1), ("email", 1))
        try graph.see(("customer", 2), ("device", 1))
        #expect(try Self.erase(graph, "email", 1).row.counts.shared == 1)
        #expect(try graph.isUnknown("customer", 1))
        #expect(try graph.isUnknown("email", 1))
        #expect(try graph.isProfile(("customer", 2), ("device", 1)))
        #expect(try graph.engine.suppression(of: EvidenceBuilder.key("device", 1)) == nil)
        try checkIntegrity(graph.engine)
    }

    @Test func anIdentifierThatNobodyHasSeenIsSuppressedAllTheSame() throws {
        let graph = try TestGraph()
        let status = try Self.erase(graph, "email", 7)
        #expect(status.state == .deleted)
        #expect(try graph.see(("email", 7), ("login", 7)).dropped.map(\.reason) == [.suppressed])
        #expect(try graph.isUnknown("email", 7))
        #expect(try graph.isProfile(("login", 7)))
    }

    @Test func oneIdentifierAloneLeavesTheOthers() throws {
        let graph = try TestGraph()
        try graph.see(("email", 1), ("login", 1))
        try graph.hold(record: 1, ("email", 1), ("device", 1))
        try Self.erase(graph, "email", 1, isOnly: true)
        #expect(try graph.isUnknown("email", 1))
        #expect(try graph.isProfile(("login", 1)))
        #expect(try graph.size("device", 1) == 2)
        try checkIntegrity(graph.engine)
    }

    @Test func aProfileIdNamesItsProfile() throws {
        let graph = try TestGraph()
        try graph.see(("email", 1), ("login", 1))
        let anchor = try #require(try graph.engine.resolve(EvidenceBuilder.key("email", 1))).anchor
        let request = try graph.engine.requestErasure(of: .node(anchor), Self.act("alice"))
        try graph.engine.approveErasure(request.number, hash: request.row.requestHash, Self.act("bob"))
        try graph.engine.runErasure(request.number, at: EvidenceBuilder.time(hours: 1))
        #expect(try graph.isUnknown("email", 1))
        #expect(try graph.engine.resolve(graph.engine.profileID(anchor)) == nil)
        #expect(throws: EngineError.self) { try graph.engine.requestErasure(of: .node(anchor), Self.act("alice")) }
    }

    // MARK: Who does not come back

    @Test func aRecordOfSomebodyErasedIsLeftOut() throws {
        let graph = try TestGraph()
        try graph.hold(record: 1, ("email", 1), ("login", 1))
        try Self.erase(graph, "login", 1)
        #expect(try graph.hold(record: 1, ("email", 1), ("login", 1)).refusal?.reason == .suppressed)
        #expect(try graph.hold(record: 1, ("email", 2), version: 1).refusal?.reason == .suppressed)
        #expect(try graph.hold(record: 2, ("email", 1)).refusal?.reason == .suppressed)
        #expect(try graph.hold(record: 3, ("email", 1), ("email", 3)).dropped.count == 1)
        #expect(try graph.isUnknown("email", 1))
        #expect(try graph.isUnknown("email", 2))
        #expect(try graph.size("email", 3) == 2)
        try graph.retract(record: 1)
        let key = RecordKey(source: SourceID(0), key: EvidenceBuilder.recordKey(1, source: "crm"))
        #expect(try graph.engine.store.environment.read { try $0.get(Tables.records, key) } == nil)
        try checkIntegrity(graph.engine)
    }

    @Test func assertionsAndDecisionsDoNotBringAnybodyBack() throws {
        let graph = try TestGraph(purposes: "")
        try graph.see(("email", 1), ("login", 1))
        try Self.erase(graph, "login", 1)
        let builder = graph.builder
        #expect(throws: EngineError.self) {
            try graph.engine.apply(
                .assert(builder.assertion(.same, builder.identifier("email", 1), builder.identifier("email", 2))))
        }
        let decision = graph.decision(("email", 1), "ads", .granted)
        let outcome = try graph.engine.apply(.decide([decision])).outcomes[0]
        #expect(outcome.decisions.map(\.effect) == [.suppressed])
        #expect(try graph.isUnknown("email", 1))
        #expect(try graph.isUnknown("email", 2))
    }

    @Test func aNewConsentEnteredAsSuchLetsAPersonComeBack() throws {
        let graph = try TestGraph(purposes: "")
        try graph.see(("email", 1), ("login", 1))
        try Self.erase(graph, "login", 1)
        let denial = graph.decision(("email", 1), "ads", .denied)
        #expect(throws: EngineError.self) { try graph.engine.apply(.privacy(.readmit(denial, Self.act("alice")))) }
        let grant = graph.decision(("email", 1), "ads", .granted, hours: 5)
        try graph.engine.apply(.privacy(.readmit(grant, Self.act("alice"))))
        #expect(try graph.see(("email", 1), ("login", 1), hours: 6).dropped.count == 1)
        #expect(try graph.isProfile(("email", 1)))
        try checkIntegrity(graph.engine)
    }

    // MARK: What is due

    @Test func whatIsDueFirstIsListedFirst() throws {
        let graph = try TestGraph(adding: "privacy: {approvals: 1}\n")
        for number in 1...3 { try graph.see(("email", number), ("login", number)) }
        for (number, hours) in [(1, 50), (2, 10), (3, 0)] {
            _ = try graph.engine.requestErasure(
                of: .key(graph.builder.identifier("email", number)), Self.act("alice", hours: hours))
        }
        try graph.engine.rejectErasure(3, Self.act("bob"))
        #expect(try graph.engine.erasures().map(\.number) == [2, 1, 3])
        #expect(try graph.engine.erasures()[0].isOverdue(at: EvidenceBuilder.time(hours: 730)))
        #expect(try !graph.engine.erasures()[1].isOverdue(at: EvidenceBuilder.time(hours: 730)))
    }

    // MARK: The search

    /// A table that may hold somebody's rows and is not searched row by row would let them stay.
    @Test func everyTableThatIsErasedFromIsSearched() throws {
        let graph = try TestGraph()
        var scan = NodeScan(of: [])
        try graph.engine.store.environment.read { try scan.run($0) }
        for table in Tables.all {
            if case .none = table.erasure { continue }
            #expect(scan.tables.contains(table.name.description), "\(table.name)")
        }
    }

    // MARK: The feed

    @Test func theFeedForgetsThePersonAndKeepsItsNumbers() throws {
        let graph = try TestGraph()
        for number in 1...3 { try graph.see(("email", number), ("login", number)) }
        let before = try graph.engine.state().feedNext
        try Self.erase(graph, "email", 2)
        let sequences = try graph.engine.store.environment.read { transaction in
            var found: [UInt64] = []
            try transaction.scan(Tables.changes) { sequence, _ in
                found.append(sequence)
                return .proceed
            }
            return found
        }
        // The last one says, sealed, that somebody was erased.
        #expect(sequences == [1, 3, 4])
        #expect(try graph.engine.state().feedNext == before + 1)
        try graph.see(("email", 4), ("login", 4))
        #expect(try graph.engine.state().feedNext == before + 2)
    }
}
