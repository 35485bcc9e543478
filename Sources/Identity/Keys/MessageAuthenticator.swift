internal import COpenSSL

/// HMAC-SHA-256 under one derived key, its pads computed once. Threads may share it.
package struct MessageAuthenticator: Sendable {
    private let pads: SecretBytes

    /// `key` is at most 64 bytes.
    init(key: UnsafeRawBufferPointer) throws(KeyError) {
        pads = try unsafe SecretBytes(count: MemoryLayout<selvedge_hmac_pads>.size) { (buffer) throws(KeyError) in
            // Sound: the page is aligned and holds one `selvedge_hmac_pads`; C reads `key.count` bytes.
            guard let pads = unsafe buffer.baseAddress?.bindMemory(to: selvedge_hmac_pads.self, capacity: 1),
                let start = unsafe key.baseAddress?.assumingMemoryBound(to: UInt8.self)
            else { throw .outOfMemory }
            unsafe selvedge_hmac_begin(pads, start, key.count)
        }
    }

    init(key: SecretBytes) throws(KeyError) {
        self = try unsafe key.lend { (bytes) throws(KeyError) in try unsafe MessageAuthenticator(key: bytes) }
    }

    /// The code of a message.
    package func code(for message: Span<UInt8>) -> Digest {
        var code = Digest()
        // Sound: C reads the pads and the message, and writes 32 bytes to `code`; all outlive the call.
        unsafe message.withUnsafeBufferPointer { input in
            unsafe withUnsafeMutableBytes(of: &code.storage) { output in
                guard let start = unsafe output.baseAddress?.assumingMemoryBound(to: UInt8.self) else { return }
                unsafe selvedge_hmac(padsPointer, input.baseAddress, input.count, start)
            }
        }
        return code
    }

    /// The code of a message.
    package func code(for message: [UInt8]) -> Digest { code(for: message.span) }

    /// The code over the length of the associated data in eight bytes, it, and the plaintext, which is not copied.
    func nonceCode(_ plain: UnsafeRawBufferPointer, associated: [UInt8]) -> Digest {
        var code = Digest()
        // Sound: C reads the pads and both inputs in their bounds, and writes 32 bytes to `code`.
        unsafe withUnsafeMutableBytes(of: &code.storage) { output in
            guard let start = unsafe output.baseAddress?.assumingMemoryBound(to: UInt8.self) else { return }
            let message = unsafe plain.baseAddress?.assumingMemoryBound(to: UInt8.self)
            unsafe selvedge_hmac_bound(padsPointer, associated, associated.count, message, plain.count, start)
        }
        return code
    }

    /// The first four bytes of the code of a message, as a big-endian word.
    @inline(__always)
    func word(for message: Span<UInt8>) -> UInt32 {
        // Sound: C reads the pads and the message, which outlive the call.
        unsafe message.withUnsafeBufferPointer { input in
            unsafe selvedge_hmac_word(padsPointer, input.baseAddress, input.count)
        }
    }

    @inline(__always)
    func identityKey(of digest: Digest) -> IdentityKey {
        var high: UInt64 = 0
        var low: UInt64 = 0
        // Sound: C reads 32 bytes of the digest and the pads, and writes two words.
        unsafe withUnsafeBytes(of: digest.storage) { input in
            guard let start = unsafe input.baseAddress?.assumingMemoryBound(to: UInt8.self) else { return }
            unsafe selvedge_identity_key(padsPointer, start, Digest.byteCount, &high, &low)
        }
        return IdentityKey(high: high, low: low)
    }

    @inline(__always)
    func identityKey(of key: IdentityKey) -> IdentityKey {
        var message = (key.high.bigEndian, key.low.bigEndian)
        var high: UInt64 = 0
        var low: UInt64 = 0
        // Sound: C reads the 16 bytes of the two words and the pads, and writes two words.
        unsafe withUnsafeBytes(of: &message) { input in
            guard let start = unsafe input.baseAddress?.assumingMemoryBound(to: UInt8.self) else { return }
            unsafe selvedge_identity_key(padsPointer, start, 16, &high, &low)
        }
        return IdentityKey(high: high, low: low)
    }

    private var padsPointer: UnsafePointer<selvedge_hmac_pads> {
        // Sound: `init` wrote one `selvedge_hmac_pads` there, and `pads` keeps it mapped.
        unsafe pads.start.assumingMemoryBound(to: selvedge_hmac_pads.self)
    }
}
