import Engine
import Foundation
import GraphStore
import Identity
import TestSupport
import Testing

/// Each way in which a merge, an expiry or a later word could show what a decision hid.
@Suite struct WideningTests {
    @Test func aGrantForOneIdentifierLeavesTheDefaultOfAnother() throws {
        let graph = try TestGraph(purposes: "")
        try graph.see(("email", 1), ("device", 1))
        try graph.decide(("email", 1), "ads", .granted)
        #expect(try graph.shown("email", 1, "ads") == ["email1"])
        #expect(try graph.shown("device", 1, "ads").isEmpty)
        try graph.decide(("email", 1), "ads", .granted, .profile, hours: 1)
        #expect(try graph.shown("device", 1, "ads", hours: 1) == ["device1", "email1"])
        try checkIntegrity(graph.engine)
    }

    @Test func aGrantForThePersonLiftsNoDenialBesideIt() throws {
        let graph = try TestGraph(purposes: "")
        try graph.see(("email", 1), ("device", 1))
        try graph.decide(("device", 1), "ads", .denied)
        try graph.decide(("email", 1), "ads", .granted, .profile, hours: 1)
        #expect(try graph.shown("email", 1, "ads", hours: 1) == ["email1"])
        #expect(try graph.shown("device", 1, "ads", hours: 1).isEmpty)
    }

    @Test func anExpiredCookieKeepsItsDenial() throws {
        let graph = try TestGraph(purposes: "")
        try graph.see(("email", 1), ("cookie", 1))
        try graph.see(("email", 1), ("cookie", 2))
        try graph.see(("email", 1))
        try graph.decide(("cookie", 1), "service", .denied, .profile)
        try graph.sweep(hours: 24 * 40)
        #expect(try graph.shown("email", 1, "service", hours: 24 * 40).isEmpty)
        #expect(try graph.isProfile(("email", 1), ("cookie", 1)))
        #expect(try graph.isUnknown("cookie", 2))
        // Taken back by the same identifier, it expires at once.
        try graph.decide(("cookie", 1), "service", .granted, hours: 24 * 40)
        #expect(try graph.isUnknown("cookie", 1))
        #expect(try graph.shown("email", 1, "service", hours: 24 * 40) == ["email1"])
        try checkIntegrity(graph.engine)
    }

    @Test func aDenialBringsBackWhatHadExpired() throws {
        let graph = try TestGraph(purposes: "")
        try graph.see(("email", 1), ("cookie", 1))
        try graph.see(("email", 1))
        try graph.hold(record: 1, ("cookie", 1))
        try graph.sweep(hours: 24 * 40)
        #expect(try graph.isProfile(("email", 1)))
        try graph.decide(("cookie", 1), "service", .withdrawn, .profile, hours: 24 * 40)
        #expect(try graph.size("email", 1) == 3)
        #expect(try graph.shown("email", 1, "service", hours: 24 * 40).isEmpty)
        try checkIntegrity(graph.engine)
    }

    @Test func aGrantThatAgesGivesWayToTheDenialBeforeIt() throws {
        let graph = try TestGraph(purposes: "")
        try graph.see(("email", 1), ("cookie", 1))
        try graph.decide(("cookie", 1), "ads", .denied, .profile)
        try graph.decide(("cookie", 1), "ads", .granted, .profile, hours: 1)
        #expect(try graph.shown("email", 1, "ads", hours: 24 * 30) == ["cookie1", "email1"])
        #expect(try graph.shown("email", 1, "ads", hours: 24 * 30 + 1).isEmpty)
        try graph.sweep(hours: 24 * 40)
        #expect(try graph.view("email", 1, "ads", hours: 24 * 40).reason == .deniedForProfile)
    }

    @Test func aRetractedRecordLeavesItsDenial() throws {
        let graph = try TestGraph(purposes: "")
        var record = graph.builder.record(1, [("email", 1)])
        record.decisions = graph.decision(("email", 1), "service", .denied, .profile).decisions
        try graph.engine.apply(.record([record]))
        try graph.see(("email", 1), ("device", 1))
        try graph.retract(record: 1, hours: 1)
        #expect(try graph.shown("device", 1, "service").isEmpty)
        try graph.retract(source: "crm", hours: 2)
        try graph.retract(source: "web", hours: 2)
        #expect(try graph.isUnknown("email", 1))
        try graph.see(("email", 1), ("device", 2), hours: 3)
        #expect(try graph.shown("device", 2, "service", hours: 3).isEmpty)
        try checkIntegrity(graph.engine)
    }

    @Test func aRecordThatIsRefusedAsRetractedLeavesItsDenial() throws {
        let graph = try TestGraph(purposes: "")
        try graph.see(("email", 9), source: "crm")
        try graph.retract(record: 1, hours: 5)
        var record = graph.builder.record(1, [("email", 1)])
        record.decisions = graph.decision(("email", 1), "service", .denied, .profile).decisions
        #expect(try graph.engine.apply(.record([record])).outcomes[0].kind == .refused)
        try graph.see(("email", 1), ("device", 1))
        #expect(try graph.shown("device", 1, "service").isEmpty)
    }

    @Test func aDecisionDated2099CountsFromItsReceipt() throws {
        let graph = try TestGraph(purposes: "")
        let intake = try graph.engine.intake { EvidenceBuilder.time(hours: 1) }
        func send(_ decision: String, _ time: String, receivedAt hours: Int) throws -> KeyedObservation {
            let line = """
                {"source": "web", "time": "2026-01-01T00:00:00Z", "identifiers": [{"namespace": "email", "value": "a@b.example"}],
                 "consents": [{"purpose": "news", "decision": "\(decision)", "scope": "profile", "time": "\(time)"}]}
                """
            let keyed = try intake.key(
                intake.draft(jsonLine: Array(line.utf8)), receivedAt: EvidenceBuilder.time(hours: hours))
            try graph.engine.apply(.record([keyed]))
            return keyed
        }
        let grant = try send("granted", "2099-01-01T00:00:00Z", receivedAt: 1)
        #expect(grant.decisions[0].time == EvidenceBuilder.time(hours: 1))
        let key = grant.identifiers[0].key
        let request = try graph.engine.request(
            graph.engine.purpose(named: "news"), at: EvidenceBuilder.time(hours: 3))
        #expect(try graph.engine.view(key, request).profile != nil)
        _ = try send("withdrawn", "2026-01-01T02:00:00Z", receivedAt: 2)
        #expect(try graph.engine.view(key, request).reason == .deniedForProfile)
        // Delivered once more, it is the decision that it was.
        let again = try send("granted", "2099-01-01T00:00:00Z", receivedAt: 3)
        #expect(again.decisions[0].id == grant.decisions[0].id)
        #expect(try graph.engine.view(key, request).reason == .deniedForProfile)
    }

    @Test func aLaterOptInTakesBackWhatItNamesAndNothingElse() throws {
        let graph = try TestGraph(purposes: "")
        try graph.see(("email", 1), ("cookie", 1))
        try graph.see(("email", 1), ("cookie", 2))
        let refused = try graph.decide(("cookie", 1), "ads", .denied, hours: 1)
        try graph.decide(("cookie", 2), "ads", .denied, hours: 1)
        let other = try graph.decide(("cookie", 2), "news", .denied, .profile, hours: 1)
        try graph.decide(("email", 1), "ads", .granted, .profile, hours: 2)
        #expect(try graph.shown("email", 1, "ads", hours: 2) == ["email1"])
        try graph.decide(("email", 1), "ads", .granted, .profile, hours: 3, lifts: [refused, other])
        #expect(try graph.shown("email", 1, "ads", hours: 3) == ["cookie1", "email1"])
        #expect(try graph.shown("email", 1, "news", hours: 3).isEmpty)
        // A later refusal counts again, and a grant that has aged takes nothing back.
        #expect(try graph.shown("cookie", 1, "ads", hours: 3 + 24 * 30).isEmpty)
        try graph.decide(("cookie", 1), "ads", .withdrawn, hours: 4)
        #expect(try graph.shown("email", 1, "ads", hours: 4) == ["email1"])
        try checkIntegrity(graph.engine)
    }

    @Test func aGrantTakesBackNothingInAnotherProfile() throws {
        let graph = try TestGraph(purposes: "")
        try graph.see(("email", 1))
        try graph.see(("cookie", 1))
        let refused = try graph.decide(("cookie", 1), "service", .denied, .profile, hours: 1)
        try graph.decide(("email", 1), "service", .granted, .profile, hours: 2, lifts: [refused])
        #expect(try graph.shown("cookie", 1, "service", hours: 2).isEmpty)
        try graph.see(("cookie", 1), ("email", 1), hours: 3)
        #expect(try graph.shown("cookie", 1, "service", hours: 3) == ["cookie1", "email1"])
        try graph.retract(source: "web", hours: 3)
        try graph.see(("cookie", 1), hours: 4)
        #expect(try graph.shown("cookie", 1, "service", hours: 4).isEmpty)
        try checkIntegrity(graph.engine)
    }

    @Test func theStrictestOfSeveralJurisdictionsCounts() throws {
        let graph = try TestGraph(
            yaml: TestGraph.plain + TestGraph.purposes.replacingOccurrences(of: "GDPR", with: "CPRA"))
        try graph.see(("email", 1))
        try graph.see(("device", 1))
        #expect(try graph.shown("email", 1, "ads") == ["email1"])
        try graph.decide(("device", 1), "service", .granted, law: "GDPR")
        #expect(try graph.shown("device", 1, "ads").isEmpty)
        try graph.see(("email", 1), ("device", 1))
        #expect(try graph.view("email", 1, "ads").reason == .notGranted)
        // Both laws on one identifier: the stricter.
        try graph.decide(("device", 1), "service", .granted, hours: 1, law: "CPRA")
        #expect(try graph.view("email", 1, "ads", hours: 1).reason == .notGranted)
        try checkIntegrity(graph.engine)
    }

    @Test func aClockThatJumpsBackRevivesNothing() throws {
        let graph = try TestGraph(purposes: "")
        try graph.see(("email", 1))
        try graph.decide(("email", 1), "ads", .granted, .profile)
        let purpose = try graph.engine.purpose(named: "ads")
        let key = EvidenceBuilder.key("email", 1)
        func isShown(days: Int) throws -> Bool {
            let request = graph.engine.request(purpose, at: EvidenceBuilder.time(hours: days * 24))
            return try graph.engine.view(key, request).profile != nil
        }
        #expect(try isShown(days: 29))
        #expect(try !isShown(days: 30))
        #expect(try !isShown(days: 1))
        try graph.decide(("email", 1), "ads", .granted, .profile, hours: 24 * 31)
        #expect(try isShown(days: 1))
        try graph.decide(("email", 1), "ads", .withdrawn, hours: 24 * 32)
        #expect(try !isShown(days: 0))
    }

    @Test func aRevokedPurposeShrinksOnlyItsOwnView() throws {
        let graph = try TestGraph(purposes: "")
        try graph.see(("email", 1), ("device", 1))
        for purpose in ["ads", "news"] { try graph.decide(("email", 1), purpose, .granted, .profile) }
        let before = try graph.view("email", 1, "news").profile
        #expect(try graph.shown("email", 1, "ads") == ["device1", "email1"])
        try graph.decide(("device", 1), "ads", .withdrawn, hours: 1)
        #expect(try graph.shown("email", 1, "ads", hours: 1) == ["email1"])
        try graph.decide(("email", 1), "ads", .withdrawn, .profile, hours: 2)
        #expect(try graph.shown("email", 1, "ads", hours: 2).isEmpty)
        #expect(try graph.view("email", 1, "news", hours: 2).profile?.members.map(\.key) == before?.members.map(\.key))
        #expect(try graph.view("email", 1, "news", hours: 2).profile?.anchor == before?.anchor)
        #expect(try graph.shown("email", 1, "service", hours: 2) == ["device1", "email1"])
        try checkIntegrity(graph.engine)
    }
}

extension ViewOutcome {
    /// Why nothing is shown; nil: something is.
    var reason: GenericReason? {
        if case .generic(let reason) = self { reason } else { nil }
    }
}
