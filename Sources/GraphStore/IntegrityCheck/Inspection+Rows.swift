internal import Identity
internal import LMDB
internal import Stitching

/// The tables around the components: each row against its counterparts.
extension Inspection {
    mutating func readExpiries(_ snapshot: borrowing some Snapshot & ~Copyable) throws {
        try snapshot.scan(Tables.expiries) { key, _ in
            if key.hour <= hour { report.add("expiries: a row of hour \(key.hour) is overdue at hour \(hour)") }
            return .proceed
        }
    }

    /// Suspended links: both directions alike, the right reason, counted in `nodes`.
    mutating func inspectSuspended(_ snapshot: borrowing some Snapshot & ~Copyable) throws {
        var counted: [NodeID: NodeRow] = [:]
        try snapshot.scan(Tables.suspended) { ends, payload in
            let row = try SuspendedCodec.decode(payload, version: SuspendedCodec.version)
            if try snapshot.get(Tables.suspended, ends.reversed) != row {
                report.add("suspended: \(ends.first.rawValue), \(ends.second.rawValue) is not the same in reverse")
            }
            guard let near = held[ends.first]?.member, let far = held[ends.second]?.member else {
                report.add("suspended: an end of \(ends.first.rawValue), \(ends.second.rawValue) is not held")
                return .proceed
            }
            try inspect(row, ends, near, far, snapshot)
            var count = counted[ends.first] ?? NodeRow()
            count.rows += 1
            if row.reason != .expired {
                count.live += 1
                if ends.first != ends.second, row.kind == .deterministic { count.suspended.add(far.namespace) }
            }
            counted[ends.first] = count
            return .proceed
        }
        try snapshot.scan(Tables.listings) { key, _ in
            counted[key.first, default: NodeRow()].records += 1
            return .proceed
        }
        try compareNodeRows(counted, snapshot)
        try inspectLooks(snapshot)
    }

    private mutating func inspect(
        _ row: SuspendedRow, _ ends: NodePair, _ near: Member, _ far: Member,
        _ snapshot: borrowing some Snapshot & ~Copyable
    ) throws {
        let name = "suspended: \(ends.first.rawValue), \(ends.second.rawValue)"
        let timeToLive = self.timeToLive(near, far)
        let newest = (row.folds.map(\.last) + (row.unlisted.map { [$0.newest] } ?? [])).max()
        guard let newest else {
            report.add("\(name) holds no evidence")
            return
        }
        let until = timeToLive.map { Evidence.expiryHour(newest, timeToLive: $0) }
        let isLive = until.map { hour < $0 } ?? true
        if isLive == (row.reason == .expired) { report.add("\(name): expired or not, against its reason") }
        let isAtHub = near.flags.contains(.hub) || far.flags.contains(.hub)
        if isLive, row.reason != .componentLimit, !isAtHub { report.add("\(name): neither end is a hub") }
        guard isLive, let until else { return }
        guard let look = row.scheduledLook, look <= until else {
            report.add("\(name): its next look is missing or late")
            return
        }
        let key = ExpiryKey(hour: look, node: ends.first, other: ends.second)
        let reversed = ExpiryKey(hour: look, node: ends.second, other: ends.first)
        let hasRow = try snapshot.contains(Tables.expiries, key) || snapshot.contains(Tables.expiries, reversed)
        if !hasRow { report.add("\(name): its row in expiries is missing") }
    }

    private mutating func compareNodeRows(
        _ counted: [NodeID: NodeRow], _ snapshot: borrowing some Snapshot & ~Copyable
    ) throws {
        var rows = 0
        try snapshot.scan(Tables.nodes) { node, payload in
            rows += 1
            let row = try NodeRowCodec.decode(payload, version: NodeRowCodec.version)
            if counted[node] != row { report.add("nodes: the counts of \(node.rawValue) are not what is there") }
            return .proceed
        }
        if rows != counted.count { report.add("nodes: \(rows) rows, \(counted.count) nodes have something to count") }
        for (node, entry) in held {
            let row = counted[node] ?? NodeRow()
            var degree = row.suspended
            for count in entry.active.counts { degree.add(count.namespace, Int(count.count)) }
            let isHub = policies.hubStatus(of: entry.member.namespace, degree: degree, records: row.records) != nil
            if isHub != entry.member.flags.contains(.hub) {
                report.add("node \(node.rawValue): hub or not, against its degree")
            }
            if entry.member.flags.contains(.hasNodeRow) != (counted[node] != nil) {
                report.add("node \(node.rawValue): its flag says otherwise than table nodes")
            }
        }
    }

    /// That every component which must be looked at has a row that leads to it.
    private mutating func inspectLooks(_ snapshot: borrowing some Snapshot & ~Copyable) throws {
        var earliest: [NodeID: Int32] = [:]
        try snapshot.scan(Tables.expiries) { key, _ in
            guard key.other.rawValue == 0, held[key.node] != nil, let root = root(of: key.node) else { return .proceed }
            earliest[root] = min(earliest[root] ?? key.hour, key.hour)
            return .proceed
        }
        for (root, look) in looks where earliest[root].map({ $0 > look }) ?? true {
            report.add("component \(root.rawValue): its row in expiries is missing")
        }
    }

    // MARK: Records, assertions, heirs, meta

    mutating func inspectRecords(_ snapshot: borrowing some Snapshot & ~Copyable) throws {
        var listed = 0
        var records: Set<NodeID> = []
        try snapshot.scan(Tables.records) { key, payload in
            guard case .held(let record) = try RecordCodec.decode(payload, version: RecordCodec.version) else {
                return .proceed
            }
            guard let member = held[record.node]?.member, member.key == key.key, member.namespace == .record,
                !member.flags.contains(.hidden) || member.flags.contains(.fenced)
            else {
                report.add("records: the node \(record.node.rawValue) of a record is not held, or hidden")
                return .proceed
            }
            records.insert(record.node)
            for identifier in record.identifiers {
                listed += 1
                let row = try snapshot.get(Tables.listings, NodePair(identifier, record.node))
                if row != ListingRow(source: key.source, time: record.time) || held[identifier] == nil {
                    report.add("listings: record \(record.node.rawValue) is not listed as it should be")
                }
            }
            return .proceed
        }
        let rows = try snapshot.count(Tables.listings)
        if rows != listed { report.add("listings: \(rows) rows, \(listed) identifiers of records") }
        for (node, entry) in held where entry.member.namespace == .record {
            if !records.contains(node), !entry.member.flags.contains(.hidden) {
                report.add("node \(node.rawValue): a record that table records does not have")
            }
        }
    }

    mutating func inspectAssertions(_ snapshot: borrowing some Snapshot & ~Copyable) throws {
        var asserted: Set<NodeID> = []
        try snapshot.scan(Tables.assertions) { ends, payload in
            let row = try AssertionCodec.decode(payload, version: AssertionCodec.version)
            asserted.insert(ends.first)
            if try snapshot.get(Tables.assertions, ends.reversed) != row {
                report.add("assertions: \(ends.first.rawValue), \(ends.second.rawValue) is not the same in reverse")
            }
            guard let near = held[ends.first], let far = held[ends.second] else {
                report.add("assertions: an end of \(ends.first.rawValue), \(ends.second.rawValue) is not held")
                return .proceed
            }
            let isPresent = [near, far].allSatisfy {
                $0.member.namespace != .record || !$0.member.flags.contains(.hidden)
            }
            if row.claim == .same, isPresent, near.root != far.root, fits(near.root, far.root) {
                report.add("assertions: \(ends.first.rawValue), \(ends.second.rawValue) must be linked and are not")
            }
            return .proceed
        }
        for (node, entry) in held where entry.member.flags.contains(.hasAssertions) != asserted.contains(node) {
            report.add("node \(node.rawValue): its flag says otherwise than table assertions")
        }
    }

    /// Whether two components may be one by their sizes: a must-link past the limit waits.
    func fits(_ first: NodeID, _ second: NodeID) -> Bool {
        held.values.count { $0.root == first || $0.root == second } <= policies.componentMembers
    }

    mutating func inspectHeirs(_ snapshot: borrowing some Snapshot & ~Copyable) throws {
        var rows = 0
        try snapshot.scan(Tables.heirs) { node, payload in
            rows += 1
            let heir = try NodeCodec.decode(payload, version: NodeCodec.version)
            if held[heir]?.inherited.contains(node) != true {
                report.add("heirs: \(heir.rawValue) does not hold what it inherited from \(node.rawValue)")
            }
            return .proceed
        }
        let inherited = held.values.reduce(0) { $0 + $1.inherited.count }
        if rows != inherited { report.add("heirs: \(rows) rows, \(inherited) node ids inherited") }
    }

    mutating func inspectMeta(_ snapshot: borrowing some Snapshot & ~Copyable) throws {
        var namespaces = 0
        var sources = 0
        try snapshot.scan(Tables.meta) { key, _ in
            if key.kind == .namespace {
                if Int(key.number) != namespaces { report.add("meta: the number of a namespace is missing") }
                namespaces += 1
            } else if key.kind == .source {
                if Int(key.number) != sources { report.add("meta: the number of a source is missing") }
                sources += 1
            }
            return .proceed
        }
        for kind in [MetaKey.Kind.format, .nextNode, .clock, .configuration, .keyCheck, .normalisers] {
            if try !snapshot.contains(Tables.meta, MetaKey(kind)) { report.add("meta: the row \(kind) is missing") }
        }
    }
}
