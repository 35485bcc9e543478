/// The attributes of one record as keyed tokens of 32 bits: what matching compares, and nothing else of them.
///
/// A sequence of words, ready to be compared where it lies:
///
///     | fields present, low 32 | high 32 | start of each field present, in words from the beginning | fields |
///
/// and a field by its shape:
///
///     likeness  | whole | prefix | initial | counts | omissions | bigrams, ascending | aliases, ascending |
///                 counts: omissions in bits 0-7, bigrams in 8-15, aliases in 16-23; bit 24: a given name that many
///                 people bear. Omission i is the token of the value
///                 without its character i; so two values at an edit distance of one are found exactly.
///     category  | whole |
///     date      | whole or 0 | year or 0 | month or 0 | day or 0 | omissions |
///     cells     | four overlapping cells of 250 m | four of 2.5 km | four of 25 km |
///     ladder    | finest | middle or 0 | coarsest or 0 |
///     set       | members, ascending |
package struct RecordEncoding: Hashable, Sendable {
    package private(set) var words: [UInt32]

    /// An encoding of no attribute.
    package init() { words = [0, 0] }

    /// - Parameter fields: ascending; each with what its shape holds.
    init(fields: [(field: FieldID, start: Int)], payload: [UInt32]) {
        var mask: UInt64 = 0
        words = [0, 0]
        words.reserveCapacity(2 + fields.count + payload.count)
        for (field, start) in fields {
            mask |= 1 << UInt64(field.rawValue)
            words.append(UInt32(2 + fields.count + start))
        }
        words[0] = UInt32(truncatingIfNeeded: mask)
        words[1] = UInt32(truncatingIfNeeded: mask >> 32)
        words += payload
    }

    /// Believes the words: for codecs that have checked them.
    init(trusted words: [UInt32]) { self.words = words }

    package var isEmpty: Bool { words[0] | words[1] == 0 }

    /// A bit for each field present.
    package var mask: UInt64 { UInt64(words[0]) | UInt64(words[1]) << 32 }

    /// The names of the fields present, in the schema's order.
    package func fieldNames(_ schema: AttributeSchema) -> [String] {
        schema.fields.indices.filter { mask >> UInt64($0) & 1 == 1 }.map { schema.fields[$0].name }
    }
}

extension RecordEncoding: CustomStringConvertible {
    package var description: String { "<redacted>" }
}

/// Where the fields of an encoding lie in its words.
package enum EncodedFields {
    @inlinable
    @inline(__always)
    package static func mask(_ words: Span<UInt32>) -> UInt64 { UInt64(words[0]) | UInt64(words[1]) << 32 }

    /// The words of a field that is present.
    @inlinable
    @inline(__always)
    package static func range(_ field: FieldID, _ mask: UInt64, _ words: Span<UInt32>) -> Range<Int> {
        let before = (mask & (1 << UInt64(field.rawValue) &- 1)).nonzeroBitCount
        let start = Int(words[2 + before])
        let isLast = before + 1 == mask.nonzeroBitCount
        return start..<(isLast ? words.count : Int(words[3 + before]))
    }
}
