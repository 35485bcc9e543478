package import Identity
package import LMDB
package import Stitching

/// Keeps `blocks`, `filings` and `matches` true while records come and go, one at a time.
///
/// The three are a function of the records held and of the model: which pairs share a block that is not past its limit, and what
/// they weigh. So the order in which records came, and those that have gone again, leave no trace.
package struct LinkageIndex {
    package let linkage: Linkage
    /// Records that have gained or lost a pair, or whose pairs weigh otherwise: their components are to be evaluated again.
    package private(set) var touched: Set<NodeID> = []

    package init(_ linkage: Linkage) { self.linkage = linkage }

    /// The records touched since the last call, ascending.
    package mutating func takeTouched() -> [NodeID] {
        let nodes = touched.sorted()
        touched = []
        return nodes
    }

    // MARK: Coming and going

    /// Files a record that is not filed, under its encoding, and weighs its candidates.
    package mutating func file(
        _ node: NodeID, _ encoding: RecordEncoding, _ end: Likeness.End, _ transaction: inout WriteTransaction
    ) throws {
        let own = linkage.weighable(encoding)
        linkage.cache.keep(own, node.rawValue, check: encoding.check)
        let filing = Filing(end: end, check: encoding.check, entries: linkage.entries(of: encoding.words.span))
        try file(node, .record(own), filing, &transaction)
    }

    /// Files a device as its traffic is now; takes it out where nothing is known of it any more.
    package mutating func refile(_ node: NodeID, _ transaction: inout WriteTransaction) throws {
        guard let traffic = try linkage.traffic(of: node, transaction) else { return try unfile(node, &transaction) }
        let entries = linkage.entries(of: traffic.profile)
        let filing = Filing(end: traffic.end, check: traffic.check, entries: entries)
        guard try transaction.get(Tables.filings, node) != filing else { return }
        try unfile(node, &transaction)
        try file(node, .device(traffic.profile), filing, &transaction)
    }

    private mutating func file(
        _ node: NodeID, _ own: Subject, _ filing: Filing, _ transaction: inout WriteTransaction
    ) throws {
        touched.insert(node)
        var shared: [NodeID: UInt16] = [:]
        try transaction.put(Tables.filings, node, filing)
        for entry in filing.entries {
            let limit = linkage.limit(entry.rule)
            let members = try transaction.records(ofBlock: entry.block, limit: limit + 1)
            try transaction.put(Tables.blocks, BlockRow(block: entry.block, record: node), ())
            if members.count < limit {
                for member in members { shared[member, default: 0] += 1 }
            } else if members.count == limit {
                try forEachPair(members, own.isDevice, &transaction) { try $0.lower($1, &$3) }
            }
        }
        for (other, count) in shared {
            guard let theirs = try subject(other, own.isDevice, transaction),
                let weight = weight(own, theirs.subject)
            else { continue }
            try put(weight, count, NodePair(node, other), filing.end, theirs.end, &transaction)
        }
    }

    /// What is compared.
    private enum Subject {
        case record(Weighable)
        case device(TrafficProfile)

        var isDevice: Bool {
            if case .device = self { true } else { false }
        }
    }

    /// What is filed under a node; nil: nothing, or it is not held any more.
    private func subject(
        _ node: NodeID, _ isDevice: Bool, _ transaction: borrowing WriteTransaction
    ) throws -> (subject: Subject, end: Likeness.End)? {
        if isDevice { return try linkage.traffic(of: node, transaction).map { (.device($0.profile), $0.end) } }
        return try linkage.weighable(node, nil, transaction).map { (.record($0.weighable), $0.end) }
    }

    /// Nil: below the review threshold.
    private func weight(_ left: Subject, _ right: Subject) -> LinkWeight? {
        switch (left, right) {
        case (.record(let one), .record(let other)):
            let weight = linkage.weight(one, other)
            return weight >= linkage.model.reviewThreshold ? weight : nil
        case (.device(let one), .device(let other)):
            guard let scorer = linkage.trafficScorer else { return nil }
            let weight = scorer.weight(one, other)
            return weight >= scorer.model.reviewThreshold ? weight : nil
        default: return nil
        }
    }

    /// Takes a record out of all three tables; one that is not filed stays so.
    package mutating func unfile(_ node: NodeID, _ transaction: inout WriteTransaction) throws {
        guard let filing = try transaction.get(Tables.filings, node) else { return }
        touched.insert(node)
        linkage.cache.drop(node.rawValue)
        for match in try transaction.matches(of: node, atLeast: LinkWeight(rawValue: .min)) {
            try delete(NodePair(node, match.other), &transaction)
        }
        _ = try transaction.delete(Tables.filings, node)
        for entry in filing.entries {
            let limit = linkage.limit(entry.rule)
            let members = try transaction.records(ofBlock: entry.block, limit: limit + 2)
            _ = try transaction.delete(Tables.blocks, BlockRow(block: entry.block, record: node))
            guard members.count == limit + 1 else { continue }
            let isDevice = entry.rule == Linkage.trafficRule
            try forEachPair(members.filter { $0 != node }, isDevice, &transaction) { try $0.raise($1, $2, &$3) }
        }
    }

    // MARK: Pairs

    private mutating func forEachPair(
        _ members: [NodeID], _ isDevice: Bool, _ transaction: inout WriteTransaction,
        _ body: (inout Self, NodePair, Bool, inout WriteTransaction) throws -> Void
    ) throws {
        for (place, first) in members.enumerated() {
            for second in members[(place + 1)...] { try body(&self, NodePair(first, second), isDevice, &transaction) }
        }
    }

    /// A block that two records share is past its limit now.
    private mutating func lower(_ pair: NodePair, _ transaction: inout WriteTransaction) throws {
        guard var row = try transaction.get(Tables.matches, pair) else { return }
        guard row.shared > 1 else { return try delete(pair, &transaction) }
        row.shared -= 1
        try transaction.put(Tables.matches, pair, row)
        try transaction.put(Tables.matches, pair.reversed, row)
    }

    /// A block that two records share is no longer past its limit.
    private mutating func raise(_ pair: NodePair, _ isDevice: Bool, _ transaction: inout WriteTransaction) throws {
        if var row = try transaction.get(Tables.matches, pair) {
            row.shared += 1
            try transaction.put(Tables.matches, pair, row)
            try transaction.put(Tables.matches, pair.reversed, row)
            return
        }
        guard let first = try subject(pair.first, isDevice, transaction),
            let second = try subject(pair.second, isDevice, transaction),
            let weight = weight(first.subject, second.subject)
        else { return }
        try put(weight, 1, pair, first.end, second.end, &transaction)
    }

    private mutating func put(
        _ weight: LinkWeight, _ shared: UInt16, _ pair: NodePair, _ first: Likeness.End, _ second: Likeness.End,
        _ transaction: inout WriteTransaction
    ) throws {
        let inOrder = pair.first < pair.second
        let row = MatchRow(
            weight: weight, shared: shared, low: inOrder ? first : second, high: inOrder ? second : first)
        try transaction.put(Tables.matches, pair, row)
        try transaction.put(Tables.matches, pair.reversed, row)
        touched.insert(pair.first)
        touched.insert(pair.second)
    }

    private mutating func delete(_ pair: NodePair, _ transaction: inout WriteTransaction) throws {
        _ = try transaction.delete(Tables.matches, pair)
        _ = try transaction.delete(Tables.matches, pair.reversed)
        touched.insert(pair.first)
        touched.insert(pair.second)
    }
}
