internal import Foundation
internal import Identity
internal import JWTKit
internal import Wire

/// Whether a JWT (RFC 7519, in the compact form of RFC 7515) holds, and whom it names. Nothing that a token says is believed
/// before its signature is verified, but which key it is to be.
struct TokenVerifier {
    static let maximumBytes = 8_192
    static let maximumSubjectBytes = SpiffeID.maximumBytes

    let rules: TokenRules
    /// Of SPIFFE ids in `sub`; nil: any.
    let trustDomain: String?

    func verify(_ token: String, at now: Timestamp) throws(CallError) -> Principal {
        guard token.utf8.count <= Self.maximumBytes else {
            throw refused("the token is longer than \(Self.maximumBytes) bytes")
        }
        let segments = token.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard segments.count == 3, let header = Self.decoded(segments[0]), let payload = Self.decoded(segments[1]),
            let signature = Self.decoded(segments[2])
        else { throw refused("the token is not a JWT: three segments of base64url with two dots between them") }
        let key = try key(for: header)
        let signed = Data(token.utf8.prefix(segments[0].count + 1 + segments[1].count))
        guard let holds = try? key.verifier.verify(signature, signs: signed), holds else {
            throw refused("the token's signature does not hold")
        }
        guard let claims = try? JSONDecoder().decode(Claims.self, from: payload) else {
            throw refused("the token's claims are not a JSON object of the types of RFC 7519")
        }
        let expires = try end(of: claims, at: now)
        return Principal(name: try subject(of: claims), kind: .token, expires: expires, voucher: key.fingerprint)
    }

    /// The one key that the header names, for the very algorithm that it names.
    private func key(for bytes: Data) throws(CallError) -> TokenKey {
        guard let header = try? JSONDecoder().decode(Header.self, from: bytes) else {
            throw refused("the token's header is not a JSON object with a text \"alg\"")
        }
        guard !header.hasCritical else { throw refused("the token's header has crit: no extension is understood here") }
        guard let algorithm = TokenAlgorithm(rawValue: header.alg),
            rules.keys.contains(where: { $0.algorithm == algorithm })
        else { throw refused("the token's algorithm is not one that the policy lists") }
        let fitting = rules.keys.filter { key in
            key.algorithm == algorithm && (header.kid == nil || header.kid == key.id)
        }
        guard let key = fitting.first, fitting.count == 1 else {
            throw refused("the token names no key of this server for its algorithm: set kid to one in its key set")
        }
        return key
    }

    /// The end, leeway included, of a token that holds now.
    private func end(of claims: Claims, at now: Timestamp) throws(CallError) -> Timestamp {
        guard let exp = try Self.time(claims.exp) else { throw refused("the token has no exp: it must end") }
        let latest = now.milliseconds + rules.leeway
        if let from = try Self.time(claims.nbf), from > latest { throw refused("the token's nbf is in the future") }
        let issued = try Self.time(claims.iat)
        if let issued, issued > latest { throw refused("the token's iat is in the future") }
        guard exp - (issued ?? now.milliseconds) <= rules.lifetime else {
            throw CallError(
                .unauthenticated, "the token lives longer than the policy lets it: \(rules.lifetime / 1_000) seconds",
                field: "token", limit: Int(rules.lifetime / 1_000))
        }
        let end = exp + rules.leeway
        guard now.milliseconds < end else {
            throw CallError(.credentialsExpired, "the token has ended: fetch a new one", field: "token")
        }
        guard claims.aud?.names.contains(rules.audience) == true else {
            throw refused("the token's aud is missing or is not this server's")
        }
        guard rules.issuer == nil || claims.iss == rules.issuer else {
            throw refused("the token's iss is missing or is not the policy's")
        }
        return Timestamp(milliseconds: end)
    }

    private func subject(of claims: Claims) throws(CallError) -> String {
        guard let sub = claims.sub, (1...Self.maximumSubjectBytes).contains(sub.utf8.count),
            sub.unicodeScalars.allSatisfy({ $0.properties.generalCategory != .control })
        else { throw refused("the token's sub is missing, empty, too long, or has control characters") }
        guard sub.hasPrefix(SpiffeID.scheme) else { return sub }
        guard let id = SpiffeID(sub), trustDomain == nil || id.trustDomain == trustDomain else {
            throw refused("the token's sub is not a SPIFFE id of the policy's trust domain")
        }
        return sub
    }

    /// Milliseconds; RFC 7519 lets a NumericDate have a fraction, which is cut off.
    private static func time(_ seconds: Double?) throws(CallError) -> Int64? {
        guard let seconds else { return nil }
        let accepted = 0.0..<Double(Timestamp.accepted.upperBound / 1_000)
        guard accepted.contains(seconds) else { throw refused("a time of the token is outside of 1970...2199") }
        return Int64(seconds * 1_000)
    }

    /// Base64url without padding: nil for any other character.
    private static func decoded(_ bytes: Substring.UTF8View) -> Data? {
        guard bytes.count % 4 != 1 else { return nil }
        var plain = Data(capacity: bytes.count + 3)
        for byte in bytes {
            switch byte {
            case UInt8(ascii: "-"): plain.append(UInt8(ascii: "+"))
            case UInt8(ascii: "_"): plain.append(UInt8(ascii: "/"))
            case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"):
                plain.append(byte)
            default: return nil
            }
        }
        while plain.count % 4 != 0 { plain.append(UInt8(ascii: "=")) }
        return Data(base64Encoded: plain)
    }
}

/// UNAUTHENTICATED, about the token; never with anything that it holds.
private func refused(_ problem: String) -> CallError {
    CallError(.unauthenticated, problem, field: "token")
}

/// A JOSE header, as far as it is looked at: keys that it brings or points to are never followed.
private struct Header: Decodable {
    var alg: String
    var kid: String?
    var hasCritical: Bool

    private enum Keys: String, CodingKey { case alg, kid, crit }

    init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: Keys.self)
        alg = try fields.decode(String.self, forKey: .alg)
        kid = try fields.decodeIfPresent(String.self, forKey: .kid)
        hasCritical = fields.contains(.crit)
    }
}

private struct Claims: Decodable {
    /// One name or a list.
    struct Audience: Decodable {
        var names: [String]

        init(from decoder: any Decoder) throws {
            let value = try decoder.singleValueContainer()
            if let name = try? value.decode(String.self) {
                names = [name]
            } else {
                names = try value.decode([String].self)
            }
        }
    }

    var sub: String?
    var iss: String?
    var aud: Audience?
    var exp: Double?
    var nbf: Double?
    var iat: Double?
}
