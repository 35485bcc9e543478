package import Identity
package import LMDB
package import Stitching

extension Tables {
    /// From an identity key to its node.
    package static let identifiers = Table<IdentityKeyCodec, IdentifierCodec>(
        name: "identifiers", number: 2, erasure: .byIdentityKey)
}

/// A row of table `identifiers`.
package struct IdentifierRow: Hashable, Sendable {
    package var node: NodeID
    package var namespace: NamespaceID

    @inlinable
    package init(node: NodeID, namespace: NamespaceID) {
        self.node = node
        self.namespace = namespace
    }
}

/// The 16 bytes of an identity key, as they are.
///
///     0                16
///     +----------------+
///     |  identity key  |
///     +----------------+
package enum IdentityKeyCodec: KeyCodec {
    package static var width: Int { 16 }

    @inlinable
    package static func encode(_ key: IdentityKey, into writer: inout ByteWriter) {
        writer.append(key.high)
        writer.append(key.low)
    }

    @inlinable
    package static func decode(_ bytes: RawSpan) -> IdentityKey {
        IdentityKey(high: bytes.bigEndianUInt64(at: 0), low: bytes.bigEndianUInt64(at: 8))
    }
}

///     0        8      10
///     +--------+------+
///     |  node  |  ns  |
///     +--------+------+
package enum IdentifierCodec: ValueCodec {
    package static var version: UInt8 { 1 }

    @inlinable
    package static func encode(_ row: borrowing IdentifierRow, into writer: inout ByteWriter) {
        writer.append(row.node.rawValue)
        writer.append(row.namespace.rawValue)
    }

    @inlinable
    package static func decode(_ bytes: RawSpan, version: UInt8) throws(CodecError) -> IdentifierRow {
        guard bytes.byteCount == 10 else { throw .truncated }
        return IdentifierRow(
            node: NodeID(bytes.bigEndianUInt64(at: 0)), namespace: NamespaceID(bytes.bigEndianUInt16(at: 8)))
    }
}
