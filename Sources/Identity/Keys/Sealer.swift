internal import COpenSSL

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
    package static let overhead = nonceCount + tagCount
    private static let nonceCount = 12
    private static let tagCount = 16

    init(key: SecretBytes, nonces: MessageAuthenticator) {
        self.key = key
        self.nonces = nonces
    }

    /// The sealed form of `plain`, which opens only with the same associated data.
    package func seal(_ plain: [UInt8], associated: [UInt8]) throws(KeyError) -> [UInt8] {
        let nonce = nonces.code(for: Self.nonceInput(plain, associated)).bytes.prefix(Self.nonceCount)
        let nonceBytes = Array(nonce)
        var sealed = false
        let body = unsafe [UInt8](unsafeUninitializedCapacity: plain.count + Self.tagCount) { buffer, count in
            // Sound: C writes plain.count + 16 bytes into a buffer of that capacity; the inputs are read in their bounds.
            sealed =
                unsafe selvedge_gcm_seal(
                    keyPointer, nonceBytes, associated, associated.count, plain, plain.count, buffer.baseAddress) == 1
            count = sealed ? plain.count + Self.tagCount : 0
        }
        guard sealed else { throw .cryptography(operation: "AES-256-GCM") }
        return nonceBytes + body
    }

    /// The plaintext; `KeyError.cannotOpen` when anything was altered, or key or associated data are others.
    package func open(_ sealed: [UInt8], associated: [UInt8]) throws(KeyError) -> [UInt8] {
        guard sealed.count >= Self.overhead else { throw .cannotOpen }
        let nonce = Array(sealed[..<Self.nonceCount])
        let body = Array(sealed[Self.nonceCount...])
        let count = body.count - Self.tagCount
        var opened = false
        let plain = unsafe [UInt8](unsafeUninitializedCapacity: max(count, 1)) { buffer, written in
            // Sound: C writes `count` bytes at most and reads `count` and the tag of 16, which `body` holds.
            opened =
                unsafe selvedge_gcm_open(
                    keyPointer, nonce, associated, associated.count, body, count, buffer.baseAddress) == 1
            written = opened ? count : 0
        }
        guard opened else { throw .cannotOpen }
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

    private var keyPointer: UnsafePointer<UInt8> {
        // Sound: 32 bytes that `key` keeps mapped.
        unsafe key.start.assumingMemoryBound(to: UInt8.self)
    }
}
