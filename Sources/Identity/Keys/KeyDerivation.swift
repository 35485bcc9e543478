internal import COpenSSL

/// HKDF-SHA-256 (RFC 5869) with outputs of 32 bytes: one key from another, under a label.
enum KeyDerivation {
    /// The first half of HKDF: 32 bytes that every key of one secret is expanded from.
    static func extract(_ secret: UnsafeRawBufferPointer, salt: [UInt8]) throws(KeyError) -> SecretBytes {
        try unsafe SecretBytes(count: Digest.byteCount) { (buffer) throws(KeyError) in
            guard let secret = unsafe pointer(secret), let out = unsafe pointer(buffer) else { throw .outOfMemory }
            // Sound: C reads both inputs in their bounds and writes the 32 bytes of the buffer.
            unsafe selvedge_hkdf_extract(salt, salt.count, secret.start, secret.count, out)
        }
    }

    /// The second half: a key under `label`, which says what it is for.
    static func expand(_ extracted: UnsafeRawBufferPointer, label: String) throws(KeyError) -> SecretBytes {
        try unsafe SecretBytes(count: Digest.byteCount) { (buffer) throws(KeyError) in
            try unsafe expand(extracted, label: label, into: buffer)
        }
    }

    /// The same into 32 bytes of the caller's.
    static func expand(
        _ extracted: UnsafeRawBufferPointer, label: String, into buffer: UnsafeMutableRawBufferPointer
    ) throws(KeyError) {
        let info = Array(label.utf8)
        guard let key = unsafe pointer(extracted), unsafe key.count == Digest.byteCount,
            buffer.count == Digest.byteCount, let out = unsafe pointer(buffer)
        else { throw .cryptography(operation: "HKDF") }
        // Sound: as in `extract`; the key has 32 bytes.
        unsafe selvedge_hkdf_expand(key.start, info, info.count, out)
    }

    private static func pointer(_ bytes: UnsafeRawBufferPointer) -> (start: UnsafePointer<UInt8>, count: Int)? {
        unsafe bytes.baseAddress.map { unsafe ($0.assumingMemoryBound(to: UInt8.self), bytes.count) }
    }

    private static func pointer(_ bytes: UnsafeMutableRawBufferPointer) -> UnsafeMutablePointer<UInt8>? {
        unsafe bytes.baseAddress?.assumingMemoryBound(to: UInt8.self)
    }
}

extension RootKey {
    /// HKDF's extract, with the project's name as salt.
    func extracted() throws(KeyError) -> SecretBytes {
        try unsafe KeyDerivation.extract(secret.bytes, salt: Array("selvedge".utf8))
    }
}
