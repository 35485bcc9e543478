package import Identity
package import LMDB

extension Tables {
    /// What the data team has trained or loaded, by version: score models, catalogues of offers.
    package static let artefacts = Table<ArtefactKeyCodec, ArtefactCodec>(
        name: "artefacts", number: 31, erasure: .none(reason: "sums over many and the shop's own words"))
}

/// A key of table `artefacts`.
package struct ArtefactKey: Hashable, Sendable {
    package enum Kind: UInt16, Hashable, Sendable, CaseIterable {
        /// `ScoreModels.encoded`.
        case scores = 2
        /// A catalogue of offers, YAML as it was loaded.
        case catalogue = 3
    }

    package var kind: Kind
    /// From 1 on.
    package var version: UInt32

    package init(_ kind: Kind, _ version: UInt32) {
        self.kind = kind
        self.version = version
    }
}

/// A row of table `artefacts`.
package struct Artefact: Hashable, Sendable {
    /// When it was kept.
    package var time: Timestamp
    package var bytes: [UInt8]

    package init(time: Timestamp, bytes: [UInt8]) {
        self.time = time
        self.bytes = bytes
    }
}

///     0      2         6
///     +------+---------+
///     | kind | version |
///     +------+---------+
package enum ArtefactKeyCodec: KeyCodec {
    package static var width: Int { 6 }

    package static func encode(_ key: ArtefactKey, into writer: inout ByteWriter) {
        writer.append(key.kind.rawValue)
        writer.append(key.version)
    }

    package static func decode(_ bytes: RawSpan) -> ArtefactKey {
        ArtefactKey(
            ArtefactKey.Kind(rawValue: bytes.bigEndianUInt16(at: 0)) ?? .scores, bytes.bigEndianUInt32(at: 2))
    }
}

///     0        6
///     +--------+-------+
///     | time 6 | bytes |
///     +--------+-------+
package enum ArtefactCodec: ValueCodec {
    package static var version: UInt8 { 1 }

    package static func encode(_ row: borrowing Artefact, into writer: inout ByteWriter) {
        writer.append48(UInt64(row.time.milliseconds))
        writer.append(contentsOf: row.bytes)
    }

    package static func decode(_ bytes: RawSpan, version: UInt8) throws(CodecError) -> Artefact {
        var reader = ByteReader(bytes)
        let time = Timestamp(milliseconds: Int64(try reader.readUInt48()))
        return Artefact(time: time, bytes: try ByteArray.decode(&reader, count: reader.remaining))
    }
}

extension Snapshot where Self: ~Copyable {
    /// The latest version of a kind; nil: there is none.
    package func latest(_ kind: ArtefactKey.Kind) throws -> (version: UInt32, artefact: Artefact)? {
        var version: UInt32?
        try scan(Tables.artefacts, from: ArtefactKey(kind, 0)) { key, _ in
            guard key.kind == kind else { return .stop }
            version = key.version
            return .proceed
        }
        guard let version, let artefact = try get(Tables.artefacts, ArtefactKey(kind, version)) else { return nil }
        return (version, artefact)
    }
}
