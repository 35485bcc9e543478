internal import COpenSSL

/// Turns node ids into profile ids and back: one AES-256 block over (node id, zeros), both big-endian.
///
/// A permutation under a secret key, so ids cannot be guessed or enumerated, and one that was made up fails the zeros
/// but for one in 2^64. Holds a key schedule that never changes: threads may share it.
package struct ProfileCipher: Sendable {
    private let schedules: SecretBytes

    /// `key` is 32 bytes.
    init(key: UnsafeRawBufferPointer) throws(KeyError) {
        schedules = try unsafe SecretBytes(count: 2 * Self.stride) { (buffer) throws(KeyError) in
            // Sound: room for two schedules in aligned memory of our own; C reads 32 bytes of the key.
            guard let encryption = unsafe buffer.baseAddress?.bindMemory(to: AES_KEY.self, capacity: 2),
                let start = unsafe key.baseAddress?.assumingMemoryBound(to: UInt8.self), key.count == 32,
                unsafe AES_set_encrypt_key(start, 256, encryption) == 0,
                unsafe AES_set_decrypt_key(start, 256, encryption.advanced(by: 1)) == 0
            else { throw .cryptography(operation: "AES key schedule") }
        }
    }

    private static var stride: Int { MemoryLayout<AES_KEY>.stride }

    /// The profile id of a node, as its first and last eight bytes.
    package func encrypt(_ node: UInt64) -> (UInt64, UInt64) {
        unsafe transform((node, 0), with: AES_encrypt, schedule: 0)
    }

    /// The node of a profile id; nil when the id was not made with this key.
    package func decrypt(_ high: UInt64, _ low: UInt64) -> UInt64? {
        let (node, zeros) = unsafe transform((high, low), with: AES_decrypt, schedule: 1)
        return zeros == 0 ? node : nil
    }

    /// The id of a numbered thing of a node: of another kind than a profile's where the number is not 0.
    package func encrypt(_ node: UInt64, _ number: UInt64) -> (UInt64, UInt64) {
        unsafe transform((node, number), with: AES_encrypt, schedule: 0)
    }

    /// Node and number of an id; both are of no meaning where it was made up.
    package func decryptBoth(_ high: UInt64, _ low: UInt64) -> (UInt64, UInt64) {
        unsafe transform((high, low), with: AES_decrypt, schedule: 1)
    }

    private typealias BlockFunction = (
        UnsafePointer<UInt8>?, UnsafeMutablePointer<UInt8>?, UnsafePointer<AES_KEY>?
    ) -> Void

    private func transform(
        _ block: (UInt64, UInt64), with function: BlockFunction, schedule: Int
    ) -> (UInt64, UInt64) {
        var bytes = (block.0.bigEndian, block.1.bigEndian)
        // Sound: `bytes` is one block of 16, read and written in place (allowed by AES_encrypt); the schedule is mapped.
        unsafe withUnsafeMutableBytes(of: &bytes) { buffer in
            let start = unsafe buffer.baseAddress?.assumingMemoryBound(to: UInt8.self)
            let schedules = unsafe schedules.start.assumingMemoryBound(to: AES_KEY.self)
            unsafe function(start, start, schedules.advanced(by: schedule))
        }
        return (UInt64(bigEndian: bytes.0), UInt64(bigEndian: bytes.1))
    }
}
