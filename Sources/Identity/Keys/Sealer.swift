/// Seals values with AES-256-GCM so that a run replays exactly: the nonce is derived from what is sealed.
///
///     +-----------+----------------+--------+
///     | nonce 12  | ciphertext n   | tag 16 |
///     +-----------+----------------+--------+
///
/// The nonce is the start of HMAC-SHA-256(nonce key, length of the associated data, associated data, plaintext). Equal
/// plaintext under equal associated data gives equal bytes, and shows that much; put what must differ (table, key,
/// version) into the associated data. Nonces collide by chance only, near 2^48 values.
package struct Sealer: Sendable {
    private let key: SecretBytes
    private let nonces: MessageAuthenticator

    /// Bytes that a sealed value is longer than its plaintext.
    package static let overhead = GaloisCounterMode.overhead
    private static let nonceCount = GaloisCounterMode.nonceCount

    init(key: SecretBytes, nonces: MessageAuthenticator) {
        self.key = key
        self.nonces = nonces
    }

    /// The sealed form of `plain`, which opens only with the same associated data.
    package func seal(_ plain: [UInt8], associated: [UInt8]) throws(KeyError) -> [UInt8] {
        // Sound: the bytes are lent for the call.
        let sealed = unsafe plain.withUnsafeBytes { input in
            Result { () throws(KeyError) in try unsafe seal(input, associated: associated) }
        }
        return try sealed.get()
    }

    /// The same of bytes that need not be an array: a key, which must not be copied.
    func seal(_ plain: UnsafeRawBufferPointer, associated: [UInt8]) throws(KeyError) -> [UInt8] {
        let nonce = unsafe Array(nonces.nonceCode(plain, associated: associated).bytes.prefix(Self.nonceCount))
        return nonce
            + (try unsafe GaloisCounterMode.seal(plain, key: key.keyPointer, nonce: nonce, associated: associated))
    }

    /// The plaintext; `KeyError.cannotOpen` when anything was altered, or key or associated data are others.
    package func open(_ sealed: [UInt8], associated: [UInt8]) throws(KeyError) -> [UInt8] {
        guard sealed.count >= Self.overhead else { throw .cannotOpen }
        let nonce = Array(sealed[..<Self.nonceCount])
        let body = Array(sealed[Self.nonceCount...])
        guard let plain = GaloisCounterMode.open(body, key: key, nonce: nonce, associated: associated) else {
            throw .cannotOpen
        }
        return plain
    }

    /// The plaintext into memory of the caller's, of exactly its length; false where it does not open.
    func open(_ sealed: [UInt8], associated: [UInt8], into out: UnsafeMutableRawBufferPointer) -> Bool {
        guard sealed.count == out.count + Self.overhead else { return false }
        return unsafe sealed.withUnsafeBytes { input in
            guard let nonce = unsafe input.baseAddress?.assumingMemoryBound(to: UInt8.self) else { return false }
            // Sound: the body begins behind the nonce, which the count has room for.
            let body = unsafe UnsafeRawBufferPointer(rebasing: input[Self.nonceCount...])
            return unsafe GaloisCounterMode.open(
                body, key: key.keyPointer, nonce: nonce, associated: associated.span.bytes, into: out)
        }
    }
}
