package import Identity
internal import LMDB

/// The end of the audit at one moment, signed: who has it can see whether anything before it was changed or cut off since.
///
///     0        1      8        16      24     32       64          128
///     +--------+------+--------+-------+------+--------+-----------+
///     | format | 0 x7 | number | count | time | chain  | signature |
///     +--------+------+--------+-------+------+--------+-----------+
///
/// Number counts heads from 0, count is the sequence of the last entry, time is milliseconds since 1970, chain is the code
/// over the last entry that the next one bears. The signature is Ed25519's, over "selvedge audit head 1" and the 64 bytes
/// before it.
package struct AuditHead: Hashable, Sendable {
    package let number: UInt64
    package let count: UInt64
    package let time: Timestamp
    package let chain: Digest
    package let signature: [UInt8]

    package static let byteCount = 128
    private static let format: UInt8 = 1
    private static let signedCount = 64

    /// Signs the audit's end.
    package init(
        number: UInt64, count: UInt64, time: Timestamp, chain: Digest, key: SigningKey
    ) throws(KeyError) {
        self.number = number
        self.count = count
        self.time = time
        self.chain = chain
        signature = try key.signature(of: Self.message(Self.content(number, count, time, chain)))
    }

    /// Nil where the bytes are no head; whether it is signed is another matter.
    package init?(_ bytes: [UInt8]) {
        guard bytes.count == Self.byteCount, bytes[0] == Self.format, bytes[1..<8].allSatisfy({ $0 == 0 }) else {
            return nil
        }
        let span = bytes.rawBytes
        guard let chain = Digest(Array(bytes[32..<64])) else { return nil }
        number = span.bigEndianUInt64(at: 8)
        count = span.bigEndianUInt64(at: 16)
        time = Timestamp(milliseconds: Int64(truncatingIfNeeded: span.bigEndianUInt64(at: 24)))
        self.chain = chain
        signature = Array(bytes[Self.signedCount...])
    }

    package var bytes: [UInt8] { Self.content(number, count, time, chain) + signature }

    /// Whether the holder of the store's signing key made it.
    package func isSigned(by key: VerifyingKey) -> Bool {
        key.verifies(signature, of: Self.message(Self.content(number, count, time, chain)))
    }

    private static func content(_ number: UInt64, _ count: UInt64, _ time: Timestamp, _ chain: Digest) -> [UInt8] {
        var bytes = [format, 0, 0, 0, 0, 0, 0, 0]
        for word in [number, count, UInt64(bitPattern: time.milliseconds)] {
            for shift in stride(from: UInt64(56), through: 0, by: -8) {
                bytes.append(UInt8(truncatingIfNeeded: word >> shift))
            }
        }
        return bytes + chain.bytes
    }

    private static func message(_ content: [UInt8]) -> [UInt8] { Array("selvedge audit head 1".utf8) + content }
}
