import Engine
import Foundation
import GraphStore
import Identity
import TestSupport
import Testing

/// What a person is told of what is held.
@Suite struct AccessTests {
    @Test func everythingHeldIsInOneDocument() throws {
        let graph = try TestGraph(purposes: "controller: Shop & Sons\n")
        try graph.see(("email", 1), ("login", 1))
        try graph.see(("login", 1), ("device", 1), source: "shop", hours: 5)
        try graph.see(("email", 2), ("login", 2))
        var record = graph.builder.record(1, [("email", 1)])
        record.record?.attributes = Array("{\"name\":\"<b>Ann</b>\"}".utf8)
        try graph.engine.apply(.record([record]))
        try graph.decide(("email", 1), "ads", .granted, .profile)
        let act = PrivacyAct(by: "alice", reason: "asked", at: EvidenceBuilder.time(hours: 6))
        let subject = PrivacySubject.key(graph.builder.identifier("device", 1))
        try graph.engine.restrict(subject, .objection, purposes: ["news"], act)
        let access = try graph.engine.access(
            by: "bob", role: .privacy, action: "privacy access", reason: "art. 15",
            subjects: [EvidenceBuilder.key("email", 1)], at: EvidenceBuilder.time(hours: 7))
        let document = try graph.engine.subjectAccess(
            of: subject, principals: ["ads": ["shop"]], at: EvidenceBuilder.time(hours: 8), under: access)
        #expect(document.identifiers.map(\.namespace).sorted() == ["device", "email", "login"])
        #expect(document.identifiers.allSatisfy { $0.objectedTo == ["news"] })
        #expect(document.links.flatMap(\.sightings).map(\.source).sorted() == ["shop", "web"])
        #expect(document.records.map(\.recordID) == ["1"])
        #expect(document.records[0].attributes == "{\"name\":\"<b>Ann</b>\"}")
        #expect(document.consents.flatMap(\.proofs).count == 1)
        #expect(document.reads.map(\.principal) == ["alice", "bob"])
        let outcomes = document.recipients.map { "\($0.purpose) \($0.outcome) \($0.principals)" }
        #expect(outcomes == ["ads permitted [\"shop\"]", "news generic []", "service permitted []"])
        let json = String(decoding: try JSONEncoder().encode(document), as: UTF8.self)
        #expect(json.contains("\"schema\":\"selvedge.subject-access\\/1\""))
        #expect(!json.contains(EvidenceBuilder.key("email", 2).description))
        #expect(document.html.contains("&lt;b&gt;Ann"))
        #expect(document.html.contains("Shop &amp; Sons"))
        #expect(!document.html.contains("<b>Ann"))
    }

    @Test func whoIsNotHeldIsUnknown() throws {
        let graph = try TestGraph()
        let access = try graph.engine.access(
            by: "bob", role: .privacy, action: "privacy access", reason: "art. 15", subjects: [],
            at: EvidenceBuilder.time(hours: 0))
        #expect(throws: EngineError.self) {
            try graph.engine.subjectAccess(
                of: .key(graph.builder.identifier("email", 1)), at: EvidenceBuilder.time(hours: 0), under: access)
        }
    }
}
