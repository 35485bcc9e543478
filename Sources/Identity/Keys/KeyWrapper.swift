/// Who keeps what a bundle is wrapped under: a root key in a file or a credential, or a token that never gives its key away.
package protocol KeyWrapper: Sendable {
    var kind: KeyWrapping { get }

    /// A wrapping key of its own for one bundle, and what must be kept beside the bundle to have that key again.
    func makeWrappingKey(random: some RandomSource) throws(KeyError) -> WrappingKey

    /// The wrapping key again. `KeyError.cannotUnwrap` where this is not the keeper that made it.
    func wrappingKey(kept: [UInt8]) throws(KeyError) -> SecretBytes
}

/// The numbers are stored.
package enum KeyWrapping: UInt8, Hashable, Sendable {
    /// HKDF of the root key over a salt that is kept.
    case rootKey = 1
    /// A drawn key that a token has wrapped.
    case token = 2
}

/// A key for one bundle, and what is kept of it.
package struct WrappingKey: Sendable {
    let key: SecretBytes
    /// At most 4,096 bytes; tells nothing of the key.
    package let kept: [UInt8]

    init(key: SecretBytes, kept: [UInt8]) {
        self.key = key
        self.kept = kept
    }
}

extension RootKey: KeyWrapper {
    package var kind: KeyWrapping { .rootKey }

    package func makeWrappingKey(random: some RandomSource) throws(KeyError) -> WrappingKey {
        let salt = try random.bytes(Digest.byteCount)
        return WrappingKey(key: try wrappingKey(kept: salt), kept: salt)
    }

    package func wrappingKey(kept salt: [UInt8]) throws(KeyError) -> SecretBytes {
        guard salt.count == Digest.byteCount else { throw .invalidBundle("its salt has another length") }
        let extracted = try unsafe KeyDerivation.extract(secret.bytes, salt: salt)
        return try unsafe extracted.lend { (bytes) throws(KeyError) in
            try unsafe KeyDerivation.expand(bytes, label: "selvedge key bundle 1")
        }
    }
}

extension RandomSource {
    /// Bytes that are no secret: salts and nonces.
    func bytes(_ count: Int) throws(KeyError) -> [UInt8] {
        let drawn = try unsafe SecretBytes(count: count) { (buffer) throws(KeyError) in try unsafe fill(buffer) }
        return unsafe Array(drawn.bytes)
    }
}
