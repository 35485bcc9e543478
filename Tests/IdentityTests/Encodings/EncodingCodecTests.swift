import Identity
import Testing

/// The bytes of an encoding.
@Suite struct EncodingCodecTests {
    private func encodings() throws -> [RecordEncoding] {
        var encoder = FeatureEncoder(schema: .standard, keyRing: try testKeyRing())
        let full: [(name: String, value: String)] = [
            ("given_name", "Bob"), ("family_name", "王"), ("birth_date", "1984-02-03"), ("gender", "m"),
            ("street_address", String(repeating: "long street ", count: 20)), ("postal_code", "8001"),
            ("ip", "192.0.2.7"), ("language", "de-CH"), ("latitude", "47.4"), ("longitude", "8.5"),
            ("hours_of_week", "1 2 3 100"), ("user_agent", "Mozilla/5.0 (X11; Linux x86_64) Firefox/120.0"),
        ]
        return try [[], Array(full[0...0]), full, [("birth_year", "1984")]].map { try encoder.encode($0) }
    }

    @Test func whatIsWrittenIsRead() throws {
        for encoding in try encodings() {
            #expect(try RecordEncoding(bytes: encoding.bytes.span, schema: .standard) == encoding)
        }
    }

    @Test func aFlippedBitIsRefused() throws {
        for encoding in try encodings() {
            let bytes = encoding.bytes
            for index in bytes.indices {
                for bit in 0..<8 {
                    var damaged = bytes
                    damaged[index] ^= 1 << bit
                    #expect(throws: RecordEncoding.Damage.self, "byte \(index) bit \(bit)") {
                        try RecordEncoding(bytes: damaged.span, schema: .standard)
                    }
                }
            }
        }
    }

    @Test func aTruncationIsRefused() throws {
        for encoding in try encodings() {
            let bytes = encoding.bytes
            for count in bytes.indices {
                #expect(throws: RecordEncoding.Damage.self) {
                    try RecordEncoding(bytes: Array(bytes[..<count]).span, schema: .standard)
                }
            }
        }
    }

    @Test func anotherVersionIsRefused() throws {
        var bytes = try encodings()[1].bytes
        bytes[0] = 3
        #expect(throws: RecordEncoding.Damage.unknownVersion(3)) {
            try RecordEncoding(bytes: bytes.span, schema: .standard)
        }
    }

    /// Before there was a standard field more, declared ones began with number 21.
    @Test func theFirstVersionIsRead() throws {
        let schema = try AttributeSchema(configured: [(name: "club", kind: .category)])
        var encoder = FeatureEncoder(schema: schema, keyRing: try testKeyRing())
        let encoding = try encoder.encode([("given_name", "Bob"), ("club", "chess")])
        var bytes = encoding.bytes
        // Field 22 to 21: bits 5 and 6 of the third byte from the mask's end.
        #expect(bytes[6] == 0x40)
        bytes[0] = 1
        bytes[6] = 0x20
        let end = bytes.count - 4
        let check = Checksum.crc32(Array(bytes[..<end]).span)
        for index in 0..<4 { bytes[end + index] = UInt8(truncatingIfNeeded: check >> UInt32(24 - 8 * index)) }
        #expect(try RecordEncoding(bytes: bytes.span, schema: schema) == encoding)
    }

    /// A field of a schema that the reader does not have is no damage that it may read past.
    @Test func aFieldWithoutAnAttributeIsRefused() throws {
        let schema = try AttributeSchema(configured: [(name: "club", kind: .category)])
        var encoder = FeatureEncoder(schema: schema, keyRing: try testKeyRing())
        let bytes = try encoder.encode([("club", "chess")]).bytes
        #expect(try RecordEncoding(bytes: bytes.span, schema: schema).isEmpty == false)
        #expect(throws: RecordEncoding.Damage.malformedField(22)) {
            try RecordEncoding(bytes: bytes.span, schema: .standard)
        }
    }
}
