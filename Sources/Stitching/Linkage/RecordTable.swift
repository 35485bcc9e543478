package import Identity

/// The encodings of many records, one after the other in flat memory, in the order of their keys: whatever is made of a table
/// depends on the set of records and not on the order in which they came.
package struct RecordTable: Sendable {
    /// Ascending.
    package private(set) var keys: [IdentityKey]
    /// All encodings, end to end.
    @usableFromInline var words: [UInt32]
    /// Where each begins, and at last where the last ends.
    @usableFromInline var starts: [Int]
    /// For each record where it stood among those given.
    package private(set) var origins: [Int]

    /// Most records: they are numbered by 31 bits.
    package static let recordLimit = Int(Int32.max) - 1

    /// - Precondition: the keys are distinct, and at most `recordLimit`.
    package init(_ records: [(key: IdentityKey, encoding: RecordEncoding)]) {
        precondition(records.count <= Self.recordLimit, "too many records for one table")
        origins = records.indices.sorted { records[$0].key < records[$1].key }
        keys = origins.map { records[$0].key }
        words = []
        words.reserveCapacity(records.reduce(0) { $0 + $1.encoding.words.count })
        starts = [0]
        starts.reserveCapacity(records.count + 1)
        for origin in origins {
            words += records[origin].encoding.words
            starts.append(words.count)
        }
    }

    /// Records that follow one another in a table.
    package struct Piece: Sendable {
        package private(set) var keys: [IdentityKey] = []
        package private(set) var origins: [Int] = []
        fileprivate var words: [UInt32] = []
        fileprivate var ends: [Int] = []

        package init() {}

        /// - Precondition: the key is above the last one's.
        package mutating func append(_ key: IdentityKey, _ encoding: RecordEncoding, origin: Int) {
            if let last = keys.last { precondition(last < key, "keys of a piece ascend") }
            keys.append(key)
            origins.append(origin)
            words += encoding.words
            ends.append(words.count)
        }
    }

    /// Of pieces that ascend: a table is made of them without a second copy of each record.
    ///
    /// - Precondition: the keys of each piece are above those of the one before.
    package init(_ pieces: consuming [Piece]) {
        (keys, origins, words, starts) = ([], [], [], [0])
        let count = pieces.reduce(0) { $0 + $1.keys.count }
        precondition(count <= Self.recordLimit, "too many records for one table")
        words.reserveCapacity(pieces.reduce(0) { $0 + $1.words.count })
        starts.reserveCapacity(count + 1)
        for index in pieces.indices {
            if let last = keys.last, let next = pieces[index].keys.first {
                precondition(last < next, "pieces of a table ascend")
            }
            let base = words.count
            keys += pieces[index].keys
            origins += pieces[index].origins
            words += pieces[index].words
            starts += pieces[index].ends.map { base + $0 }
            pieces[index] = Piece()
        }
    }

    @inlinable
    package var count: Int { keys.count }

    /// The words of a record, as `RecordEncoding` draws them.
    @inlinable
    @inline(__always)
    package func withRecord<Result>(_ index: Int, _ body: (Span<UInt32>) -> Result) -> Result {
        body(words.span.extracting(starts[index]..<starts[index + 1]))
    }

    /// For each record the token that stands for a field's whole value; 0 where there is none.
    package func wholeTokens(of field: FieldID) -> [UInt32] {
        tokens(of: field, at: 0)
    }

    /// For each record one word of a field; 0 where the field is not there or has fewer.
    func tokens(of field: FieldID, at offset: Int) -> [UInt32] {
        (0..<count).map { index in
            withRecord(index) { words in
                let mask = EncodedFields.mask(words)
                guard mask >> UInt64(field.rawValue) & 1 == 1 else { return 0 }
                let range = EncodedFields.range(field, mask, words)
                return offset < range.count ? words[range.lowerBound + offset] : 0
            }
        }
    }

    /// How many records have each field.
    func presence(of field: FieldID) -> Int {
        (0..<count).count { index in withRecord(index) { EncodedFields.mask($0) >> UInt64(field.rawValue) & 1 == 1 } }
    }
}
