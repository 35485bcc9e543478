package import Identity

/// Who calls, as far as it was proved: a name that the policy may know.
package struct Principal: Hashable, Sendable {
    package enum Kind: String, Hashable, Sendable, CaseIterable {
        case certificate, token
        /// Anyone on loopback, where the server was started without authentication.
        case insecure
        /// A connection that has proved nothing.
        case nobody
    }

    /// A SPIFFE id, or the `sub` of a JWT; empty for nobody.
    package let name: String
    package let kind: Kind
    /// The first moment at which the credential no longer holds, leeway included; nil: it has no end.
    package let expires: Timestamp?
    /// What proved it: the fingerprint of a token's key, or the trust domain of a certificate. A policy without it no longer
    /// knows the principal.
    package let voucher: String

    package init(name: String, kind: Kind, expires: Timestamp?, voucher: String = "") {
        self.name = name
        self.kind = kind
        self.expires = expires
        self.voucher = voucher
    }

    package static let nobody = Principal(name: "", kind: .nobody, expires: nil)
    package static let insecure = Principal(name: "insecure", kind: .insecure, expires: nil)
}
