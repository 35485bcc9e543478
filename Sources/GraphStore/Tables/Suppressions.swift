package import Identity
package import LMDB

extension Tables {
    /// Identifiers that may not come back: known by a code over their identity key, which tells nothing without the key.
    package static let suppressions = Table<SuppressionKeyCodec, SuppressionCodec>(
        name: "suppressions", number: 15,
        erasure: .none(reason: "it is what keeps the erased away, and names nobody without the suppression key"))
}

/// A key of table `suppressions`: the start of HMAC-SHA-256(suppression key, identity key).
package struct SuppressionKey: Hashable, Comparable, Sendable {
    package var code: Bytes16

    package init(_ code: Bytes16) { self.code = code }

    package static func < (left: SuppressionKey, right: SuppressionKey) -> Bool { left.code < right.code }
}

/// A row of table `suppressions`.
package struct SuppressionRow: Hashable, Sendable {
    /// Why an identifier may not come back. The numbers are stored.
    package enum Cause: UInt8, Hashable, Sendable, CaseIterable {
        case erased = 1
        case objected = 2
    }

    /// Of the identity key that the code is over. A row is not nested by a rotation: nobody has its identity key any more.
    package var keyVersion: UInt16
    package var cause: Cause
    package var time: Timestamp
    /// The erasure's or objection's own number.
    package var reference: UInt64

    package init(keyVersion: UInt16, cause: Cause, time: Timestamp, reference: UInt64) {
        self.keyVersion = keyVersion
        self.cause = cause
        self.time = time
        self.reference = reference
    }
}

///     0        16
///     +--------+
///     |  code  |
///     +--------+
package enum SuppressionKeyCodec: KeyCodec {
    package static var width: Int { 16 }

    package static func encode(_ key: SuppressionKey, into writer: inout ByteWriter) {
        Bytes16Key.encode(key.code, into: &writer)
    }

    package static func decode(_ bytes: RawSpan) -> SuppressionKey { SuppressionKey(Bytes16Key.decode(bytes)) }
}

///     0             2       3      9           17
///     +-------------+-------+------+-----------+
///     | key version | cause | time | reference |
///     +-------------+-------+------+-----------+
package enum SuppressionCodec: ValueCodec {
    package static var version: UInt8 { 1 }

    package static func encode(_ row: borrowing SuppressionRow, into writer: inout ByteWriter) {
        writer.append(row.keyVersion)
        writer.append(row.cause.rawValue)
        writer.append48(UInt64(row.time.milliseconds))
        writer.append(row.reference)
    }

    package static func decode(_ bytes: RawSpan, version: UInt8) throws(CodecError) -> SuppressionRow {
        var reader = ByteReader(bytes)
        let keyVersion = try reader.readUInt16()
        guard let cause = SuppressionRow.Cause(rawValue: try reader.readUInt8()) else { throw .invalid("cause") }
        let time = Timestamp(milliseconds: Int64(try reader.readUInt48()))
        let reference = try reader.readUInt64()
        try reader.finish()
        return SuppressionRow(keyVersion: keyVersion, cause: cause, time: time, reference: reference)
    }
}

extension KeyRing {
    /// How `suppressions` names an identifier.
    package func suppressionKey(_ key: IdentityKey) -> SuppressionKey {
        var message: [UInt8] = []
        message.reserveCapacity(16)
        for word in [key.high, key.low] {
            for shift in stride(from: UInt64(56), through: 0, by: -8) {
                message.append(UInt8(truncatingIfNeeded: word >> shift))
            }
        }
        let code = suppression.code(for: message).bytes
        func word(_ range: Range<Int>) -> UInt64 { code[range].reduce(0) { $0 << 8 | UInt64($1) } }
        return SuppressionKey(Bytes16(high: word(0..<8), low: word(8..<16)))
    }
}
