internal import COpenSSL

/// AES-256-GCM with a nonce of 12 bytes and a tag of 16 behind the ciphertext.
enum GaloisCounterMode {
    static let nonceCount = 12
    static let tagCount = 16
    static let overhead = nonceCount + tagCount

    /// Ciphertext and tag. A key must never meet a nonce twice.
    static func seal(
        _ plain: UnsafeRawBufferPointer, key: UnsafePointer<UInt8>, nonce: [UInt8], associated: [UInt8]
    ) throws(KeyError) -> [UInt8] {
        precondition(nonce.count == nonceCount)
        var sealed = false
        let body = unsafe [UInt8](unsafeUninitializedCapacity: plain.count + tagCount) { buffer, count in
            // Sound: C writes plain.count + 16 bytes into a buffer of that capacity; the inputs are read in their bounds.
            let start = unsafe plain.baseAddress?.assumingMemoryBound(to: UInt8.self)
            sealed = unsafe CipherContexts.shared.lend { context in
                unsafe selvedge_gcm_seal_with(
                    context, key, nonce, associated, associated.count, start, plain.count, buffer.baseAddress) == 1
            }
            count = sealed ? plain.count + tagCount : 0
        }
        guard sealed else { throw .cryptography(operation: "AES-256-GCM") }
        return body
    }

    static func seal(
        _ plain: SecretBytes, key: SecretBytes, nonce: [UInt8], associated: [UInt8]
    ) throws(KeyError) -> [UInt8] {
        try unsafe seal(plain.bytes, key: key.keyPointer, nonce: nonce, associated: associated)
    }

    /// The plaintext of `body`, which ends in its tag, in `out`; false where the tag does not fit. `out` has as many
    /// bytes as the ciphertext.
    static func open(
        _ body: UnsafeRawBufferPointer, key: UnsafePointer<UInt8>, nonce: UnsafePointer<UInt8>, associated: RawSpan,
        into out: UnsafeMutableRawBufferPointer
    ) -> Bool {
        let count = body.count - tagCount
        guard count >= 0 && out.count >= count else { return false }
        // Sound: C reads `count` bytes and the tag behind them, and writes `count`.
        let start = unsafe body.baseAddress?.assumingMemoryBound(to: UInt8.self)
        let target = unsafe out.baseAddress?.assumingMemoryBound(to: UInt8.self)
        return unsafe associated.withUnsafeBytes { associated in
            let place = unsafe associated.baseAddress?.assumingMemoryBound(to: UInt8.self)
            return unsafe CipherContexts.shared.lend { context in
                unsafe selvedge_gcm_open_with(context, key, nonce, place, associated.count, start, count, target) == 1
            }
        }
    }

    /// The plaintext in locked memory; nil where the tag does not fit.
    static func openSecret(
        _ body: [UInt8], key: SecretBytes, nonce: [UInt8], associated: [UInt8]
    ) throws(KeyError) -> SecretBytes? {
        guard body.count > tagCount, nonce.count == nonceCount else { return nil }
        var opened = false
        let plain = try unsafe SecretBytes(count: body.count - tagCount) { (buffer) throws(KeyError) in
            opened = unsafe body.withUnsafeBytes { input in
                unsafe open(
                    input, key: key.keyPointer, nonce: nonce, associated: associated.span.bytes, into: buffer)
            }
        }
        return opened ? plain : nil
    }

    /// The plaintext; nil where the tag does not fit.
    static func open(_ body: [UInt8], key: SecretBytes, nonce: [UInt8], associated: [UInt8]) -> [UInt8]? {
        guard body.count >= tagCount, nonce.count == nonceCount else { return nil }
        let count = body.count - tagCount
        var opened = false
        // C wants a place even for no bytes.
        let plain = unsafe [UInt8](unsafeUninitializedCapacity: max(count, 1)) { buffer, written in
            opened = unsafe body.withUnsafeBytes { input in
                unsafe open(
                    input, key: key.keyPointer, nonce: nonce, associated: associated.span.bytes,
                    into: UnsafeMutableRawBufferPointer(buffer))
            }
            written = opened ? count : 0
        }
        return opened ? plain : nil
    }
}

extension SecretBytes {
    /// The bytes as C takes a key; they live as long as this object.
    var keyPointer: UnsafePointer<UInt8> {
        // Sound: raw memory of our own that holds bytes.
        unsafe start.assumingMemoryBound(to: UInt8.self)
    }
}
