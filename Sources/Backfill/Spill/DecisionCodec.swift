internal import Identity
internal import LMDB

/// A decision as a load keeps it.
///
///     flags 1 | id 16 | identifier 18 | purpose 2 | kind 1 | scope 1 | time 8 | received 8 | lifts 2, x 16
///     jurisdiction 2                                     flag 1
///     notice      id | version | language | hash 32      flag 2; hash: flag 4
///     channel                                            flag 8
///     evidence    32                                     flag 16
enum DecisionCodec {
    private struct Flags: OptionSet {
        var rawValue: UInt8
        static let jurisdiction = Flags(rawValue: 1)
        static let notice = Flags(rawValue: 2)
        static let noticeHash = Flags(rawValue: 4)
        static let channel = Flags(rawValue: 8)
        static let evidence = Flags(rawValue: 16)
    }

    static func encode(_ decision: KeyedDecision, into writer: inout ByteWriter) {
        var flags: Flags = []
        if decision.jurisdiction != nil { flags.insert(.jurisdiction) }
        if decision.notice != nil { flags.insert(.notice) }
        if decision.notice?.sha256 != nil { flags.insert(.noticeHash) }
        if decision.channel != nil { flags.insert(.channel) }
        if decision.evidence != nil { flags.insert(.evidence) }
        writer.append(flags.rawValue)
        append(decision.id, to: &writer)
        ObservationCodec.append(decision.identifier, to: &writer)
        writer.append(UInt16(decision.purpose))
        writer.append(decision.kind.rawValue)
        writer.append(decision.scope.rawValue)
        writer.append(decision.time.milliseconds)
        writer.append(decision.received.milliseconds)
        writer.append(UInt16(decision.lifts.count))
        for lifted in decision.lifts { append(lifted, to: &writer) }
        if let jurisdiction = decision.jurisdiction { writer.append(UInt16(jurisdiction)) }
        if let notice = decision.notice {
            for text in [notice.id, notice.version, notice.language] {
                ObservationCodec.append(Array(text.utf8), to: &writer)
            }
            if let hash = notice.sha256 { writer.append(contentsOf: hash.bytes) }
        }
        if let channel = decision.channel { ObservationCodec.append(Array(channel.utf8), to: &writer) }
        if let evidence = decision.evidence { writer.append(contentsOf: evidence.bytes) }
    }

    static func decode(_ reader: inout ByteReader) throws -> KeyedDecision {
        let flags = Flags(rawValue: try reader.readUInt8())
        let id = try self.id(&reader)
        let identifier = try ObservationCodec.identifier(&reader)
        let purpose = Int(try reader.readUInt16())
        guard let kind = DecisionKind(rawValue: try reader.readUInt8()),
            let scope = DecisionScope(rawValue: try reader.readUInt8())
        else { throw CodecError.invalid("decision") }
        var decision = KeyedDecision(
            id: id, identifier: identifier, purpose: purpose, kind: kind, scope: scope, jurisdiction: nil,
            time: Timestamp(milliseconds: try reader.readInt64()),
            received: Timestamp(milliseconds: try reader.readInt64()))
        for _ in 0..<(try reader.readUInt16()) { decision.lifts.append(try self.id(&reader)) }
        if flags.contains(.jurisdiction) { decision.jurisdiction = Int(try reader.readUInt16()) }
        if flags.contains(.notice) {
            var notice = Notice(
                id: try ObservationCodec.text(&reader), version: try ObservationCodec.text(&reader),
                language: try ObservationCodec.text(&reader), sha256: nil)
            if flags.contains(.noticeHash) { notice.sha256 = try hash(&reader) }
            decision.notice = notice
        }
        if flags.contains(.channel) { decision.channel = try ObservationCodec.text(&reader) }
        if flags.contains(.evidence) { decision.evidence = try hash(&reader) }
        return decision
    }

    private static func append(_ id: DecisionID, to writer: inout ByteWriter) {
        writer.append(id.high)
        writer.append(id.low)
    }

    private static func id(_ reader: inout ByteReader) throws(CodecError) -> DecisionID {
        DecisionID(high: try reader.readUInt64(), low: try reader.readUInt64())
    }

    private static func hash(_ reader: inout ByteReader) throws -> Digest {
        guard let digest = Digest(try reader.readBytes(Digest.byteCount).byteArray) else {
            throw CodecError.invalid("hash")
        }
        return digest
    }
}
