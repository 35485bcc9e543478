import GraphStore
import Identity
import LMDB
import Stitching
import TestSupport
import Testing

/// The bytes of each value are what its drawing says, read back to the same, and nothing shorter is believed.
@Suite struct CodecTests {
    static func bytes<V: ValueCodec>(_: V.Type, _ value: V.Value) -> [UInt8] {
        var writer = ByteWriter(capacity: 64)
        V.encode(value, into: &writer)
        let written = writer.bytes
        return (0..<written.byteCount).map { written.uint8(at: $0) }
    }

    static func key<K: KeyCodec>(_: K.Type, _ key: K.Key) -> [UInt8] {
        var writer = ByteWriter(capacity: 64)
        K.encode(key, into: &writer)
        let written = writer.bytes
        return (0..<written.byteCount).map { written.uint8(at: $0) }
    }

    static func decode<V: ValueCodec>(_: V.Type, _ bytes: [UInt8]) throws -> V.Value {
        var writer = ByteWriter(capacity: 64)
        writer.append(contentsOf: bytes)
        return try V.decode(writer.bytes, version: V.version)
    }

    static func read<K: KeyCodec>(_: K.Type, _ key: K.Key) -> K.Key {
        var writer = ByteWriter(capacity: 64)
        K.encode(key, into: &writer)
        return K.decode(writer.bytes)
    }

    static func hex(_ bytes: [UInt8]) -> String {
        bytes.map { byte in
            let text = String(byte, radix: 16)
            return text.count == 1 ? "0" + text : text
        }.joined()
    }

    /// Encodes, decodes, compares; and tries every shorter value, and one that is longer.
    static func check<V: ValueCodec>(
        _: V.Type, _ value: V.Value, _ isSame: (V.Value, V.Value) -> Bool
    ) throws {
        let bytes = bytes(V.self, value)
        let decoded = try decode(V.self, bytes)
        #expect(isSame(decoded, value))
        #expect(Self.bytes(V.self, decoded) == bytes)
        for count in 0..<bytes.count {
            #expect(throws: CodecError.self, "\(V.self) cut to \(count) of \(bytes.count) bytes") {
                _ = try decode(V.self, Array(bytes[..<count]))
            }
        }
        #expect(throws: CodecError.self, "\(V.self) with a byte too many") {
            _ = try decode(V.self, bytes + [0])
        }
    }

    // MARK: Golden bytes

    private static let time = Timestamp(milliseconds: 0x0102_0304_0506)
    private static let fold = Fold(
        source: SourceID(7), first: Timestamp(milliseconds: 1), last: time, days: 0x8000_0000_0000_0001)
    private static let contribution = RecordContribution(record: NodeID(9), source: SourceID(7), time: time)

    @Test func keysAreBigEndianAndOfFixedWidth() {
        #expect(Self.hex(Self.key(NodeKeyCodec.self, NodeID(0x0102))) == "0000000000000102")
        #expect(
            Self.hex(Self.key(NodePairCodec.self, NodePair(NodeID(1), NodeID(2)))) == "00000000000000010000000000000002"
        )
        #expect(
            Self.hex(Self.key(IdentityKeyCodec.self, IdentityKey(high: 1, low: 0xff)))
                == "000000000000000100000000000000ff")
        #expect(
            Self.hex(Self.key(LinkKeyCodec.self, LinkKey(ends: NodePair(NodeID(1), NodeID(2)), kind: 3)))
                == "0000000000000001000000000000000203")
        #expect(
            Self.hex(Self.key(ExpiryKeyCodec.self, ExpiryKey(hour: 258, node: NodeID(1), other: NodeID(2))))
                == "0000010200000000000000010000000000000002")
        #expect(
            Self.hex(Self.key(RecordKeyCodec.self, RecordKey(source: SourceID(5), key: IdentityKey(high: 1, low: 2))))
                == "0000000500000000000000010000000000000002")
        #expect(Self.hex(Self.key(MetaKeyCodec.self, MetaKey(.source, 3))) == "000500000003")
    }

    @Test func smallValuesHaveTheirGoldenBytes() {
        let identifier = IdentifierRow(node: NodeID(0x0102), namespace: NamespaceID(0x0304))
        #expect(Self.hex(Self.bytes(IdentifierCodec.self, identifier)) == "00000000000001020304")
        #expect(Self.hex(Self.bytes(NodeCodec.self, NodeID(258))) == "0000000000000102")
        #expect(
            Self.hex(Self.bytes(ListingCodec.self, ListingRow(source: SourceID(7), time: Self.time)))
                == "00000007010203040506")
        #expect(Self.hex(Self.bytes(RecordCodec.self, .tombstone(Self.time))) == "02010203040506")
        #expect(Self.hex(Self.bytes(ComponentCodec.self, .parent(NodeID(258)))) == "000000000000000102")
        var row = NodeRow()
        (row.rows, row.live, row.records) = (3, 2, 1)
        row.suspended.add(NamespaceID(4), 5)
        #expect(Self.hex(Self.bytes(NodeRowCodec.self, row)) == "000000030000000200000001" + "0001" + "000400000005")
        let assertion = AssertionRow(claim: .different, time: Self.time, author: "me", reason: "x")
        #expect(
            Self.hex(Self.bytes(AssertionCodec.self, assertion)) == "02" + "010203040506" + "00020001" + "6d65" + "78")
    }

    @Test func linksHaveTheirGoldenBytes() {
        let fold = "00000007" + "000000000001" + "010203040506" + "8000000000000001"
        let record = "0000000000000009" + "00000007" + "010203040506"
        let evidence = Evidence(folds: [Self.fold], records: [Self.contribution])
        let link = LinkRow(kind: .tie, verdict: .profileSize, evidence: evidence)
        #expect(Self.hex(Self.bytes(LinkRowCodec.self, link)) == "0203" + "00010001" + fold + record)
        let suspended = SuspendedRow(
            reason: .fan, kind: .deterministic, scheduledLook: 258, folds: [Self.fold],
            unlisted: Unlisted(count: 2, newest: Self.time))
        #expect(
            Self.hex(Self.bytes(SuspendedCodec.self, suspended))
                == "0301" + "00000102" + "00000002" + "010203040506" + "0001" + fold)
    }

    @Test func aComponentHasItsGoldenBytes() {
        var component = Component()
        component.anchors = [NodeID(1)]
        component.members = [
            Member(node: NodeID(1), key: IdentityKey(high: 2, low: 3), namespace: NamespaceID(4), flags: [.hub]),
            Member(node: NodeID(5), key: IdentityKey(high: 6, low: 7), namespace: NamespaceID(8)),
        ]
        component.inheritances = [Inheritance(member: 1, node: NodeID(9))]
        component.links = [
            ActiveLink(left: 0, right: 1, kind: .mustLink, verdict: .joined, evidence: Evidence())
        ]
        component.nextLook = 10
        let header = "0100" + "0002" + "0001" + "0001" + "00000001" + "0000000a"
        let anchor = "0000000000000001"
        let first = "0000000000000001" + "0000000000000002" + "0000000000000003" + "0004" + "0000" + "08" + "000000"
        let second = "0000000000000005" + "0000000000000006" + "0000000000000007" + "0008" + "0000" + "00" + "000000"
        let heir = "0001" + "0000000000000009"
        let link = "0000" + "0001" + "0000" + "00000000"
        #expect(
            Self.hex(Self.bytes(ComponentCodec.self, .component(component)))
                == header + anchor + first + second + heir + link)
    }

    // MARK: Random rows

    @Test(arguments: 1...40)
    func everyValueReadsBackToTheSameAndNothingShorterDoes(seed: Int) throws {
        var rows = RandomRows(seed: UInt64(seed))
        try Self.check(IdentifierCodec.self, rows.identifier(), ==)
        try Self.check(NodeCodec.self, rows.node(), ==)
        try Self.check(ListingCodec.self, rows.listing(), ==)
        try Self.check(NodeRowCodec.self, rows.nodeRow(), ==)
        try Self.check(AssertionCodec.self, rows.assertion(), ==)
        try Self.check(LinkRowCodec.self, rows.link(), ==)
        try Self.check(SuspendedCodec.self, rows.suspended(), ==)
        try Self.check(RecordCodec.self, rows.record(), ==)
        let component = rows.component()
        try Self.check(ComponentCodec.self, component) { left, right in
            switch (left, right) {
            case (.parent(let first), .parent(let second)): first == second
            case (.component(let first), .component(let second)): first == second
            default: false
            }
        }
    }

    @Test(arguments: 1...200)
    func randomBytesAreRefusedOrReadButNeverTrap(seed: Int) {
        var generator = SeededGenerator(seed: UInt64(seed))
        for _ in 0..<50 {
            let bytes = (0..<generator.int(0...200)).map { _ in
                generator.chance(60) ? UInt8(generator.int(0...2)) : UInt8(generator.int(0...255))
            }
            _ = try? Self.decode(IdentifierCodec.self, bytes)
            _ = try? Self.decode(ListingCodec.self, bytes)
            _ = try? Self.decode(NodeRowCodec.self, bytes)
            _ = try? Self.decode(AssertionCodec.self, bytes)
            _ = try? Self.decode(LinkRowCodec.self, bytes)
            _ = try? Self.decode(SuspendedCodec.self, bytes)
            _ = try? Self.decode(RecordCodec.self, bytes)
            _ = try? Self.decode(ComponentCodec.self, bytes)
        }
    }

    @Test func keysOfAnyValueReadBackToTheSame() {
        var rows = RandomRows(seed: 1)
        for _ in 0..<200 {
            let pair = NodePair(rows.node(), rows.node())
            #expect(Self.read(NodePairCodec.self, pair) == pair)
            let link = LinkKey(ends: pair, kind: 2)
            #expect(Self.read(LinkKeyCodec.self, link) == link)
            let identity = rows.key()
            #expect(Self.read(IdentityKeyCodec.self, identity) == identity)
            let record = RecordKey(source: SourceID(7), key: identity)
            #expect(Self.read(RecordKeyCodec.self, record) == record)
            let expiry = ExpiryKey(hour: rows.hour(), node: pair.first, other: pair.second)
            #expect(Self.read(ExpiryKeyCodec.self, expiry) == expiry)
        }
    }
}
