internal import GraphStore
internal import Identity
internal import LMDB
internal import Scoring
internal import Stitching

/// The facts of a batch of observations, noted while they are taken and written once the batch is settled, each row once.
struct FactBatch {
    private struct Waiting {
        var dense: Int32
        var log: FactLog
        /// Of a record: what its version says stands alone.
        var replaces: Bool
    }

    private var waiting: [FactKey: Waiting] = [:]
    /// Facts that are older than a full window, and were not taken.
    private(set) var refused = 0

    var isEmpty: Bool { waiting.isEmpty }

    /// What an event says, of one of its identifiers.
    mutating func add(_ log: FactLog, to dense: Int32, _ key: FactKey) {
        if log.isEmpty { return }
        if waiting[key] == nil { waiting[key] = Waiting(dense: dense, log: FactLog(), replaces: false) }
        refused += waiting[key]?.log.merge(log) ?? 0
    }

    /// What the version of a record says, which takes the place of what the one before said.
    mutating func replace(_ log: FactLog, of dense: Int32, _ key: FactKey) {
        waiting[key] = Waiting(dense: dense, log: log, replaces: true)
    }

    /// Writes what is waiting, of nodes that the store holds after all.
    mutating func write(
        _ workspace: borrowing Workspace, _ sealer: SealedFacts, _ transaction: inout WriteTransaction
    ) throws {
        if waiting.isEmpty { return }
        for (key, entry) in waiting.sorted(by: { $0.key < $1.key }) where workspace.isHeld(entry.dense) {
            let (log, refused) = try Self.merged(entry.log, entry.replaces, key, sealer, transaction)
            self.refused += refused
            guard let log else { continue }
            if log.isEmpty {
                _ = try transaction.delete(Tables.facts, key)
            } else {
                try transaction.put(Tables.facts, key, try sealer.row(log, key, &transaction))
            }
        }
        waiting = [:]
    }

    /// - Returns: nil where the row says as much already.
    static func merged(
        _ log: FactLog, _ replaces: Bool, _ key: FactKey, _ sealer: SealedFacts,
        _ snapshot: borrowing some Snapshot & ~Copyable
    ) throws -> (log: FactLog?, refused: Int) {
        guard let row = try snapshot.get(Tables.facts, key) else { return (log.isEmpty ? nil : log, 0) }
        let held = try sealer.log(row, key)
        if replaces { return (held == log ? nil : log, 0) }
        var merged = held
        let refused = merged.merge(log)
        return (merged == held ? nil : merged, refused)
    }
}
