internal import GraphStore
internal import Stitching
internal import Identity

/// What is kept of a record beside its keys: its id, for export, and its attributes. Sealed at rest.
///
///     0         2
///     +---------+-----------+--------------------------+
///     | length  | record id | attributes (JSON or none) |
///     +---------+-----------+--------------------------+
package struct SealedRecord: Sendable {
    package var id: String
    package var attributes: [UInt8]?

    package init(id: String, attributes: [UInt8]?) {
        self.id = id
        self.attributes = attributes
    }

    func seal(with sealer: Sealer, _ key: RecordKey) throws -> [UInt8] {
        let name = Array(id.utf8)
        let length = [UInt8(truncatingIfNeeded: name.count >> 8), UInt8(truncatingIfNeeded: name.count)]
        return try sealer.seal(length + name + (attributes ?? []), associated: Self.associated(key))
    }

    /// - Throws: where the bytes are not what was sealed under this key.
    init(opening sealed: [UInt8], with sealer: Sealer, _ key: RecordKey) throws {
        let plain = try sealer.open(sealed, associated: Self.associated(key))
        guard plain.count >= 2, plain.count >= 2 + (Int(plain[0]) << 8 | Int(plain[1])) else {
            throw StoreError.damaged("a sealed record is too short")
        }
        let end = 2 + (Int(plain[0]) << 8 | Int(plain[1]))
        id = String(decoding: plain[2..<end], as: UTF8.self)
        attributes = end < plain.count ? Array(plain[end...]) : nil
    }

    private static func associated(_ key: RecordKey) -> [UInt8] {
        Array("records".utf8) + MetaBytes.encode(UInt64(key.source.rawValue)) + MetaBytes.encode(key.key.high)
            + MetaBytes.encode(key.key.low)
    }
}
