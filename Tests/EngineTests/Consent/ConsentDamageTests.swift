import Engine
import GraphStore
import Identity
import LMDB
import Stitching
import TestSupport
import Testing

/// Rows that contradict each other are found, each kind by its own words.
@Suite struct ConsentDamageTests {
    /// Two people's worth of consent, a restricted source, grants that take back, heirs, feed and audit.
    private static func graph() throws -> TestGraph {
        let graph = try TestGraph(
            purposes: """
                sources:
                  shop: {party: first}
                  partner: {party: third, purposes: [service]}

                """)
        try graph.see(("email", 1), ("device", 1), source: "shop")
        try graph.see(("device", 1), ("email", 2), source: "partner")
        try graph.see(("device", 1), ("device", 2), source: "partner")
        try graph.see(("cookie", 1), ("email", 2), source: "shop")
        let refused = try graph.decide(("device", 1), "ads", .denied, law: "CPRA")
        try graph.decide(("email", 1), "ads", .granted, .profile, hours: 1, lifts: [refused])
        try graph.decide(("email", 1), "news", .withdrawn, .profile, hours: 1)
        try graph.decide(("email", 1), "news", .denied, .profile, hours: 2)
        _ = try graph.engine.access(
            by: "one", role: .privacy, action: "resolve", reason: "a test", subjects: [],
            at: EvidenceBuilder.time(hours: 1))
        _ = try graph.engine.access(
            by: "two", role: .admin, action: "resolve", reason: "a test", subjects: [],
            at: EvidenceBuilder.time(hours: 2))
        try checkIntegrity(graph.engine)
        return graph
    }

    private static func findings(_ graph: TestGraph) -> String {
        do {
            try checkIntegrity(graph.engine)
            return ""
        } catch let damage as DamagedStore { return damage.findings.joined(separator: "\n") } catch {
            return "\(error)"
        }
    }

    // MARK: Components

    private static let sections: [(name: String, finding: String, change: @Sendable (inout Component) -> Void)] = [
        ("no section", "the section of its views is missing", { $0.views = nil }),
        ("a cell less", "its consents are not", { _ = $0.views?.cells.popLast() }),
        ("a state", "its consents are not", { $0.views?.cells[0].consent.state = .undecided }),
        ("an end", "its consents are not", { $0.views?.cells[0].consent.until -= 1 }),
        ("a law", "its jurisdictions are not", { $0.views?.laws = [] }),
        ("lifts", "grants that take back", { $0.views?.hasLifts.toggle() }),
        ("support", "what its members may serve", { $0.views?.support?[0] ^= 1 }),
        ("all support", "what its members may serve", { $0.views?.support = nil }),
        ("an edge less", "its edges are not", { _ = $0.views?.edges.popLast() }),
        ("an edge's mask", "its edges are not", { $0.views?.edges[0].mask ^= 2 }),
        ("heirs", "masks", { $0.views?.heirMasks = [] }),
        ("pinned", "it expires or not", { $0.members[0].flags.formSymmetricDifference(.pinned) }),
        ("decided", "otherwise than table consents", { $0.members[2].flags.formSymmetricDifference(.hasConsents) }),
    ]

    @Test(arguments: sections.indices)
    func aWrongSectionIsFound(_ index: Int) throws {
        let graph = try Self.graph()
        let (name, finding, change) = Self.sections[index]
        try graph.engine.store.environment.write { transaction in
            guard let row = try transaction.get(Tables.identifiers, EvidenceBuilder.key("email", 1)),
                let held = try transaction.component(of: row.node)
            else { return }
            var component = held.component
            change(&component)
            try transaction.put(Tables.components, held.root, .component(component))
        }
        let found = Self.findings(graph)
        #expect(found.contains(finding), "\(name): \(found)")
    }

    // MARK: Rows

    private static let rows:
        [(name: String, finding: String, change: @Sendable (inout WriteTransaction) throws -> Void)] =
            [
                (
                    "an entry's meaning", "names another entry before it",
                    { transaction in
                        let (key, entry) = try ledger(transaction)
                        var changed = entry[1]
                        changed.channel = "post"
                        try transaction.put(Tables.consents, ConsentKey(node: key, sequence: 2), changed)
                    }
                ),
                (
                    "an entry less", "does not follow the one before it",
                    { transaction in
                        let (key, _) = try ledger(transaction)
                        _ = try transaction.delete(Tables.consents, ConsentKey(node: key, sequence: 2))
                    }
                ),
                (
                    "an entry twice", "is there twice",
                    { transaction in
                        let (key, entries) = try ledger(transaction)
                        var again = entries[0]
                        again.previous = entries[2].hash
                        try transaction.put(Tables.consents, ConsentKey(node: key, sequence: 4), again)
                    }
                ),
                (
                    "an entry of nobody", "the node is not held",
                    { transaction in
                        let (_, entries) = try ledger(transaction)
                        try transaction.put(Tables.consents, ConsentKey(node: NodeID(99), sequence: 1), entries[0])
                    }
                ),
                (
                    "a purpose without a name", "its purpose has no name",
                    { transaction in
                        let (key, entries) = try ledger(transaction)
                        var changed = entries[2]
                        changed.purpose = 31
                        try transaction.put(Tables.consents, ConsentKey(node: key, sequence: 3), changed)
                    }
                ),
                (
                    "a row of the feed less", "changes: row 2 does not follow",
                    { transaction in _ = try transaction.delete(Tables.changes, 1) }
                ),
                (
                    "the feed's last row", "and meta says",
                    { transaction in
                        if let last = try transaction.lastKey(Tables.changes) {
                            _ = try transaction.delete(Tables.changes, last)
                        }
                    }
                ),
                (
                    "a node of the feed", "a node that was never given",
                    { transaction in
                        guard var row = try transaction.get(Tables.changes, 1) else { return }
                        row.changes[0].anchor = NodeID(1_000)
                        try transaction.put(Tables.changes, 1, row)
                    }
                ),
                (
                    "an entry of the audit", "audit: entry 2 names another entry before it",
                    { transaction in
                        guard var entry = try transaction.get(Tables.audit, 1) else { return }
                        entry.principal = "nobody"
                        try transaction.put(Tables.audit, 1, entry)
                    }
                ),
                (
                    "an entry of the audit less", "audit: entry 2 does not follow",
                    { transaction in _ = try transaction.delete(Tables.audit, 1) }
                ),
            ]

    @Test(arguments: rows.indices)
    func aWrongRowIsFound(_ index: Int) throws {
        let graph = try Self.graph()
        let (name, finding, change) = Self.rows[index]
        try graph.engine.store.environment.write { try change(&$0) }
        let found = Self.findings(graph)
        #expect(found.contains(finding), "\(name): \(found)")
    }

    /// The ledger of email 1: three entries.
    private static func ledger(_ transaction: borrowing WriteTransaction) throws -> (NodeID, [ConsentEntry]) {
        guard let row = try transaction.get(Tables.identifiers, EvidenceBuilder.key("email", 1)) else {
            return (NodeID(0), [])
        }
        return (row.node, try transaction.ledger(of: row.node))
    }
}
