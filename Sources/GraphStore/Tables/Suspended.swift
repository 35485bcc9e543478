internal import Identity
package import LMDB
package import Stitching

extension Tables {
    /// Links that take no part in the union-find, in both directions: key (node, other end).
    package static let suspended = Table<NodePairCodec, SuspendedCodec>(
        name: "suspended", number: 5, erasure: .byNodePair)
}

/// A row of table `suspended`.
package struct SuspendedRow: Hashable, Sendable {
    package var reason: SuspensionReason
    package var kind: LinkKind
    /// The hour of its row in `expiries`; nil: it never expires.
    package var scheduledLook: Int32?
    package var folds: [Fold]
    /// Records that support it, as a count: `listings` says which; so a record more costs no rewriting.
    package var unlisted: Unlisted?

    package init(
        reason: SuspensionReason, kind: LinkKind, scheduledLook: Int32?, folds: [Fold], unlisted: Unlisted?
    ) {
        self.reason = reason
        self.kind = kind
        self.scheduledLook = scheduledLook
        self.folds = folds
        self.unlisted = unlisted
    }
}

/// A look of 0 is none; newest is 0 where there are no records.
///
///     0        1      2      6         10       16       18
///     +--------+------+------+---------+--------+--------+-----------------+
///     | reason | kind | look | records | newest | folds  | folds x 24      |
///     +--------+------+------+---------+--------+--------+-----------------+
package enum SuspendedCodec: ValueCodec {
    package static var version: UInt8 { 1 }

    package static func encode(_ row: borrowing SuspendedRow, into writer: inout ByteWriter) {
        writer.append(row.reason.rawValue)
        writer.append(row.kind.rawValue)
        writer.append(UInt32(bitPattern: row.scheduledLook ?? 0))
        writer.append(row.unlisted?.count ?? 0)
        writer.append48(UInt64(row.unlisted?.newest.milliseconds ?? 0))
        writer.append(UInt16(row.folds.count))
        for fold in row.folds { EvidenceCodec.encode(fold, into: &writer) }
    }

    package static func decode(_ bytes: RawSpan, version: UInt8) throws(CodecError) -> SuspendedRow {
        guard bytes.byteCount >= 18 else { throw .truncated }
        guard let reason = SuspensionReason(rawValue: bytes.uint8(at: 0)) else { throw .invalid("reason") }
        guard let kind = LinkKind(rawValue: bytes.uint8(at: 1)) else { throw .invalid("kind of link") }
        let look = Int32(bitPattern: bytes.bigEndianUInt32(at: 2))
        let count = bytes.bigEndianUInt32(at: 6)
        var offset = 18
        let evidence = try EvidenceCodec.evidence(
            bytes, at: &offset, folds: Int(bytes.bigEndianUInt16(at: 16)), records: 0)
        guard offset == bytes.byteCount else { throw .invalid("length") }
        let newest = EvidenceCodec.time(bytes, at: 10)
        return SuspendedRow(
            reason: reason, kind: kind, scheduledLook: look == 0 ? nil : look, folds: evidence.folds,
            unlisted: count == 0 ? nil : Unlisted(count: count, newest: newest))
    }
}
