import Engine
import GraphStore
import Identity
import TestSupport
import Testing

/// What somebody says of two identifiers outranks what was seen, and contradictions are refused.
@Suite struct AssertionTests {
    private func graph() throws -> TestGraph {
        try TestGraph(
            yaml: """
                built_in: none
                namespaces:
                  login: {strength: 900, class: person, unique_per_profile: always}
                  email: {strength: 700, class: person, unique_per_profile: weak_links}
                  device: {strength: 300, class: device}
                """)
    }

    private func say(_ graph: TestGraph, _ claim: AssertionRow.Claim, _ first: (String, Int), _ second: (String, Int))
        throws
    {
        let ends = (graph.builder.identifier(first.0, first.1), graph.builder.identifier(second.0, second.1))
        try graph.engine.apply(.assert(graph.builder.assertion(claim, ends.0, ends.1)))
    }

    private func unsay(_ graph: TestGraph, _ claim: AssertionRow.Claim, _ first: (String, Int), _ second: (String, Int))
        throws
    {
        let ends = (graph.builder.identifier(first.0, first.1), graph.builder.identifier(second.0, second.1))
        try graph.engine.apply(.withdraw(graph.builder.assertion(claim, ends.0, ends.1)))
    }

    @Test func aMustLinkOverridesUniquePerProfile() throws {
        let graph = try graph()
        try graph.see(("login", 1), ("device", 1))
        try graph.see(("login", 2), ("device", 1))
        #expect(try graph.id("login", 1) != graph.id("login", 2))
        try say(graph, .same, ("login", 1), ("login", 2))
        #expect(try graph.isProfile(("login", 1), ("login", 2), ("device", 1)))
        try unsay(graph, .same, ("login", 1), ("login", 2))
        #expect(try graph.id("login", 1) != graph.id("login", 2))
        try checkIntegrity(graph.engine)
    }

    @Test func aCannotLinkTakesApartWhatWasSeenTogether() throws {
        let graph = try graph()
        try graph.see(("login", 1), ("email", 1))
        let before = (try graph.engine.digest(.partition), try graph.engine.digest(.content))
        let id = try graph.id("email", 1)
        try say(graph, .different, ("login", 1), ("email", 1))
        #expect(try graph.isProfile(("login", 1)))
        #expect(try graph.isProfile(("email", 1)))
        try unsay(graph, .different, ("login", 1), ("email", 1))
        #expect(try graph.engine.digest(.partition) == before.0)
        #expect(try graph.engine.digest(.content) == before.1)
        #expect(try graph.id("email", 1) == id)
        try checkIntegrity(graph.engine)
    }

    @Test func contradictionsAreRefusedAndNothingOfThemIsKept() throws {
        let graph = try graph()
        try say(graph, .same, ("email", 1), ("email", 2))
        try say(graph, .same, ("email", 2), ("email", 3))
        try say(graph, .different, ("email", 4), ("email", 1))
        let before = try graph.engine.digest(.content)
        #expect(throws: EngineError.self) { try say(graph, .different, ("email", 1), ("email", 2)) }
        #expect(throws: EngineError.self) { try say(graph, .different, ("email", 3), ("email", 1)) }
        #expect(throws: EngineError.self) { try say(graph, .same, ("email", 3), ("email", 4)) }
        #expect(throws: EngineError.self) { try say(graph, .same, ("email", 4), ("email", 1)) }
        #expect(throws: EngineError.self) { try say(graph, .same, ("email", 5), ("email", 5)) }
        #expect(throws: EngineError.self) { try unsay(graph, .same, ("email", 1), ("email", 4)) }
        #expect(throws: EngineError.self) { try say(graph, .same, ("email", 1), ("record", 77)) }
        #expect(try graph.engine.digest(.content) == before)
        try unsay(graph, .same, ("email", 1), ("email", 2))
        try say(graph, .different, ("email", 1), ("email", 2))
        try checkIntegrity(graph.engine)
    }

    @Test(arguments: [(257, 0), (1, 1_025), (70_000, 0), (1, 70_000)])
    func textsThatAreTooLongAreRefused(author: Int, reason: Int) throws {
        let graph = try graph()
        let before = try graph.engine.digest(.content)
        var assertion = graph.builder.assertion(
            .same, graph.builder.identifier("email", 1), graph.builder.identifier("email", 2))
        assertion.author = String(repeating: "a", count: author)
        assertion.reason = String(repeating: "r", count: reason)
        #expect {
            try graph.engine.apply(.assert(assertion))
        } throws: { error in
            if case EngineError.textTooLong = error { true } else { false }
        }
        #expect(try graph.engine.digest(.content) == before)
    }

    @Test func anIdentifierMayBeSpokenOfBeforeItIsSeen() throws {
        let graph = try graph()
        try say(graph, .same, ("email", 1), ("email", 2))
        #expect(try graph.isProfile(("email", 1), ("email", 2)))
        try graph.see(("email", 2), ("device", 1))
        #expect(try graph.isProfile(("email", 1), ("email", 2), ("device", 1)))
        try unsay(graph, .same, ("email", 1), ("email", 2))
        #expect(try graph.isUnknown("email", 1))
        #expect(try graph.isProfile(("email", 2), ("device", 1)))
    }

    @Test func whatIsSaidOfARecordHoldsAgainWhenItIsHeldAgain() throws {
        let graph = try graph()
        try graph.hold(record: 1, ("device", 1))
        let record = KeyedIdentifier(
            namespace: graph.builder.identifier("record", 0).namespace, key: EvidenceBuilder.recordKey(1, source: "crm")
        )
        let login = graph.builder.identifier("login", 1)
        try graph.engine.apply(.assert(graph.builder.assertion(.same, record, login)))
        #expect(try graph.isProfile(("record/crm", 1), ("device", 1), ("login", 1)))
        try graph.retract(record: 1)
        #expect(try graph.isUnknown("record/crm", 1))
        #expect(try graph.isUnknown("login", 1))
        try graph.hold(record: 1, ("device", 2), hours: 1)
        #expect(try graph.isProfile(("record/crm", 1), ("device", 2), ("login", 1)))
        try checkIntegrity(graph.engine)
    }

    @Test func ofTwoThatSayTheSameTheLaterIsKeptInAnyOrder() throws {
        let digests = try [[1, 2], [2, 1]].map { order in
            let graph = try graph()
            let ends = (graph.builder.identifier("email", 1), graph.builder.identifier("email", 2))
            for hours in order {
                try graph.engine.apply(.assert(graph.builder.assertion(.same, ends.0, ends.1, hours: hours)))
            }
            return try graph.engine.digest(.content)
        }
        #expect(digests[0] == digests[1])
    }
}
