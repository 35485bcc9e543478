internal import COpenSSL
internal import Synchronization

/// Makes data keys, and seals and opens with them: a key is unwrapped when it is first needed and kept in locked memory as
/// long as there is room. Threads share it.
///
/// A sealed value is
///
///     +-----------+----------------+--------+
///     | nonce 12  | ciphertext n   | tag 16 |
///     +-----------+----------------+--------+
///
/// under AES-256-GCM. Its nonce is the start of HMAC-SHA-256 under a key derived from the data key, over the associated data
/// and the plaintext: two values under one key have one nonce only where they are the same value in the same place, and then
/// the same bytes; else by chance, 2^-96 for each pair. No counter has to survive a crash or a restore. The nonce tells
/// nothing once the data key is gone.
package final class DataKeyVault: Sendable {
    private let wrapping: Sealer
    private let cache: DataKeyCache

    /// Bytes that a sealed value is longer than its plaintext.
    package static let overhead = GaloisCounterMode.overhead

    /// - Parameters:
    ///   - wrapping: what data keys are wrapped under.
    ///   - capacity: keys kept unwrapped, 32 bytes each.
    package init(wrapping: Sealer, capacity: Int) {
        self.wrapping = wrapping
        cache = DataKeyCache(capacity: capacity)
    }

    /// A new key, wrapped for its slot.
    package func makeKey(associated: [UInt8], random: some RandomSource) throws(KeyError) -> WrappedDataKey {
        // On the stack, and cleansed: a page of its own for each would take longer than all the rest.
        try unsafe withUnsafeTemporaryAllocation(byteCount: Digest.byteCount, alignment: 16) {
            (buffer) throws(KeyError) in
            defer { unsafe OPENSSL_cleanse(buffer.baseAddress, buffer.count) }
            try unsafe random.fill(buffer)
            let bytes = try unsafe wrapping.seal(UnsafeRawBufferPointer(buffer), associated: associated)
            return WrappedDataKey(bytes: bytes, associated: associated)
        }
    }

    /// The sealed form of `plain`.
    ///
    /// - Parameter load: the key as its slot holds it, where it is not at hand.
    package func seal(
        _ plain: [UInt8], under id: DataKeyID, associated: [UInt8], load: () throws -> WrappedDataKey
    ) throws -> [UInt8] {
        try unsafe withKey(id, load) { key throws(KeyError) in
            let nonce = unsafe Self.nonce(key, plain, associated)
            let body = unsafe plain.withUnsafeBytes { input in
                Result { () throws(KeyError) in
                    try unsafe GaloisCounterMode.seal(input, key: key, nonce: nonce, associated: associated)
                }
            }
            return nonce + (try body.get())
        }
    }

    /// The plaintext; `KeyError.cannotOpen` where anything was altered, or belongs elsewhere.
    package func open(
        _ sealed: RawSpan, under id: DataKeyID, associated: RawSpan, load: () throws -> WrappedDataKey
    ) throws -> [UInt8] {
        guard sealed.byteCount >= Self.overhead else { throw KeyError.cannotOpen }
        let count = sealed.byteCount - Self.overhead
        return try unsafe withKey(id, load) { key throws(KeyError) in
            var opened = false
            // C wants a place even for no bytes.
            let plain = unsafe [UInt8](unsafeUninitializedCapacity: max(count, 1)) { buffer, written in
                opened = unsafe sealed.withUnsafeBytes { input in
                    guard let nonce = unsafe input.baseAddress?.assumingMemoryBound(to: UInt8.self) else {
                        return false
                    }
                    // Sound: the body begins behind the nonce; there are as many bytes as were counted.
                    return unsafe GaloisCounterMode.open(
                        UnsafeRawBufferPointer(rebasing: input[GaloisCounterMode.nonceCount...]), key: key,
                        nonce: nonce, associated: associated, into: UnsafeMutableRawBufferPointer(buffer))
                }
                written = opened ? count : 0
            }
            guard opened else { throw .cannotOpen }
            return plain
        }
    }

    /// Drops a key. Whoever began to unwrap it before keeps it to himself.
    package func forget(_ id: DataKeyID) { cache.remove(id) }

    package func forgetAll() { cache.removeAll() }

    /// Keys that are at hand unwrapped.
    package var cachedKeys: Int { cache.count }

    /// Lends the key to `body`, on the stack, which is cleansed after.
    private func withKey<Value>(
        _ id: DataKeyID, _ load: () throws -> WrappedDataKey,
        _ body: (UnsafePointer<UInt8>) throws(KeyError) -> Value
    ) throws -> Value {
        try unsafe withUnsafeTemporaryAllocation(byteCount: Digest.byteCount, alignment: 16) { buffer in
            defer { unsafe OPENSSL_cleanse(buffer.baseAddress, buffer.count) }
            if !(unsafe cache.read(id, into: buffer)) {
                let age = cache.age
                let wrapped = try load()
                guard unsafe wrapping.open(wrapped.bytes, associated: wrapped.associated, into: buffer) else {
                    throw KeyError.cannotOpen
                }
                unsafe cache.insert(id, buffer, unlessOlderThan: age)
            }
            guard let start = unsafe buffer.baseAddress?.assumingMemoryBound(to: UInt8.self) else {
                throw KeyError.outOfMemory
            }
            return try unsafe body(start)
        }
    }

    private static func nonce(_ key: UnsafePointer<UInt8>, _ plain: [UInt8], _ associated: [UInt8]) -> [UInt8] {
        let label = Array("selvedge data key nonce 1".utf8)
        var code = [UInt8](repeating: 0, count: Digest.byteCount)
        // Sound: the key has 32 bytes; the arrays are read in their bounds, and 32 bytes are written.
        unsafe selvedge_bound_code(
            key, label, label.count, associated, associated.count, plain, plain.count, &code)
        return Array(code.prefix(GaloisCounterMode.nonceCount))
    }
}
