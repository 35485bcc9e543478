internal import Foundation
internal import Identity
internal import JWTKit

/// The closed list of what a token may be signed with.
enum TokenAlgorithm: String, Hashable, Sendable, CaseIterable {
    case eddsa = "EdDSA"
    case es256 = "ES256"
    case es384 = "ES384"
    case rs256 = "RS256"
    case ps256 = "PS256"
    /// With a secret that is shared with whoever signs; the file of it must be given.
    case hs256 = "HS256"

    static let standard: Set<TokenAlgorithm> = [.eddsa, .es256, .es384]

    /// The one for which jwt-kit knows JSON Web Keys.
    var ofKeys: JWK.Algorithm? {
        switch self {
        case .eddsa: .eddsa
        case .es256: .es256
        case .es384: .es384
        case .rs256: .rs256
        case .ps256: .ps256
        case .hs256: nil
        }
    }
}

/// A key with the one algorithm that it is for: what a token's header says of the algorithm is compared, never followed.
struct TokenKey: Sendable {
    let algorithm: TokenAlgorithm
    /// Nil: of the shared secret.
    let id: String?
    /// SHA-256 of what the key is, hexadecimal digits.
    let fingerprint: String
    let verifier: any JWTAlgorithm
}

/// What a policy says of tokens.
struct TokenRules: Sendable {
    static let maximumLeeway: Int64 = 60_000
    static let defaultLeeway: Int64 = 30_000
    static let maximumLifetime: Int64 = 30 * 86_400_000
    static let defaultLifetime: Int64 = 86_400_000

    var audience: String
    /// Nil: whoever the keys are of.
    var issuer: String?
    var keys: [TokenKey]
    /// Milliseconds that clocks may differ.
    var leeway: Int64
    /// Milliseconds from `iat`, or else from now, to `exp`.
    var lifetime: Int64
}
