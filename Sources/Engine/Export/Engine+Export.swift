package import GraphStore
internal import Identity
internal import LMDB
internal import Stitching

extension Engine {
    /// Hands over every row of a table of the graph, in no particular order: `ExportRow.key` says where it belongs. What
    /// stands for a person is keyed: identity keys, as `selvedge key` prints them, and profile ids; no raw value, and no
    /// record id.
    ///
    /// The store is read in pieces, each from the latest commit, so that a long export holds back no writer: what is
    /// recorded meanwhile may be in it or not. The row is good for the call alone.
    ///
    /// - Parameter pieceSize: components, or rows, to a piece.
    package func export(
        _ table: GraphTable, _ format: ExportFormat, under access: AuditedAccess, pieceSize: Int = 10_000,
        _ body: (ExportRow) throws -> Void
    ) throws {
        var export = GraphExport(
            row: ExportRow(table, format), state: try state(), profileID: { self.profileID($0).description })
        switch table {
        case .nodes: try pieces(pieceSize) { try export.nodes(of: $0, $1, body) }
        case .profiles: try pieces(pieceSize) { component, _ in try export.profiles(of: component, body) }
        case .links:
            try pieces(pieceSize) { component, _ in try export.links(of: component, body) }
            try pieces(Tables.suspended, pieceSize) { try export.suspended($0, $1, $2, body) }
            try pieces(Tables.assertions, pieceSize) { try export.asserted($0, $1, $2, body) }
        case .consents: try pieces(Tables.consents, pieceSize) { try export.consent($0, $1, $2, body) }
        }
    }

    private func pieces(
        _ size: Int, _ body: (Component, borrowing ReadTransaction) throws -> Void
    ) throws {
        try pieces(Tables.components, size) { _, row, transaction in
            guard case .component(var component) = row else { return }
            if component.linksApart { component.links = try transaction.linksApart(of: component) }
            try body(component, transaction)
        }
    }

    private func pieces<K, V>(
        _ table: Table<K, V>, _ size: Int, _ body: (K.Key, V.Value, borrowing ReadTransaction) throws -> Void
    ) throws {
        var from: K.Key?
        var isFirst = true
        while isFirst || from != nil {
            isFirst = false
            from = try store.environment.read { transaction in
                var next: K.Key?
                var taken = 0
                try transaction.scan(table, from: from) { key, payload in
                    guard taken < size else {
                        next = key
                        return .stop
                    }
                    taken += 1
                    try body(key, try V.decode(payload, version: V.version), transaction)
                    return .proceed
                }
                return next
            }
        }
    }
}

/// Writes rows of the export.
struct GraphExport {
    private var row: ExportRow
    private let state: StoreState
    private let profileID: (NodeID) -> String
    /// The keys of the node that was asked for last: rows of a pair table come by their first node.
    private var lastKey: (node: NodeID, key: IdentityKey)?

    init(row: ExportRow, state: StoreState, profileID: @escaping (NodeID) -> String) {
        self.row = row
        self.state = state
        self.profileID = profileID
    }

    // MARK: Nodes

    mutating func nodes(
        of component: Component, _ snapshot: borrowing ReadTransaction, _ body: (ExportRow) throws -> Void
    ) throws {
        let profiles = component.anchors.map(profileID)
        for member in component.members {
            let isHidden = member.flags.contains(.hidden)
            let node =
                member.flags.contains(.hasNodeRow) ? try snapshot.get(Tables.nodes, member.node) : nil
            let hub =
                member.flags.contains(.hub)
                ? state.policies.hubStatus(
                    of: member.namespace, degree: node?.suspended ?? Degree(), records: node?.records ?? 0) : nil
            begin([member.key])
            row.add(member.key.description)
            row.add(state.namespaceName(member.namespace))
            row.add(isHidden ? nil : profiles[Int(member.cluster)])
            row.add(isHidden ? (member.namespace == .record ? "retracted" : "expired") : "active")
            row.add(member.flags.contains(.hub) ? hub?.reason.description ?? "hub" : nil)
            row.add(Int(node?.records ?? 0))
            try finish(body)
        }
    }

    // MARK: Profiles

    mutating func profiles(of component: Component, _ body: (ExportRow) throws -> Void) throws {
        var counts = Array(repeating: (identifiers: 0, records: 0), count: component.anchors.count)
        var spans = Array(repeating: SeenSpan(), count: component.anchors.count)
        for member in component.members where !member.flags.contains(.hidden) {
            if member.namespace == .record {
                counts[Int(member.cluster)].records += 1
            } else {
                counts[Int(member.cluster)].identifiers += 1
            }
        }
        for link in component.links {
            let cluster = component.members[Int(link.left)].cluster
            guard cluster == component.members[Int(link.right)].cluster else { continue }
            spans[Int(cluster)].links += 1
            spans[Int(cluster)].add(link.evidence)
        }
        for (cluster, anchor) in component.anchors.enumerated() {
            let count = counts[cluster]
            guard count.identifiers + count.records > 0 else { continue }
            let id = profileID(anchor)
            row.begin()
            row.key.append(contentsOf: id.utf8)
            row.add(id)
            row.add(count.identifiers)
            row.add(count.records)
            row.add(spans[cluster].links)
            row.add(spans[cluster].first?.description)
            row.add(spans[cluster].last?.description)
            try finish(body)
        }
    }

    // MARK: Links

    /// Active links, a row for each source; must-links are told as they were asserted.
    mutating func links(of component: Component, _ body: (ExportRow) throws -> Void) throws {
        for link in component.links where link.kind != .mustLink {
            let ends = (component.members[Int(link.left)].key, component.members[Int(link.right)].key)
            let isJoined = link.verdict == .joined
            try links(
                ends, name(link.kind), isJoined ? "active" : "kept_apart",
                isJoined ? nil : link.verdict.description, link.shownEvidence, body)
        }
    }

    mutating func suspended(
        _ ends: NodePair, _ link: SuspendedRow, _ snapshot: borrowing ReadTransaction,
        _ body: (ExportRow) throws -> Void
    ) throws {
        guard ends.first <= ends.second, let keys = try keys(ends, snapshot) else { return }
        let reason = link.reason.description
        try links(keys, name(link.kind), "suspended", reason, Evidence(folds: link.folds), body)
        guard let records = link.unlisted else { return }
        begin(keys, name(link.kind), "suspended", reason)
        row.add(String?.none)
        row.add(String?.none)
        row.add(records.newest.description)
        row.add(Int?.none)
        row.add(Int(records.count))
        try finish(body)
    }

    mutating func asserted(
        _ ends: NodePair, _ assertion: AssertionRow, _ snapshot: borrowing ReadTransaction,
        _ body: (ExportRow) throws -> Void
    ) throws {
        guard ends.first <= ends.second, let keys = try keys(ends, snapshot) else { return }
        begin(keys, assertion.claim == .same ? "must_link" : "cannot_link", "asserted", nil)
        row.add(String?.none)
        row.add(assertion.time.description)
        row.add(assertion.time.description)
        row.add(Int?.none)
        row.add(Int?.none)
        try finish(body)
    }

    private mutating func links(
        _ ends: (IdentityKey, IdentityKey), _ kind: String, _ linkState: String, _ reason: String?,
        _ evidence: Evidence, _ body: (ExportRow) throws -> Void
    ) throws {
        let sources = Set(evidence.folds.map(\.source) + evidence.records.map(\.source))
        for source in sources.sorted() {
            var span = SeenSpan()
            let folds = evidence.folds.filter { $0.source == source }
            let records = evidence.records.filter { $0.source == source }
            span.add(Evidence(folds: folds, records: records))
            begin(ends, kind, linkState, reason)
            row.add(state.sources[Int(source.rawValue)].name)
            row.add(span.first?.description)
            row.add(span.last?.description)
            row.add(folds.first.map { $0.days.nonzeroBitCount })
            row.add(records.count)
            try finish(body)
        }
    }

    // MARK: Decisions

    mutating func consent(
        _ key: ConsentKey, _ entry: ConsentEntry, _ snapshot: borrowing ReadTransaction,
        _ body: (ExportRow) throws -> Void
    ) throws {
        guard let token = try self.key(of: key.node, snapshot) else { return }
        begin([token])
        row.key.append(contentsOf: MetaBytes.encode(key.sequence))
        row.add(token.description)
        row.add(Int(key.sequence))
        row.add(entry.id.description)
        row.add(state.purposes[Int(entry.purpose)])
        row.add(entry.kind.description)
        row.add(entry.scope.description)
        row.add(entry.jurisdiction.map { state.jurisdictions[Int($0)] })
        row.add(entry.time.description)
        row.add(entry.received.description)
        row.add(state.sources[Int(entry.source.rawValue)].name)
        row.add(entry.channel)
        row.add(entry.notice?.id)
        row.add(entry.notice?.version)
        row.add(entry.notice?.language)
        row.add(entry.lifts.isEmpty ? nil : entry.lifts.map(\.description).joined(separator: " "))
        try finish(body)
    }

    // MARK: Parts of rows

    private func name(_ kind: LinkKind) -> String {
        switch kind {
        case .mustLink: "must_link"
        case .deterministic: "deterministic"
        case .tie: "record"
        case .probabilistic: "probabilistic"
        }
    }

    private mutating func begin(_ keys: [IdentityKey]) {
        row.begin()
        for key in keys { row.key.append(contentsOf: MetaBytes.encode(key.high) + MetaBytes.encode(key.low)) }
    }

    private mutating func begin(
        _ ends: (IdentityKey, IdentityKey), _ kind: String, _ linkState: String, _ reason: String?
    ) {
        let (left, right) = (min(ends.0, ends.1), max(ends.0, ends.1))
        begin([left, right])
        row.add(left.description)
        row.add(right.description)
        row.add(kind)
        row.add(linkState)
        row.add(reason)
    }

    private mutating func finish(_ body: (ExportRow) throws -> Void) throws {
        row.end()
        try body(row)
    }

    private mutating func keys(
        _ ends: NodePair, _ snapshot: borrowing ReadTransaction
    ) throws -> (IdentityKey, IdentityKey)? {
        guard let first = try key(of: ends.first, snapshot),
            let second = try snapshot.storedMember(ends.second)?.key
        else { return nil }
        return (first, second)
    }

    /// Nil: the node has gone since the row was read in an earlier piece.
    private mutating func key(of node: NodeID, _ snapshot: borrowing ReadTransaction) throws -> IdentityKey? {
        if let lastKey, lastKey.node == node { return lastKey.key }
        guard let key = try snapshot.storedMember(node)?.key else { return nil }
        lastKey = (node, key)
        return key
    }
}

/// When something was seen first and last.
private struct SeenSpan {
    var links = 0
    var first: Timestamp?
    var last: Timestamp?

    mutating func add(_ evidence: Evidence) {
        for fold in evidence.folds { add(fold.first, fold.last) }
        for record in evidence.records { add(record.time, record.time) }
    }

    private mutating func add(_ start: Timestamp, _ end: Timestamp) {
        first = first.map { min($0, start) } ?? start
        last = last.map { max($0, end) } ?? end
    }
}
