import Engine
import GraphStore
import Identity
import LMDB
import Stitching
import TestSupport
import Testing

/// What a record says is sealed under the key of its node, in its row.
@Suite struct RecordSealingTests {
    private let graph: TestGraph
    private var store: Store { graph.engine.store }

    init() throws { graph = try TestGraph() }

    private func hold(_ number: Int, _ attributes: String?, hours: Int = 0) throws {
        var record = graph.builder.record(number, [("email", number)], hours: hours, version: hours)
        record.record?.attributes = attributes.map { Array($0.utf8) }
        try graph.engine.apply(.record([record]))
    }

    private func row(_ number: Int) throws -> (key: RecordKey, held: HeldRecord) {
        let source = try #require(try graph.engine.state().source(named: "crm"))
        let key = RecordKey(source: source, key: EvidenceBuilder.recordKey(number, source: "crm"))
        let row = try store.environment.read { try $0.get(Tables.records, key) }
        guard case .held(let held)? = row else { throw Missing() }
        return (key, held)
    }

    private struct Missing: Error {}

    private func attributes(_ number: Int) throws -> [String?] {
        let time = EvidenceBuilder.time(hours: 9)
        let access = try graph.engine.access(
            by: "bob", role: .privacy, action: "privacy access", reason: "test", subjects: [], at: time)
        return try graph.engine.subjectAccess(
            of: .key(graph.builder.identifier("email", number)), at: time, under: access
        ).records.map(\.attributes)
    }

    private func put(_ key: RecordKey, _ held: HeldRecord) throws {
        try store.environment.write { try $0.put(Tables.records, key, .held(held)) }
    }

    private static func key(of sealed: [UInt8]) throws -> DataKeyID { try SealedValue.key(of: sealed.rawBytes) }

    @Test func attributesComeBackToThePersonAlone() throws {
        try hold(1, "{\"name\":\"Ann\"}")
        try hold(2, nil)
        #expect(try attributes(1) == ["{\"name\":\"Ann\"}"])
        #expect(try attributes(2) == [nil])
        try checkIntegrity(graph.engine)
    }

    @Test func eachRecordHasTheKeyOfItsNode() throws {
        try hold(1, "{}")
        try hold(2, "{}")
        for number in 1...2 {
            let held = try row(number).held
            let key = try store.environment.read { try $0.get(Tables.dataKeys, held.node) }
            #expect(try Self.key(of: held.sealed) == key)
        }
        #expect(try row(1).held.sealed != row(2).held.sealed)
    }

    @Test func aLaterVersionIsSealedUnderTheSameKey() throws {
        try hold(1, "{\"v\":1}")
        let first = try Self.key(of: row(1).held.sealed)
        try hold(1, "{\"v\":2}", hours: 1)
        #expect(try Self.key(of: row(1).held.sealed) == first)
        #expect(try attributes(1) == ["{\"v\":2}"])
    }

    @Test func valuesThatChangePlacesAreRefused() throws {
        try hold(1, "{\"name\":\"Ann\"}")
        try hold(2, "{\"name\":\"Bob\"}")
        let (first, second) = (try row(1), try row(2))
        var swapped = first.held
        swapped.sealed = second.held.sealed
        try put(first.key, swapped)
        #expect(throws: KeyError.cannotOpen) { try attributes(1) }
        #expect(try attributes(2) == ["{\"name\":\"Bob\"}"])
    }

    @Test func anEarlierVersionPutBackIsWhatItWas() throws {
        // A row that is rolled back whole is the row of then: that is what the checks of a restore are for.
        try hold(1, "{\"v\":1}")
        let earlier = try row(1)
        try hold(1, "{\"v\":2}", hours: 1)
        try put(earlier.key, earlier.held)
        #expect(try attributes(1) == ["{\"v\":1}"])
    }

    @Test func aRetractedRecordsKeyIsShredded() throws {
        try hold(1, "{}")
        let held = try row(1).held
        let key = try Self.key(of: held.sealed)
        let slots = try #require(try store.sealing.slots())
        try #require(try slots.owner(of: key) == .node(held.node))
        try graph.retract(record: 1, hours: 2)
        #expect(try slots.owner(of: key) == nil)
        #expect(try store.environment.read { try $0.get(Tables.dataKeys, held.node) } == nil)
        try checkIntegrity(graph.engine)
    }

    @Test func aRefusedCommandTakesNoKeyAway() throws {
        try hold(1, "{}")
        let key = try Self.key(of: row(1).held.sealed)
        _ = try graph.engine.rehearse([
            .retractRecord(
                source: "crm", record: EvidenceBuilder.recordKey(1, source: "crm"), time: EvidenceBuilder.time(hours: 3)
            )
        ]) { _, _, reports in #expect(reports[0].recordsRetracted == 1) }
        #expect(try store.sealing.slots()?.owner(of: key) != nil)
        #expect(try attributes(1) == ["{}"])
    }

    @Test func whatWasShreddedReadsAsErasedAndIsNoDamage() throws {
        try hold(1, "{\"name\":\"Ann\"}")
        try hold(2, "{}")
        try store.sealing.slots()?.shred([Self.key(of: row(1).held.sealed)])
        #expect(try attributes(1) == [nil])
        var exported: [String] = []
        try graph.engine.exportRecords { exported.append($0.recordID) }
        #expect(exported == ["2"])
        try checkIntegrity(graph.engine)
    }

    /// As they lie in stores that were made before nodes had keys.
    @Test func aRecordUnderTheStoresKeyIsReadAndSealedAnewWithItsNextVersion() throws {
        try hold(1, "{\"v\":1}")
        let (key, held) = try row(1)
        var old = held
        let associated =
            Array("records".utf8) + MetaBytes.encode(UInt64(key.source.rawValue)) + MetaBytes.encode(key.key.high)
            + MetaBytes.encode(key.key.low)
        old.sealed = try store.keyRing.sealer.seal([0, 1] + Array("1{\"v\":0}".utf8), associated: associated)
        old.isUnderStoreKey = true
        try put(key, old)
        #expect(try row(1).held == old)
        #expect(try attributes(1) == ["{\"v\":0}"])
        try hold(1, "{\"v\":2}", hours: 1)
        #expect(try !row(1).held.isUnderStoreKey)
        #expect(try attributes(1) == ["{\"v\":2}"])
    }

    @Test func theDigestIsFreeOfKeys() throws {
        let other = try TestGraph()
        for graph in [graph, other] {
            var record = graph.builder.record(1, [("email", 1)])
            record.record?.attributes = Array("{\"name\":\"Ann\"}".utf8)
            try graph.engine.apply(.record([record]))
        }
        #expect(try graph.engine.digest(.content) == other.engine.digest(.content))
    }

    @Test func everyChangeOfASealedValueIsRefused() throws {
        let count = max(Int(10_000 * TestScale.factor), 500)
        let seed: UInt64 = 20_261_123
        var generator = SeededGenerator(seed: seed)
        var values: [(plain: [UInt8], sealed: [UInt8])] = []
        try store.environment.write { transaction in
            for number in 0..<count {
                let plain = (0..<generator.int(0...300)).map { _ in UInt8(generator.int(0...255)) }
                let sealed = try store.sealing.seal(
                    plain, table: 9, schema: 1, subject: Self.node(number), key: Self.row(number), &transaction)
                values.append((plain, sealed))
            }
        }
        for number in 0..<count {
            #expect(try open(values[number].sealed, number) == .value(values[number].plain), "seed \(seed), \(number)")
            var flipped = values[number].sealed
            flipped[generator.int(0...flipped.count - 1)] ^= 1 << UInt8(generator.int(0...7))
            #expect(throws: (any Error).self, "seed \(seed), \(number)") { try open(flipped, number) }
            let cut = Array(values[number].sealed.prefix(generator.int(0...values[number].sealed.count - 1)))
            #expect(throws: (any Error).self, "seed \(seed), \(number)") { try open(cut, number) }
            let swapped = values[(number + generator.int(1...count - 1)) % count].sealed
            #expect(throws: (any Error).self, "seed \(seed), \(number)") { try open(swapped, number) }
        }
    }

    /// Ten values to a node, each in a row of its own: so that a swap may be between values of one key.
    private static func node(_ number: Int) -> NodeID { NodeID(UInt64(1_000 + number / 10)) }

    private static func row(_ number: Int) -> [UInt8] { MetaBytes.encode(UInt64(number)) }

    private func open(_ sealed: [UInt8], _ number: Int) throws -> Unsealed {
        try store.sealing.open(sealed, table: 9, schema: 1, subject: Self.node(number), key: Self.row(number))
    }
}
