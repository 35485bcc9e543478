package import LMDB

extension Tables {
    /// Linkage models by version, ascending.
    package static let models = Table<ModelKeyCodec, ModelRowCodec>(
        name: "models", number: 40,
        erasure: .none(reason: "how often values occur, by keyed token, those of twice and more: nothing of a person"))
}

/// A row of table `models`.
package struct ModelRow: Hashable, Sendable {
    /// Whether it is the one by which the store links.
    package var isActive: Bool
    /// When it was made.
    package var time: Int64
    /// As `LinkageModel.bytes`.
    package var bytes: [UInt8]

    package init(isActive: Bool, time: Int64, bytes: [UInt8]) {
        self.isActive = isActive
        self.time = time
        self.bytes = bytes
    }
}

///     0         4
///     +---------+
///     | version |
///     +---------+
package enum ModelKeyCodec: KeyCodec {
    package static var width: Int { 4 }
    package static func encode(_ key: UInt32, into writer: inout ByteWriter) { writer.append(key) }
    package static func decode(_ bytes: RawSpan) -> UInt32 { bytes.bigEndianUInt32(at: 0) }
}

///     0        1      9
///     +--------+------+-------+
///     | active | time | model |
///     +--------+------+-------+
package enum ModelRowCodec: ValueCodec {
    package static var version: UInt8 { 1 }

    package static func encode(_ row: borrowing ModelRow, into writer: inout ByteWriter) {
        writer.append(UInt8(row.isActive ? 1 : 0))
        writer.append(row.time)
        writer.append(contentsOf: row.bytes)
    }

    package static func decode(_ bytes: RawSpan, version: UInt8) throws(CodecError) -> ModelRow {
        var reader = ByteReader(bytes)
        let state = try reader.readUInt8()
        guard state <= 1 else { throw .invalid("state of a model") }
        let time = try reader.readInt64()
        let model = try ByteArray.decode(&reader, count: reader.remaining)
        return ModelRow(isActive: state == 1, time: time, bytes: model)
    }
}
