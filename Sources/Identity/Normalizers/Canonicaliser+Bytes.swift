extension Canonicaliser {
    /// Without ASCII white space at both ends.
    @_lifetime(copy value)
    static func trimmed(_ value: Span<UInt8>) -> Span<UInt8> {
        var start = 0
        var end = value.count
        while start < end, isWhiteSpace(value[start]) { start += 1 }
        while end > start, isWhiteSpace(value[end - 1]) { end -= 1 }
        return value.extracting(start..<end)
    }

    /// False when there are bytes beyond ASCII; a control character is refused at once.
    static func isPrintableASCII(_ value: Span<UInt8>) throws(RefusalReason) -> Bool {
        var isASCII = true
        for index in 0..<value.count {
            let byte = value[index]
            if byte < 0x20 || byte == 0x7f { throw .invalidCharacters }
            if byte >= 0x80 { isASCII = false }
        }
        return isASCII
    }

    /// The address with its domain in ASCII; needs exactly one `@`.
    static func withASCIIDomain(_ address: String) throws(RefusalReason) -> [UInt8] {
        let parts = address.split(separator: "@", omittingEmptySubsequences: false)
        guard parts.count == 2, let domain = DomainName.ascii(String(parts[1])) else { throw .invalidEmail }
        return Array(parts[0].utf8) + [UInt8(ascii: "@")] + domain
    }

    /// Whether `xn--` stands in it.
    static func mayHoldEncodedLabel(_ text: Span<UInt8>) -> Bool {
        guard text.count >= 4 else { return false }
        for index in 0...text.count - 4 where text[index] == UInt8(ascii: "x") {
            if text[index + 1] == UInt8(ascii: "n"), text[index + 2] == UInt8(ascii: "-"),
                text[index + 3] == UInt8(ascii: "-")
            {
                return true
            }
        }
        return false
    }

    /// The ASCII digits, in order.
    static func digits(_ text: Span<UInt8>) -> [UInt8] {
        var digits: [UInt8] = []
        for index in 0..<text.count where text[index] &- UInt8(ascii: "0") < 10 { digits.append(text[index]) }
        return digits
    }

    private static func isWhiteSpace(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0d).contains(byte) }
}
