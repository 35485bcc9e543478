internal import Identity
internal import LMDB
internal import Stitching

/// The evidence of a link, as it stands in `components`, `links` and `suspended`.
///
///     fold      | source 4 | first 6 | last 6 | days 8 |      24 bytes
///     record    | node 8 | source 4 | time 6 |                18 bytes
///
/// Times are milliseconds since 1970 in 48 bits, never negative.
enum EvidenceCodec {
    static let foldBytes = 24
    static let recordBytes = 18

    static func encode(_ fold: Fold, into writer: inout ByteWriter) {
        writer.append(fold.source.rawValue)
        writer.append48(UInt64(fold.first.milliseconds))
        writer.append48(UInt64(fold.last.milliseconds))
        writer.append(fold.days)
    }

    static func encode(_ record: RecordContribution, into writer: inout ByteWriter) {
        writer.append(record.record.rawValue)
        writer.append(record.source.rawValue)
        writer.append48(UInt64(record.time.milliseconds))
    }

    /// - Precondition: 24 bytes are left at `offset`.
    static func fold(_ bytes: RawSpan, at offset: Int) -> Fold {
        Fold(
            source: SourceID(bytes.bigEndianUInt32(at: offset)),
            first: time(bytes, at: offset + 4), last: time(bytes, at: offset + 10),
            days: bytes.bigEndianUInt64(at: offset + 16))
    }

    /// - Precondition: 18 bytes are left at `offset`.
    static func record(_ bytes: RawSpan, at offset: Int) -> RecordContribution {
        RecordContribution(
            record: NodeID(bytes.bigEndianUInt64(at: offset)),
            source: SourceID(bytes.bigEndianUInt32(at: offset + 8)), time: time(bytes, at: offset + 12))
    }

    static func time(_ bytes: RawSpan, at offset: Int) -> Timestamp {
        Timestamp(milliseconds: Int64(bytes.bigEndianUInt48(at: offset)))
    }

    /// Reads `folds` folds and `records` records from `offset` on, and moves it behind them.
    static func evidence(
        _ bytes: RawSpan, at offset: inout Int, folds: Int, records: Int
    ) throws(CodecError) -> Evidence {
        guard offset + folds * foldBytes + records * recordBytes <= bytes.byteCount else { throw .truncated }
        var evidence = Evidence()
        if folds > 0 {
            evidence.folds.reserveCapacity(folds)
            for _ in 0..<folds {
                evidence.folds.append(fold(bytes, at: offset))
                offset += foldBytes
            }
        }
        if records > 0 {
            evidence.records.reserveCapacity(records)
            for _ in 0..<records {
                evidence.records.append(record(bytes, at: offset))
                offset += recordBytes
            }
        }
        return evidence
    }
}
