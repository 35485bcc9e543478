import Engine
import GraphStore
import Identity
import Stitching
import TestSupport
import Testing

/// Expiry hides and does not delete; ids outlive the identifiers that they came from.
@Suite struct ExpiryTests {
    /// Hours that a cookie of the plain configuration lives.
    private let life = 240

    @Test func aLinkIsHiddenAfterTheLastHourOfItsTimeToLive() throws {
        let graph = try TestGraph()
        try graph.see(("email", 1), ("cookie", 1))
        try graph.sweep(hours: life)
        #expect(try graph.isProfile(("email", 1), ("cookie", 1)))
        try graph.sweep(hours: life + 1)
        #expect(try graph.isUnknown("cookie", 1))
        // The e-mail was only ever seen with the cookie, and that is past too.
        #expect(try graph.isUnknown("email", 1))
    }

    @Test func anAsOfDigestIsThatOfTheSweepAndChangesNothing() throws {
        let graph = try TestGraph()
        try graph.see(("email", 1), ("cookie", 1))
        try graph.see(("email", 1), ("login", 1), hours: 5)
        let now = try graph.engine.digest(.partition)
        let later = EvidenceBuilder.time(hours: life + 1)
        let ahead = try graph.engine.digest(.partition, asOf: later)
        #expect(ahead != now)
        #expect(try graph.engine.digest(.partition) == now)
        #expect(try graph.isProfile(("email", 1), ("login", 1), ("cookie", 1)))
        try graph.sweep(hours: life + 1)
        #expect(try graph.engine.digest(.partition) == ahead)
        #expect(throws: EngineError.self) { try graph.engine.digest(.partition, asOf: EvidenceBuilder.time(hours: 1)) }
    }

    @Test func whatIsSeenAgainComesBackWithAllThatItHeld() throws {
        let graph = try TestGraph()
        try graph.see(("email", 1), ("login", 1))
        try graph.see(("email", 1), ("cookie", 1))
        try graph.see(("cookie", 1), ("device", 1), hours: 1)
        let before = try graph.engine.digest(.content)
        try graph.sweep(hours: life + 2)
        #expect(try graph.isUnknown("cookie", 1))
        try graph.see(("email", 1), ("cookie", 1), hours: life + 3)
        #expect(try graph.isProfile(("email", 1), ("login", 1), ("cookie", 1)))
        let other = try TestGraph()
        try other.see(("email", 1), ("cookie", 1), hours: life + 3)
        try other.see(("email", 1), ("login", 1))
        try other.see(("cookie", 1), ("device", 1), hours: 1)
        try other.see(("email", 1), ("cookie", 1))
        #expect(try graph.engine.digest(.content) == other.engine.digest(.content))
        #expect(try graph.engine.digest(.content) != before)
        try checkIntegrity(graph.engine)
    }

    @Test func theIdOfAnExpiredIdentifierLeadsToItsHeir() throws {
        let graph = try TestGraph()
        let id = try #require(try graph.see(("cookie", 1)).profile)
        try graph.see(("cookie", 1), ("cookie", 2), hours: 1)
        try graph.see(("cookie", 2), ("email", 1), hours: 100)
        try graph.see(("email", 1), ("login", 1), hours: 100)
        #expect(try graph.id("login", 1) == id)
        try graph.sweep(hours: 1 + life + 1)
        #expect(try graph.isUnknown("cookie", 1))
        #expect(try graph.id("login", 1) == id, "the heir keeps the id")
        #expect(try graph.engine.resolve(id)?.members.count == 3)
        try graph.sweep(hours: 100 + life + 1)
        #expect(try graph.isUnknown("cookie", 2))
        #expect(try graph.isProfile(("email", 1), ("login", 1)))
        #expect(try graph.id("login", 1) == id, "and so does the heir's heir")
        try checkIntegrity(graph.engine)
    }

    @Test func anIdentifierThatReturnsTakesItsIdBack() throws {
        let graph = try TestGraph()
        let id = try #require(try graph.see(("cookie", 1)).profile)
        try graph.see(("cookie", 1), ("email", 1))
        try graph.see(("email", 1), ("login", 1))
        try graph.sweep(hours: life + 1)
        #expect(try graph.id("email", 1) == id)
        try graph.see(("cookie", 1), ("device", 9), hours: life + 2)
        #expect(try graph.id("cookie", 1) == id)
        #expect(try graph.id("email", 1) != id)
        #expect(try graph.isProfile(("cookie", 1), ("device", 9)))
        try checkIntegrity(graph.engine)
    }

    @Test func anIdWhoseAnchorIsRetractedLooksUnknown() throws {
        let graph = try TestGraph()
        let id = try #require(try graph.see(("device", 1), source: "wrong").profile)
        try graph.see(("device", 1), ("email", 1), source: "wrong")
        try graph.see(("email", 1), ("login", 1))
        try graph.retract(source: "wrong")
        #expect(try graph.engine.resolve(id) == nil)
        #expect(try graph.isProfile(("email", 1), ("login", 1)))
        try graph.see(("device", 1), hours: 1)
        #expect(try graph.id("device", 1) != id, "an identifier that comes back has a new id")
    }

    @Test func aRecordThatIsRetractedPassesOnWhatItInherited() throws {
        let graph = try TestGraph()
        let id = try #require(try graph.see(("cookie", 1)).profile)
        try graph.hold(record: 1, ("cookie", 1), ("email", 1))
        let ends = (graph.builder.identifier("record", 0), graph.builder.identifier("login", 1))
        let record = KeyedIdentifier(namespace: ends.0.namespace, key: EvidenceBuilder.recordKey(1, source: "crm"))
        try graph.engine.apply(.assert(graph.builder.assertion(.same, record, ends.1)))
        try graph.sweep(hours: life + 1)
        #expect(try graph.id("login", 1) == id)
        try graph.retract(record: 1, hours: life + 1)
        try graph.see(("cookie", 1), hours: life + 2)
        #expect(try graph.id("cookie", 1) == id)
        try checkIntegrity(graph.engine)
    }

    // MARK: Purge

    @Test func aPurgeDeletesWhatIsHiddenAndRefusesWhatIsOlder() throws {
        let graph = try TestGraph()
        try graph.see(("email", 1), ("login", 1), ("cookie", 1))
        let id = try #require(try graph.id("cookie", 1))
        try graph.sweep(hours: life + 1)
        let hidden = try graph.engine.digest(.content)
        let partition = try graph.engine.digest(.partition)
        try graph.engine.apply(.purge(EvidenceBuilder.time(hours: life + 1)))
        #expect(try graph.engine.digest(.partition) == partition)
        #expect(try graph.engine.digest(.content) != hidden)
        #expect(try graph.engine.resolve(id) != nil, "the e-mail came first and is held")
        let late = try graph.see(("cookie", 1), ("device", 1))
        #expect(late.kind == .refused)
        #expect(late.refusal?.reason == .olderThanPurge)
        #expect(try graph.see(("device", 1), ("login", 1)).kind == .joined, "what never expires is never too old")
        try checkIntegrity(graph.engine)
    }

    @Test func aPurgeOfWhatMayStillBeSeenIsRefused() throws {
        let graph = try TestGraph()
        try graph.see(("email", 1), ("cookie", 1))
        #expect(throws: EngineError.self) { try graph.engine.apply(.purge(EvidenceBuilder.time(hours: 1))) }
        #expect(try graph.isProfile(("email", 1), ("cookie", 1)))
    }

    @Test func afterAPurgeTheSameEvidenceAgainChangesNothing() throws {
        let graph = try TestGraph()
        let events = (0..<40).map { number in
            graph.builder.event(
                [("cookie", number % 7), ("email", number % 5), ("device", number % 3)], hours: number * 20)
        }
        try graph.engine.apply(.record(events))
        try graph.engine.apply(.purge(EvidenceBuilder.time(hours: 39 * 20)))
        let before = try graph.engine.digest(.content)
        try graph.engine.apply(.record(events))
        #expect(try graph.engine.digest(.content) == before)
        try checkIntegrity(graph.engine)
    }
}
