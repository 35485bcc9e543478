package import Identity
package import LMDB
package import Stitching

extension Tables {
    /// Records by source, or the tombstones that they left.
    package static let records = Table<RecordKeyCodec, RecordCodec>(
        name: "records", number: 7, erasure: .byRecord)
}

/// A key of table `records`.
package struct RecordKey: Hashable, Sendable {
    package var source: SourceID
    /// The record's identity key in namespace `record`.
    package var key: IdentityKey

    package init(source: SourceID, key: IdentityKey) {
        self.source = source
        self.key = key
    }
}

/// A row of table `records`.
package enum RecordRow: Hashable, Sendable {
    case held(HeldRecord)
    /// Retracted: beats every version that is not later. Its key is an identity key of this version.
    case tombstone(Timestamp, keyVersion: UInt16 = 1)
}

/// A record as it stands.
package struct HeldRecord: Hashable, Sendable {
    package var node: NodeID
    package var time: Timestamp
    /// 32 bytes over identity keys and attributes; at equal times the greater wins.
    package var contentHash: [UInt8]
    /// Nodes of its identifiers, ascending.
    package var identifiers: [NodeID]
    /// Record id and attributes, AES-256-GCM.
    package var sealed: [UInt8]
    /// Under the store's own key, as records were sealed before nodes had data keys; else a `SealedValue` of its node.
    package var isUnderStoreKey: Bool

    package init(
        node: NodeID, time: Timestamp, contentHash: [UInt8], identifiers: [NodeID], sealed: [UInt8],
        isUnderStoreKey: Bool = false
    ) {
        self.node = node
        self.time = time
        self.contentHash = contentHash
        self.identifiers = identifiers
        self.sealed = sealed
        self.isUnderStoreKey = isUnderStoreKey
    }
}

///     0        4              20
///     +--------+--------------+
///     | source | record key   |
///     +--------+--------------+
package enum RecordKeyCodec: KeyCodec {
    package static var width: Int { 20 }

    package static func encode(_ key: RecordKey, into writer: inout ByteWriter) {
        writer.append(key.source.rawValue)
        IdentityKeyCodec.encode(key.key, into: &writer)
    }

    package static func decode(_ bytes: RawSpan) -> RecordKey {
        RecordKey(
            source: SourceID(bytes.bigEndianUInt32(at: 0)),
            key: IdentityKey(high: bytes.bigEndianUInt64(at: 4), low: bytes.bigEndianUInt64(at: 12)))
    }
}

/// State 3 is held, 2 a tombstone, which ends after its time, 4 one whose key's version follows that. State 1 is held too, sealed under the store's key: the first
/// format has no other.
///
///     0       1      7        15      47      49
///     +-------+------+--------+-------+-------+-------------+--------+--------+
///     | state | time |  node  | hash  | count | count x 8   | length | sealed |
///     +-------+------+--------+-------+-------+-------------+--------+--------+
///                                                             4
package enum RecordCodec: ValueCodec {
    package static var version: UInt8 { 2 }

    package static func encode(_ row: borrowing RecordRow, into writer: inout ByteWriter) {
        switch copy row {
        case .tombstone(let time, let version):
            writer.append(UInt8(version == 1 ? 2 : 4))
            writer.append48(UInt64(time.milliseconds))
            if version != 1 { writer.append(version) }
        case .held(let record):
            writer.append(UInt8(record.isUnderStoreKey ? 1 : 3))
            writer.append48(UInt64(record.time.milliseconds))
            writer.append(record.node.rawValue)
            writer.append(contentsOf: record.contentHash)
            writer.append(UInt16(record.identifiers.count))
            for node in record.identifiers { writer.append(node.rawValue) }
            writer.append(UInt32(record.sealed.count))
            writer.append(contentsOf: record.sealed)
        }
    }

    package static func decode(_ bytes: RawSpan, version: UInt8) throws(CodecError) -> RecordRow {
        var reader = ByteReader(bytes)
        let state = try reader.readUInt8()
        let time = Timestamp(milliseconds: Int64(try reader.readUInt48()))
        if state == 2 || state == 4 {
            let version = state == 2 ? 1 : try reader.readUInt16()
            try reader.finish()
            return .tombstone(time, keyVersion: version)
        }
        guard state == 1 || state == 3 else { throw .invalid("state") }
        let node = NodeID(try reader.readUInt64())
        let hash = try ByteArray.decode(&reader, count: 32)
        var identifiers: [NodeID] = []
        for _ in 0..<(try reader.readUInt16()) { identifiers.append(NodeID(try reader.readUInt64())) }
        let sealed = try ByteArray.decode(&reader, count: Int(try reader.readUInt32()))
        try reader.finish()
        return .held(
            HeldRecord(
                node: node, time: time, contentHash: hash, identifiers: identifiers, sealed: sealed,
                isUnderStoreKey: state == 1))
    }
}

/// Bytes of a known length inside a value.
enum ByteArray {
    static func decode(_ reader: inout ByteReader, count: Int) throws(CodecError) -> [UInt8] {
        guard count <= reader.remaining else { throw .truncated }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(count)
        for _ in 0..<count { bytes.append(try reader.readUInt8()) }
        return bytes
    }
}
