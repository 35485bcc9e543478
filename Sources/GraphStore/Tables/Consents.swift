package import Identity
package import LMDB
package import Stitching

extension Tables {
    /// The ledger: decisions of an identifier in the order in which they were entered; nothing is ever changed or removed
    /// but by erasure. Key (node, sequence), the sequence from 1 for each node.
    package static let consents = Table<ConsentKeyCodec, ConsentEntryCodec>(
        name: "consents", number: 12, erasure: .byNode)
}

/// A key of table `consents`.
package struct ConsentKey: Hashable, Sendable {
    package var node: NodeID
    package var sequence: UInt64

    package init(node: NodeID, sequence: UInt64) {
        self.node = node
        self.sequence = sequence
    }
}

/// A row of table `consents`.
package struct ConsentEntry: Hashable, Sendable {
    package var id: DecisionID
    /// The store's number.
    package var purpose: UInt8
    package var kind: DecisionKind
    package var scope: DecisionScope
    /// The store's number; nil: not known.
    package var jurisdiction: UInt8?
    package var time: Timestamp
    package var received: Timestamp
    package var source: SourceID
    package var lifts: [DecisionID]
    package var notice: Notice?
    package var channel: String?
    package var evidence: Digest?
    /// SHA-256 of the entry before of the same identifier, as stored; zeros for the first.
    package var previous: Digest

    package init(
        id: DecisionID, purpose: UInt8, kind: DecisionKind, scope: DecisionScope, jurisdiction: UInt8?,
        time: Timestamp, received: Timestamp, source: SourceID, lifts: [DecisionID] = [], notice: Notice? = nil,
        channel: String? = nil, evidence: Digest? = nil, previous: Digest
    ) {
        self.id = id
        self.purpose = purpose
        self.kind = kind
        self.scope = scope
        self.jurisdiction = jurisdiction
        self.time = time
        self.received = received
        self.source = source
        self.lifts = lifts
        self.notice = notice
        self.channel = channel
        self.evidence = evidence
        self.previous = previous
    }

    /// As the function of consent sees it.
    package var decision: LedgerDecision {
        LedgerDecision(id: id, purpose: purpose, kind: kind, scope: scope, time: time, lifts: lifts)
    }

    /// SHA-256 of the entry as stored: what the next one names.
    package var hash: Digest {
        var writer = ByteWriter(capacity: 256)
        ConsentEntryCodec.encode(self, into: &writer)
        var bytes: [UInt8] = []
        bytes.reserveCapacity(writer.count)
        for index in 0..<writer.count { bytes.append(writer.bytes.uint8(at: index)) }
        return Digest(sha256: bytes.span)
    }
}

///     0        8          16
///     +--------+----------+
///     |  node  | sequence |
///     +--------+----------+
package enum ConsentKeyCodec: KeyCodec {
    package static var width: Int { 16 }

    package static func encode(_ key: ConsentKey, into writer: inout ByteWriter) {
        writer.append(key.node.rawValue)
        writer.append(key.sequence)
    }

    package static func decode(_ bytes: RawSpan) -> ConsentKey {
        ConsentKey(node: NodeID(bytes.bigEndianUInt64(at: 0)), sequence: bytes.bigEndianUInt64(at: 8))
    }
}

///     0      16        17     18      19      20      26         32       36      68
///     +------+---------+------+-------+-------+-------+----------+--------+-------+-------+
///     | id   | purpose | kind | scope | law   | time  | received | source | prev  | parts |
///     +------+---------+------+-------+-------+-------+----------+--------+-------+-------+
///     lifts   | count 1 | count x 16 |
///     texts   | notice id | version | language | channel |      each: length 1, UTF-8
///     digests | flags 1 | notice 32 | evidence 32 |           each where its flag, 1 or 2, is set; 4: there is a notice,
///                                                             8: there is a channel
///
/// A law of 255 is none.
package enum ConsentEntryCodec: ValueCodec {
    package static var version: UInt8 { 1 }
    private static let noLaw: UInt8 = 255

    package static func encode(_ entry: borrowing ConsentEntry, into writer: inout ByteWriter) {
        writer.append(entry.id.high)
        writer.append(entry.id.low)
        writer.append(entry.purpose)
        writer.append(entry.kind.rawValue)
        writer.append(entry.scope.rawValue)
        writer.append(entry.jurisdiction ?? noLaw)
        writer.append48(UInt64(entry.time.milliseconds))
        writer.append48(UInt64(entry.received.milliseconds))
        writer.append(entry.source.rawValue)
        writer.append(contentsOf: entry.previous.bytes)
        writer.append(UInt8(entry.lifts.count))
        for id in entry.lifts {
            writer.append(id.high)
            writer.append(id.low)
        }
        let notice = entry.notice
        for text in [notice?.id ?? "", notice?.version ?? "", notice?.language ?? "", entry.channel ?? ""] {
            let bytes = Array(text.utf8)
            writer.append(UInt8(bytes.count))
            writer.append(contentsOf: bytes)
        }
        var flags: UInt8 = notice == nil ? 0 : 4
        if entry.channel != nil { flags |= 8 }
        if notice?.sha256 != nil { flags |= 1 }
        if entry.evidence != nil { flags |= 2 }
        writer.append(flags)
        if let digest = notice?.sha256 { writer.append(contentsOf: digest.bytes) }
        if let digest = entry.evidence { writer.append(contentsOf: digest.bytes) }
    }

    package static func decode(_ bytes: RawSpan, version: UInt8) throws(CodecError) -> ConsentEntry {
        var reader = ByteReader(bytes)
        let id = DecisionID(high: try reader.readUInt64(), low: try reader.readUInt64())
        let purpose = try reader.readUInt8()
        guard purpose < ConsentRules.limit else { throw .invalid("purpose") }
        guard let kind = DecisionKind(rawValue: try reader.readUInt8()) else { throw .invalid("decision") }
        guard let scope = DecisionScope(rawValue: try reader.readUInt8()) else { throw .invalid("scope") }
        let law = try reader.readUInt8()
        let time = Timestamp(milliseconds: Int64(try reader.readUInt48()))
        let received = Timestamp(milliseconds: Int64(try reader.readUInt48()))
        let source = SourceID(try reader.readUInt32())
        let previous = try digest(&reader)
        var entry = ConsentEntry(
            id: id, purpose: purpose, kind: kind, scope: scope, jurisdiction: law == noLaw ? nil : law, time: time,
            received: received, source: source, previous: previous)
        for _ in 0..<(try reader.readUInt8()) {
            entry.lifts.append(DecisionID(high: try reader.readUInt64(), low: try reader.readUInt64()))
        }
        var texts: [String] = []
        for _ in 0..<4 { texts.append(try TextBytes.decode(&reader, count: Int(try reader.readUInt8()))) }
        let flags = try reader.readUInt8()
        if flags & 4 != 0 { entry.notice = Notice(id: texts[0], version: texts[1], language: texts[2], sha256: nil) }
        if flags & 8 != 0 { entry.channel = texts[3] }
        if flags & 1 != 0 { entry.notice?.sha256 = try digest(&reader) }
        if flags & 2 != 0 { entry.evidence = try digest(&reader) }
        try reader.finish()
        return entry
    }

    private static func digest(_ reader: inout ByteReader) throws(CodecError) -> Digest {
        guard let digest = Digest(try ByteArray.decode(&reader, count: Digest.byteCount)) else { throw .truncated }
        return digest
    }
}

extension Snapshot where Self: ~Copyable {
    /// The ledger of a node, in the order in which it was entered.
    package func ledger(of node: NodeID) throws -> [ConsentEntry] {
        var entries: [ConsentEntry] = []
        try scan(Tables.consents, from: ConsentKey(node: node, sequence: 0)) { key, payload in
            guard key.node == node else { return .stop }
            entries.append(try ConsentEntryCodec.decode(payload, version: ConsentEntryCodec.version))
            return .proceed
        }
        return entries
    }
}
