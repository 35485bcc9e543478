/// One number.
///
///     0        8
///     +--------+
///     | number |
///     +--------+
package enum UInt64Key: KeyCodec {
    package static var width: Int { @inlinable @inline(__always) get { 8 } }

    @inlinable @inline(__always)
    package static func encode(_ key: UInt64, into writer: inout ByteWriter) { writer.append(key) }

    @inlinable @inline(__always)
    package static func decode(_ bytes: RawSpan) -> UInt64 { bytes.bigEndianUInt64(at: 0) }
}
