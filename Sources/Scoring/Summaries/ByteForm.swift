/// Why bytes are no model and no summary of this version.
package enum FormError: Error, Hashable, Sendable {
    case truncated(offset: Int)
    case unknownVersion(UInt8)
    /// The bytes could mean something, but are not what is written for it.
    case notCanonical(field: String)
    case outOfRange(field: String)
    case trailing(bytes: Int)
}

extension FormError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .truncated(let offset): "the bytes end at \(offset), inside a field"
        case .unknownVersion(let version):
            "form version \(version) is not known here; it was written by a newer program"
        case .notCanonical(let field): "\(field) is not in its canonical form"
        case .outOfRange(let field): "\(field) is out of its range"
        case .trailing(let bytes): "\(bytes) bytes are left over"
        }
    }
}

/// Writes a canonical form: the same value gives the same bytes, on every machine.
///
///     byte     u8
///     number   LEB128 (7 bits a byte, least first), no needless byte
///     signed   number, zigzag
///     real     the eight bytes of IEEE 754, big-endian
///     text     number of bytes, then UTF-8; a block likewise, of any bytes
struct FormWriter {
    private(set) var bytes: [UInt8] = []

    mutating func byte(_ value: UInt8) { bytes.append(value) }

    mutating func number(_ value: UInt64) {
        var rest = value
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(truncatingIfNeeded: rest))
    }

    mutating func number(_ value: Int) { number(UInt64(value)) }

    mutating func signed(_ value: Int64) {
        number(UInt64(bitPattern: value << 1 ^ value >> 63))
    }

    mutating func fixed(_ value: UInt64) {
        for shift in stride(from: 56, through: 0, by: -8) {
            bytes.append(UInt8(truncatingIfNeeded: value >> UInt64(shift)))
        }
    }

    mutating func real(_ value: Double) { fixed(value.bitPattern) }

    mutating func text(_ value: String) { block(Array(value.utf8)) }

    mutating func block(_ value: [UInt8]) {
        number(value.count)
        bytes.append(contentsOf: value)
    }

    mutating func matrix(_ value: SymmetricMatrix) {
        for entry in value.entries { real(entry) }
    }
}

/// Reads what `FormWriter` writes, and nothing else.
struct FormReader {
    private let bytes: [UInt8]
    private var offset = 0

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    /// Passes over the version; refuses another.
    mutating func version(_ expected: UInt8) throws(FormError) {
        let found = try byte()
        guard found == expected else { throw .unknownVersion(found) }
    }

    mutating func byte() throws(FormError) -> UInt8 {
        guard offset < bytes.count else { throw .truncated(offset: bytes.count) }
        defer { offset += 1 }
        return bytes[offset]
    }

    mutating func number(_ field: String) throws(FormError) -> UInt64 {
        var value: UInt64 = 0
        for place in 0..<10 {
            let next = try byte()
            guard place < 9 || next <= 1 else { throw .outOfRange(field: field) }
            value |= UInt64(next & 0x7F) << UInt64(7 * place)
            if next < 0x80 {
                guard next > 0 || place == 0 else { throw .notCanonical(field: field) }
                return value
            }
        }
        throw .outOfRange(field: field)
    }

    /// A number within a range.
    mutating func count(_ field: String, in range: ClosedRange<Int>) throws(FormError) -> Int {
        guard let value = Int(exactly: try number(field)), range.contains(value) else {
            throw .outOfRange(field: field)
        }
        return value
    }

    mutating func signed(_ field: String) throws(FormError) -> Int64 {
        let value = try number(field)
        return Int64(bitPattern: value >> 1) ^ -Int64(bitPattern: value & 1)
    }

    mutating func fixed() throws(FormError) -> UInt64 {
        var value: UInt64 = 0
        for _ in 0..<8 { value = value << 8 | UInt64(try byte()) }
        return value
    }

    /// A finite number within a range.
    mutating func real(_ field: String, in range: ClosedRange<Double>) throws(FormError) -> Double {
        let value = Double(bitPattern: try fixed())
        guard value.isFinite, range.contains(value) else { throw .outOfRange(field: field) }
        return value
    }

    /// A finite number above zero.
    mutating func positive(_ field: String) throws(FormError) -> Double {
        try real(field, in: Double.leastNormalMagnitude...Double.greatestFiniteMagnitude)
    }

    mutating func text(_ field: String) throws(FormError) -> String {
        guard let text = String(validating: try block(field), as: UTF8.self) else {
            throw .notCanonical(field: field)
        }
        return text
    }

    mutating func block(_ field: String) throws(FormError) -> [UInt8] {
        let length = try count(field, in: 0...bytes.count)
        guard offset + length <= bytes.count else { throw .truncated(offset: bytes.count) }
        defer { offset += length }
        return Array(bytes[offset..<offset + length])
    }

    mutating func matrix(_ size: Int, _ field: String) throws(FormError) -> SymmetricMatrix {
        var matrix = SymmetricMatrix(size: size)
        for row in 0..<size {
            for column in 0..<size {
                matrix[row, column] = try real(
                    field, in: -Double.greatestFiniteMagnitude...Double.greatestFiniteMagnitude)
            }
        }
        return matrix
    }

    /// Nothing may be left.
    func end() throws(FormError) {
        guard offset == bytes.count else { throw .trailing(bytes: bytes.count - offset) }
    }
}
