import Engine
import GraphStore
import Identity
import Scoring
import Stitching
import Testing
import TestSupport

/// Random histories against a naive oracle: what each profile did is the union of what lies on its members.
@Suite struct FactProperties {
    private struct History {
        var observations: [KeyedObservation] = []
        /// By the observation's place: the key of its strongest identifier, and of a record its own.
        var homes: [IdentityKey] = []
    }

    private static let strengths = ["login": 900, "email": 700, "cookie": 200]

    private static func history(_ builder: EvidenceBuilder, _ generator: inout SeededGenerator) -> History {
        var history = History()
        for number in 0..<generator.int(20...60) {
            var identifiers: [(String, Int)] = []
            for namespace in ["login", "email", "cookie"] where generator.chance(55) {
                identifiers.append((namespace, generator.int(1...6)))
            }
            if identifiers.isEmpty { identifiers = [("cookie", generator.int(1...6))] }
            let text = behaviour(number, &generator)
            let source = generator.pick(["web", "till"])
            let hours = generator.int(0...400)
            if generator.chance(20) {
                var record = builder.record(
                    generator.int(1...5), identifiers, source: "crm", hours: hours, version: number)
                record.behaviour = Array(text.utf8)
                history.observations.append(record)
                history.homes.append(record.record?.key ?? IdentityKey(high: 0, low: 0))
            } else {
                let id = generator.chance(50) ? "o-\(number)" : nil
                history.observations.append(
                    FactTests.event(builder, identifiers, text, id: id, source: source, hours: hours))
                let strongest = identifiers.max { (strengths[$0.0] ?? 0) < (strengths[$1.0] ?? 0) } ?? ("", 0)
                history.homes.append(EvidenceBuilder.key(strongest.0, strongest.1))
            }
        }
        return history
    }

    private static func behaviour(_ number: Int, _ generator: inout SeededGenerator) -> String {
        switch generator.int(0...4) {
        case 0: FactTests.view(generator.pick(["tea", "shoes"]))
        case 1: FactTests.order("b-\(generator.int(1...20))", total: generator.int(1...500))
        case 2: #"{"returns":[{"amount":\#(generator.int(1...50)),"order":"b-\#(generator.int(1...20))"}]}"#
        case 3: #"{"exposures":[{"basis_points":1000,"id":"e-\#(number)"}]}"#
        default: #"{"responses":[{"exposure":"e-\#(generator.int(0...30))"}]}"#
        }
    }

    @Test(arguments: SeedPlan(upTo: 30).seeds) func theOrderPlaysNoPart(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let builder = try EvidenceBuilder(yaml: FactTests.yaml)
        let history = Self.history(builder, &generator)
        var digest: Digest?
        let keys = try SharedKeys(FactTests.yaml)
        for round in 0..<3 {
            let graph = try keys.graph()
            var order = Array(history.observations.indices)
            if round > 0 { order.shuffle(using: &generator) }
            if round > 1 { order += order.shuffled(using: &generator).prefix(10) }
            var batch: [KeyedObservation] = []
            for place in order {
                batch.append(history.observations[place])
                if generator.chance(30) {
                    try graph.engine.apply(.record(batch))
                    batch = []
                }
            }
            try graph.engine.apply(.record(batch))
            let found = try graph.engine.digest(.content)
            #expect(digest == nil || digest == found, "seed \(seed), round \(round)")
            digest = found
            try Self.compare(graph, history, seed)
            try checkIntegrity(graph.engine)
        }
    }

    /// Each profile's log against the union of what single-identifier stores would hold.
    private static func compare(_ graph: TestGraph, _ history: History, _ seed: UInt64) throws {
        let engine = graph.engine
        let maker = FactMaker(engine.store.keyRing)
        var latest: [IdentityKey: Int] = [:]
        for (place, observation) in history.observations.enumerated() {
            guard let record = observation.record else { continue }
            if let known = latest[record.key], !isLater(observation, than: history.observations[known]) { continue }
            latest[record.key] = place
        }
        for key in Set(history.homes).sorted() {
            guard let profile = try engine.resolve(key) else { continue }
            let members = Set(profile.members.map(\.key))
            var expected: [FactID: Fact] = [:]
            for (place, observation) in history.observations.enumerated() where members.contains(history.homes[place]) {
                if let record = observation.record, latest[record.key] != place { continue }
                for fact in try maker.log(of: observation).facts {
                    let held = expected[fact.id]
                    expected[fact.id] = held.map { FactLog([$0, fact]).facts[0] } ?? fact
                }
            }
            let request = engine.request(try engine.purpose(named: "service"), at: EvidenceBuilder.time(hours: 401))
            let log = try engine.facts(of: profile.members[0].key, request)
            #expect(log?.facts == expected.values.sorted { $0.id < $1.id }, "seed \(seed)")
        }
    }

    private static func isLater(_ one: KeyedObservation, than other: KeyedObservation) -> Bool {
        if one.time != other.time { return other.time < one.time }
        let hashes = (other.record?.contentHash.bytes ?? [], one.record?.contentHash.bytes ?? [])
        return hashes.0.lexicographicallyPrecedes(hashes.1)
    }
}
