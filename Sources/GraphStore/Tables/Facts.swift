package import LMDB
package import Stitching

extension Tables {
    /// What people did: one row for each node, kind and source.
    package static let facts = Table<FactKeyCodec, FactRowCodec>(name: "facts", number: 30, erasure: .byNode)
}

/// A key of table `facts`.
package struct FactKey: Hashable, Comparable, Sendable {
    /// Whose word it is.
    package enum Kind: UInt16, Hashable, Sendable, CaseIterable {
        /// Of events: on the strongest identifier of each.
        case events = 1
        /// Of a record's version: on the record's node, and with it.
        case record = 2
        /// What events show of a device and its networks: on each device of theirs, or on the session where there is none.
        case traffic = 3
    }

    package var node: NodeID
    package var kind: Kind
    package var source: SourceID

    package init(node: NodeID, kind: Kind, source: SourceID) {
        self.node = node
        self.kind = kind
        self.source = source
    }

    package static func first(of node: NodeID) -> FactKey { FactKey(node: node, kind: .events, source: SourceID(0)) }

    package static func < (left: FactKey, right: FactKey) -> Bool {
        if left.node != right.node { return left.node < right.node }
        if left.kind != right.kind { return left.kind.rawValue < right.kind.rawValue }
        return left.source < right.source
    }
}

/// A row of table `facts`.
package struct FactRow: Hashable, Sendable {
    /// 16 bytes of a keyed hash over what is sealed: by it a digest compares stores, and a check needs no key to a person.
    package var contentHash: [UInt8]
    /// A log of facts, sealed under its node's key.
    package var sealed: [UInt8]

    package init(contentHash: [UInt8], sealed: [UInt8]) {
        self.contentHash = contentHash
        self.sealed = sealed
    }
}

///     0        8      10
///     +--------+------+----------+
///     |  node  | kind | source 4 |
///     +--------+------+----------+
package enum FactKeyCodec: KeyCodec {
    package static var width: Int { 14 }

    package static func encode(_ key: FactKey, into writer: inout ByteWriter) {
        writer.append(key.node.rawValue)
        writer.append(key.kind.rawValue)
        writer.append(key.source.rawValue)
    }

    package static func decode(_ bytes: RawSpan) -> FactKey {
        FactKey(
            node: NodeID(bytes.bigEndianUInt64(at: 0)),
            kind: FactKey.Kind(rawValue: bytes.bigEndianUInt16(at: 8)) ?? .events,
            source: SourceID(bytes.bigEndianUInt32(at: 10)))
    }
}

///     0      16
///     +------+--------+
///     | hash | sealed |
///     +------+--------+
package enum FactRowCodec: ValueCodec {
    package static var version: UInt8 { 1 }

    package static func encode(_ row: borrowing FactRow, into writer: inout ByteWriter) {
        writer.append(contentsOf: row.contentHash)
        writer.append(contentsOf: row.sealed)
    }

    package static func decode(_ bytes: RawSpan, version: UInt8) throws(CodecError) -> FactRow {
        var reader = ByteReader(bytes)
        let hash = try ByteArray.decode(&reader, count: 16)
        let sealed = try ByteArray.decode(&reader, count: reader.remaining)
        return FactRow(contentHash: hash, sealed: sealed)
    }
}

extension Snapshot where Self: ~Copyable {
    /// The rows of a node, ascending.
    package func facts(of node: NodeID) throws -> [(key: FactKey, row: FactRow)] {
        var rows: [(key: FactKey, row: FactRow)] = []
        try scan(Tables.facts, from: .first(of: node)) { key, payload in
            guard key.node == node else { return .stop }
            rows.append((key, try FactRowCodec.decode(payload, version: FactRowCodec.version)))
            return .proceed
        }
        return rows
    }
}

extension WriteTransaction {
    /// Takes away what a node did.
    package mutating func deleteFacts(of node: NodeID) throws {
        var keys: [FactKey] = []
        try scan(Tables.facts, from: .first(of: node)) { key, _ in
            guard key.node == node else { return .stop }
            keys.append(key)
            return .proceed
        }
        for key in keys { _ = try delete(Tables.facts, key) }
    }
}
