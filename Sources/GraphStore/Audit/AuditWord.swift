/// A role or an action as the audit keeps it: a word of the program's own, never a caller's text, so that no identifier comes
/// into an entry by way of it.
package struct AuditWord: Hashable, Sendable, ExpressibleByStringLiteral, CustomStringConvertible {
    package let text: String

    package init(stringLiteral text: StaticString) { self.text = text.description }

    /// A name that is known only when the program runs, such as a method's: letters, spaces, `.`, `-`, `_`, `/` and one digit
    /// at most, 64 bytes. Nil for anything else: an e-mail address or a number is none.
    package init?(checking text: String) {
        let isLetter = { (byte: UInt8) in (byte | 0x20) >= UInt8(ascii: "a") && (byte | 0x20) <= UInt8(ascii: "z") }
        let digits = text.utf8.count { $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9") }
        let others = text.utf8.count { " .-_/".utf8.contains($0) }
        guard (1...64).contains(text.utf8.count), digits <= 1,
            text.utf8.count(where: isLetter) + digits + others == text.utf8.count
        else { return nil }
        self.text = text
    }

    /// As an entry holds it.
    init(stored text: String) { self.text = text }

    package var description: String { text }
}

extension PrivacyRole {
    package var word: AuditWord {
        switch self {
        case .privacy: "privacy"
        case .admin: "admin"
        }
    }
}
