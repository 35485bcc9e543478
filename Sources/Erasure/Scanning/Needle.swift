/// Bytes whose presence in a file would say that something of a person is left: an identity key, a profile id, a record key, a
/// sealed value's nonce or tag.
package struct Needle: Hashable, Sendable {
    package enum Kind: UInt8, Hashable, Sendable, CaseIterable {
        /// Looked for as they are, in hexadecimal digits, in Base64, and as UTF-16 of those texts.
        case bytes
        /// A text, such as a profile id in its text form: looked for as it is, and as UTF-16.
        case text
    }

    package let kind: Kind
    package let bytes: [UInt8]

    /// The shortest that can be looked for: fewer bytes would be found by chance.
    package static let shortest = 8
    package static let longest = 64

    /// Nil where there are fewer than 8 bytes or more than 64, or all are the same: that is found wherever nothing is.
    package init?(_ bytes: [UInt8], kind: Kind = .bytes) {
        guard (Self.shortest...Self.longest).contains(bytes.count), bytes.contains(where: { $0 != bytes[0] }) else {
            return nil
        }
        self.kind = kind
        self.bytes = bytes
    }

    package init?(text: String) { self.init(Array(text.utf8), kind: .text) }
}

extension Needle: CustomStringConvertible {
    package var description: String { "<redacted>" }
}

/// In which form a needle was found.
package enum NeedleForm: UInt8, Hashable, Sendable, CaseIterable {
    case raw
    case hexLower, hexUpper
    /// By how many bytes stand before the needle in its group of three, and the alphabet.
    case base64At0, base64At1, base64At2
    case base64URLAt0, base64URLAt1, base64URLAt2
    /// UTF-16 of the texts above, little-endian and big-endian; of a needle that is a text, of it.
    case utf16LittleText, utf16BigText
    case utf16LittleHexLower, utf16BigHexLower, utf16LittleHexUpper, utf16BigHexUpper
    case utf16LittleBase64At0, utf16BigBase64At0, utf16LittleBase64At1, utf16BigBase64At1
    case utf16LittleBase64At2, utf16BigBase64At2
    case utf16LittleBase64URLAt0, utf16BigBase64URLAt0, utf16LittleBase64URLAt1, utf16BigBase64URLAt1
    case utf16LittleBase64URLAt2, utf16BigBase64URLAt2

    /// As a report writes it.
    package var name: String {
        switch encoding {
        case .none: text.rawValue
        case .little: "UTF-16LE of \(text.rawValue)"
        case .big: "UTF-16BE of \(text.rawValue)"
        }
    }

    enum Text: String {
        case raw
        case hexLower = "hexadecimal"
        case hexUpper = "hexadecimal, upper case"
        case base64At0 = "Base64"
        case base64At1 = "Base64, one byte in"
        case base64At2 = "Base64, two bytes in"
        case base64URLAt0 = "Base64 for URLs"
        case base64URLAt1 = "Base64 for URLs, one byte in"
        case base64URLAt2 = "Base64 for URLs, two bytes in"
    }

    enum Encoding { case none, little, big }

    private static let texts: [Text] = [
        .raw, .hexLower, .hexUpper, .base64At0, .base64At1, .base64At2, .base64URLAt0, .base64URLAt1, .base64URLAt2,
    ]

    var text: Text {
        let index = Int(rawValue)
        return Self.texts[index < 9 ? index : (index - 9) / 2]
    }

    var encoding: Encoding { rawValue < 9 ? .none : rawValue % 2 == 1 ? .little : .big }
}

extension Needle {
    /// How this needle looks in a form; nil where it has none, or one that another form has already.
    package func pattern(_ form: NeedleForm) -> [UInt8]? {
        let text: [UInt8]
        switch form.text {
        case .raw:
            if form != .raw, kind == .bytes { return nil }
            text = bytes
        case _ where kind == .text: return nil
        case .hexLower: text = Self.hexadecimal(bytes, Array("0123456789abcdef".utf8))
        case .hexUpper:
            text = Self.hexadecimal(bytes, Array("0123456789ABCDEF".utf8))
            if text == Self.hexadecimal(bytes, Array("0123456789abcdef".utf8)) { return nil }
        case .base64At0: text = Self.base64(bytes, at: 0, Self.standard)
        case .base64At1: text = Self.base64(bytes, at: 1, Self.standard)
        case .base64At2: text = Self.base64(bytes, at: 2, Self.standard)
        case .base64URLAt0:
            guard let url = Self.urlOnly(bytes, at: 0) else { return nil }
            text = url
        case .base64URLAt1:
            guard let url = Self.urlOnly(bytes, at: 1) else { return nil }
            text = url
        case .base64URLAt2:
            guard let url = Self.urlOnly(bytes, at: 2) else { return nil }
            text = url
        }
        return switch form.encoding {
        case .none: text
        case .little: text.flatMap { [$0, 0] }
        case .big: text.flatMap { [0, $0] }
        }
    }

    private static let standard = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    private static let url = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)

    private static func hexadecimal(_ bytes: [UInt8], _ digits: [UInt8]) -> [UInt8] {
        bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }
    }

    /// The characters that the needle alone decides where `before` bytes stand in front of it in its group of three: those
    /// that it shares with other bytes are left out.
    private static func base64(_ bytes: [UInt8], at before: Int, _ alphabet: [UInt8]) -> [UInt8] {
        let padded = [UInt8](repeating: 0, count: before) + bytes
        let first = (8 * before + 5) / 6
        let last = 8 * padded.count / 6
        return (first..<last).map { index in
            let bit = 6 * index
            let high = UInt16(padded[bit / 8]) << 8
            let pair = high | (bit / 8 + 1 < padded.count ? UInt16(padded[bit / 8 + 1]) : 0)
            return alphabet[Int(pair >> UInt16(10 - bit % 8)) & 63]
        }
    }

    /// In the alphabet for URLs, where that differs.
    private static func urlOnly(_ bytes: [UInt8], at before: Int) -> [UInt8]? {
        let text = base64(bytes, at: before, url)
        return text == base64(bytes, at: before, standard) ? nil : text
    }
}
