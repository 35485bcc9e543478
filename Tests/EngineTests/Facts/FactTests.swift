import Engine
import GraphStore
import Identity
import Scoring
import Testing
import TestSupport

/// Facts in the store: whatever the order, a profile's are the fold over its members.
@Suite struct FactTests {
    static let yaml = """
        built_in: none
        namespaces:
          login: {strength: 900, class: person, hub_limit: 1000, fan_limit: 1000, record_limit: 1000}
          email: {strength: 700, class: person, hub_limit: 3, fan_limit: 1000, record_limit: 1000}
          cookie: {strength: 200, class: device, time_to_live: 10d, hub_limit: 1000, fan_limit: 1000}
        sources:
          web: {}
          till: {}
          bought: {party: third, purposes: [enrichment]}

        """

    static func graph() throws -> TestGraph { try TestGraph(yaml: yaml) }

    static func event(
        _ builder: EvidenceBuilder, _ identifiers: [(String, Int)], _ behaviour: String, id: String? = nil,
        source: String = "web", hours: Int = 0
    ) -> KeyedObservation {
        var event = builder.event(identifiers, source: source, hours: hours)
        event.behaviour = Array(behaviour.utf8)
        event.id = id
        return event
    }

    static func order(_ id: String, total: Int = 1_000, category: String = "tea") -> String {
        #"{"orders":[{"currency":"EUR","id":"\#(id)","lines":[{"category":"\#(category)"}],"total":\#(total)}]}"#
    }

    static func view(_ category: String) -> String { #"{"views":[{"category":"\#(category)"}]}"# }

    /// The facts that a purpose may use of the profile of an identifier.
    static func log(
        _ graph: TestGraph, _ namespace: String, _ number: Int, purpose: String = "service"
    ) throws -> FactLog? {
        let engine = graph.engine
        let request = engine.request(try engine.purpose(named: purpose), at: EvidenceBuilder.time(hours: 10_000))
        return try engine.facts(of: EvidenceBuilder.key(namespace, number), request)
    }

    @Test func behaviourLiesOnTheStrongestIdentifierAlone() throws {
        let graph = try Self.graph()
        let event = Self.event(graph.builder, [("cookie", 1), ("login", 1), ("email", 1)], Self.order("a"))
        try graph.engine.apply(.record([event]))
        let nodes = try graph.engine.factNodes()
        #expect(nodes.map(\.key) == [EvidenceBuilder.key("login", 1)])
        #expect(try Self.log(graph, "cookie", 1)?.facts.count == 1)
        try checkIntegrity(graph.engine)
    }

    @Test func twoDeliveriesAreOne() throws {
        let graph = try Self.graph()
        let builder = graph.builder
        for (id, count) in [(nil, 1), ("d-1", 2), ("d-1", 2), (nil, 2), ("d-2", 3)] as [(String?, Int)] {
            try graph.engine.apply(.record([Self.event(builder, [("email", 1)], Self.view("tea"), id: id)]))
            #expect(try Self.log(graph, "email", 1)?.facts.count == count)
        }
        let elsewhere = Self.event(builder, [("email", 1)], Self.order("x"), id: "1", source: "till")
        try graph.engine.apply(
            .record([Self.event(builder, [("email", 1)], Self.order("x"), id: "9"), elsewhere]))
        #expect(try Self.log(graph, "email", 1)?.facts.count == 4)
    }

    @Test func aPurposeSeesWhatItsSourcesSaid() throws {
        let graph = try Self.graph()
        let builder = graph.builder
        try graph.engine.apply(
            .record([
                Self.event(builder, [("email", 1)], Self.order("a")),
                Self.event(builder, [("email", 1)], Self.order("b"), source: "bought"),
            ]))
        #expect(try Self.log(graph, "email", 1)?.facts.count == 1)
    }

    @Test func aRecordsBehaviourStaysWithIt() throws {
        let graph = try Self.graph()
        var record = graph.builder.record(1, [("email", 1)], hours: 1, version: 1)
        record.behaviour = Array(Self.order("a").utf8)
        try graph.engine.apply(.record([record]))
        #expect(try Self.log(graph, "email", 1)?.facts.count == 1)
        var later = graph.builder.record(1, [("email", 1)], hours: 2, version: 2)
        later.behaviour = Array(#"{"views":[{"category":"tea"},{"category":"tea"}]}"#.utf8)
        try graph.engine.apply(.record([later, record]))
        #expect(try Self.log(graph, "email", 1)?.facts.map(\.kind) == [.view, .view])
        try checkIntegrity(graph.engine)
        try graph.retract(record: 1, hours: 3)
        #expect(try graph.engine.factNodes().isEmpty)
        try checkIntegrity(graph.engine)
    }

    @Test func whatCannotBeReadIsRefusedAtTheDoor() throws {
        let engine = try Self.graph().engine
        let intake = try engine.intake { EvidenceBuilder.time(hours: 1) }
        var draft = ObservationDraft(
            source: "web", time: EvidenceBuilder.time(hours: 0),
            identifiers: [IdentifierDraft(namespace: "email", value: .raw("a"))])
        draft.behaviour = Array(#"{"orders":{}}"#.utf8)
        let refusal = #expect(throws: Refusal.self) { try intake.key(draft) }
        #expect(refusal?.field == "behaviour.orders")
    }

    @Test func retractingASourceTakesItsFacts() throws {
        let graph = try Self.graph()
        let builder = graph.builder
        let ours = Self.event(builder, [("email", 1), ("cookie", 1)], Self.order("a"))
        try graph.engine.apply(.record([ours]))
        let before = try graph.engine.digest(.content)
        try graph.engine.apply(
            .record([
                Self.event(builder, [("email", 1)], Self.order("b"), source: "till", hours: -5),
                Self.event(builder, [("login", 2), ("email", 1)], Self.view("x"), source: "till", hours: -5),
            ]))
        #expect(try graph.engine.digest(.content) != before)
        try graph.retract(source: "till", hours: 0)
        #expect(try graph.engine.digest(.content) == before)
        try checkIntegrity(graph.engine)
    }

    @Test func aPurgedIdentifierLeavesNoFacts() throws {
        let graph = try Self.graph()
        try graph.engine.apply(.record([Self.event(graph.builder, [("cookie", 1)], Self.view("tea"))]))
        try graph.sweep(hours: 24 * 30)
        #expect(try graph.engine.factNodes().count == 1)
        try graph.engine.apply(.purge(EvidenceBuilder.time(hours: 24 * 30)))
        #expect(try graph.engine.factNodes().isEmpty)
        try checkIntegrity(graph.engine)
    }

    @Test func aFlippedOrMovedRowIsRefused() throws {
        let graph = try Self.graph()
        try graph.engine.apply(
            .record([
                Self.event(graph.builder, [("email", 1)], Self.order("a")),
                Self.event(graph.builder, [("email", 2)], Self.order("b")),
            ]))
        try graph.engine.swapFactRows()
        #expect(throws: (any Error).self) { try Self.log(graph, "email", 1) }
    }
}
