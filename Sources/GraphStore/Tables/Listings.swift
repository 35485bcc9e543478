package import Identity
package import LMDB
package import Stitching

extension Tables {
    /// From an identifier's node to the nodes of the records that list it: key (identifier, record).
    package static let listings = Table<NodePairCodec, ListingCodec>(
        name: "listings", number: 8, erasure: .byNodePair)
}

/// A row of table `listings`: what a record contributes to the links of an identifier that it lists.
package struct ListingRow: Hashable, Sendable {
    package var source: SourceID
    package var time: Timestamp

    package init(source: SourceID, time: Timestamp) {
        self.source = source
        self.time = time
    }
}

///     0        4      10
///     +--------+------+
///     | source | time |
///     +--------+------+
package enum ListingCodec: ValueCodec {
    package static var version: UInt8 { 1 }

    package static func encode(_ row: borrowing ListingRow, into writer: inout ByteWriter) {
        writer.append(row.source.rawValue)
        writer.append48(UInt64(row.time.milliseconds))
    }

    package static func decode(_ bytes: RawSpan, version: UInt8) throws(CodecError) -> ListingRow {
        guard bytes.byteCount == 10 else { throw .truncated }
        return ListingRow(source: SourceID(bytes.bigEndianUInt32(at: 0)), time: EvidenceCodec.time(bytes, at: 4))
    }
}
