public import NIOCore

/// Writes proto3's encoding into a buffer: for the few messages that are too many for a general encoder. A field that has
/// its default value is left out, as the generated code does.
extension ByteBuffer {
    @inlinable
    package mutating func writeProtoVarint(_ value: UInt64) {
        var rest = value
        while rest >= 0x80 {
            writeInteger(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        writeInteger(UInt8(truncatingIfNeeded: rest))
    }

    @inlinable
    package mutating func writeProto(field: UInt64, varint value: UInt64) {
        guard value != 0 else { return }
        writeProtoVarint(field << 3)
        writeProtoVarint(value)
    }

    @inlinable
    package mutating func writeProto(field: UInt64, bytes: some Collection<UInt8>) {
        guard !bytes.isEmpty else { return }
        writeProtoVarint(field << 3 | 2)
        writeProtoVarint(UInt64(bytes.count))
        writeBytes(bytes)
    }

    /// A field whose content has a length that is known.
    @inlinable
    package mutating func writeProtoHeader(field: UInt64, length: Int) {
        writeProtoVarint(field << 3 | 2)
        writeProtoVarint(UInt64(length))
    }
}

/// How many bytes a number takes.
@inlinable
package func protoVarintSize(_ value: UInt64) -> Int { value == 0 ? 1 : (70 - value.leadingZeroBitCount) / 7 }
