package import GraphStore
package import Identity
package import LMDB
package import Stitching

/// Rows that name a subject's nodes, by table: what a search for keys cannot see.
package struct NodeScan: Sendable {
    /// By table, how many rows name one; tables without such a row are left out.
    package private(set) var found: [String: Int] = [:]
    /// Rows that were read.
    package private(set) var rows = 0
    /// Names of the tables that were read.
    package private(set) var tables: Set<String> = []
    private let gone: Set<NodeID>

    package init(of gone: Set<NodeID>) { self.gone = gone }

    package mutating func run(_ snapshot: borrowing some Snapshot & ~Copyable) throws {
        try scan(Tables.identifiers, snapshot) { _, row in [row.node] }
        try scan(Tables.components, snapshot) { node, row in
            switch row {
            case .parent(let parent): [node, parent]
            case .component(let component):
                [node] + component.members.map(\.node) + component.anchors + component.inheritances.map(\.node)
                    + component.links.flatMap { $0.evidence.records.map(\.record) }
            }
        }
        try scan(Tables.nodes, snapshot) { node, _ in [node] }
        try scan(Tables.suspended, snapshot) { ends, _ in [ends.first, ends.second] }
        try scan(Tables.assertions, snapshot) { ends, _ in [ends.first, ends.second] }
        try scan(Tables.records, snapshot) { _, row in
            guard case .held(let held) = row else { return [] }
            return [held.node] + held.identifiers
        }
        try scan(Tables.listings, snapshot) { ends, _ in [ends.first, ends.second] }
        try scanKeys(Tables.expiries, snapshot) { [$0.node, $0.other] }
        try scan(Tables.heirs, snapshot) { node, heir in [node, heir] }
        try scan(Tables.links, snapshot) { key, row in
            [key.ends.first, key.ends.second] + row.evidence.records.map(\.record)
        }
        try scanKeys(Tables.consents, snapshot) { [$0.node] }
        try scanKeys(Tables.restrictions, snapshot) { [$0] }
        try scanKeys(Tables.dataKeys, snapshot) { [$0] }
        try scanKeys(Tables.blocks, snapshot) { [$0.record] }
        try scanKeys(Tables.filings, snapshot) { [$0] }
        try scan(Tables.matches, snapshot) { ends, _ in [ends.first, ends.second] }
        try scanKeys(Tables.facts, snapshot) { [$0.node] }
        try scanKeys(Tables.decisions, snapshot) { [$0.node] }
        try scanKeys(Tables.reservations, snapshot) { [$0.decision.node] }
        try scan(Tables.changes, snapshot) { _, row in row.changes.flatMap { [$0.anchor] + $0.others } }
    }

    private mutating func scan<K, V>(
        _ table: Table<K, V>, _ snapshot: borrowing some Snapshot & ~Copyable,
        _ nodes: (K.Key, V.Value) -> [NodeID]
    ) throws where V.Value: Copyable {
        tables.insert(table.name.description)
        try snapshot.scan(table) { key, payload in
            note(nodes(key, try V.decode(payload, version: V.version)), table.name)
            return .proceed
        }
    }

    private mutating func scanKeys<K, V>(
        _ table: Table<K, V>, _ snapshot: borrowing some Snapshot & ~Copyable, _ nodes: (K.Key) -> [NodeID]
    ) throws {
        tables.insert(table.name.description)
        try snapshot.scan(table) { key, _ in
            note(nodes(key), table.name)
            return .proceed
        }
    }

    private mutating func note(_ nodes: [NodeID], _ table: StaticString) {
        rows += 1
        if nodes.contains(where: gone.contains) { found[table.description, default: 0] += 1 }
    }
}

extension Engine {
    /// By table, rows that name a node of an erasure's subject, fenced or gone.
    package func nodeRows(ofErasure number: UInt64) throws -> [String: Int] {
        let sealing = store.sealing
        return try store.environment.read { transaction in
            var scan = NodeScan(of: try ErasureNeedles.load(number, sealing, transaction).nodes)
            try scan.run(transaction)
            return scan.found
        }
    }

    /// Whether an identifier is suppressed, and why; nil: it is not. For the privacy roles.
    package func suppression(of key: IdentityKey) throws -> SuppressionRow? {
        let keyRing = store.keyRing
        let storedKeys = store.storedKeys
        return try store.environment.read { transaction in
            let newest = try transaction.keyVersion().newest
            for (version, key) in try storedKeys.versions(of: key, upTo: newest) {
                if let row = try transaction.suppression(of: key, keyRing), row.keyVersion == version { return row }
            }
            return nil
        }
    }
}
