import GraphStore
import Identity
import LMDB
import Stitching
import TestSupport
import Testing

/// The bytes of ledgers, feed, audit and views are what their drawings say.
@Suite struct ConsentCodecTests {
    private static let time = Timestamp(milliseconds: 0x0102_0304_0506)
    private static let digest = String(repeating: "00", count: 31) + "07"
    private static let seven = Digest(Array(repeating: 0, count: 31) + [7])

    @Test func keysAreBigEndianAndOfFixedWidth() {
        #expect(
            CodecTests.hex(CodecTests.key(ConsentKeyCodec.self, ConsentKey(node: NodeID(1), sequence: 2)))
                == "00000000000000010000000000000002")
        #expect(CodecTests.hex(CodecTests.key(SequenceCodec.self, 258)) == "0000000000000102")
        for number in [UInt64(0), 1, 1 << 40, .max] {
            let key = ConsentKey(node: NodeID(number), sequence: .max - number)
            #expect(CodecTests.read(ConsentKeyCodec.self, key) == key)
            #expect(CodecTests.read(SequenceCodec.self, number) == number)
        }
    }

    @Test func aDecisionHasItsGoldenBytes() throws {
        var entry = ConsentEntry(
            id: DecisionID(high: 1, low: 2), purpose: 3, kind: .denied, scope: .profile, jurisdiction: nil,
            time: Self.time, received: Timestamp(milliseconds: 5), source: SourceID(7),
            previous: try #require(Self.seven))
        let head =
            "0000000000000001" + "0000000000000002" + "03" + "02" + "02" + "ff" + "010203040506" + "000000000005"
            + "00000007" + Self.digest
        #expect(CodecTests.hex(CodecTests.bytes(ConsentEntryCodec.self, entry)) == head + "00" + "00000000" + "00")
        entry.lifts = [DecisionID(high: 8, low: 9)]
        entry.notice = Notice(id: "a", version: "bc", language: "de", sha256: Self.seven)
        entry.channel = "web"
        entry.evidence = Self.seven
        #expect(
            CodecTests.hex(CodecTests.bytes(ConsentEntryCodec.self, entry))
                == head + "01" + "0000000000000008" + "0000000000000009" + "0161" + "026263" + "026465" + "03776562"
                + "0f" + Self.digest + Self.digest)
    }

    @Test func theFeedAndTheAuditHaveTheirGoldenBytes() throws {
        let row = ChangeRow(
            time: Self.time, changes: [Change(kind: .merged, anchor: NodeID(1), others: [NodeID(2)], purposes: 4)])
        #expect(
            CodecTests.hex(CodecTests.bytes(ChangeRowCodec.self, row))
                == "010203040506" + "0001" + "02" + "0000000000000001" + "00000004" + "0001" + "0000000000000002")
        var entry = AuditEntry(
            time: Self.time, principal: "p", role: "r", action: "a", reason: "x",
            subjects: [IdentityKey(high: 1, low: 2)], previous: try #require(Self.seven))
        #expect(
            CodecTests.hex(CodecTests.bytes(AuditEntryCodec.self, entry))
                == "010203040506" + Self.digest + "000170" + "000172" + "000161" + "000178" + "0001"
                + "00000000000000010000000000000002")
        entry.code = Bytes16(high: 3, low: 4)
        #expect(
            CodecTests.hex(CodecTests.bytes(AuditEntryCodec.self, entry)).hasSuffix(
                "8001" + "00000000000000010000000000000002" + "00000000000000030000000000000004"))
    }

    @Test func aSectionOfViewsHasItsGoldenBytes() {
        var component = Component()
        component.anchors = [NodeID(1)]
        component.members = [Member(node: NodeID(1), key: IdentityKey(high: 2, low: 3), namespace: NamespaceID(4))]
        component.inheritances = [Inheritance(member: 0, node: NodeID(9))]
        var section = ViewSection()
        section.cells = [.init(member: 0, consent: ConsentCell(purpose: 5, state: .deniedForProfile, until: 6))]
        section.laws = [.init(member: 0, mask: 2)]
        section.support = [7]
        section.heirMasks = [8]
        section.edges = [.init(left: 0, right: 0, mask: 9)]
        section.hasLifts = true
        component.views = section
        let header = "0102" + "0001" + "0001" + "0001" + "00000000" + "00000000"
        let member = "0000000000000001" + "0000000000000002" + "0000000000000003" + "0004" + "0000" + "00" + "000000"
        let views =
            "07" + "00" + "0001" + "00000001" + "00000001" + "00000009" + "00000020" + "05" + "04" + "0000"
            + "000000000006" + "0000" + "00000002"
            + "00000007" + "00000008" + "0000" + "0000" + "00000009"
        #expect(
            CodecTests.hex(CodecTests.bytes(ComponentCodec.self, .component(component)))
                == header + "0000000000000001" + member + "0000" + "0000000000000009" + views)
    }

    @Test(arguments: 1...60)
    func everyValueReadsBackToTheSameAndNothingShorterDoes(seed: Int) throws {
        var rows = RandomRows(seed: UInt64(seed))
        try CodecTests.check(ConsentEntryCodec.self, rows.consent(), ==)
        try CodecTests.check(ChangeRowCodec.self, rows.changes(), ==)
        try CodecTests.check(AuditEntryCodec.self, rows.audit(), ==)
        var component = Component()
        component.anchors = [rows.node()]
        for _ in 0..<3 {
            component.members.append(Member(node: rows.node(), key: rows.key(), namespace: NamespaceID(1)))
        }
        component.inheritances = [Inheritance(member: 1, node: rows.node())]
        component.views = rows.views(3, 1)
        try CodecTests.check(ComponentCodec.self, .component(component)) { found, expected in
            guard case .component(let left) = found, case .component(let right) = expected else { return false }
            return left == right
        }
    }

    /// Looking in place for a few nodes tells the rows apart as reading them does.
    @Test(arguments: 1...20)
    func aRowOfTheFeedIsFoundByEveryNodeThatItNames(seed: Int) throws {
        var rows = RandomRows(seed: UInt64(seed))
        let all = (0..<40).map { _ in rows.changes() }
        let nodes = all.map { Set($0.changes.filter { $0.kind != .erased }.flatMap { [$0.anchor] + $0.others }) }
        let encoded = all.map { CodecTests.bytes(ChangeRowCodec.self, $0) }
        var found = 0
        // A row's together and each alone; none, and such as differ from those in a high bit alone.
        let others = Set(nodes.joined().map { NodeID($0.rawValue ^ 1 << 40) })
        let asked = nodes + nodes.joined().map { [$0] } + [[], others]
        for gone in asked {
            let filter = NodeFilter(gone)
            for (index, bytes) in encoded.enumerated() {
                let isNamed = try ChangeRowCodec.names(filter, in: bytes.span.bytes)
                #expect(isNamed == !nodes[index].isDisjoint(with: gone))
                if isNamed { found += 1 }
            }
        }
        #expect(found >= nodes.joined().count)
    }

    /// A section that names a member that is not there is refused.
    @Test func aMemberThatIsNotThereIsRefused() throws {
        var component = Component()
        component.anchors = [NodeID(1)]
        component.members = [Member(node: NodeID(1), key: IdentityKey(high: 2, low: 3), namespace: NamespaceID(4))]
        var cell = ViewSection()
        cell.cells = [.init(member: 1, consent: ConsentCell(purpose: 0, state: .undecided, until: 0))]
        var law = ViewSection()
        law.laws = [.init(member: 1, mask: 1)]
        var edge = ViewSection()
        edge.edges = [.init(left: 0, right: 1, mask: 1)]
        for section in [cell, law, edge] {
            component.views = section
            let bytes = CodecTests.bytes(ComponentCodec.self, .component(component))
            #expect(throws: CodecError.self) { _ = try CodecTests.decode(ComponentCodec.self, bytes) }
        }
    }

    @Test func anEntryNamesTheOneBeforeIt() {
        var rows = RandomRows(seed: 1)
        let first = rows.consent()
        var second = rows.consent()
        second.previous = first.hash
        var changed = first
        changed.channel = "post"
        #expect(first.hash == second.previous)
        #expect(changed.hash != second.previous)
    }
}
