package import LMDB

extension Tables {
    /// What the store knows of itself: names and their numbers, clocks, configuration.
    package static let meta = Table<MetaKeyCodec, BytesCodec>(
        name: "meta", number: 1, erasure: .none(reason: "names, clocks and configuration: nothing of a person"))
}

/// A key of table `meta`: what, and which one of its kind.
package struct MetaKey: Hashable, Sendable {
    package enum Kind: UInt16, Hashable, Sendable, CaseIterable {
        case format = 1
        /// The next node id, 8 bytes.
        case nextNode = 2
        /// The newest evidence or sweep, milliseconds, 8 bytes.
        case clock = 3
        /// A namespace's name, by number.
        case namespace = 4
        /// A source: newest event, tombstone, name; by number.
        case source = 5
        /// The configuration's canonical text.
        case configuration = 6
        /// The purge horizon, milliseconds, 8 bytes.
        case purgeHorizon = 7
        /// The versions of the normalisers.
        case normalisers = 8
        /// The retraction of a source that is under way, by number.
        case retraction = 9
        /// Links suspended by the component limit, 8 bytes.
        case componentLimited = 10
        /// The key check value.
        case keyCheck = 11
        /// A purpose's or feature's name, by number.
        case purpose = 12
        /// A law's name, by number.
        case jurisdiction = 13
        /// The newest receipt, milliseconds, 8 bytes.
        case receiptClock = 14
        /// The sequence number of the feed's next entry, 8 bytes.
        case feedNext = 15
        /// The sequence number of the feed's first entry, 8 bytes.
        case feedFirst = 16
        /// How far the building of the generation has come, where it was built from an earlier one.
        case building = 17
        /// The version of the identity keys.
        case keyVersion = 30
    }

    package var kind: Kind
    package var number: UInt32

    package init(_ kind: Kind, _ number: UInt32 = 0) {
        self.kind = kind
        self.number = number
    }
}

///     0      2        6
///     +------+--------+
///     | kind | number |
///     +------+--------+
package enum MetaKeyCodec: KeyCodec {
    package static var width: Int { 6 }

    package static func encode(_ key: MetaKey, into writer: inout ByteWriter) {
        writer.append(key.kind.rawValue)
        writer.append(key.number)
    }

    package static func decode(_ bytes: RawSpan) -> MetaKey {
        MetaKey(MetaKey.Kind(rawValue: bytes.bigEndianUInt16(at: 0)) ?? .format, bytes.bigEndianUInt32(at: 2))
    }
}

/// A value that is what it is: its kind says how it is read.
package enum BytesCodec: ValueCodec {
    package static var version: UInt8 { 1 }

    package static func encode(_ bytes: borrowing [UInt8], into writer: inout ByteWriter) {
        writer.append(contentsOf: copy bytes)
    }

    package static func decode(_ bytes: RawSpan, version: UInt8) throws(CodecError) -> [UInt8] {
        var reader = ByteReader(bytes)
        return try ByteArray.decode(&reader, count: bytes.byteCount)
    }
}
