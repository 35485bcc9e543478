internal import Identity
package import LMDB

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

    /// Most rows trimmed in one transaction: the rest goes with the next.
    private static var trimmedRows: Int { 1_000 }

    /// Removes rows that are too old, or more than may be kept.
    /// - Returns: whether there may be more of them.
    @discardableResult
    package mutating func trimFeed(_ transaction: inout WriteTransaction) throws -> Bool {
        let limits = configuration.limits
        let oldest = clock.milliseconds - Int64(limits.feedDays) * 86_400_000
        let keptFrom = feedNext - min(feedNext - 1, UInt64(limits.feedEntries))
        var gone: [(sequence: UInt64, next: UInt64)] = []
        try transaction.scan(Tables.changes) { sequence, payload in
            let row = try ChangeRowCodec.decode(payload, version: ChangeRowCodec.version)
            let next = sequence + UInt64(row.changes.count)
            let isOver = row.time.milliseconds < oldest || next <= keptFrom
            guard gone.count < Self.trimmedRows, isOver else { return .stop }
            gone.append((sequence, next))
            return .proceed
        }
        for row in gone {
            _ = try transaction.delete(Tables.changes, row.sequence)
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
