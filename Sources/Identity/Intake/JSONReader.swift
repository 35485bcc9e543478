/// A strict reader of one JSON document (RFC 8259) that walks over bytes and builds nothing that is not asked for.
///
/// Errors are reasons alone: no text of the document is ever in them.
struct JSONReader: ~Escapable {
    private let bytes: Span<UInt8>
    /// Bytes read so far.
    private(set) var position = 0

    @_lifetime(copy bytes)
    init(_ bytes: Span<UInt8>) { self.bytes = bytes }

    /// The next byte that is not white space, not taken; nil at the end.
    mutating func peek() -> UInt8? {
        while position < bytes.count {
            switch bytes[position] {
            case 0x20, 0x09, 0x0a, 0x0d: position += 1
            default: return bytes[position]
            }
        }
        return nil
    }

    /// Takes a punctuation mark when it is next.
    mutating func take(_ mark: Unicode.Scalar) -> Bool {
        guard peek() == UInt8(ascii: mark) else { return false }
        position += 1
        return true
    }

    mutating func expect(_ mark: Unicode.Scalar) throws(RefusalReason) {
        guard take(mark) else { throw .malformedJSON }
    }

    /// Nothing but white space may follow.
    mutating func expectEnd() throws(RefusalReason) {
        guard peek() == nil else { throw .malformedJSON }
    }

    /// Takes `null` when it is next.
    mutating func takeNull() -> Bool {
        guard peek() == UInt8(ascii: "n") else { return false }
        return takeWord("null")
    }

    mutating func takeWord(_ word: StaticString) -> Bool {
        guard bytes.count - position >= word.utf8CodeUnitCount else { return false }
        for offset in 0..<word.utf8CodeUnitCount {
            // Sound: `offset` is below the static string's count.
            guard unsafe bytes[position + offset] == word.utf8Start[offset] else { return false }
        }
        position += word.utf8CodeUnitCount
        return true
    }

    /// What is wrong with a next value that has not the type that was wanted: `wrongType`, unless it is no value at all.
    mutating func mismatch() -> RefusalReason {
        do throws(RefusalReason) {
            var scratch: [UInt8] = []
            try canonicalValue(into: &scratch)
            return .wrongType
        } catch {
            return error
        }
    }

    /// A string, as text. Throws `wrongType` when something else is next.
    mutating func string() throws(RefusalReason) -> String {
        guard peek() == UInt8(ascii: "\"") else { throw mismatch() }
        let (range, isPlain) = try stringExtent()
        guard isPlain else {
            let text = try unescaped(range)
            return try self.text(of: text.span)
        }
        return try text(of: bytes.extracting(range))
    }

    /// A member's name and the colon after it: where the name stands in a list, or nil when it is none of them. The colon is
    /// left for the caller then.
    mutating func name(among names: [StaticString]) throws(RefusalReason) -> Int? {
        guard peek() == UInt8(ascii: "\"") else { throw .malformedJSON }
        let (range, isPlain) = try stringExtent()
        if isPlain, let index = names.firstIndex(where: { matches(range, $0) }) { return index }
        let bytes = try unescaped(range)
        let text = try text(of: bytes.span)
        return names.firstIndex { $0.description == text }
    }

    private func matches(_ range: Range<Int>, _ name: StaticString) -> Bool {
        guard range.count == name.utf8CodeUnitCount else { return false }
        for offset in 0..<range.count {
            // Sound: `offset` is below the static string's count.
            guard unsafe bytes[range.lowerBound + offset] == name.utf8Start[offset] else { return false }
        }
        return true
    }

    /// A string in canonical form, quotes included: escaped where JSON requires it, and nowhere else.
    mutating func canonicalString(into out: inout [UInt8]) throws(RefusalReason) {
        let (range, isPlain) = try stringExtent()
        guard isPlain else {
            let text = try unescaped(range)
            guard (try? UTF8Span(validating: text.span)) != nil else { throw .invalidUTF8 }
            return JSONText.append(text, to: &out)
        }
        guard (try? UTF8Span(validating: bytes.extracting(range))) != nil else { throw .invalidUTF8 }
        out.append(UInt8(ascii: "\""))
        for index in range { out.append(bytes[index]) }
        out.append(UInt8(ascii: "\""))
    }

    /// A number as it was written.
    mutating func number(into out: inout [UInt8]) throws(RefusalReason) {
        let start = position
        if isNext("-") { position += 1 }
        if isNext("0") { position += 1 } else { try digits() }
        if isNext(".") {
            position += 1
            try digits()
        }
        if isNext("e") || isNext("E") {
            position += 1
            if isNext("+") || isNext("-") { position += 1 }
            try digits()
        }
        for index in start..<position { out.append(bytes[index]) }
    }

    private func isNext(_ character: Unicode.Scalar) -> Bool {
        position < bytes.count && bytes[position] == UInt8(ascii: character)
    }

    private mutating func digits() throws(RefusalReason) {
        let start = position
        while position < bytes.count, bytes[position] &- UInt8(ascii: "0") < 10 { position += 1 }
        guard position > start else { throw .malformedJSON }
    }

    /// Walks over a string; where it lies, and whether it is without escapes.
    private mutating func stringExtent() throws(RefusalReason) -> (range: Range<Int>, isPlain: Bool) {
        try expect("\"")
        let start = position
        var isPlain = true
        while position < bytes.count {
            let byte = bytes[position]
            if byte == UInt8(ascii: "\"") {
                position += 1
                return (start..<position - 1, isPlain)
            }
            guard byte >= 0x20 else { throw .malformedJSON }
            if byte == UInt8(ascii: "\\") {
                isPlain = false
                position += 1
            }
            position += 1
        }
        throw .malformedJSON
    }

    private func text(of span: Span<UInt8>) throws(RefusalReason) -> String {
        guard let utf8 = try? UTF8Span(validating: span) else { throw .invalidUTF8 }
        return String(copying: utf8)
    }
}

extension JSONReader {
    /// The bytes of a string with its escapes resolved. An escaped surrogate without its other half is refused.
    private func unescaped(_ range: Range<Int>) throws(RefusalReason) -> [UInt8] {
        var out: [UInt8] = []
        out.reserveCapacity(range.count)
        var index = range.lowerBound
        while index < range.upperBound {
            guard bytes[index] == UInt8(ascii: "\\") else {
                out.append(bytes[index])
                index += 1
                continue
            }
            guard index + 1 < range.upperBound else { throw .malformedJSON }
            let kind = bytes[index + 1]
            if kind == UInt8(ascii: "u") {
                let (scalar, count) = try unicodeEscape(at: index, in: range)
                out.append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
                index += count
            } else {
                guard let byte = Self.simpleEscape(kind) else { throw .malformedJSON }
                out.append(byte)
                index += 2
            }
        }
        return out
    }

    /// The scalar of `\uXXXX` or of a pair of them, and the bytes that it takes.
    private func unicodeEscape(
        at index: Int, in range: Range<Int>
    ) throws(RefusalReason) -> (scalar: Unicode.Scalar, count: Int) {
        let first = try codeUnit(at: index, in: range)
        if let scalar = Unicode.Scalar(first) { return (scalar, 6) }
        guard (0xd800..<0xdc00).contains(first) else { throw .malformedJSON }
        let second = try codeUnit(at: index + 6, in: range)
        guard (0xdc00..<0xe000).contains(second),
            let scalar = Unicode.Scalar(0x10000 + (first - 0xd800) << 10 + (second - 0xdc00))
        else { throw .malformedJSON }
        return (scalar, 12)
    }

    private func codeUnit(at index: Int, in range: Range<Int>) throws(RefusalReason) -> UInt32 {
        guard index + 6 <= range.upperBound, bytes[index] == UInt8(ascii: "\\"), bytes[index + 1] == UInt8(ascii: "u")
        else { throw .malformedJSON }
        var value: UInt32 = 0
        for offset in 2..<6 {
            guard let digit = hexadecimalValue(bytes[index + offset]) else { throw .malformedJSON }
            value = value << 4 | UInt32(digit)
        }
        return value
    }

    private static func simpleEscape(_ kind: UInt8) -> UInt8? {
        switch kind {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): kind
        case UInt8(ascii: "b"): 0x08
        case UInt8(ascii: "f"): 0x0c
        case UInt8(ascii: "n"): 0x0a
        case UInt8(ascii: "r"): 0x0d
        case UInt8(ascii: "t"): 0x09
        default: nil
        }
    }
}
