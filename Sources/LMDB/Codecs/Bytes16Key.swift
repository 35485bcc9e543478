/// Sixteen bytes, held as two words so that nothing is allocated.
package struct Bytes16: Hashable, Comparable, Sendable {
    package var high: UInt64
    package var low: UInt64

    @inlinable @inline(__always)
    package init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    @inlinable
    package static func < (left: Bytes16, right: Bytes16) -> Bool {
        left.high != right.high ? left.high < right.high : left.low < right.low
    }
}

/// Sixteen opaque bytes.
///
///     0        8        16
///     +--------+--------+
///     |  high  |  low   |
///     +--------+--------+
package enum Bytes16Key: KeyCodec {
    package static var width: Int { @inlinable @inline(__always) get { 16 } }

    @inlinable @inline(__always)
    package static func encode(_ key: Bytes16, into writer: inout ByteWriter) {
        writer.append(key.high)
        writer.append(key.low)
    }

    @inlinable @inline(__always)
    package static func decode(_ bytes: RawSpan) -> Bytes16 {
        Bytes16(high: bytes.bigEndianUInt64(at: 0), low: bytes.bigEndianUInt64(at: 8))
    }
}
