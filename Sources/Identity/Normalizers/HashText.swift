extension Digest {
    /// A SHA-256 as partners write it: 64 hexadecimal digits of either case, or base64 of either alphabet with its `=` or
    /// without. White space around it is ignored. Nil for anything else.
    package init?(text: Span<UInt8>) {
        let trimmed = Canonicaliser.trimmed(text)
        switch trimmed.count {
        case 64: self.init(hexadecimal: trimmed)
        case 44 where trimmed[43] == UInt8(ascii: "="): self.init(base64: trimmed.extracting(0..<43))
        case 43: self.init(base64: trimmed)
        default: return nil
        }
    }

    private init?(hexadecimal text: Span<UInt8>) {
        self.init()
        for index in 0..<Self.byteCount {
            guard let high = hexadecimalValue(text[2 * index]), let low = hexadecimalValue(text[2 * index + 1]) else {
                return nil
            }
            storage[index] = high << 4 | low
        }
    }

    /// 43 digits: 258 bits, of which the last two must be zero.
    private init?(base64 text: Span<UInt8>) {
        self.init()
        var bits: UInt32 = 0
        var count = 0
        var written = 0
        for index in 0..<text.count {
            guard let digit = Self.base64Value(text[index]) else { return nil }
            bits = bits << 6 | UInt32(digit)
            count += 6
            guard count >= 8 else { continue }
            count -= 8
            storage[written] = UInt8(truncatingIfNeeded: bits >> UInt32(count))
            written += 1
        }
        guard written == Self.byteCount, bits & 3 == 0 else { return nil }
    }

    private static func base64Value(_ digit: UInt8) -> UInt8? {
        switch digit {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): digit - UInt8(ascii: "A")
        case UInt8(ascii: "a")...UInt8(ascii: "z"): digit - UInt8(ascii: "a") + 26
        case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0") + 52
        case UInt8(ascii: "+"), UInt8(ascii: "-"): 62
        case UInt8(ascii: "/"), UInt8(ascii: "_"): 63
        default: nil
        }
    }
}
