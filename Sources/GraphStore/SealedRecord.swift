package import Identity
package import LMDB
package import Stitching

/// What is kept of a record beside its keys: its id, for export, and its attributes. Sealed at rest under the data key of the
/// record's node.
///
///     0         2
///     +---------+-----------+---------------------------------+
///     | length  | record id | encoding of attributes, or none |
///     +---------+-----------+---------------------------------+
package struct SealedRecord: Sendable {
    package var id: String
    /// The bytes of a `RecordEncoding`.
    package var attributes: [UInt8]?

    /// Of the bytes above.
    private static let schema: UInt8 = 1

    package init(id: String, attributes: [UInt8]?) {
        self.id = id
        self.attributes = attributes
    }

    package func seal(
        by sealing: Sealing, _ key: RecordKey, of node: NodeID, _ transaction: inout WriteTransaction
    ) throws -> [UInt8] {
        let name = Array(id.utf8)
        let length = [UInt8(truncatingIfNeeded: name.count >> 8), UInt8(truncatingIfNeeded: name.count)]
        return try sealing.seal(
            length + name + (attributes ?? []), in: Tables.records, key, schema: Self.schema, subject: node,
            &transaction)
    }

    /// Nil: its node's data key was shredded, and nobody can read it again.
    ///
    /// - Throws: where the bytes are not what was sealed for this row.
    package init?(opening held: HeldRecord, _ key: RecordKey, by sealing: Sealing) throws {
        let plain: [UInt8]
        if held.isUnderStoreKey {
            plain = try sealing.storeSealer.open(held.sealed, associated: Self.associated(key))
        } else {
            let opened = try sealing.open(
                held.sealed, in: Tables.records, key, schema: Self.schema, subject: held.node)
            guard case .value(let value) = opened else { return nil }
            plain = value
        }
        guard plain.count >= 2, plain.count >= 2 + (Int(plain[0]) << 8 | Int(plain[1])) else {
            throw StoreError.damaged("a sealed record is too short")
        }
        let end = 2 + (Int(plain[0]) << 8 | Int(plain[1]))
        id = String(decoding: plain[2..<end], as: UTF8.self)
        attributes = end < plain.count ? Array(plain[end...]) : nil
    }

    /// Whether its attributes are JSON as they were sent: so they were kept before they became encodings.
    package var isAsSent: Bool { attributes?.first == UInt8(ascii: "{") }

    /// What matching compares; nil where the record has no attribute, or was recorded before these became encodings.
    package func encoding(_ schema: AttributeSchema) throws(StoreError) -> RecordEncoding? {
        guard let attributes, !isAsSent else { return nil }
        do throws(RecordEncoding.Damage) {
            return try RecordEncoding(bytes: attributes.span, schema: schema)
        } catch {
            throw .damaged("the encoding of a record cannot be read")
        }
    }

    /// Under the store's key.
    private static func associated(_ key: RecordKey) -> [UInt8] {
        Array("records".utf8) + MetaBytes.encode(UInt64(key.source.rawValue)) + MetaBytes.encode(key.key.high)
            + MetaBytes.encode(key.key.low)
    }
}

extension HeldRecord {
    /// What an erasure looks for after the row has gone: nonce and tag of its sealed value, 28 bytes.
    package func seals() throws -> [UInt8] {
        if isUnderStoreKey { return Array(sealed.prefix(12)) + Array(sealed.suffix(16)) }
        return try SealedValue.needles(of: sealed).flatMap(\.self)
    }
}
