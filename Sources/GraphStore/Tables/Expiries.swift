package import LMDB
package import Stitching

extension Tables {
    /// When to look again at a component (`other` is 0) or at a suspended link.
    package static let expiries = Table<ExpiryKeyCodec, PresenceCodec>(
        name: "expiries", number: 9, erasure: .byNodePair)
}

/// A key of table `expiries`.
package struct ExpiryKey: Hashable, Sendable {
    /// Hours since the epoch.
    package var hour: Int32
    package var node: NodeID
    /// The other end of a suspended link; node 0, which no identifier has, for a component.
    package var other: NodeID

    package init(hour: Int32, node: NodeID, other: NodeID = NodeID(0)) {
        self.hour = hour
        self.node = node
        self.other = other
    }
}

/// The hour is never negative: times begin at 1970.
///
///     0      4        12       20
///     +------+--------+--------+
///     | hour |  node  | other  |
///     +------+--------+--------+
package enum ExpiryKeyCodec: KeyCodec {
    package static var width: Int { 20 }

    package static func encode(_ key: ExpiryKey, into writer: inout ByteWriter) {
        writer.append(UInt32(bitPattern: key.hour))
        writer.append(key.node.rawValue)
        writer.append(key.other.rawValue)
    }

    package static func decode(_ bytes: RawSpan) -> ExpiryKey {
        ExpiryKey(
            hour: Int32(bitPattern: bytes.bigEndianUInt32(at: 0)), node: NodeID(bytes.bigEndianUInt64(at: 4)),
            other: NodeID(bytes.bigEndianUInt64(at: 12)))
    }
}
