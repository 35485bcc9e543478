/// Appends big-endian scalars to a buffer that is kept for the next use.
///
/// It owns its memory, or borrows a fixed piece (a key's, on the stack) and moves to its own when that is full.
@safe @usableFromInline
package struct ByteWriter: ~Copyable {
    @usableFromInline var base: UnsafeMutableRawPointer
    @usableFromInline var capacity: Int
    @usableFromInline var isOwner: Bool
    /// Bytes written so far.
    @inlinable @inline(__always)
    package var count: Int { length }
    @usableFromInline var length = 0

    /// `capacity` is in bytes; the buffer doubles when it is full.
    package init(capacity: Int = 256) {
        let size = max(capacity, 16)
        unsafe base = UnsafeMutableRawPointer.allocate(byteCount: size, alignment: 8)
        self.capacity = size
        isOwner = true
    }

    /// Unsafe: `buffer` must outlive the writer.
    @unsafe @inlinable @inline(__always)
    init(borrowing buffer: UnsafeMutableRawPointer, capacity: Int) {
        unsafe base = buffer
        self.capacity = capacity
        isOwner = false
    }

    @inlinable
    deinit {
        if isOwner { unsafe base.deallocate() }
    }

    /// A copy of what was written.
    package var array: [UInt8] { unsafe bytes.withUnsafeBytes { unsafe Array($0) } }

    /// What was written, as long as the writer is not changed.
    @inlinable @inline(__always)
    package var bytes: RawSpan {
        @_lifetime(borrow self)
        get {
            // Sound: `length` bytes of `base` are initialised, and the span's lifetime is that of the borrow.
            unsafe _overrideLifetime(RawSpan(_unsafeStart: base, byteCount: length), borrowing: self)
        }
    }

    @inlinable
    package func withSpan<R: ~Copyable, E>(_ body: (RawSpan) throws(E) -> R) throws(E) -> R { try body(bytes) }

    /// Forgets what was written. The memory is kept unless told otherwise.
    @inlinable
    package mutating func removeAll(keepingCapacity: Bool = true) {
        length = 0
        if !keepingCapacity { reallocate(to: 16) }
    }

    @inlinable @inline(__always)
    package mutating func reserve(_ additional: Int) {
        if additional > capacity &- length { grow(by: additional) }
    }

    @usableFromInline @inline(never)
    mutating func grow(by additional: Int) { reallocate(to: max(capacity * 2, length + additional)) }

    @usableFromInline
    mutating func reallocate(to size: Int) {
        let fresh = UnsafeMutableRawPointer.allocate(byteCount: size, alignment: 8)
        // Sound: `length` <= both sizes, and the pieces are distinct allocations.
        unsafe fresh.copyMemory(from: base, byteCount: length)
        if isOwner { unsafe base.deallocate() }
        unsafe base = fresh
        capacity = size
        isOwner = true
    }
}

extension ByteWriter {
    @inlinable @inline(__always)
    mutating func store<T: FixedWidthInteger & BitwiseCopyable>(_ value: T) {
        let size = MemoryLayout<T>.size
        reserve(size)
        // Sound: `reserve` made room for `size` bytes behind `length`.
        unsafe base.storeBytes(of: value.bigEndian, toByteOffset: length, as: T.self)
        length &+= size
    }

    @inlinable @inline(__always) package mutating func append(_ value: UInt8) { store(value) }
    @inlinable @inline(__always) package mutating func append(_ value: UInt16) { store(value) }
    @inlinable @inline(__always) package mutating func append(_ value: UInt32) { store(value) }
    @inlinable @inline(__always) package mutating func append(_ value: UInt64) { store(value) }
    @inlinable @inline(__always) package mutating func append(_ value: Int32) { store(value) }
    @inlinable @inline(__always) package mutating func append(_ value: Int64) { store(value) }

    /// The low six bytes; `value` must be less than 2^48.
    @inlinable @inline(__always)
    package mutating func append48(_ value: UInt64) {
        precondition(value >> 48 == 0, "a 48-bit field overflows")
        store(UInt16(truncatingIfNeeded: value >> 32))
        store(UInt32(truncatingIfNeeded: value))
    }

    /// LEB128: seven bits a byte, the lowest first; 1 to 10 bytes.
    @inlinable
    package mutating func appendVarint(_ value: UInt64) {
        var rest = value
        while rest >= 0x80 {
            store(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        store(UInt8(truncatingIfNeeded: rest))
    }

    @inlinable
    package mutating func append(contentsOf span: RawSpan) {
        reserve(span.byteCount)
        // Sound: `reserve` made room, and the borrowed source cannot lie in a buffer that is being changed.
        unsafe span.withUnsafeBytes { source in
            guard let start = source.baseAddress else { return }
            unsafe (base + length).copyMemory(from: start, byteCount: source.count)
        }
        length &+= span.byteCount
    }

    @inlinable
    package mutating func append(contentsOf bytes: [UInt8]) {
        // Sound: bytes have no padding.
        append(contentsOf: unsafe bytes.span.bytes)
    }

    /// Overwrites four bytes written earlier: a count that is known only at the end.
    @inlinable
    package mutating func patch(_ value: UInt32, at offset: Int) { overwrite(value, at: offset) }

    @inlinable
    package mutating func patch(_ value: UInt16, at offset: Int) { overwrite(value, at: offset) }

    @inlinable @inline(__always)
    mutating func overwrite<T: FixedWidthInteger & BitwiseCopyable>(_ value: T, at offset: Int) {
        precondition(offset >= 0 && offset <= length - MemoryLayout<T>.size, "a patch outside of what was written")
        // Sound: checked just above.
        unsafe base.storeBytes(of: value.bigEndian, toByteOffset: offset, as: T.self)
    }
}
