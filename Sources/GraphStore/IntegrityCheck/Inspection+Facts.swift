internal import LMDB
internal import Stitching

/// What people did and what they were offered: each row against the node that it is of, counters against a recount.
extension Inspection {
    mutating func inspectFacts(_ snapshot: borrowing some Snapshot & ~Copyable) throws {
        try snapshot.scan(Tables.facts) { key, payload in
            let row = try FactRowCodec.decode(payload, version: FactRowCodec.version)
            if row.sealed.isEmpty { report.add("facts: a row of node \(key.node.rawValue) holds nothing") }
            guard let member = held[key.node]?.member else {
                report.add("facts: the node \(key.node.rawValue) of a row is not held")
                return .proceed
            }
            if (member.namespace == .record) != (key.kind == .record) {
                report.add("facts: a row of node \(key.node.rawValue) is of the wrong kind")
            }
            if Int(key.source.rawValue) >= state.sources.count {
                report.add("facts: a row of node \(key.node.rawValue) is of a source that there is not")
            }
            return .proceed
        }
    }

    mutating func inspectDecisions(_ snapshot: borrowing some Snapshot & ~Copyable) throws {
        var sums: [CounterKey: CounterRow] = [:]
        var reserved = 0
        var latest: UInt64 = 0
        try snapshot.scan(Tables.decisions) { key, payload in
            let row = try OfferDecisionCodec.decode(payload, version: OfferDecisionCodec.version)
            latest = max(latest, key.number)
            if key.node.rawValue != 0, held[key.node] == nil {
                report.add("decisions: the node \(key.node.rawValue) of a row is not held")
            }
            if row.hasOffer { sums[CounterKey(.offer, row.offer), default: CounterRow()].count(row) }
            guard row.state == .held else { return .proceed }
            reserved += 1
            let reservation = ReservationKey(expires: row.expires, decision: key)
            if try !snapshot.contains(Tables.reservations, reservation) {
                report.add("reservations: decision \(key.number) would never give back what it holds")
            }
            return .proceed
        }
        let rows = try snapshot.count(Tables.reservations)
        if rows != reserved { report.add("reservations: \(rows) rows, \(reserved) decisions hold something") }
        let next = try snapshot.get(Tables.counters, CounterKey(.numbers))?.values[0] ?? 0
        if UInt64(clamping: next) < latest { report.add("counters: the number \(latest) would be given again") }
        try compare(sums, snapshot)
    }

    private mutating func compare(
        _ sums: [CounterKey: CounterRow], _ snapshot: borrowing some Snapshot & ~Copyable
    ) throws {
        var known: Set<CounterKey> = []
        try snapshot.scan(Tables.counters) { key, payload in
            guard key.kind == .offer else { return .proceed }
            known.insert(key)
            var row = try CounterCodec.decode(payload, version: CounterCodec.version)
            row[.usedUnits] -= row[.goneUnits]
            row[.usedMoney] -= row[.goneMoney]
            (row[.goneUnits], row[.goneMoney]) = (0, 0)
            if row != sums[key] ?? CounterRow() { report.add("counters: an offer's are not what decisions come to") }
            return .proceed
        }
        let missing = sums.keys.count { !known.contains($0) }
        if missing > 0 { report.add("counters: \(missing) offers that were decided have none") }
    }
}
