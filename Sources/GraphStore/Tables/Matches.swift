internal import Identity
package import LMDB
package import Stitching

extension Tables {
    /// Pairs of records that the active model weighs at its review threshold or above, in both directions: key (node, other
    /// node). From its link threshold on they are links; those below wait for a person.
    package static let matches = Table<NodePairCodec, MatchCodec>(name: "matches", number: 43, erasure: .byNodePair)
}

/// A row of table `matches`.
package struct MatchRow: Hashable, Sendable {
    package var weight: LinkWeight
    /// How many blocks the two share that are not past their limits; at least one.
    package var shared: UInt16
    /// Of the record with the lower node id, and of the other.
    package var low: Likeness.End
    package var high: Likeness.End

    package init(weight: LinkWeight, shared: UInt16, low: Likeness.End, high: Likeness.End) {
        self.weight = weight
        self.shared = shared
        self.low = low
        self.high = high
    }

    /// As a link of a model's version.
    package func likeness(version: UInt32) -> Likeness { Likeness(weight: weight, version: version, ends: (low, high)) }
}

///     0        4        6              16             26
///     +--------+--------+--------------+--------------+
///     | weight | shared | low's word   | high's word  |      a word: source 4, time 6
///     +--------+--------+--------------+--------------+
package enum MatchCodec: ValueCodec {
    package static var version: UInt8 { 1 }

    package static func encode(_ row: borrowing MatchRow, into writer: inout ByteWriter) {
        writer.append(row.weight.rawValue)
        writer.append(row.shared)
        LikenessEndBytes.encode(row.low, into: &writer)
        LikenessEndBytes.encode(row.high, into: &writer)
    }

    package static func decode(_ bytes: RawSpan, version: UInt8) throws(CodecError) -> MatchRow {
        var reader = ByteReader(bytes)
        let weight = LinkWeight(rawValue: try reader.readInt32())
        let shared = try reader.readUInt16()
        let low = try LikenessEndBytes.decode(&reader)
        let high = try LikenessEndBytes.decode(&reader)
        try reader.finish()
        return MatchRow(weight: weight, shared: shared, low: low, high: high)
    }
}
