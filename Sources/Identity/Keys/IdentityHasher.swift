internal import COpenSSL

/// Makes the identity keys of one namespace: HMAC-SHA-256(namespace key, SHA-256(normalised value)), its first 16 bytes.
///
/// The padded key's midstates are computed once; a key costs two compressions and no allocation. Holds no state that
/// changes: any number of threads may share one.
package struct IdentityHasher: Sendable {
    private let authenticator: MessageAuthenticator

    init(_ authenticator: MessageAuthenticator) { self.authenticator = authenticator }

    /// The key of a value given by its SHA-256.
    @inline(__always)
    package func key(sha256 digest: Digest) -> IdentityKey { authenticator.identityKey(of: digest) }

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
