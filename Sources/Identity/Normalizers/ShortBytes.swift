/// Up to 256 bytes on the stack: room for the canonical form of any e-mail address or phone number.
struct ShortBytes {
    private var storage = InlineArray<256, UInt8>(repeating: 0)
    private(set) var count = 0

    static let capacity = 256

    /// Traps past the capacity: callers bound their input first.
    @inline(__always)
    mutating func append(_ byte: UInt8) {
        storage[count] = byte
        count += 1
    }

    mutating func removeAll() { count = 0 }

    subscript(index: Int) -> UInt8 {
        get { storage[index] }
        set { storage[index] = newValue }
    }

    /// Keeps the first `kept` bytes and those from `start`, which move down to follow them.
    mutating func close(from kept: Int, to start: Int) {
        guard kept < start else { return }
        for index in start..<count { storage[kept + index - start] = storage[index] }
        count -= start - kept
    }

    var span: Span<UInt8> {
        @_lifetime(borrow self)
        borrowing get { storage.span.extracting(0..<count) }
    }

    /// For C to write into: at most the capacity, and then says how many bytes it wrote.
    mutating func fill(_ write: (UnsafeMutableBufferPointer<UInt8>) -> Int) {
        var span = storage.mutableSpan
        let written = unsafe span.withUnsafeMutableBufferPointer { buffer in unsafe write(buffer) }
        count = min(max(written, 0), Self.capacity)
    }
}
