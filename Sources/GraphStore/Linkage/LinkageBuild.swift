package import Identity
package import LMDB
package import Stitching

/// All that a model finds among the records held: what `blocks`, `filings` and `matches` have to say.
///
/// In memory: some 500 bytes a record with five attributes, and 40 for each block that it is in.
package struct LinkageBuild {
    package let linkage: Linkage
    package private(set) var table: RecordTable
    /// By record of the table.
    package private(set) var nodes: [NodeID] = []
    package private(set) var ends: [Likeness.End] = []
    private var checks: [UInt32] = []
    package let devices: DeviceBuild

    /// Reads every record that has an encoding.
    package init(_ linkage: Linkage, _ snapshot: borrowing some Snapshot & ~Copyable) throws {
        self.linkage = linkage
        let read = try LinkageRecords(snapshot) { try linkage.encoding(of: $0, $1) }
        table = RecordTable(read.records)
        nodes = table.origins.map { read.nodes[$0] }
        ends = table.origins.map { read.ends[$0] }
        checks = table.origins.map { read.records[$0].encoding.check }
        devices = try DeviceBuild(linkage, snapshot)
    }

    /// How many records and devices can be compared.
    package var count: Int { nodes.count + devices.count }

    /// The pairs of records at the review threshold or above, by their nodes; each once, its lower node first.
    package func matches(_ matcher: BulkMatcher) -> [(pair: NodePair, row: MatchRow)] {
        let links = matcher.links(atLeast: linkage.model.reviewThreshold)
        return links.map { link in
            let (left, right) = (Int(link.left), Int(link.right))
            let inOrder = nodes[left] < nodes[right]
            let (low, high) = inOrder ? (left, right) : (right, left)
            let shared = UInt16(clamping: matcher.blocks.shared(link.left, link.right))
            return (
                NodePair(nodes[low], nodes[high]),
                MatchRow(weight: link.weight, shared: shared, low: ends[low], high: ends[high])
            )
        }.sorted { $0.pair < $1.pair }
    }

    /// Filings by node ascending.
    package func forEachFiling(_ body: (NodeID, Filing) throws -> Void) throws {
        for record in nodes.indices.sorted(by: { nodes[$0] < nodes[$1] }) {
            let entries = table.withRecord(record) { linkage.entries(of: $0) }
            try body(nodes[record], Filing(end: ends[record], check: checks[record], entries: entries))
        }
        try devices.forEachFiling(body)
    }

    /// All pairs, each once, its lower node first.
    package func allMatches() -> [(pair: NodePair, row: MatchRow)] {
        matches(BulkMatcher(table, linkage.model)) + devices.matches(linkage)
    }

    /// Replaces what the three tables hold.
    package func write(_ transaction: inout WriteTransaction) throws {
        try Self.clear(&transaction)
        var blocks: [BlockRow] = []
        try forEachFiling { node, filing in
            try transaction.put(Tables.filings, node, filing)
            for entry in filing.entries { blocks.append(BlockRow(block: entry.block, record: node)) }
        }
        blocks.sort()
        for row in blocks { try transaction.put(Tables.blocks, row, (), .append) }
        blocks = []
        for (pair, row) in allMatches() {
            try transaction.put(Tables.matches, pair, row)
            try transaction.put(Tables.matches, pair.reversed, row)
        }
    }

    /// Empties the three tables.
    package static func clear(_ transaction: inout WriteTransaction) throws {
        for table in [Tables.blocks.declaration, Tables.filings.declaration, Tables.matches.declaration] {
            try transaction.deleteAll(table)
        }
    }
}

/// The records of a store that have an encoding, as they lie in table `records`.
package struct LinkageRecords {
    package private(set) var records: [(key: IdentityKey, encoding: RecordEncoding)] = []
    package private(set) var nodes: [NodeID] = []
    package private(set) var ends: [Likeness.End] = []

    /// - Parameter encoding: of a record as it is held.
    package init(
        _ snapshot: borrowing some Snapshot & ~Copyable,
        _ encoding: (HeldRecord, RecordKey) throws -> RecordEncoding?
    ) throws {
        try snapshot.scan(Tables.records) { key, payload in
            guard case .held(let held) = try RecordCodec.decode(payload, version: RecordCodec.version),
                try !snapshot.isFenced(held.node), let found = try encoding(held, key)
            else { return .proceed }
            records.append((key.key, found))
            nodes.append(held.node)
            ends.append(Likeness.End(source: key.source, time: held.time))
            return .proceed
        }
    }
}

extension Snapshot where Self: ~Copyable {
    /// Whether a node is being erased.
    func isFenced(_ node: NodeID) throws -> Bool {
        guard try count(Tables.erasures) > 0 else { return false }
        return try storedMember(node)?.flags.contains(.fenced) ?? false
    }
}
