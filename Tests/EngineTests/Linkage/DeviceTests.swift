import Engine
import GraphStore
import Identity
import Stitching
import TestSupport
import Testing

/// Devices by their traffic in few words: which are joined, to whom, for what purposes and for how long.
@Suite("Devices") struct DeviceTests {
    private static let purposes = """
        jurisdiction: GDPR
        purposes:
          service: {legal_basis: contract, max_age: never}
          security: {legal_basis: legitimate_interest, probabilistic: true}
        sources:
          partner: {party: third, purposes: [service]}

        """

    /// A graph that links by the model made by hand.
    private struct World {
        let graph: TestGraph

        init(adding yaml: String = "", isLinked: Bool = true) throws {
            graph = try TestGraph(adding: yaml)
            try graph.engine.apply(.keepModel(DeviceModel.model.bytes, time: EvidenceBuilder.time(hours: 0)))
            if isLinked { try graph.engine.link() }
        }

        func see(
            _ identifiers: (String, Int)..., network: Int, look: Int = 1, hours: Int, source: String = "web"
        ) throws {
            var event = graph.builder.event(identifiers, source: source, hours: hours)
            event.sighting = DeviceModel.sighting(network: network, look: look)
            try graph.engine.apply(.record([event]))
        }

        func areOne(_ first: Int, _ second: Int) throws -> Bool {
            let profiles = try [first, second].map { try graph.id("cookie", $0) }
            return profiles[0] != nil && profiles[0] == profiles[1]
        }
    }

    @Test func aClearedCookieIsFoundAgainAndPartsWhenItsSourceIsTakenBack() throws {
        let world = try World()
        try world.see(("cookie", 1), ("email", 1), network: 1, hours: 0)
        try world.see(("cookie", 2), network: 1, hours: 24, source: "shop")
        #expect(try world.areOne(1, 2))
        #expect(try world.graph.size("email", 1) == 3)
        try world.graph.retract(source: "shop", hours: 24)
        #expect(try world.graph.size("email", 1) == 2)
        try checkIntegrity(world.graph.engine)
    }

    @Test func anotherLookOrAnotherNetworkIsAnotherDevice() throws {
        let world = try World()
        try world.see(("cookie", 1), ("email", 1), network: 1, hours: 0)
        try world.see(("cookie", 2), network: 1, look: 2, hours: 24)
        try world.see(("cookie", 3), network: 2, hours: 24)
        #expect(try !world.areOne(1, 2))
        #expect(try !world.areOne(1, 3))
        try checkIntegrity(world.graph.engine)
    }

    @Test func whatMayBeTwoPeoplesIsNobodys() throws {
        let world = try World()
        try world.see(("cookie", 1), ("email", 1), network: 1, hours: 0)
        try world.see(("cookie", 2), ("email", 2), network: 1, hours: 4)
        try world.see(("cookie", 3), network: 1, hours: 24)
        #expect(try !world.areOne(1, 3))
        #expect(try !world.areOne(2, 3))
        #expect(try !world.areOne(1, 2), "likeness never joins two people")
        try checkIntegrity(world.graph.engine)
    }

    @Test func aCookieThatLivedBesideTheOtherIsARival() throws {
        let world = try World()
        // Two devices at one time, of which one is known; a third cookie follows on both.
        for hours in [0, 10] { try world.see(("cookie", 1), ("email", 1), network: 1, hours: hours) }
        for hours in [3, 14] { try world.see(("cookie", 2), network: 1, hours: hours) }
        try world.see(("cookie", 3), network: 1, hours: 40)
        #expect(try !world.areOne(1, 3))
        #expect(try !world.areOne(1, 2))
        try checkIntegrity(world.graph.engine)
    }

    @Test func aNetworkOfManyYieldsNobody() throws {
        let world = try World()
        try world.see(("cookie", 1), ("email", 1), network: 1, hours: 0)
        try world.see(("cookie", 2), network: 1, hours: 5)
        #expect(try world.areOne(1, 2))
        for number in 3...TrafficProfile.blockLimit + 1 {
            try world.see(("cookie", number), network: 1, hours: 5 + number)
        }
        #expect(try !world.areOne(1, 2), "backwards too")
        try checkIntegrity(world.graph.engine)
    }

    @Test func aHubIsNobodysDevice() throws {
        let yaml = TestGraph.plain.replacing(
            "device: {strength: 300, class: device, hub_limit: 1000",
            with: "device: {strength: 300, class: device, hub_limit: 2")
        let graph = try TestGraph(yaml: yaml)
        try graph.engine.apply(.keepModel(DeviceModel.model.bytes, time: EvidenceBuilder.time(hours: 0)))
        try graph.engine.link()
        for number in 1...4 {
            var event = graph.builder.event([("device", 1), ("email", number)], hours: number)
            event.sighting = DeviceModel.sighting(network: 1)
            try graph.engine.apply(.record([event]))
        }
        var event = graph.builder.event([("cookie", 1)], hours: 30)
        event.sighting = DeviceModel.sighting(network: 1)
        try graph.engine.apply(.record([event]))
        #expect(try graph.size("cookie", 1) == 1)
        try checkIntegrity(graph.engine)
    }

    @Test func aLikenessServesThePurposesThatTakeItAlone() throws {
        let world = try World(adding: Self.purposes)
        try world.see(("cookie", 1), ("email", 1), network: 1, hours: 0)
        try world.see(("cookie", 2), network: 1, hours: 24)
        #expect(try world.graph.shown("email", 1, "security").contains("cookie2"))
        #expect(try !world.graph.shown("email", 1, "service").contains("cookie2"))
    }

    @Test func aLikenessServesWhatTheSourcesOfBothMay() throws {
        let world = try World(adding: Self.purposes)
        try world.see(("cookie", 1), ("email", 1), network: 1, hours: 0)
        try world.see(("cookie", 2), network: 1, hours: 24, source: "partner")
        #expect(try !world.graph.shown("email", 1, "security").contains("cookie2"))
    }

    @Test func itEndsWithTheCookies() throws {
        let world = try World()
        try world.see(("cookie", 1), ("email", 1), network: 1, hours: 0)
        try world.see(("cookie", 2), network: 1, hours: 200)
        #expect(try world.areOne(1, 2))
        try world.graph.see(("cookie", 1), ("email", 1), hours: 239)
        try world.graph.sweep(hours: 241)
        #expect(try !world.areOne(1, 2), "the older one's traffic was ten days ago")
        try checkIntegrity(world.graph.engine)
    }

    @Test func whatIsErasedLeavesNoTrace() throws {
        let world = try World()
        try world.see(("cookie", 1), ("email", 1), network: 1, hours: 0)
        try world.see(("cookie", 2), network: 1, hours: 24)
        let engine = world.graph.engine
        let act = { (name: String) in PrivacyAct(by: name, reason: "a test", at: EvidenceBuilder.time(hours: 0)) }
        let request = try engine.requestErasure(
            of: .key(world.graph.builder.identifier("email", 1)), isOnly: false, act("alice"))
        try engine.approveErasure(request.number, hash: request.row.requestHash, act("bob"))
        _ = try engine.runErasure(request.number, at: EvidenceBuilder.time(hours: 25))
        let rows = try engine.nodeRows(ofErasure: request.number)
        for table in ["blocks", "filings", "matches", "facts"] { #expect(rows[table] == nil, "\(table)") }
        #expect(try world.graph.size("cookie", 2) <= 1)
        try checkIntegrity(engine)
    }
}
