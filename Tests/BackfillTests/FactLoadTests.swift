import Backfill
import Engine
import GraphStore
import Identity
import TestSupport
import Testing

/// What people did comes into the store by a load as by recording.
@Suite struct FactLoadTests {
    private static let yaml = """
        built_in: none
        namespaces:
          login: {strength: 900, class: person, hub_limit: 1000, fan_limit: 1000, record_limit: 1000}
          email: {strength: 700, class: person, hub_limit: 3, fan_limit: 1000, record_limit: 1000}
          cookie: {strength: 200, class: device, time_to_live: 400d, hub_limit: 1000, fan_limit: 1000}

        """

    private static func observations(_ builder: EvidenceBuilder, _ generator: inout SeededGenerator)
        -> [KeyedObservation]
    {
        (0..<generator.int(30...120)).map { number in
            var identifiers: [(String, Int)] = []
            for namespace in ["login", "email", "cookie"] where generator.chance(60) {
                identifiers.append((namespace, generator.int(1...9)))
            }
            if identifiers.isEmpty { identifiers = [("cookie", generator.int(1...9))] }
            let hours = generator.int(0...2_000)
            let source = generator.pick(["web", "till"])
            var observation = builder.event(identifiers, source: source, hours: hours)
            if generator.chance(15) {
                observation = builder.record(
                    generator.int(1...6), identifiers, source: "crm", hours: hours, version: number)
            }
            if generator.chance(70) { observation.behaviour = Array(behaviour(&generator).utf8) }
            if generator.chance(50) { observation.id = "o-\(number)" }
            return observation
        }
    }

    private static func behaviour(_ generator: inout SeededGenerator) -> String {
        switch generator.int(0...2) {
        case 0: #"{"views":[{"category":"tea"},{"category":"rugs"}]}"#
        case 1: #"{"entry":{"channel":"direct"}}"#
        default:
            #"{"orders":[{"currency":"EUR","id":"b-\#(generator.int(1...30))","total":\#(generator.int(1...900))}]}"#
        }
    }

    @Test(arguments: SeedPlan(upTo: 8).seeds) func aLoadHoldsWhatRecordingHolds(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let keys = try SharedKeys(Self.yaml)
        let graph = try keys.graph()
        let observations = Self.observations(graph.builder, &generator)
        for observation in observations.shuffled(using: &generator) { try graph.engine.apply(.record([observation])) }
        let path = try keys.makeStore()
        let cut = generator.int(0...observations.count)
        for piece in [observations[..<cut], observations[cut...]] {
            try Loading.load(Array(piece) + piece.prefix(5), into: path)
        }
        let loaded = try keys.open(path)
        #expect(try loaded.digest(.content) == graph.engine.digest(.content), "seed \(seed)")
        try checkIntegrity(loaded)
    }
}
