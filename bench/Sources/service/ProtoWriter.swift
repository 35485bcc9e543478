/// Fields of a proto3 message, in the order written.
struct ProtoWriter {
    private(set) var bytes: [UInt8] = []

    mutating func field(_ number: Int, _ value: UInt64) {
        varint(UInt64(number) << 3)
        varint(value)
    }

    mutating func field(_ number: Int, _ value: some Collection<UInt8>) {
        varint(UInt64(number) << 3 | 2)
        varint(UInt64(value.count))
        bytes.append(contentsOf: value)
    }

    mutating func field(_ number: Int, _ text: String) { field(number, text.utf8) }

    mutating func field(_ number: Int, _ message: ProtoWriter) { field(number, message.bytes) }

    mutating func removeAll() { bytes.removeAll(keepingCapacity: true) }

    private mutating func varint(_ value: UInt64) {
        var rest = value
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(rest))
    }
}

extension [UInt8] {
    mutating func appendBigEndian(_ word: UInt32) {
        for shift in [24, 16, 8, 0] as [UInt32] { append(UInt8(truncatingIfNeeded: word >> shift)) }
    }

    /// The header of a frame.
    mutating func appendHeader(length: Int, kind: UInt8, flags: UInt8, code: UInt16, stream: UInt32 = 0) {
        appendBigEndian(UInt32(length))
        appendBigEndian(UInt32(kind) << 24 | UInt32(flags) << 16 | UInt32(code))
        appendBigEndian(stream)
    }
}
