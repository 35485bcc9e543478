internal import GraphStore
internal import Identity
internal import LMDB
internal import Stitching

/// What a batch of events shows of devices, noted while they are taken and written once the batch is settled, each row once.
struct TrafficBatch {
    private var waiting: [FactKey: (dense: Int32, summary: TrafficSummary)] = [:]

    /// What an event shows, of one of its devices.
    mutating func add(_ summary: TrafficSummary, to dense: Int32, _ key: FactKey) {
        if waiting[key] == nil {
            waiting[key] = (dense, summary)
        } else {
            waiting[key]?.summary.merge(summary)
        }
    }

    /// Writes what is waiting, of nodes that the store holds after all.
    ///
    /// - Returns: the devices of which more is known than before.
    mutating func write(
        _ workspace: borrowing Workspace, _ sealer: SealedTraffic, _ transaction: inout WriteTransaction
    ) throws -> Set<NodeID> {
        var changed: Set<NodeID> = []
        for (key, entry) in waiting.sorted(by: { $0.key < $1.key }) where workspace.isHeld(entry.dense) {
            if try Self.write(entry.summary, key, sealer, &transaction) { changed.insert(key.node) }
        }
        waiting = [:]
        return changed
    }

    /// - Returns: whether the row did not say as much already.
    static func write(
        _ summary: TrafficSummary, _ key: FactKey, _ sealer: SealedTraffic, _ transaction: inout WriteTransaction
    ) throws -> Bool {
        var merged = summary
        if let row = try transaction.get(Tables.facts, key), let held = try sealer.summary(row, key) {
            merged.merge(held)
            if merged == held { return false }
        }
        try transaction.put(Tables.facts, key, try sealer.row(merged, key, &transaction))
        return true
    }
}

extension Array where Element == KeyedIdentifier {
    /// Of whose traffic an event tells: of each of its devices, or of its session where it names none.
    func devices(_ configuration: Configuration) -> [Int] {
        let devices = indices.filter { configuration.namespaces[self[$0].namespace].kind == .device }
        return devices.isEmpty
            ? indices.filter { configuration.namespaces[self[$0].namespace].kind == .session } : devices
    }
}
