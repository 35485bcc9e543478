import Engine
import GraphStore
import Identity
import TestSupport
import Testing

/// What is taken back is as if it had never come.
@Suite struct RetractionTests {
    @Test func aSplitGivesEachPieceTheIdThatItHad() throws {
        let graph = try TestGraph()
        try graph.see(("email", 1), ("login", 1))
        try graph.see(("email", 2), ("login", 2))
        let ids = (try graph.id("email", 1), try graph.id("email", 2))
        #expect(try graph.see(("login", 1), ("login", 2), source: "wrong").kind == .merged)
        #expect(try graph.id("email", 2) == ids.0, "a merge keeps the older id")
        try graph.retract(source: "wrong")
        #expect(try graph.id("email", 1) == ids.0)
        #expect(try graph.id("email", 2) == ids.1)
        try checkIntegrity(graph.engine)
    }

    @Test func aRetractionBeatsWhatIsNotLater() throws {
        let graph = try TestGraph(adding: "sources: {crm: {party: first}}\n")
        try graph.retract(record: 1, hours: 5)
        let refused = try graph.hold(record: 1, ("email", 1), hours: 5)
        #expect(refused.refusal?.reason == .retracted)
        #expect(try graph.isUnknown("email", 1))
        #expect(try graph.hold(record: 1, ("email", 1), hours: 6).kind == .created)
        #expect(try graph.retract(record: 1, hours: 5).recordsRetracted == 0)
        #expect(try graph.isProfile(("email", 1), ("record/crm", 1)))
        #expect(try graph.retract(record: 1, hours: 6).recordsRetracted == 1)
        #expect(try graph.isUnknown("record/crm", 1))
    }

    /// A typo in a source's name must not pass for a record that is still to come.
    @Test func aRecordOfASourceThatNobodyKnowsCannotBeRetracted() throws {
        let graph = try TestGraph(adding: "sources: {crm: {party: first}}\n")
        try graph.see(("email", 1), source: "web")
        let before = try graph.engine.state().sources
        #expect {
            try graph.retract(record: 1, source: "crn")
        } throws: { error in
            if case EngineError.unknownSource("crn") = error { true } else { false }
        }
        #expect(try graph.engine.state().sources == before)
        #expect(try graph.retract(record: 1, source: "web").recordsRetracted == 0)
        #expect(try graph.retract(record: 1, source: "crm").recordsRetracted == 0)
    }

    @Test func theLatestVersionOfARecordCounts() throws {
        let graph = try TestGraph()
        try graph.hold(record: 1, ("email", 1), ("login", 1), hours: 2)
        try graph.hold(record: 1, ("email", 2), ("login", 1), hours: 1, version: 1)
        #expect(try graph.isUnknown("email", 2))
        #expect(try graph.isProfile(("email", 1), ("login", 1), ("record/crm", 1)))
        try graph.hold(record: 1, ("email", 2), hours: 3, version: 2)
        #expect(try graph.isUnknown("email", 1))
        #expect(try graph.isUnknown("login", 1))
        #expect(try graph.isProfile(("email", 2), ("record/crm", 1)))
        try checkIntegrity(graph.engine)
    }

    @Test func aSourceIsRetractedExactly() throws {
        let graph = try TestGraph()
        try graph.see(("email", 1), ("device", 1), source: "web")
        try graph.see(("email", 1), ("device", 1), source: "partner", hours: 30)
        let before = (try graph.engine.digest(.partition), try graph.engine.digest(.content))
        for number in 0..<30 {
            try graph.see(("email", number % 4), ("device", number % 7), source: "ghost", hours: number)
            try graph.hold(record: number, ("email", number % 4), ("login", number % 3), source: "ghost", hours: number)
        }
        #expect(throws: EngineError.self) { try graph.retract(source: "ghost", hours: 28) }
        let report = try graph.retract(source: "ghost", hours: 29)
        #expect(report.recordsRetracted == 30)
        #expect(try graph.engine.digest(.partition) == before.0)
        #expect(try graph.engine.digest(.content) == before.1)
        #expect(try graph.see(("email", 3), source: "ghost", hours: 29).refusal?.reason == .retracted)
        #expect(try graph.see(("email", 3), source: "ghost", hours: 30).kind == .created)
        #expect(throws: EngineError.self) { try graph.retract(source: "nobody") }
        try checkIntegrity(graph.engine)
    }

    @Test func recordsLaterThanTheRetractionOfTheirSourceStay() throws {
        let graph = try TestGraph()
        try graph.hold(record: 1, ("email", 1), hours: 1)
        try graph.hold(record: 2, ("email", 2), hours: 3)
        #expect(try graph.retract(source: "crm", hours: 2).recordsRetracted == 1)
        #expect(try graph.isUnknown("email", 1))
        #expect(try graph.isProfile(("email", 2), ("record/crm", 2)))
    }
}
