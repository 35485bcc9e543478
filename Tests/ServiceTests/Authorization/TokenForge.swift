import Crypto
import CryptoExtras
import Foundation
import Identity
import JWTKit
import Service
import TestSupport

/// Keys of who signs tokens, and tokens of any kind, right and wrong.
struct TokenForge: Sendable {
    /// What a test may sign with: those whose public half the server has, and others.
    enum Key: String, CaseIterable {
        case ed, ed2, ec, ec384, rsa, pss
        /// Of somebody else.
        case stranger
        /// Public keys misused as shared secrets.
        case rsaAsSecret, ecAsSecret
        /// Shared with the server, where the policy lists HS256.
        case secret
    }

    /// The moment at which all tests stand.
    static let now = Timestamp(milliseconds: 1_800_000_000_000)
    static let secret = "0123456789abcdef0123456789abcdef"
    static let shared = Task { try await TokenForge() }

    let signers: [Key: any JWTAlgorithm]
    /// The public halves, as a JSON Web Key Set.
    let keySet: String

    init() async throws {
        let ed = try EdDSA.PrivateKey()
        let ed2 = try EdDSA.PrivateKey()
        let ec = ES256PrivateKey()
        let ec384 = ES384PrivateKey()
        let backing = try _RSA.Signing.PrivateKey(keySize: .bits2048)
        let rsa = try Insecure.RSA.PrivateKey(backing: backing)
        let numbers = try rsa.publicKey.getKeyPrimitives()
        let collection = JWTKeyCollection()
        await collection.add(eddsa: ed, kid: "ed").add(eddsa: ed2, kid: "ed2").add(ecdsa: ec, kid: "ec")
        await collection.add(ecdsa: ec384, kid: "ec384").add(rsa: rsa, digestAlgorithm: .sha256, kid: "rsa")
        await collection.add(pss: rsa, digestAlgorithm: .sha256, kid: "pss")
        await collection.add(eddsa: try EdDSA.PrivateKey(), kid: "stranger")
        let secrets = [
            Key.rsaAsSecret: rsa.publicKey.pemRepresentation, .ecAsSecret: ec.publicKey.pemRepresentation,
            .secret: Self.secret,
        ]
        for (key, text) in secrets {
            await collection.add(
                hmac: HMACKey(from: text), digestAlgorithm: .sha256, kid: JWKIdentifier(string: key.rawValue))
        }
        var signers: [Key: any JWTAlgorithm] = [:]
        for key in Key.allCases { signers[key] = try await collection.getKey(for: JWKIdentifier(string: key.rawValue)) }
        self.signers = signers
        let n = Self.base64url(numbers.modulus)
        let e = Self.base64url(numbers.publicExponent)
        keySet = """
            {"keys": [
              {"kty": "OKP", "crv": "Ed25519", "kid": "ed", "x": "\(Self.base64url(ed.publicKey.rawRepresentation))"},
              {"kty": "OKP", "crv": "Ed25519", "kid": "ed2", "alg": "EdDSA",
               "x": "\(Self.base64url(ed2.publicKey.rawRepresentation))"},
              {"kty": "EC", "crv": "P-256", "kid": "ec", "use": "sig", \(Self.coordinates(ec.parameters))},
              {"kty": "EC", "crv": "P-384", "kid": "ec384", \(Self.coordinates(ec384.parameters))},
              {"kty": "RSA", "kid": "rsa", "alg": "RS256", "n": "\(n)", "e": "\(e)"},
              {"kty": "RSA", "kid": "pss", "alg": "PS256", "n": "\(n)", "e": "\(e)"},
              {"kty": "RSA", "kid": "enc", "alg": "RSA-OAEP", "use": "enc", "n": "\(n)", "e": "\(e)"},
              {"kty": "unheard-of", "kid": "new"}
            ]}
            """
    }

    static func base64url(_ bytes: some Sequence<UInt8>) -> String {
        Data(bytes).base64EncodedString().replacingOccurrences(of: "+", with: "-")
            .replacingOccurrences(of: "/", with: "_").replacingOccurrences(of: "=", with: "")
    }

    private static func coordinates(_ point: ECDSAParameters?) -> String {
        let x = Data(base64Encoded: point?.x ?? "") ?? Data()
        let y = Data(base64Encoded: point?.y ?? "") ?? Data()
        return "\"x\": \"\(base64url(x))\", \"y\": \"\(base64url(y))\""
    }
}

/// A token before it is signed: fields with their values as JSON. As it stands it is one that the server takes.
struct TokenDraft: Sendable {
    var header = ["alg": "\"EdDSA\"", "kid": "\"ed\"", "typ": "\"JWT\""]
    var claims = [
        "sub": "\"billing\"", "aud": "\"selvedge\"", "iss": "\"https://issuer.example\"", "iat": "1800000000",
        "exp": "1800003600",
    ]
    var key = TokenForge.Key.ed
    /// Instead of the fields.
    var headerText: String?
    var claimsText: String?

    static func with(_ change: (inout TokenDraft) -> Void) -> TokenDraft {
        var draft = TokenDraft()
        change(&draft)
        return draft
    }

    func signed(by forge: TokenForge) throws -> String {
        let header = headerText ?? Self.object(header)
        let claims = claimsText ?? Self.object(claims)
        let signed = "\(TokenForge.base64url(header.utf8)).\(TokenForge.base64url(claims.utf8))"
        let signature = try forge.signers[key]?.sign(Data(signed.utf8)) ?? []
        return "\(signed).\(TokenForge.base64url(signature))"
    }

    private static func object(_ fields: [String: String]) -> String {
        "{" + fields.map { "\"\($0.key)\": \($0.value)" }.joined(separator: ", ") + "}"
    }
}

/// A policy on disk with the files that it names, and the authority that obeys it.
struct AuthorityUnderTest {
    let directory: TemporaryDirectory
    let authority: Authority
    let forge: TokenForge

    static let algorithms = "[EdDSA, ES256, ES384, RS256, PS256]"
    static let principals = """
        principals:
          - id: billing
            roles: [resolve, ingest]
            purposes: [service]
            sources: [web]
        """

    /// `tokens` are further fields of that part.
    init(
        tokens: String = "algorithms: \(algorithms)", principals: String = principals, now: Timestamp = TokenForge.now
    ) async throws {
        directory = try TemporaryDirectory()
        forge = try await TokenForge.shared.value
        try forge.keySet.write(toFile: directory.path + "/jwks.json", atomically: false, encoding: .utf8)
        let secret = directory.path + "/secret"
        try TokenForge.secret.write(toFile: secret, atomically: false, encoding: .utf8)
        try FileManager.default.setAttributes([.posixPermissions: 0o400], ofItemAtPath: secret)
        let policy = try await Policy(
            yaml: Self.text(tokens: tokens, principals: principals), file: directory.path + "/policy.yaml")
        authority = Authority(policy: policy) { now }
    }

    static func text(tokens: String, principals: String) -> String {
        """
        tokens:
          audience: selvedge
          issuer: https://issuer.example
          keys_file: jwks.json
          \(tokens)
        certificates:
          trust_domain: shop.example
        \(principals)
        """
    }

    func authenticate(_ draft: TokenDraft) async throws(any Error) -> Principal {
        try await authority.authenticate(token: try draft.signed(by: forge))
    }
}
