package import LMDB
package import Stitching

extension Tables {
    /// What an identifier has beside its active links; no row where it has nothing of the kind.
    package static let nodes = Table<NodeKeyCodec, NodeRowCodec>(name: "nodes", number: 4, erasure: .byNode)
}

/// A row of table `nodes`: an identifier's suspended links and records, counted.
///
/// The degree by which the hub rule judges is this plus the active links of the component.
package struct NodeRow: Hashable, Sendable {
    /// Rows of `suspended` that begin with the node.
    package var rows: UInt32 = 0
    /// Those of them that are not expired, a link to itself included.
    package var live: UInt32 = 0
    /// Records that list it.
    package var records: UInt32 = 0
    /// Deterministic links in `suspended` that are not expired, by the namespace of the other end.
    package var suspended = Degree()

    package init() {}

    package var isEmpty: Bool { rows == 0 && records == 0 }
}

///     0      4      8         12      14
///     +------+------+---------+-------+----------------------------+
///     | rows | live | records | count | count x (ns 2, links 4)    |
///     +------+------+---------+-------+----------------------------+
package enum NodeRowCodec: ValueCodec {
    package static var version: UInt8 { 1 }

    package static func encode(_ row: borrowing NodeRow, into writer: inout ByteWriter) {
        writer.append(row.rows)
        writer.append(row.live)
        writer.append(row.records)
        writer.append(UInt16(row.suspended.counts.count))
        for entry in row.suspended.counts {
            writer.append(entry.namespace.rawValue)
            writer.append(entry.count)
        }
    }

    package static func decode(_ bytes: RawSpan, version: UInt8) throws(CodecError) -> NodeRow {
        var reader = ByteReader(bytes)
        var row = NodeRow()
        row.rows = try reader.readUInt32()
        row.live = try reader.readUInt32()
        row.records = try reader.readUInt32()
        var counts: [(namespace: NamespaceID, count: UInt32)] = []
        for _ in 0..<(try reader.readUInt16()) {
            let namespace = NamespaceID(try reader.readUInt16())
            counts.append((namespace, try reader.readUInt32()))
        }
        row.suspended = Degree(counts: counts)
        try reader.finish()
        return row
    }
}
