/// Up to 256 bytes on the stack: room for the canonical form of any e-mail address or phone number. Never copied, and read
/// through spans alone: a subscript of the storage itself would copy it whole.
struct ShortBytes: ~Copyable {
    private var storage = InlineArray<256, UInt8>(repeating: 0)
    private(set) var count = 0

    static let capacity = 256

    mutating func removeAll() { count = 0 }

    /// Traps past the capacity: callers bound their input first.
    mutating func append(_ byte: UInt8) {
        var target = storage.mutableSpan
        target[count] = byte
        count += 1
    }

    /// Replaces the content by the bytes in lower case (ASCII letters). Traps past the capacity: callers bound their input.
    mutating func assign(lowercasing text: Span<UInt8>) {
        var target = storage.mutableSpan
        for index in 0..<text.count {
            let byte = text[index]
            target[index] = byte &- UInt8(ascii: "A") < 26 ? byte | 0x20 : byte
        }
        count = text.count
    }

    /// Keeps of the bytes before `end` those that are not `dropped` and stand before the first `stop`, then what follows
    /// from `end` on. How many of the first were kept.
    mutating func keep(before end: Int, dropping dropped: UInt8, until stop: UInt8) -> Int {
        var span = storage.mutableSpan
        var kept = 0
        for index in 0..<end {
            if span[index] == stop { break }
            if span[index] == dropped { continue }
            span[kept] = span[index]
            kept += 1
        }
        close(from: kept, to: end)
        return kept
    }

    /// Takes out the bytes from `start` up to, not including, `end`; those that follow move down.
    mutating func close(from start: Int, to end: Int) {
        guard start < end else { return }
        var span = storage.mutableSpan
        for index in end..<count { span[start + index - end] = span[index] }
        count -= end - start
    }

    var span: Span<UInt8> {
        @_lifetime(borrow self)
        borrowing get { storage.span.extracting(0..<count) }
    }

    /// The bytes as text.
    var text: String {
        var bytes: [UInt8] = []
        let span = self.span
        for index in 0..<count { bytes.append(span[index]) }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// For C to write into: at most the capacity, and then says how many bytes it wrote.
    mutating func fill(_ write: (UnsafeMutableBufferPointer<UInt8>) -> Int) {
        var span = storage.mutableSpan
        let written = unsafe span.withUnsafeMutableBufferPointer { buffer in unsafe write(buffer) }
        count = min(max(written, 0), Self.capacity)
    }
}
