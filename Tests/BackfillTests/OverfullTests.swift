import Backfill
import Engine
import GraphStore
import Identity
import Stitching
import TestSupport
import Testing

/// Components that would have more members than one may have, and identifiers with very many counterparts.
@Suite struct OverfullTests {
    private static let small = TestGraph.plain + "limits: {component_members: 6}\n"

    /// A chain of e-mails and devices.
    private func chain(_ count: Int, _ builder: EvidenceBuilder) -> [KeyedObservation] {
        (0..<count).map { builder.event([("email", $0), ("device", $0)], hours: $0 % 40) }
            + (0..<count - 1).map { builder.event([("device", $0), ("email", $0 + 1)], hours: $0 % 40) }
    }

    @Test func anOverfullComponentIsTheSameInAnyOrder() throws {
        let builder = try EvidenceBuilder(yaml: Self.small)
        var generator = SeededGenerator(seed: 5)
        var digests: Set<String> = []
        for _ in 0..<4 {
            let directory = try TemporaryDirectory()
            let store = directory.path + "/store"
            try Loading.makeStore(store, builder.configuration)
            let report = try Loading.load(chain(30, builder).shuffled(using: &generator), into: store)
            #expect((report.largestComponents.first ?? 0) <= 6)
            #expect(report.links == 59)
            let engine = try Loading.engine(store)
            try checkIntegrity(engine)
            #expect(try engine.state().componentLimited > 0)
            digests.insert("\(try engine.digest(.partition)) \(try engine.digest(.content))")
        }
        #expect(digests.count == 1)
    }

    @Test func aKioskWithThousandsOfVisitorsIsAHub() throws {
        let yaml = TestGraph.plain.replacing(
            "device: {strength: 300, class: device, hub_limit: 1000",
            with: "device: {strength: 300, class: device, hub_limit: 5")
        let builder = try EvidenceBuilder(yaml: yaml)
        let directory = try TemporaryDirectory()
        let store = directory.path + "/store"
        try Loading.makeStore(store, builder.configuration)
        let events = (0..<3_000).map { builder.event([("email", $0), ("device", 1)], hours: $0 % 40) }
        let report = try Loading.load(events, into: store)
        #expect(report.hubs == ["hub": 1])
        #expect(report.components == 3_001)
        let engine = try Loading.engine(store)
        try checkIntegrity(engine)
        let recorded = try TemporaryStore(builder.configuration)
        try recorded.engine.apply(.record(events))
        #expect(try engine.digest(.partition) == recorded.engine.digest(.partition))
        #expect(try engine.digest(.content) == recorded.engine.digest(.content))
    }
}
