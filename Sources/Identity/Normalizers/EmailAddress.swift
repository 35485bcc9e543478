/// E-mail addresses in the one form that is hashed.
///
/// Dots in the local part are taken wherever they stand: some providers once gave out addresses that RFC 5322 forbids.
enum EmailAddress {
    /// RFC 5321's longest path, less its brackets.
    static let maximumCount = 254
    private static let maximumLocal = 64
    private static let maximumLabel = 63

    /// Which addresses are folded, and whether international domains are turned into ASCII.
    enum Rules {
        /// gmail.com and googlemail.com are one mailbox provider: without dots and what follows `+`, at gmail.com.
        case standard
        /// As UID2 publishes: gmail.com only, and domains as they are written.
        case uid2
    }

    /// Writes the canonical form of an address that is trimmed. Bytes beyond ASCII must be checked and lower-cased.
    static func canonicalise(
        _ text: Span<UInt8>, rules: Rules, into out: inout ShortBytes
    ) throws(RefusalReason) {
        guard text.count <= maximumCount else { throw .invalidEmail }
        out.removeAll()
        var at = -1
        for index in 0..<text.count {
            let byte = lowercased(text[index])
            if byte == UInt8(ascii: "@") {
                guard at < 0 else { throw .invalidEmail }
                at = index
            } else if at < 0 {
                guard isLocal(byte) else { throw .invalidEmail }
            }
            out.append(byte)
        }
        guard at > 0, at <= maximumLocal else { throw .invalidEmail }
        try checkDomain(out, from: at + 1, rules: rules)
        try fold(&out, at: at, rules: rules)
    }

    /// Labels of 1...63, at least two, no hyphen at either end, the last not digits alone.
    private static func checkDomain(_ text: ShortBytes, from start: Int, rules: Rules) throws(RefusalReason) {
        var labelStart = start
        var labels = 0
        var lastIsNumeric = false
        for index in start...text.count {
            if index < text.count && text[index] != UInt8(ascii: ".") {
                guard isDomain(text[index]) || (rules == .uid2 && text[index] >= 0x80) else { throw .invalidEmail }
                continue
            }
            guard (1...maximumLabel).contains(index - labelStart), text[labelStart] != UInt8(ascii: "-"),
                text[index - 1] != UInt8(ascii: "-")
            else { throw .invalidEmail }
            lastIsNumeric = (labelStart..<index).allSatisfy { text[$0] &- UInt8(ascii: "0") < 10 }
            labels += 1
            labelStart = index + 1
        }
        guard labels >= 2, !lastIsNumeric else { throw .invalidEmail }
    }

    /// Takes dots and what follows `+` out of the local part at Google's domains.
    private static func fold(_ text: inout ShortBytes, at: Int, rules: Rules) throws(RefusalReason) {
        let isGmail = domain(of: text, at: at, is: "gmail.com")
        guard isGmail || (rules == .standard && domain(of: text, at: at, is: "googlemail.com")) else { return }
        var kept = 0
        for index in 0..<at {
            if text[index] == UInt8(ascii: "+") { break }
            if text[index] == UInt8(ascii: ".") { continue }
            text[kept] = text[index]
            kept += 1
        }
        guard kept > 0 else { throw .invalidEmail }
        text.close(from: kept, to: at)
        guard !isGmail else { return }
        // googlemail.com becomes gmail.com: `g`, then what follows `google`.
        text.close(from: kept + 2, to: kept + 1 + "google".utf8.count)
    }

    private static func domain(of text: ShortBytes, at: Int, is name: StaticString) -> Bool {
        guard text.count - at - 1 == name.utf8CodeUnitCount else { return false }
        for offset in 0..<name.utf8CodeUnitCount {
            // Sound: `offset` is below the static string's count.
            guard unsafe text[at + 1 + offset] == name.utf8Start[offset] else { return false }
        }
        return true
    }

    @inline(__always)
    private static func lowercased(_ byte: UInt8) -> UInt8 {
        byte &- UInt8(ascii: "A") < 26 ? byte | 0x20 : byte
    }

    /// RFC 5322's atext, the dot, and what lies beyond ASCII; no quoted form.
    private static func isLocal(_ byte: UInt8) -> Bool {
        if byte >= 0x80 || isLetterOrDigit(byte) { return true }
        switch byte {
        case UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"), UInt8(ascii: "+"), UInt8(ascii: "!"),
            UInt8(ascii: "#"), UInt8(ascii: "$"), UInt8(ascii: "%"), UInt8(ascii: "&"), UInt8(ascii: "'"),
            UInt8(ascii: "*"), UInt8(ascii: "/"), UInt8(ascii: "="), UInt8(ascii: "?"), UInt8(ascii: "^"),
            UInt8(ascii: "`"), UInt8(ascii: "{"), UInt8(ascii: "|"), UInt8(ascii: "}"), UInt8(ascii: "~"):
            return true
        default: return false
        }
    }

    private static func isDomain(_ byte: UInt8) -> Bool {
        isLetterOrDigit(byte) || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "_")
    }
}
