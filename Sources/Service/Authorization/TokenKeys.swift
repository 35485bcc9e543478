internal import Foundation
internal import Identity
internal import JWTKit

/// Why a file of keys is not taken: for people, without its content.
struct TokenKeyError: Error {
    let problem: String
}

/// Reads the keys of tokens from files.
enum TokenKeys {
    static let maximumBytes = 1 << 20
    static let maximumKeys = 100
    /// Of the shared secret: RFC 7518, section 3.2 asks for the size of the hash at least.
    static let secretBytes = 32...4_096

    /// A JSON Web Key Set (RFC 7517) of public keys. Keys for something else than signatures, and those whose algorithm is not
    /// among `allowed`, are left out.
    static func keySet(
        at path: String, allowed: Set<TokenAlgorithm>
    ) async throws(TokenKeyError) -> [TokenKey] {
        let data = try read(path, atMost: maximumBytes)
        guard let set = try? JSONDecoder().decode(PublicKeySet.self, from: data) else {
            throw TokenKeyError(problem: "\(path) is not a JSON Web Key Set: an object with a list \"keys\"")
        }
        guard set.keys.count <= maximumKeys else {
            throw TokenKeyError(problem: "\(path) holds \(set.keys.count) keys: at most \(maximumKeys)")
        }
        var keys: [TokenKey] = []
        for (index, key) in set.keys.enumerated() {
            let place = "\(path): keys[\(index)]"
            guard let algorithm = try key.algorithm(at: place), allowed.contains(algorithm) else { continue }
            guard let id = key.kid, !id.isEmpty else {
                throw TokenKeyError(problem: "\(place) has no kid: tokens could not name it")
            }
            guard !keys.contains(where: { $0.id == id && $0.algorithm == algorithm }) else {
                throw TokenKeyError(problem: "\(place) has the kid of a key before it: each needs its own")
            }
            keys.append(try await key.tokenKey(algorithm, id: id, at: place))
        }
        guard !keys.isEmpty else {
            throw TokenKeyError(problem: "\(path) holds no key for the algorithms that the policy lists")
        }
        return keys
    }

    /// The bytes of a file, as they are, as the key of HS256. Its mode must be 0400 or 0600.
    static func secret(at path: String) async throws(TokenKeyError) -> TokenKey {
        let resolved = URL(fileURLWithPath: path).resolvingSymlinksInPath().path
        let attributes = try? FileManager.default.attributesOfItem(atPath: resolved)
        guard let attributes, attributes[.type] as? FileAttributeType == .typeRegular,
            let mode = attributes[.posixPermissions] as? Int
        else { throw TokenKeyError(problem: "\(path) is not a file that can be read") }
        guard mode == 0o400 || mode == 0o600 else {
            throw TokenKeyError(
                problem: "\(path) has mode 0\(String(mode, radix: 8)): a secret's must be 0400 or 0600 (chmod 0400)")
        }
        let bytes = [UInt8](try read(resolved, atMost: secretBytes.upperBound))
        guard secretBytes.contains(bytes.count) else {
            throw TokenKeyError(problem: "\(path) holds \(bytes.count) bytes: a secret is 32 to 4,096")
        }
        let collection = JWTKeyCollection()
        await collection.add(hmac: HMACKey(from: bytes), digestAlgorithm: .sha256)
        guard let verifier = try? await collection.getKey() else {
            throw TokenKeyError(problem: "\(path) is not taken as a key")
        }
        return TokenKey(
            algorithm: .hs256, id: nil, fingerprint: Digest(sha256: bytes.span).description, verifier: verifier)
    }

    private static func read(_ path: String, atMost limit: Int) throws(TokenKeyError) -> Data {
        guard let handle = FileHandle(forReadingAtPath: path) else {
            throw TokenKeyError(problem: "\(path) is not there, or may not be read")
        }
        defer { try? handle.close() }
        guard let data = try? handle.read(upToCount: limit + 1) else {
            throw TokenKeyError(problem: "\(path) cannot be read or is empty")
        }
        guard data.count <= limit else { throw TokenKeyError(problem: "\(path) is longer than \(limit) bytes") }
        return data
    }
}

/// A JSON Web Key Set, as far as it is looked at.
private struct PublicKeySet: Decodable {
    var keys: [PublicKey]
}

/// A JSON Web Key.
private struct PublicKey: Decodable {
    var kty: String
    var kid: String?
    var alg: String?
    var use: String?
    var crv: String?
    var x: String?
    var y: String?
    var n: String?
    var e: String?
    /// Of a private key.
    var d: String?

    /// What it verifies; nil: nothing that tokens are signed with.
    func algorithm(at place: String) throws(TokenKeyError) -> TokenAlgorithm? {
        guard d == nil else {
            throw TokenKeyError(problem: "\(place) is a private key: the server needs the public half alone")
        }
        guard use == nil || use == "sig" else { return nil }
        let own: TokenAlgorithm?
        switch (kty, crv) {
        case ("OKP", "Ed25519"): own = .eddsa
        case ("EC", "P-256"): own = .es256
        case ("EC", "P-384"): own = .es384
        case ("RSA", _):
            guard let alg else {
                throw TokenKeyError(problem: "\(place) is an RSA key without alg: say RS256 or PS256")
            }
            return [.rs256, .ps256].first { $0.rawValue == alg }
        case ("oct", _):
            throw TokenKeyError(problem: "\(place) is a shared secret: it belongs into hmac_key_file")
        default: return nil
        }
        guard alg == nil || alg == own?.rawValue else {
            throw TokenKeyError(problem: "\(place) has an alg that its curve is not for: \(own?.rawValue ?? "") is")
        }
        return own
    }

    func tokenKey(_ algorithm: TokenAlgorithm, id: String, at place: String) async throws(TokenKeyError) -> TokenKey {
        let name = JWKIdentifier(string: id)
        let jwk: JWK =
            switch algorithm {
            case .eddsa: .octetKeyPair(.eddsa, identifier: name, x: x, y: nil, curve: .ed25519)
            case .es256: .ecdsa(.es256, identifier: name, x: x, y: y, curve: .p256)
            case .es384: .ecdsa(.es384, identifier: name, x: x, y: y, curve: .p384)
            case .rs256, .ps256, .hs256: .rsa(algorithm.ofKeys, identifier: name, modulus: n, exponent: e)
            }
        do {
            let collection = JWTKeyCollection()
            let verifier = try await collection.add(jwk: jwk).getKey(for: name)
            // jwt-kit takes the algorithm from the key; what it made must be what was meant.
            guard verifier.name == algorithm.rawValue else { throw TokenKeyError(problem: "") }
            let text = [algorithm.rawValue, id, x ?? "", y ?? "", n ?? "", e ?? ""].joined(separator: "|")
            return TokenKey(
                algorithm: algorithm, id: id, fingerprint: Digest(sha256: Array(text.utf8).span).description,
                verifier: verifier)
        } catch {
            throw TokenKeyError(
                problem:
                    "\(place) is not a \(algorithm.rawValue) key: coordinates on the curve, or RSA of 2,048 bits at least"
            )
        }
    }
}
