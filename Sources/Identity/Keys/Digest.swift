internal import COpenSSL

/// The 32 bytes of a SHA-256 or HMAC-SHA-256, held without an allocation.
package struct Digest: Hashable, Sendable {
    var storage = SIMD32<UInt8>()

    package static let byteCount = 32

    init() {}

    /// 32 zero bytes: where a chain of hashes begins.
    package static var zeros: Digest { Digest() }

    /// Nil unless there are 32 bytes.
    package init?(_ bytes: [UInt8]) {
        guard bytes.count == Self.byteCount else { return nil }
        for index in 0..<Self.byteCount { storage[index] = bytes[index] }
    }

    /// Nil unless there are 32 bytes.
    package init?(_ bytes: Span<UInt8>) {
        guard bytes.count == Self.byteCount else { return nil }
        for index in 0..<Self.byteCount { storage[index] = bytes[index] }
    }

    /// SHA-256 of the bytes.
    package init(sha256 bytes: Span<UInt8>) {
        // Sound: C reads `count` bytes of the span and writes 32 to `storage`, which both outlive the call.
        unsafe bytes.withUnsafeBufferPointer { input in
            unsafe withUnsafeMutableBytes(of: &storage) { output in
                guard let start = output.baseAddress else { return }
                unsafe selvedge_sha256(input.baseAddress, input.count, start)
            }
        }
    }

    /// The first eight bytes, big-endian: a checksum.
    package var start: UInt64 { (0..<8).reduce(0) { $0 << 8 | UInt64(storage[$1]) } }

    /// The bytes in order.
    package var bytes: [UInt8] { (0..<Self.byteCount).map { storage[$0] } }
}

extension Digest: CustomStringConvertible {
    /// 64 hexadecimal digits.
    package var description: String { hexadecimal(bytes) }
}
