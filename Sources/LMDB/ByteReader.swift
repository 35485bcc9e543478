/// A cursor over bytes that never passes their end: big-endian, throws `CodecError.truncated`.
@usableFromInline
package struct ByteReader: ~Escapable {
    @usableFromInline let span: RawSpan
    /// Bytes read so far.
    @inlinable @inline(__always)
    package var offset: Int { position }
    @usableFromInline var position = 0

    @_lifetime(copy span)
    @inlinable @inline(__always)
    package init(_ span: RawSpan) { self.span = span }

    /// Bytes left.
    @inlinable @inline(__always)
    package var remaining: Int { span.byteCount &- position }

    @_lifetime(self: copy self)
    @inlinable @inline(__always)
    mutating func next<T: FixedWidthInteger & BitwiseCopyable>(_ type: T.Type) throws(CodecError) -> T {
        guard remaining >= MemoryLayout<T>.size else { throw .truncated }
        let value = span.load(at: position, as: type)
        position &+= MemoryLayout<T>.size
        return value
    }

    @_lifetime(self: copy self)
    @inlinable @inline(__always)
    package mutating func readUInt8() throws(CodecError) -> UInt8 { try next(UInt8.self) }

    @_lifetime(self: copy self)
    @inlinable @inline(__always)
    package mutating func readUInt16() throws(CodecError) -> UInt16 { try next(UInt16.self) }

    @_lifetime(self: copy self)
    @inlinable @inline(__always)
    package mutating func readUInt32() throws(CodecError) -> UInt32 { try next(UInt32.self) }

    @_lifetime(self: copy self)
    @inlinable @inline(__always)
    package mutating func readUInt64() throws(CodecError) -> UInt64 { try next(UInt64.self) }

    @_lifetime(self: copy self)
    @inlinable @inline(__always)
    package mutating func readInt32() throws(CodecError) -> Int32 { try next(Int32.self) }

    @_lifetime(self: copy self)
    @inlinable @inline(__always)
    package mutating func readInt64() throws(CodecError) -> Int64 { try next(Int64.self) }

    @_lifetime(self: copy self)
    @inlinable @inline(__always)
    package mutating func readUInt48() throws(CodecError) -> UInt64 {
        guard remaining >= 6 else { throw .truncated }
        let high = UInt64(try readUInt16())
        return high << 32 | UInt64(try readUInt32())
    }

    /// LEB128; more than 64 bits, or a needless last zero byte, is invalid: a value has one encoding.
    @_lifetime(self: copy self)
    @inlinable
    package mutating func readVarint() throws(CodecError) -> UInt64 {
        var value: UInt64 = 0
        var shift: UInt64 = 0
        while true {
            let byte = try readUInt8()
            if shift == 63 && byte > 1 || (byte == 0 && shift > 0) { throw .invalid("varint") }
            value |= UInt64(byte & 0x7F) << shift
            if byte & 0x80 == 0 { return value }
            shift += 7
        }
    }

    /// The next `count` bytes, without a copy; they live as long as what is read.
    @_lifetime(copy self)
    @_lifetime(self: copy self)
    @inlinable
    package mutating func readBytes(_ count: Int) throws(CodecError) -> RawSpan {
        guard count >= 0, count <= remaining else { throw .truncated }
        let start = position
        position &+= count
        return span.extracting(start..<start &+ count)
    }

    /// Throws unless every byte has been read.
    @inlinable
    package func finish() throws(CodecError) {
        if remaining != 0 { throw .invalid("bytes are left over") }
    }
}
