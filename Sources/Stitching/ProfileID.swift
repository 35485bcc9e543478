/// The id of a profile, or of a view of one: 16 bytes that say nothing of the node that they stand for.
///
/// Text form: `prf_` and 26 characters of Crockford's base32 (two leading zero bits), lower case when
/// written; upper case and the look-alikes i, l, o are read too.
package struct ProfileID: Hashable, Sendable {
    package var high: UInt64
    package var low: UInt64

    @inlinable
    package init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }
}

extension ProfileID: CustomStringConvertible {
    package static let prefix = "prf_"
    private static let alphabet = Array("0123456789abcdefghjkmnpqrstvwxyz".utf8)

    /// Of the text form.
    package static let textBytes = 30

    package var description: String {
        var text = InlineArray<30, UInt8>(repeating: 0)
        writeText(into: &text)
        return String(decoding: text.indices.map { text[$0] }, as: UTF8.self)
    }

    /// The text form without an allocation.
    package func writeText(into text: inout InlineArray<30, UInt8>) {
        text[0] = UInt8(ascii: "p")
        text[1] = UInt8(ascii: "r")
        text[2] = UInt8(ascii: "f")
        text[3] = UInt8(ascii: "_")
        for index in 0..<26 {
            text[4 + index] = Self.character(UInt8(truncatingIfNeeded: bits(from: 125 - 5 * index) & 31))
        }
    }

    /// Of `alphabet`, which leaves out i, l, o and u, without a look into memory.
    @inline(__always)
    private static func character(_ digit: UInt8) -> UInt8 {
        if digit < 10 { return UInt8(ascii: "0") + digit }
        var letter = UInt8(ascii: "a") + digit - 10
        if letter >= UInt8(ascii: "i") { letter += 1 }
        if letter >= UInt8(ascii: "l") { letter += 1 }
        if letter >= UInt8(ascii: "o") { letter += 1 }
        if letter >= UInt8(ascii: "u") { letter += 1 }
        return letter
    }

    /// Reads the text form; nil where it is not one.
    package init?(_ text: some StringProtocol) {
        guard text.utf8.count == 30, text.hasPrefix(Self.prefix) else { return nil }
        var high: UInt64 = 0
        var low: UInt64 = 0
        for (index, byte) in text.utf8.dropFirst(4).enumerated() {
            guard let digit = Self.digit(byte), index > 0 || digit < 8 else { return nil }
            high = high << 5 | low >> 59
            low = low << 5 | digit
        }
        self.init(high: high, low: low)
    }

    private func bits(from place: Int) -> UInt64 {
        if place >= 64 { return high >> UInt64(place - 64) }
        if place == 0 { return low }
        return low >> UInt64(place) | high << UInt64(64 - place)
    }

    private static func digit(_ byte: UInt8) -> UInt64? {
        let lower = byte | 0x20
        switch lower {
        case UInt8(ascii: "o"): return 0
        case UInt8(ascii: "i"), UInt8(ascii: "l"): return 1
        default: break
        }
        return alphabet.firstIndex(of: byte < 0x40 ? byte : lower).map { UInt64($0) }
    }
}
