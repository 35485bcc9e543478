/// Reads proto3's encoding from bytes that the caller holds, without copying or allocating.
/// Source: Protocol Buffers, "Encoding" (https://protobuf.dev/programming-guides/encoding/).
package struct ProtoReader: ~Escapable {
    package enum WireType: UInt8, Sendable {
        case varint = 0
        case fixed64 = 1
        case bytes = 2
        case fixed32 = 5
    }

    /// The message is not well-formed: truncated, a number over 64 bits, a group, a field number of zero.
    package struct Malformed: Error {}

    private let bytes: Span<UInt8>
    private var position: Int
    private let end: Int

    /// - Parameter range: where the message lies in the bytes.
    @_lifetime(copy bytes)
    package init(_ bytes: Span<UInt8>, _ range: Range<Int>) {
        precondition(range.lowerBound >= 0 && range.upperBound <= bytes.count, "a message outside of its bytes")
        self.bytes = bytes
        position = range.lowerBound
        end = range.upperBound
    }

    @_lifetime(copy bytes)
    package init(_ bytes: Span<UInt8>) { self.init(bytes, 0..<bytes.count) }

    /// The next field's number and type; nil at the end.
    package mutating func next() throws(Malformed) -> (field: UInt64, type: WireType)? {
        guard position < end else { return nil }
        let key = try varint()
        guard let type = WireType(rawValue: UInt8(truncatingIfNeeded: key & 7)), key >> 3 != 0 else {
            throw Malformed()
        }
        return (key >> 3, type)
    }

    package mutating func varint() throws(Malformed) -> UInt64 {
        var value: UInt64 = 0
        var shift: UInt64 = 0
        while position < end {
            let byte = bytes[position]
            position += 1
            guard shift < 63 || byte <= 1 else { throw Malformed() }
            value |= UInt64(byte & 0x7f) << shift
            if byte < 0x80 { return value }
            shift += 7
            guard shift < 70 else { throw Malformed() }
        }
        throw Malformed()
    }

    /// Where a field of bytes lies.
    package mutating func range() throws(Malformed) -> Range<Int> {
        let length = try varint()
        guard length <= UInt64(end - position) else { throw Malformed() }
        let start = position
        position += Int(length)
        return start..<position
    }

    package mutating func skip(_ type: WireType) throws(Malformed) {
        switch type {
        case .varint: _ = try varint()
        case .bytes: _ = try range()
        case .fixed64: try advance(8)
        case .fixed32: try advance(4)
        }
    }

    private mutating func advance(_ count: Int) throws(Malformed) {
        guard end - position >= count else { throw Malformed() }
        position += count
    }
}
