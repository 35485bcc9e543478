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

    package var description: String {
        var text = Array(Self.prefix.utf8)
        text.reserveCapacity(30)
        for place in stride(from: 125, through: 0, by: -5) {
            text.append(Self.alphabet[Int(bits(from: place) & 31)])
        }
        return String(decoding: text, as: UTF8.self)
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
