package import Identity
package import LMDB
package import Stitching

extension Tables {
    /// The change feed. A row holds consecutive entries of one transaction; its key is the first one's sequence number.
    package static let changes = Table<SequenceCodec, ChangeRowCodec>(
        name: "changes", number: 13, erasure: .byScan)
}

/// What became of a profile.
package enum ChangeKind: UInt8, Hashable, Sendable, CaseIterable {
    case created = 1
    /// It has taken in others.
    case merged = 2
    /// It is a piece of another, which has come apart.
    case split = 3
    case consent = 4
    case erased = 5
}

extension ChangeKind: CustomStringConvertible {
    package var description: String {
        switch self {
        case .created: "created"
        case .merged: "merged"
        case .split: "split"
        case .consent: "consent_changed"
        case .erased: "erased"
        }
    }
}

/// An entry of the feed: the net change of one profile in one transaction.
package struct Change: Hashable, Sendable {
    package var kind: ChangeKind
    /// The anchor of the profile as it was left.
    package var anchor: NodeID
    /// Anchors of profiles that it took in, or of the one that it was a piece of; of a changed consent the identifiers.
    package var others: [NodeID]
    /// Purposes of a changed consent, by number.
    package var purposes: UInt32
    /// Of an erasure: who was erased, by node ids, sealed under a key that goes when the entry is trimmed. The rest is empty.
    package var sealed: [UInt8] = []

    package init(kind: ChangeKind, anchor: NodeID, others: [NodeID] = [], purposes: UInt32 = 0) {
        self.kind = kind
        self.anchor = anchor
        self.others = others
        self.purposes = purposes
    }
}

/// A row of table `changes`.
package struct ChangeRow: Hashable, Sendable {
    /// The store's clock at the commit.
    package var time: Timestamp
    package var changes: [Change]

    package init(time: Timestamp, changes: [Change]) {
        self.time = time
        self.changes = changes
    }

    /// Most entries in one row: it stays well below a page's overflow.
    package static let limit = 64
    /// Most other profiles that an entry names; there are more at times, and then the entry is followed by another.
    package static let othersLimit = 1_000
}

/// A sequence number as a key.
///
///     0          8
///     +----------+
///     | sequence |
///     +----------+
package enum SequenceCodec: KeyCodec {
    package static var width: Int { 8 }
    package static func encode(_ key: UInt64, into writer: inout ByteWriter) { writer.append(key) }
    package static func decode(_ bytes: RawSpan) -> UInt64 { bytes.bigEndianUInt64(at: 0) }
}

///     0      6       8
///     +------+-------+
///     | time | count |
///     +------+-------+
///     count x | kind 1 | anchor 8 | purposes 4 | others 2 | others x 8 |
///     of kind erased | kind 1 | length 4 | sealed |
package enum ChangeRowCodec: ValueCodec {
    package static var version: UInt8 { 1 }

    package static func encode(_ row: borrowing ChangeRow, into writer: inout ByteWriter) {
        writer.append48(UInt64(row.time.milliseconds))
        writer.append(UInt16(row.changes.count))
        for change in row.changes {
            writer.append(change.kind.rawValue)
            if change.kind == .erased {
                writer.append(UInt32(change.sealed.count))
                writer.append(contentsOf: change.sealed)
                continue
            }
            writer.append(change.anchor.rawValue)
            writer.append(change.purposes)
            writer.append(UInt16(change.others.count))
            for node in change.others { writer.append(node.rawValue) }
        }
    }

    /// Whether an entry of the row names one of the nodes: in place, as a search reads every row of the table.
    package static func names(_ nodes: NodeFilter, in bytes: RawSpan) throws(CodecError) -> Bool {
        var reader = ByteReader(bytes)
        _ = try reader.readUInt48()
        for _ in 0..<(try reader.readUInt16()) {
            if try reader.readUInt8() == ChangeKind.erased.rawValue {
                _ = try reader.readBytes(Int(try reader.readUInt32()))
                continue
            }
            if nodes.contains(NodeID(try reader.readUInt64())) { return true }
            _ = try reader.readUInt32()
            for _ in 0..<(try reader.readUInt16()) {
                if nodes.contains(NodeID(try reader.readUInt64())) { return true }
            }
        }
        return false
    }

    package static func decode(_ bytes: RawSpan, version: UInt8) throws(CodecError) -> ChangeRow {
        var reader = ByteReader(bytes)
        var row = ChangeRow(time: Timestamp(milliseconds: Int64(try reader.readUInt48())), changes: [])
        for _ in 0..<(try reader.readUInt16()) {
            guard let kind = ChangeKind(rawValue: try reader.readUInt8()) else { throw .invalid("change") }
            if kind == .erased {
                var change = Change(kind: kind, anchor: NodeID(0))
                change.sealed = try ByteArray.decode(&reader, count: Int(try reader.readUInt32()))
                row.changes.append(change)
                continue
            }
            var change = Change(kind: kind, anchor: NodeID(try reader.readUInt64()))
            change.purposes = try reader.readUInt32()
            for _ in 0..<(try reader.readUInt16()) { change.others.append(NodeID(try reader.readUInt64())) }
            row.changes.append(change)
        }
        try reader.finish()
        return row
    }
}
