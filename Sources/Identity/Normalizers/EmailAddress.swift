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
        let at = try indexOfAt(text)
        out.assign(lowercasing: text)
        try checkDomain(out.span.extracting((at + 1)...), rules: rules)
        try fold(&out, at: at, rules: rules)
    }

    /// Where the one `@` stands, after a local part of 1...64 bytes that are allowed there.
    private static func indexOfAt(_ text: Span<UInt8>) throws(RefusalReason) -> Int {
        var at = 0
        while at < text.count, text[at] != UInt8(ascii: "@") {
            guard isLocal(text[at]) else { throw .invalidEmail }
            at += 1
        }
        guard (1...maximumLocal).contains(at), at < text.count else { throw .invalidEmail }
        return at
    }

    /// Labels of 1...63, at least two, no hyphen at either end, the last not digits alone.
    private static func checkDomain(_ domain: Span<UInt8>, rules: Rules) throws(RefusalReason) {
        var labelStart = 0
        var labels = 0
        var isNumeric = true
        var lastIsNumeric = false
        for index in 0...domain.count {
            if index < domain.count && domain[index] != UInt8(ascii: ".") {
                guard isDomain(domain[index]) || (rules == .uid2 && domain[index] >= 0x80) else { throw .invalidEmail }
                isNumeric = isNumeric && domain[index] &- UInt8(ascii: "0") < 10
                continue
            }
            guard (1...maximumLabel).contains(index - labelStart), domain[labelStart] != UInt8(ascii: "-"),
                domain[index - 1] != UInt8(ascii: "-")
            else { throw .invalidEmail }
            lastIsNumeric = isNumeric
            isNumeric = true
            labels += 1
            labelStart = index + 1
        }
        guard labels >= 2, !lastIsNumeric else { throw .invalidEmail }
    }

    /// Takes dots and what follows `+` out of the local part at Google's domains.
    private static func fold(_ text: inout ShortBytes, at: Int, rules: Rules) throws(RefusalReason) {
        let isGmail = ends(text.span, after: at, with: "gmail.com")
        guard isGmail || (rules == .standard && ends(text.span, after: at, with: "googlemail.com")) else { return }
        let kept = text.keep(before: at, dropping: UInt8(ascii: "."), until: UInt8(ascii: "+"))
        guard kept > 0 else { throw .invalidEmail }
        guard !isGmail else { return }
        // googlemail.com becomes gmail.com: `@g`, then what follows `google`.
        text.close(from: kept + 2, to: kept + 1 + "google".utf8.count)
    }

    private static func ends(_ text: Span<UInt8>, after at: Int, with name: StaticString) -> Bool {
        guard text.count - at - 1 == name.utf8CodeUnitCount else { return false }
        for offset in 0..<name.utf8CodeUnitCount {
            // Sound: `offset` is below the static string's count.
            guard unsafe text[at + 1 + offset] == name.utf8Start[offset] else { return false }
        }
        return true
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
