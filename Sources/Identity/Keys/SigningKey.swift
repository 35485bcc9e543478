internal import COpenSSL

/// Signs with Ed25519 (RFC 8032). Threads may share it.
package struct SigningKey: Sendable {
    private let seed: SecretBytes
    package let publicKey: VerifyingKey

    init(seed: SecretBytes) throws(KeyError) {
        self.seed = seed
        var key = [UInt8](repeating: 0, count: VerifyingKey.byteCount)
        // Sound: C reads the 32 bytes of the seed and writes 32.
        guard unsafe selvedge_ed25519_public(seed.keyPointer, &key) == 1, let publicKey = VerifyingKey(key) else {
            throw .cryptography(operation: "Ed25519")
        }
        self.publicKey = publicKey
    }

    /// 64 bytes; the same for the same message.
    package func signature(of message: [UInt8]) throws(KeyError) -> [UInt8] {
        var signature = [UInt8](repeating: 0, count: VerifyingKey.signatureCount)
        // Sound: C reads the seed and the message in their bounds and writes 64.
        guard unsafe selvedge_ed25519_sign(seed.keyPointer, message, message.count, &signature) == 1 else {
            throw .cryptography(operation: "Ed25519")
        }
        return signature
    }
}

extension SigningKey: CustomStringConvertible {
    package var description: String { "<redacted>" }
}

/// The public half: for whoever verifies.
package struct VerifyingKey: Hashable, Sendable {
    package let bytes: [UInt8]

    package static let byteCount = 32
    package static let signatureCount = 64

    /// Nil unless there are 32 bytes.
    package init?(_ bytes: [UInt8]) {
        guard bytes.count == Self.byteCount else { return nil }
        self.bytes = bytes
    }

    package func verifies(_ signature: [UInt8], of message: [UInt8]) -> Bool {
        guard signature.count == Self.signatureCount else { return false }
        // Sound: C reads 32, 64 and the message in its bounds.
        return unsafe selvedge_ed25519_verify(bytes, message, message.count, signature) == 1
    }

    /// 64 hexadecimal digits.
    package var hexadecimalText: String { hexadecimal(bytes) }

    /// SubjectPublicKeyInfo (RFC 8410) as `openssl pkey -pubin` reads it.
    package var pem: String {
        let prefix: [UInt8] = [0x30, 0x2A, 0x30, 0x05, 0x06, 0x03, 0x2B, 0x65, 0x70, 0x03, 0x21, 0x00]
        return "-----BEGIN PUBLIC KEY-----\n\(base64(prefix + bytes))\n-----END PUBLIC KEY-----\n"
    }
}

extension KeyRing {
    /// Signs heads of the audit.
    package func auditSigningKey() throws(KeyError) -> SigningKey { try SigningKey(seed: seed(of: .auditSigning)) }
}
