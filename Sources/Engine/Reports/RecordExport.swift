internal import GraphStore
internal import Identity
internal import LMDB
package import Stitching

/// A row of the export: which profile a record is in.
package struct ExportedRecord: Hashable, Sendable {
    package var source: String
    package var recordID: String
    package var profile: ProfileID
}

extension Engine {
    /// Hands every record to `body`, ascending by source and record id (their UTF-8 bytes).
    ///
    /// The store is read in pieces, each from the latest commit, so that a long export holds back no writer: what is
    /// recorded meanwhile may be in it or not. One source's record ids are held in memory to be sorted.
    package func exportRecords(pieceSize: Int = 20_000, _ body: (ExportedRecord) throws -> Void) throws {
        let sources = try state().sources.enumerated()
            .map { (number: SourceID(UInt32($0.offset)), name: $0.element.name) }
            .sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
        for source in sources {
            var rows: [(id: String, profile: ProfileID)] = []
            var from: RecordKey? = RecordKey(source: source.number, key: IdentityKey(high: 0, low: 0))
            while let start = from { from = try exportPiece(from: start, pieceSize, &rows) }
            rows.sort { $0.id.utf8.lexicographicallyPrecedes($1.id.utf8) }
            for row in rows {
                try body(ExportedRecord(source: source.name, recordID: row.id, profile: row.profile))
            }
        }
    }

    /// - Returns: where the next piece begins; nil at the end of the source.
    private func exportPiece(
        from start: RecordKey, _ pieceSize: Int, _ rows: inout [(id: String, profile: ProfileID)]
    ) throws -> RecordKey? {
        let sealing = store.sealing
        return try store.environment.read { transaction in
            var next: RecordKey?
            var taken = 0
            try transaction.scan(Tables.records, from: start) { key, payload in
                guard key.source == start.source else { return .stop }
                guard taken < pieceSize else {
                    next = key
                    return .stop
                }
                taken += 1
                guard case .held(let held) = try RecordCodec.decode(payload, version: RecordCodec.version) else {
                    return .proceed
                }
                guard let anchor = try transaction.anchor(of: held.node) else {
                    throw StoreError.damaged("a record is in no profile")
                }
                // Of a record that is being erased the id is gone already.
                guard let record = try SealedRecord(opening: held, key, by: sealing) else { return .proceed }
                rows.append((record.id, profileID(anchor)))
                return .proceed
            }
            return next
        }
    }
}
