internal import Identity
package import LMDB
package import Stitching

/// The change feed: written with the transaction that it tells of, and kept short.
extension StoreState {
    package mutating func feed(_ changes: [Change], _ transaction: inout WriteTransaction) throws {
        var start = 0
        while start < changes.count {
            let end = min(start + ChangeRow.limit, changes.count)
            let row = ChangeRow(time: clock, changes: Array(changes[start..<end]))
            try transaction.put(Tables.changes, feedNext, row)
            feedNext += UInt64(end - start)
            start = end
        }
    }

    /// Tells that somebody was erased: a row of its own, sealed under a key of its own, so that nothing in the store names who.
    ///
    /// - Parameter nodes: whose profile ids readers may hold; ascending.
    package mutating func feedErased(
        _ nodes: [NodeID], _ sealing: Sealing, _ transaction: inout WriteTransaction
    ) throws {
        var start = 0
        while start < nodes.count {
            let some = nodes[start..<min(start + ChangeRow.othersLimit, nodes.count)]
            var change = Change(kind: .erased, anchor: NodeID(0))
            change.sealed = try sealing.seal(
                some.flatMap { MetaBytes.encode($0.rawValue) }, in: Tables.changes, feedNext, schema: 1,
                subject: SlotOwner(.feed, number: feedNext).subject, &transaction)
            try feed([change], &transaction)
            start += some.count
        }
    }

    /// Most rows trimmed in one transaction: the rest goes with the next.
    private static var trimmedRows: Int { 1_000 }

    /// Removes rows that are too old, or more than may be kept.
    ///
    /// - Parameter sealing: overwrites the keys of sealed rows; without it the trim ends before the first of them.
    /// - Returns: whether there may be more of them.
    @discardableResult
    package mutating func trimFeed(
        _ transaction: inout WriteTransaction, sealing: Sealing? = nil
    ) throws -> Bool {
        let limits = configuration.limits
        let oldest = clock.milliseconds - Int64(limits.feedDays) * 86_400_000
        let keptFrom = feedNext - min(feedNext - 1, UInt64(limits.feedEntries))
        var gone: [(sequence: UInt64, next: UInt64, isSealed: Bool)] = []
        try transaction.scan(Tables.changes) { sequence, payload in
            let row = try ChangeRowCodec.decode(payload, version: ChangeRowCodec.version)
            let next = sequence + UInt64(row.changes.count)
            let isOver = row.time.milliseconds < oldest || next <= keptFrom
            let isSealed = row.changes.contains { $0.kind == .erased }
            guard gone.count < Self.trimmedRows, isOver, !isSealed || sealing != nil else { return .stop }
            gone.append((sequence, next, isSealed))
            return .proceed
        }
        for row in gone {
            _ = try transaction.delete(Tables.changes, row.sequence)
            if row.isSealed {
                try sealing?.drop(SlotOwner(.feed, number: row.sequence).subject, &transaction)
            }
            feedFirst = row.next
        }
        return gone.count == Self.trimmedRows
    }

    /// Takes over the counters that a command on another copy of the state has moved.
    package mutating func takeCounters(of other: StoreState) {
        feedNext = other.feedNext
        feedFirst = other.feedFirst
        componentLimited = other.componentLimited
    }
}

extension Change {
    /// Who was erased, by node ids: of a row that is its entry's own. Nil: its key is gone.
    package func erasedNodes(_ sequence: UInt64, _ sealing: Sealing) throws -> [NodeID]? {
        let opened = try sealing.open(
            sealed, in: Tables.changes, sequence, schema: 1, subject: SlotOwner(.feed, number: sequence).subject)
        guard case .value(let bytes) = opened, bytes.count.isMultiple(of: 8), !bytes.isEmpty else { return nil }
        return stride(from: 0, to: bytes.count, by: 8).map { NodeID(bytes.rawBytes.bigEndianUInt64(at: $0)) }
    }
}
