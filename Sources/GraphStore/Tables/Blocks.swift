package import Identity
package import LMDB
package import Stitching

extension Tables {
    /// Which records share a block, by the active model's rules: key (block key, the record's node).
    package static let blocks = Table<BlockRowCodec, PresenceCodec>(name: "blocks", number: 41, erasure: .byScan)

    /// Under which block keys a record is filed, by its node.
    package static let filings = Table<NodeKeyCodec, FilingCodec>(name: "filings", number: 42, erasure: .byNode)
}

/// A key of table `blocks`.
package struct BlockRow: Hashable, Comparable, Sendable {
    package var block: BlockKey
    package var record: NodeID

    package init(block: BlockKey, record: NodeID) {
        self.block = block
        self.record = record
    }

    package static func < (left: BlockRow, right: BlockRow) -> Bool {
        left.block != right.block ? left.block < right.block : left.record < right.record
    }
}

///     0           16       24
///     +-----------+--------+
///     | block key | record |
///     +-----------+--------+
package enum BlockRowCodec: KeyCodec {
    package static var width: Int { 24 }

    package static func encode(_ key: BlockRow, into writer: inout ByteWriter) {
        writer.append(key.block.high)
        writer.append(key.block.low)
        writer.append(key.record.rawValue)
    }

    package static func decode(_ bytes: RawSpan) -> BlockRow {
        BlockRow(
            block: BlockKey(high: bytes.bigEndianUInt64(at: 0), low: bytes.bigEndianUInt64(at: 8)),
            record: NodeID(bytes.bigEndianUInt64(at: 16)))
    }
}

/// A row of table `filings`: a record that takes part in matching.
package struct Filing: Hashable, Sendable {
    /// A block that the record is in, and the rule of the model's plan that makes it.
    package struct Entry: Hashable, Sendable {
        /// Index in `BlockingPlan.entries`.
        package var rule: UInt8
        package var block: BlockKey

        package init(rule: UInt8, block: BlockKey) {
            self.rule = rule
            self.block = block
        }
    }

    package var end: Likeness.End
    /// Of the encoding: another one has another check value.
    package var check: UInt32
    package var entries: [Entry]

    package init(end: Likeness.End, check: UInt32, entries: [Entry]) {
        self.end = end
        self.check = check
        self.entries = entries
    }
}

///     0        4      10      14      16
///     +--------+------+-------+-------+---------------------------+
///     | source | time | check | count | rule 1, block key 16 each |
///     +--------+------+-------+-------+---------------------------+
package enum FilingCodec: ValueCodec {
    package static var version: UInt8 { 1 }

    package static func encode(_ row: borrowing Filing, into writer: inout ByteWriter) {
        LikenessEndBytes.encode(row.end, into: &writer)
        writer.append(row.check)
        writer.append(UInt16(row.entries.count))
        for entry in row.entries {
            writer.append(entry.rule)
            writer.append(entry.block.high)
            writer.append(entry.block.low)
        }
    }

    package static func decode(_ bytes: RawSpan, version: UInt8) throws(CodecError) -> Filing {
        var reader = ByteReader(bytes)
        let end = try LikenessEndBytes.decode(&reader)
        var filing = Filing(end: end, check: try reader.readUInt32(), entries: [])
        for _ in 0..<(try reader.readUInt16()) {
            let rule = try reader.readUInt8()
            let high = try reader.readUInt64()
            filing.entries.append(.init(rule: rule, block: BlockKey(high: high, low: try reader.readUInt64())))
        }
        try reader.finish()
        return filing
    }
}

/// Source and time of a record's word: 10 bytes.
enum LikenessEndBytes {
    static func encode(_ end: Likeness.End, into writer: inout ByteWriter) {
        writer.append(end.source.rawValue)
        writer.append48(UInt64(end.time.milliseconds))
    }

    static func decode(_ reader: inout ByteReader) throws(CodecError) -> Likeness.End {
        let source = SourceID(try reader.readUInt32())
        return Likeness.End(source: source, time: Timestamp(milliseconds: Int64(try reader.readUInt48())))
    }
}
