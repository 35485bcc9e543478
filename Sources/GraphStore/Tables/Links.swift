package import LMDB
package import Stitching

extension Tables {
    /// Active links of components that are over 64 KiB with them: key (lower node, higher node, kind).
    package static let links = Table<LinkKeyCodec, LinkRowCodec>(name: "links", number: 11, erasure: .byNodePair)
}

/// A key of table `links`.
package struct LinkKey: Hashable, Sendable {
    package var ends: NodePair
    package var kind: UInt8

    package init(ends: NodePair, kind: UInt8) {
        self.ends = ends
        self.kind = kind
    }
}

///     0        8        16     17
///     +--------+--------+------+
///     |  node  |  node  | kind |
///     +--------+--------+------+
package enum LinkKeyCodec: KeyCodec {
    package static var width: Int { 17 }

    package static func encode(_ key: LinkKey, into writer: inout ByteWriter) {
        NodePairCodec.encode(key.ends, into: &writer)
        writer.append(key.kind)
    }

    package static func decode(_ bytes: RawSpan) -> LinkKey {
        LinkKey(
            ends: NodePair(NodeID(bytes.bigEndianUInt64(at: 0)), NodeID(bytes.bigEndianUInt64(at: 8))),
            kind: bytes.uint8(at: 16))
    }
}

/// A row of table `links`.
package struct LinkRow: Hashable, Sendable {
    package var kind: LinkKind
    package var verdict: Verdict
    package var evidence: Evidence

    package init(kind: LinkKind, verdict: Verdict, evidence: Evidence) {
        self.kind = kind
        self.verdict = verdict
        self.evidence = evidence
    }
}

///     0      1         2       4         6
///     +------+---------+-------+---------+----------------------------+
///     | kind | verdict | folds | records | folds x 24, records x 18   |
///     +------+---------+-------+---------+----------------------------+
package enum LinkRowCodec: ValueCodec {
    package static var version: UInt8 { 1 }

    package static func encode(_ row: borrowing LinkRow, into writer: inout ByteWriter) {
        LinkBytes.encode(kind: row.kind, verdict: row.verdict, evidence: row.evidence, into: &writer)
    }

    package static func decode(_ bytes: RawSpan, version: UInt8) throws(CodecError) -> LinkRow {
        var offset = 0
        let row = try LinkBytes.decode(bytes, at: &offset)
        guard offset == bytes.byteCount else { throw .invalid("length") }
        return row
    }
}

/// The body of an active link, in a row of its own or inside a component.
enum LinkBytes {
    static let headerBytes = 6

    static func encode(kind: LinkKind, verdict: Verdict, evidence: Evidence, into writer: inout ByteWriter) {
        writer.append(kind.rawValue)
        writer.append(verdict.rawValue)
        writer.append(UInt16(evidence.folds.count))
        writer.append(UInt16(evidence.records.count))
        for fold in evidence.folds { EvidenceCodec.encode(fold, into: &writer) }
        for record in evidence.records { EvidenceCodec.encode(record, into: &writer) }
    }

    /// The head of a link inside a component; moves the offset behind its evidence.
    @inline(__always)
    static func head(_ bytes: RawSpan, at offset: inout Int) throws(CodecError) -> ComponentView.LinkHead {
        guard offset + 4 + headerBytes <= bytes.byteCount else { throw .truncated }
        guard let kind = LinkKind(rawValue: bytes.uint8(at: offset + 4)) else { throw .invalid("kind of link") }
        guard let verdict = Verdict(rawValue: bytes.uint8(at: offset + 5)) else { throw .invalid("verdict") }
        let head = ComponentView.LinkHead(
            left: bytes.bigEndianUInt16(at: offset), right: bytes.bigEndianUInt16(at: offset + 2), kind: kind,
            verdict: verdict, folds: bytes.bigEndianUInt16(at: offset + 6),
            records: bytes.bigEndianUInt16(at: offset + 8), evidenceOffset: offset + 4 + headerBytes)
        offset =
            head.evidenceOffset + Int(head.folds) * EvidenceCodec.foldBytes
            + Int(head.records) * EvidenceCodec.recordBytes
        guard offset <= bytes.byteCount else { throw .truncated }
        return head
    }

    static func decode(_ bytes: RawSpan, at offset: inout Int) throws(CodecError) -> LinkRow {
        guard offset + headerBytes <= bytes.byteCount else { throw .truncated }
        guard let kind = LinkKind(rawValue: bytes.uint8(at: offset)) else { throw .invalid("kind of link") }
        guard let verdict = Verdict(rawValue: bytes.uint8(at: offset + 1)) else { throw .invalid("verdict") }
        let folds = Int(bytes.bigEndianUInt16(at: offset + 2))
        let records = Int(bytes.bigEndianUInt16(at: offset + 4))
        offset += headerBytes
        let evidence = try EvidenceCodec.evidence(bytes, at: &offset, folds: folds, records: records)
        return LinkRow(kind: kind, verdict: verdict, evidence: evidence)
    }
}
