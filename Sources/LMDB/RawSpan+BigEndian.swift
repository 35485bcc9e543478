/// Random access for decoding in place. An offset outside of the span traps: the checksum has vouched for the bytes,
/// so it is an error of the program. Lengths that come from the bytes are read with `ByteReader`, which throws.
extension RawSpan {
    @inlinable @inline(__always)
    func load<T: FixedWidthInteger & BitwiseCopyable>(at offset: Int, as: T.Type) -> T {
        // Sound: every bit pattern is an integer, and the load checks its bounds.
        T(bigEndian: unsafe unsafeLoadUnaligned(fromByteOffset: offset, as: T.self))
    }

    @inlinable @inline(__always)
    package func uint8(at offset: Int) -> UInt8 { load(at: offset, as: UInt8.self) }

    @inlinable @inline(__always)
    package func bigEndianUInt16(at offset: Int) -> UInt16 { load(at: offset, as: UInt16.self) }

    @inlinable @inline(__always)
    package func bigEndianUInt32(at offset: Int) -> UInt32 { load(at: offset, as: UInt32.self) }

    @inlinable @inline(__always)
    package func bigEndianUInt64(at offset: Int) -> UInt64 { load(at: offset, as: UInt64.self) }

    @inlinable @inline(__always)
    package func bigEndianUInt48(at offset: Int) -> UInt64 {
        UInt64(bigEndianUInt16(at: offset)) << 32 | UInt64(bigEndianUInt32(at: offset + 2))
    }
}

extension [UInt8] {
    /// The bytes in place, for what reads spans.
    package var rawBytes: RawSpan {
        @_lifetime(borrow self)
        get {
            // Sound: bytes have no padding.
            unsafe span.bytes
        }
    }
}
