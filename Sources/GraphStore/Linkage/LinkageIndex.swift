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
        touched.insert(node)
        let own = linkage.weighable(encoding)
        linkage.cache.keep(own, node.rawValue, check: encoding.check)
        var shared: [NodeID: UInt16] = [:]
        let entries = linkage.entries(of: encoding.words.span)
        try transaction.put(Tables.filings, node, Filing(end: end, check: encoding.check, entries: entries))
        for entry in entries {
            let limit = linkage.limit(entry.rule)
            let members = try transaction.records(ofBlock: entry.block, limit: limit + 1)
            try transaction.put(Tables.blocks, BlockRow(block: entry.block, record: node), ())
            if members.count < limit {
                for member in members { shared[member, default: 0] += 1 }
            } else if members.count == limit {
                try forEachPair(members, &transaction) { try $0.lower($1, &$2) }
            }
        }
        for (other, count) in shared {
            guard let theirs = try linkage.weighable(other, nil, transaction) else { continue }
            let weight = linkage.weight(own, theirs.weighable)
            guard weight >= linkage.model.reviewThreshold else { continue }
            try put(weight, count, NodePair(node, other), end, theirs.end, &transaction)
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
            try forEachPair(members.filter { $0 != node }, &transaction) { try $0.raise($1, &$2) }
        }
    }

    // MARK: Pairs

    private mutating func forEachPair(
        _ members: [NodeID], _ transaction: inout WriteTransaction,
        _ body: (inout Self, NodePair, inout WriteTransaction) throws -> Void
    ) throws {
        for (place, first) in members.enumerated() {
            for second in members[(place + 1)...] { try body(&self, NodePair(first, second), &transaction) }
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
    private mutating func raise(_ pair: NodePair, _ transaction: inout WriteTransaction) throws {
        if var row = try transaction.get(Tables.matches, pair) {
            row.shared += 1
            try transaction.put(Tables.matches, pair, row)
            try transaction.put(Tables.matches, pair.reversed, row)
            return
        }
        guard let first = try linkage.weighable(pair.first, nil, transaction),
            let second = try linkage.weighable(pair.second, nil, transaction)
        else { return }
        let weight = linkage.weight(first.weighable, second.weighable)
        guard weight >= linkage.model.reviewThreshold else { return }
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
