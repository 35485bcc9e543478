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
        let nonce = Array(nonces.code(for: Self.nonceInput(plain, associated)).bytes.prefix(Self.nonceCount))
        // Sound: the bytes are lent for the call.
        let body = unsafe plain.withUnsafeBytes { input in
            Result { () throws(KeyError) in
                try unsafe GaloisCounterMode.seal(input, key: key.keyPointer, nonce: nonce, associated: associated)
            }
        }
        return nonce + (try body.get())
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

    private static func nonceInput(_ plain: [UInt8], _ associated: [UInt8]) -> [UInt8] {
        var input: [UInt8] = []
        input.reserveCapacity(8 + associated.count + plain.count)
        for shift in stride(from: 56, through: 0, by: -8) {
            input.append(UInt8(truncatingIfNeeded: UInt64(associated.count) >> UInt64(shift)))
        }
        input += associated
        input += plain
        return input
    }
}
