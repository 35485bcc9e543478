/// How a value of a namespace becomes its canonical text before it is hashed.
package enum Normaliser: String, Hashable, Sendable, CaseIterable {
    /// Trimmed, lower-cased, international domain to ASCII; gmail.com and googlemail.com folded.
    case email
    /// As the UID2 rules: folds gmail.com only.
    case emailUID2 = "email_uid2"
    /// E.164 by libphonenumber, with the source's default region.
    case phone
    /// Trimmed, case kept.
    case opaque
    /// Trimmed, lower-cased, inner white space and `-` removed: card and document numbers.
    case code
}

extension Normaliser {
    /// What canonical forms depend on: this code's rules and the tables of the libraries in use. A store made under
    /// another version may hold other keys for the same values.
    package var version: String {
        switch self {
        case .email: "email 1, \(DomainName.version)"
        case .emailUID2: "email_uid2 1"
        case .phone: "phone 1, libphonenumber metadata \(PhoneLibrary.version)"
        case .opaque: "opaque 1"
        case .code: "code 1"
        }
    }

    /// The versions of all of them, sorted by name.
    package static var versions: [String] { allCases.map(\.version).sorted() }

    /// Whether a value may be given by its SHA-256: there is a form that partners agree on before they hash.
    package var acceptsHash: Bool {
        switch self {
        case .email, .emailUID2, .phone: true
        case .opaque, .code: false
        }
    }
}
