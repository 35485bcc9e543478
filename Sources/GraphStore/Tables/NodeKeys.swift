package import LMDB
package import Stitching

/// One node.
///
///     0        8
///     +--------+
///     |  node  |
///     +--------+
package enum NodeKeyCodec: KeyCodec {
    package static var width: Int { 8 }

    @inlinable
    package static func encode(_ key: NodeID, into writer: inout ByteWriter) { writer.append(key.rawValue) }

    @inlinable
    package static func decode(_ bytes: RawSpan) -> NodeID { NodeID(bytes.bigEndianUInt64(at: 0)) }
}

/// Two nodes, in the order in which they are given.
package struct NodePair: Hashable, Comparable, Sendable {
    package var first: NodeID
    package var second: NodeID

    @inlinable
    package init(_ first: NodeID, _ second: NodeID) {
        self.first = first
        self.second = second
    }

    package var reversed: NodePair { NodePair(second, first) }

    package static func < (left: NodePair, right: NodePair) -> Bool {
        left.first != right.first ? left.first < right.first : left.second < right.second
    }
}

///     0        8        16
///     +--------+--------+
///     |  node  |  node  |
///     +--------+--------+
package enum NodePairCodec: KeyCodec {
    package static var width: Int { 16 }

    package static func encode(_ key: NodePair, into writer: inout ByteWriter) {
        writer.append(key.first.rawValue)
        writer.append(key.second.rawValue)
    }

    package static func decode(_ bytes: RawSpan) -> NodePair {
        NodePair(NodeID(bytes.bigEndianUInt64(at: 0)), NodeID(bytes.bigEndianUInt64(at: 8)))
    }
}

/// A value that says nothing but that its key is there: no payload.
package enum PresenceCodec: ValueCodec {
    package static var version: UInt8 { 1 }
    package static func encode(_ value: borrowing Void, into writer: inout ByteWriter) {}
    package static func decode(_ bytes: RawSpan, version: UInt8) throws(CodecError) {
        guard bytes.byteCount == 0 else { throw .invalid("payload of an empty value") }
    }
}

/// A value that is one node: `heirs`.
///
///     0        8
///     +--------+
///     |  node  |
///     +--------+
package enum NodeCodec: ValueCodec {
    package static var version: UInt8 { 1 }

    package static func encode(_ node: borrowing NodeID, into writer: inout ByteWriter) {
        writer.append(node.rawValue)
    }

    package static func decode(_ bytes: RawSpan, version: UInt8) throws(CodecError) -> NodeID {
        guard bytes.byteCount == 8 else { throw .truncated }
        return NodeID(bytes.bigEndianUInt64(at: 0))
    }
}
