internal import COpenSSL

/// Every key that the service uses, ready for use. Threads share it.
package final class KeyRing: Sendable {
    /// The newest version of the identity keys.
    package let identityVersion: UInt16

    /// Makes profile ids.
    package let profileCipher: ProfileCipher
    /// Seals values at rest that are nobody's own, and the needles of an erasure.
    package let sealer: Sealer
    /// Wraps the data keys of slots.
    package let slotSealer: Sealer
    /// Seals what the change feed says of an erasure.
    package let feedSealer: Sealer
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
    /// 16 bytes by which a store recognises its keys; they tell nothing about them, and stay when the root key is changed.
    package let keyCheckValue: [UInt8]

    private let bundle: KeyBundle

    /// The keys of a store that has no bundle: derived from its root key. Throws only when memory or libcrypto fails.
    package convenience init(root: RootKey) throws(KeyError) { try self.init(bundle: KeyBundle(derivedFrom: root)) }

    /// Throws where the bundle lacks a key.
    package init(bundle: KeyBundle) throws(KeyError) {
        self.bundle = bundle
        identityVersion = bundle.identityVersion
        suppression = try unsafe MessageAuthenticator(key: bundle.demand(.suppression))
        block = try unsafe MessageAuthenticator(key: bundle.demand(.block))
        feature = try unsafe MessageAuthenticator(key: bundle.demand(.feature))
        audit = try unsafe MessageAuthenticator(key: bundle.demand(.audit))
        content = try unsafe MessageAuthenticator(key: bundle.demand(.content))
        let sealKey = try unsafe SecretBytes(copying: bundle.demand(.seal))
        sealer = try unsafe Sealer(key: sealKey, nonces: MessageAuthenticator(key: bundle.demand(.sealNonce)))
        slotSealer = try Sealer(derivedFrom: bundle, .seal, label: "slots")
        feedSealer = try Sealer(derivedFrom: bundle, .feed, label: "feed")
        profileCipher = try unsafe ProfileCipher(key: bundle.demand(.profileID))
        let check = try unsafe MessageAuthenticator(key: bundle.demand(.check))
        keyCheckValue = Array(check.code(for: Array("key check value".utf8)).bytes.prefix(16))
    }

    /// A hasher of a namespace, by its name: made anew, so that threads with one each share no reference count.
    package func identityHasher(namespace: String) throws(KeyError) -> IdentityHasher {
        try identityHasher(namespace: namespace, version: identityVersion)
    }

    /// A hasher of keys of one version, the oldest of which is 1; a version that the bundle lacks is refused.
    package func identityHasher(namespace: String, version: UInt16) throws(KeyError) -> IdentityHasher {
        guard version >= 1 else { throw .missingKey(KeyName(.identity, version: version)) }
        return IdentityHasher(try authenticator(namespace: namespace), nestings: try nestings(from: 1, to: version))
    }

    /// The steps from one version of identity keys to another, in order; none where it is the same.
    package func nestings(from first: UInt16, to last: UInt16) throws(KeyError) -> [IdentityNesting] {
        var nestings: [IdentityNesting] = []
        var version = first
        while version < last {
            version += 1
            let name = KeyName(.identity, version: version)
            guard let master = unsafe bundle.key(name) else { throw .missingKey(name) }
            let key = try unsafe KeyDerivation.expand(master, label: "selvedge identity nesting 1")
            nestings.append(IdentityNesting(version: version, try MessageAuthenticator(key: key)))
        }
        return nestings
    }

    /// A copy of a key of the bundle's.
    func seed(of kind: KeyName.Kind) throws(KeyError) -> SecretBytes {
        try unsafe SecretBytes(copying: bundle.demand(kind))
    }

    /// The key of a namespace in the first version. An older store's is derived as it always was.
    private func authenticator(namespace: String) throws(KeyError) -> MessageAuthenticator {
        let name = KeyName(.identity)
        if let master = unsafe bundle.key(name) {
            return try MessageAuthenticator(
                key: unsafe KeyDerivation.expand(master, label: "selvedge identity 1/\(namespace)"))
        }
        guard let extracted = unsafe bundle.key(KeyName(.identityDerivation)) else { throw .missingKey(name) }
        return try MessageAuthenticator(
            key: unsafe KeyDerivation.expand(extracted, label: "1/identity/1/\(namespace)"))
    }
}

extension Sealer {
    /// Keys of its own, derived from one of the bundle's.
    fileprivate init(derivedFrom bundle: KeyBundle, _ kind: KeyName.Kind, label: String) throws(KeyError) {
        let master = try unsafe bundle.demand(kind)
        let nonces = try unsafe KeyDerivation.expand(master, label: "selvedge \(label) nonce 1")
        self.init(
            key: try unsafe KeyDerivation.expand(master, label: "selvedge \(label) 1"),
            nonces: try MessageAuthenticator(key: nonces))
    }
}

extension KeyRing: CustomStringConvertible {
    package var description: String { "<redacted>" }
}
