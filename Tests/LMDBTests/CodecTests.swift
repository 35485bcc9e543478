import LMDB
import Testing

@Suite("Codecs")
struct CodecTests {
    @Test func scalarsAreBigEndian() throws {
        var writer = ByteWriter()
        writer.append(0x01 as UInt8)
        writer.append(0x0203 as UInt16)
        writer.append(0x0405_0607 as UInt32)
        writer.append(0x0809_0A0B_0C0D_0E0F as UInt64)
        writer.append48(0x1011_1213_1415)
        writer.append(-2 as Int64)
        writer.append(contentsOf: [0xAA, 0xBB])
        let golden: [UInt8] =
            Array(1...0x15) + [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFE, 0xAA, 0xBB]
        #expect(writer.bytes.array == golden)

        var reader = ByteReader(writer.bytes)
        #expect(try reader.readUInt8() == 1)
        #expect(try reader.readUInt16() == 0x0203)
        #expect(try reader.readUInt32() == 0x0405_0607)
        #expect(try reader.readUInt64() == 0x0809_0A0B_0C0D_0E0F)
        #expect(try reader.readUInt48() == 0x1011_1213_1415)
        #expect(try reader.readInt64() == -2)
        #expect(try reader.readBytes(2).array == [0xAA, 0xBB])
        #expect(reader.remaining == 0)
    }

    @Test(
        arguments: [
            (0, [0]), (127, [0x7F]), (128, [0x80, 0x01]), (300, [0xAC, 0x02]),
            (UInt64.max, [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x01]),
        ] as [(UInt64, [UInt8])])
    func varintsHaveGoldenBytes(value: UInt64, bytes: [UInt8]) throws {
        var writer = ByteWriter()
        writer.appendVarint(value)
        #expect(writer.bytes.array == bytes)
        var reader = ByteReader(writer.bytes)
        #expect(try reader.readVarint() == value)
    }

    @Test(arguments: [[0x80, 0x00], [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x02]] as [[UInt8]])
    func aVarintHasOneEncoding(bytes: [UInt8]) {
        var writer = ByteWriter()
        writer.append(contentsOf: bytes)
        #expect(throws: CodecError.invalid("varint")) { try readVarint(writer.bytes) }
    }

    @Test func aReaderNeverPassesTheEnd() {
        var writer = ByteWriter()
        writer.append(contentsOf: [0x80, 1, 2])
        #expect(throws: CodecError.truncated) {
            var reader = ByteReader(writer.bytes)
            _ = try reader.readUInt32()
        }
        #expect(throws: CodecError.truncated) {
            var reader = ByteReader(writer.bytes)
            _ = try reader.readBytes(4)
        }
        #expect(throws: CodecError.truncated) {
            var reader = ByteReader(writer.bytes)
            _ = try reader.readUInt48()
        }
        #expect(throws: CodecError.truncated) {
            var reader = ByteReader(writer.bytes)
            _ = try reader.readBytes(-1)
        }
    }

    @Test func aPatchOverwritesWhatWasWritten() {
        var writer = ByteWriter(capacity: 1)
        writer.append(0 as UInt32)
        for byte in 0..<100 { writer.append(UInt8(byte)) }
        writer.patch(100 as UInt32, at: 0)
        #expect(writer.bytes.bigEndianUInt32(at: 0) == 100)
        #expect(writer.count == 104)
        #expect(writer.bytes.uint8(at: 103) == 99)
        writer.removeAll()
        #expect(writer.count == 0)
    }

    @Test func keysKeepTheirOrderAsBytes() {
        var generator = SeededGenerator(seed: 1)
        let keys = (0..<500).map { _ in
            Bytes16(high: UInt64.random(in: 0...3, using: &generator) << 62, low: generator.next() % 5)
        }
        let byKey = keys.sorted().map { encoded(Bytes16Key.self, $0) }
        let byBytes = keys.map { encoded(Bytes16Key.self, $0) }.sorted { $0.lexicographicallyPrecedes($1) }
        #expect(byKey == byBytes)
        #expect(
            encoded(PairKey.self, NumberPair(first: 1, second: 2)) == [0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 2])
        #expect(encoded(UInt64Key.self, 0x0102) == [0, 0, 0, 0, 0, 0, 1, 2])
    }

    private func encoded<K: KeyCodec>(_: K.Type, _ key: K.Key) -> [UInt8] {
        var writer = ByteWriter()
        K.encode(key, into: &writer)
        return writer.bytes.array
    }

    private func readVarint(_ bytes: RawSpan) throws -> UInt64 {
        var reader = ByteReader(bytes)
        return try reader.readVarint()
    }
}
