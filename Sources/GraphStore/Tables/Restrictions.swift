package import Identity
package import LMDB
internal import Stitching

extension Tables {
    /// Identifiers that are stored and not used (Art. 18 and 21 GDPR): of each the purposes that it is kept from.
    package static let restrictions = Table<NodeKeyCodec, RestrictionCodec>(
        name: "restrictions", number: 21, erasure: .byNode)
}

/// A row of table `restrictions`: it counts as a denial for the whole person, which no grant takes back.
package struct RestrictionRow: Hashable, Sendable {
    /// Restricted (Art. 18): purposes by number.
    package var restricted: UInt32
    /// Objected to (Art. 21): purposes by number.
    package var objected: UInt32
    package var time: Timestamp
    /// The number of the act's entry in `audit`.
    package var entry: UInt64

    package init(restricted: UInt32, objected: UInt32, time: Timestamp, entry: UInt64) {
        self.restricted = restricted
        self.objected = objected
        self.time = time
        self.entry = entry
    }

    package var purposes: UInt32 { restricted | objected }
}

///     0            4          8      14      22
///     +------------+----------+------+-------+
///     | restricted | objected | time | entry |
///     +------------+----------+------+-------+
package enum RestrictionCodec: ValueCodec {
    package static var version: UInt8 { 1 }

    package static func encode(_ row: borrowing RestrictionRow, into writer: inout ByteWriter) {
        writer.append(row.restricted)
        writer.append(row.objected)
        writer.append48(UInt64(row.time.milliseconds))
        writer.append(row.entry)
    }

    package static func decode(_ bytes: RawSpan, version: UInt8) throws(CodecError) -> RestrictionRow {
        var reader = ByteReader(bytes)
        let restricted = try reader.readUInt32()
        let objected = try reader.readUInt32()
        let time = Timestamp(milliseconds: Int64(try reader.readUInt48()))
        let entry = try reader.readUInt64()
        try reader.finish()
        return RestrictionRow(restricted: restricted, objected: objected, time: time, entry: entry)
    }
}
