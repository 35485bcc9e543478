internal import COpenSSL

/// Makes the identity keys of one namespace: HMAC-SHA-256(namespace key, SHA-256(normalised value)), its first 16 bytes; of a
/// later version, that key nested once for each version since.
///
/// The padded keys' midstates are computed once; a key costs two compressions a version and no allocation. Holds no state
/// that changes: any number of threads may share one.
package struct IdentityHasher: Sendable {
    private let authenticator: MessageAuthenticator
    private let nestings: [IdentityNesting]

    init(_ authenticator: MessageAuthenticator, nestings: [IdentityNesting] = []) {
        self.authenticator = authenticator
        self.nestings = nestings
    }

    /// The key of a value given by its SHA-256.
    @inline(__always)
    package func key(sha256 digest: Digest) -> IdentityKey {
        var key = authenticator.identityKey(of: digest)
        for index in nestings.indices { key = nestings[index].nested(key) }
        return key
    }

    /// The keys of a value in every version up to this hasher's, the oldest first: what a look-up of suppressions needs, as
    /// a row of them cannot be nested.
    package func keys(sha256 digest: Digest) -> [IdentityKey] {
        var keys = [authenticator.identityKey(of: digest)]
        for nesting in nestings { keys.append(nesting.nested(keys[keys.count - 1])) }
        return keys
    }

    /// The key of a value in its canonical form.
    package func key(normalised value: Span<UInt8>) -> IdentityKey { key(sha256: Digest(sha256: value)) }

    /// The key of a value in its canonical form; the pointer is read only during the call.
    package func key(normalised value: UnsafeRawBufferPointer) -> IdentityKey {
        // Sound: the span does not outlive this call, and the caller vouches for the buffer until it returns.
        unsafe value.withMemoryRebound(to: UInt8.self) { bytes in
            key(normalised: unsafe Span(_unsafeElements: bytes))
        }
    }
}

/// One step of a rotation of the identity keys: key' = HMAC-SHA-256(new key, key), its first 16 bytes.
///
/// Raw values are not needed, and cannot be: they are not stored. The step is not to be taken back without the old keys.
package struct IdentityNesting: Sendable {
    /// From the version before it.
    package let version: UInt16
    private let authenticator: MessageAuthenticator

    init(version: UInt16, _ authenticator: MessageAuthenticator) {
        self.version = version
        self.authenticator = authenticator
    }

    /// The key of the next version.
    @inline(__always)
    package func nested(_ key: IdentityKey) -> IdentityKey { authenticator.identityKey(of: key) }
}
