package import Identity
package import LMDB

extension Tables {
    /// Which slot holds a node's data key.
    package static let dataKeys = Table<NodeKeyCodec, DataKeyCodec>(
        name: "data_keys", number: 16, erasure: .byNode)
}

///     0        6            10
///     +--------+------------+
///     | slot 6 | generation |
///     +--------+------------+
package enum DataKeyCodec: ValueCodec {
    package static var version: UInt8 { 1 }

    package static func encode(_ key: borrowing DataKeyID, into writer: inout ByteWriter) {
        writer.append48(key.slot)
        writer.append(key.generation)
    }

    package static func decode(_ bytes: RawSpan, version: UInt8) throws(CodecError) -> DataKeyID {
        guard bytes.byteCount == 10 else { throw .truncated }
        return DataKeyID(slot: bytes.bigEndianUInt48(at: 0), generation: bytes.bigEndianUInt32(at: 6))
    }
}
