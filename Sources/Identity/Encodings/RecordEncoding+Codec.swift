/// The encoding of a record in bytes, to be sealed:
///
///     | version 2 | fields present 8 | for each field present: words 2, tokens 4 each | check 4 |
///
/// Integers are big-endian. The check is the CRC-32 of all before it: what is damaged is refused, whoever sealed it.
extension RecordEncoding {
    /// What cannot be read back.
    package enum Damage: Error, Hashable, Sendable {
        /// Of a later version of the service, or no encoding.
        case unknownVersion(UInt8)
        case wrongLength
        case wrongCheck
        /// A field's words do not fit its shape, or the schema has no such field.
        case malformedField(UInt8)
    }

    package static let version: UInt8 = 2
    /// Of version 1: there the fields that a configuration declares began one number lower.
    private static let standardFieldsOfVersion1 = 21
    /// Most words of one field: 64 omissions, 65 bigrams, four aliases and four words before them.
    static let fieldWords = 168

    /// The bytes of the encoding.
    package var bytes: [UInt8] {
        var out: [UInt8] = [Self.version]
        out.reserveCapacity(16 + 4 * words.count)
        Self.append(UInt32(truncatingIfNeeded: mask >> 32), to: &out)
        Self.append(UInt32(truncatingIfNeeded: mask), to: &out)
        let span = words.span
        for index in 0..<mask.nonzeroBitCount {
            let end = index + 1 == mask.nonzeroBitCount ? words.count : Int(words[3 + index])
            let range = Int(words[2 + index])..<end
            out.append(UInt8(truncatingIfNeeded: range.count >> 8))
            out.append(UInt8(truncatingIfNeeded: range.count))
            for word in range { Self.append(span[word], to: &out) }
        }
        Self.append(Checksum.crc32(out.span), to: &out)
        return out
    }

    /// Reads what `bytes` wrote; `schema` is the one that encoded, or one with more attributes.
    package init(bytes: Span<UInt8>, schema: AttributeSchema) throws(Damage) {
        guard bytes.count >= 13 else { throw .wrongLength }
        guard bytes[0] == Self.version || bytes[0] == 1 else { throw .unknownVersion(bytes[0]) }
        let isOld = bytes[0] == 1
        let end = bytes.count - 4
        guard Checksum.crc32(bytes.extracting(0..<end)) == Self.word(bytes, end) else { throw .wrongCheck }
        let mask = UInt64(Self.word(bytes, 1)) << 32 | UInt64(Self.word(bytes, 5))
        var fields: [(field: FieldID, start: Int)] = []
        var payload: [UInt32] = []
        var position = 9
        for place in 0..<UInt8(64) where mask >> UInt64(place) & 1 == 1 {
            let number = isOld && place >= Self.standardFieldsOfVersion1 ? place + 1 : place
            guard Int(number) < schema.fields.count else { throw .malformedField(number) }
            guard position + 2 <= end else { throw .wrongLength }
            let count = Int(bytes[position]) << 8 | Int(bytes[position + 1])
            position += 2
            guard count <= Self.fieldWords, position + 4 * count <= end else { throw .wrongLength }
            let start = payload.count
            fields.append((FieldID(number), start))
            for index in 0..<count { payload.append(Self.word(bytes, position + 4 * index)) }
            position += 4 * count
            guard Self.fits(payload.span.extracting(start..<payload.count), schema.fields[Int(number)].kind.shape)
            else { throw .malformedField(number) }
        }
        guard position == end else { throw .wrongLength }
        self.init(fields: fields, payload: payload)
    }

    private static func fits(_ words: Span<UInt32>, _ shape: FieldShape) -> Bool {
        switch shape {
        case .likeness:
            guard words.count >= 4 else { return false }
            let counts = words[3]
            return counts >> 25 == 0
                && words.count == 4 + Int(counts & 0xff) + Int(counts >> 8 & 0xff) + Int(counts >> 16 & 0xff)
        case .category: return words.count == 1
        case .date: return words.count >= 4
        case .cells: return words.count == 12
        case .ladder: return words.count == 3
        case .set: return words.count >= 1
        }
    }

    private static func append(_ word: UInt32, to out: inout [UInt8]) {
        for shift in [24, 16, 8, 0] as [UInt32] { out.append(UInt8(truncatingIfNeeded: word >> shift)) }
    }

    private static func word(_ bytes: Span<UInt8>, _ position: Int) -> UInt32 {
        var word: UInt32 = 0
        for index in 0..<4 { word = word << 8 | UInt32(bytes[position + index]) }
        return word
    }
}

/// CRC-32 (IEEE 802.3): finds every burst of up to 32 bits.
package enum Checksum {
    package static func crc32(_ bytes: Span<UInt8>) -> UInt32 {
        var value: UInt32 = .max
        let table = table.span
        for index in 0..<bytes.count {
            value = table[Int(UInt8(truncatingIfNeeded: value) ^ bytes[index])] ^ value >> 8
        }
        return ~value
    }

    private static let table: [UInt32] = (0..<256).map { byte in
        (0..<8).reduce(UInt32(byte)) { value, _ in value & 1 == 1 ? value >> 1 ^ 0xedb8_8320 : value >> 1 }
    }
}
