package import LMDB
package import Stitching

/// Values and parts of values as the store keeps them, for whoever folds a load's events himself.
package enum BulkBytes {
    /// Bytes of one fold.
    package static let foldBytes = EvidenceCodec.foldBytes

    package static func append(_ fold: Fold, to writer: inout ByteWriter) { EvidenceCodec.encode(fold, into: &writer) }

    /// The fold number `index` of several.
    package static func fold(_ bytes: RawSpan, _ index: Int) -> Fold {
        EvidenceCodec.fold(bytes, at: index * EvidenceCodec.foldBytes)
    }

    /// Writes the value of a step of the union-find forest.
    package static func appendParent(_ node: NodeID, to writer: inout ByteWriter) {
        ComponentCodec.encode(parent: node, into: &writer)
    }

    /// Writes the value of a suspended link that holds nothing but events.
    ///
    /// - Parameters:
    ///   - look: the hour of its row in `expiries`; nil: it never expires, or has.
    ///   - folds: as they are stored, ascending by source.
    package static func appendSuspended(
        _ reason: SuspensionReason, look: Int32?, folds: RawSpan, to writer: inout ByteWriter
    ) {
        let row = SuspendedRow(reason: reason, kind: .deterministic, scheduledLook: look, folds: [], unlisted: nil)
        let start = writer.count
        SuspendedCodec.encode(row, into: &writer)
        writer.patch(UInt16(folds.byteCount / EvidenceCodec.foldBytes), at: start + 16)
        writer.append(contentsOf: folds)
    }
}
