internal import COpenSSL

/// Where key bytes come from; injected, so that a seed replays a run exactly.
package protocol RandomSource: Sendable {
    /// Fills the buffer whole or throws `KeyError.randomness`.
    func fill(_ buffer: UnsafeMutableRawBufferPointer) throws(KeyError)
}

/// libcrypto's generator for private values, seeded by the system.
package struct SystemRandom: RandomSource {
    package init() {}

    package func fill(_ buffer: UnsafeMutableRawBufferPointer) throws(KeyError) {
        let start = unsafe buffer.baseAddress?.assumingMemoryBound(to: UInt8.self)
        guard let start = unsafe start, let count = Int32(exactly: buffer.count) else { return }
        // Sound: the buffer is `count` writable bytes.
        guard unsafe RAND_priv_bytes(start, count) == 1 else { throw .randomness }
    }
}
