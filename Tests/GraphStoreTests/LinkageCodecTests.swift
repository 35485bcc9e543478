import GraphStore
import Identity
import LMDB
import Stitching
import Testing

/// The bytes of what matching keeps.
@Suite struct LinkageCodecTests {
    private static let near = Likeness.End(source: SourceID(1), time: Timestamp(milliseconds: 2))
    private static let far = Likeness.End(source: SourceID(3), time: Timestamp(milliseconds: 4))

    @Test func aMatchIsWrittenAsDrawn() throws {
        let row = MatchRow(weight: LinkWeight(rawValue: -2), shared: 5, low: Self.near, high: Self.far)
        #expect(
            CodecTests.hex(CodecTests.bytes(MatchCodec.self, row))
                == "fffffffe" + "0005" + "00000001000000000002" + "00000003000000000004")
        try CodecTests.check(MatchCodec.self, row) { $0 == $1 }
    }

    @Test func aFilingIsWrittenAsDrawn() throws {
        let block = BlockKey(high: 0x0102, low: 0xff)
        let row = Filing(end: Self.near, check: 0xa0b0_c0d0, entries: [Filing.Entry(rule: 7, block: block)])
        #expect(
            CodecTests.hex(CodecTests.bytes(FilingCodec.self, row))
                == "00000001000000000002" + "a0b0c0d0" + "0001" + "07" + "000000000000010200000000000000ff")
        try CodecTests.check(FilingCodec.self, row) { $0 == $1 }
        let key = BlockRow(block: block, record: NodeID(9))
        #expect(CodecTests.read(BlockRowCodec.self, key) == key)
        #expect(
            CodecTests.hex(CodecTests.key(BlockRowCodec.self, key))
                == "000000000000010200000000000000ff" + "0000000000000009")
    }

    @Test func aModelsRowSaysWhetherItLinks() throws {
        let row = ModelRow(isActive: true, time: 258, bytes: [1, 2, 3])
        #expect(CodecTests.hex(CodecTests.bytes(ModelRowCodec.self, row)) == "01" + "0000000000000102" + "010203")
        #expect(try CodecTests.decode(ModelRowCodec.self, CodecTests.bytes(ModelRowCodec.self, row)) == row)
        #expect(throws: CodecError.self) { try CodecTests.decode(ModelRowCodec.self, [2, 0, 0, 0, 0, 0, 0, 0, 0]) }
    }

    @Test func aLikenessIsKeptInItsLink() {
        let likeness = Likeness(weight: LinkWeight(rawValue: -70_000), version: .max, ends: (Self.near, Self.far))
        #expect(Likeness(likeness.evidence) == likeness)
        #expect(Likeness(Evidence()) == nil)
    }
}
