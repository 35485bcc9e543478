internal import COpenSSL

/// Every key that the service uses, derived from the root key by HKDF-SHA-256 with a label of its own. Threads share it.
package final class KeyRing: Sendable {
    /// The generation of the identity keys.
    package static let identityVersion = 1

    /// Makes profile ids.
    package let profileCipher: ProfileCipher
    /// Seals values at rest.
    package let sealer: Sealer
    /// Marks identity keys that are suppressed.
    package let suppression: MessageAuthenticator
    /// Hides blocking keys of probabilistic matching.
    package let block: MessageAuthenticator
    /// Hides the encodings that probabilistic matching compares.
    package let feature: MessageAuthenticator
    /// Chains audit entries.
    package let audit: MessageAuthenticator
    /// Hashes a record's content, which may be guessable without a key.
    package let content: MessageAuthenticator
    /// 16 bytes by which a store recognises its root key; they tell nothing about it.
    package let keyCheckValue: [UInt8]

    private let root: RootKey

    /// Throws only when memory or libcrypto fails.
    package init(root: RootKey) throws(KeyError) {
        self.root = root
        suppression = try Self.authenticator(root, "suppression")
        block = try Self.authenticator(root, "block")
        feature = try Self.authenticator(root, "feature")
        audit = try Self.authenticator(root, "audit")
        content = try Self.authenticator(root, "content")
        sealer = try Sealer(key: Self.derive(root, "seal"), nonces: Self.authenticator(root, "seal-nonce"))
        let profileKey = try Self.derive(root, "profile-id")
        profileCipher = try unsafe ProfileCipher(key: profileKey.bytes)
        let check = try Self.authenticator(root, "check")
        keyCheckValue = Array(check.code(for: Array("key check value".utf8)).bytes.prefix(16))
    }

    /// A hasher of a namespace, by its name: made anew, so that threads with one each share no reference count.
    package func identityHasher(namespace: String) throws(KeyError) -> IdentityHasher {
        IdentityHasher(try Self.authenticator(root, "identity/\(Self.identityVersion)/\(namespace)"))
    }

    private static func authenticator(_ root: RootKey, _ label: String) throws(KeyError) -> MessageAuthenticator {
        let key = try derive(root, label)
        return try unsafe MessageAuthenticator(key: key.bytes)
    }

    /// HKDF with the project's name as salt; the label and the derivation's version as info.
    private static func derive(_ root: RootKey, _ label: String) throws(KeyError) -> SecretBytes {
        let salt = Array("selvedge".utf8)
        let info = Array("1/\(label)".utf8)
        return try unsafe SecretBytes(count: 32) { (buffer) throws(KeyError) in
            // Sound: C writes the 32 bytes of the buffer and reads the three inputs in their bounds.
            let secret = unsafe root.secret.start.assumingMemoryBound(to: UInt8.self)
            let out = unsafe buffer.baseAddress?.assumingMemoryBound(to: UInt8.self)
            guard
                unsafe selvedge_hkdf(
                    secret, root.secret.count, salt, salt.count, info, info.count, out, buffer.count) == 1
            else { throw .cryptography(operation: "HKDF") }
        }
    }
}

extension KeyRing: CustomStringConvertible {
    package var description: String { "<redacted>" }
}
