internal import GraphStore
internal import Identity
internal import LMDB
internal import Stitching

/// The stages that bring evidence over, in an order in which each finds what it refers to.
extension Rebuild {
    // MARK: Tables that are the same under every configuration

    /// Identity keys, records, the feed so far and the audit; row by row, in the order of their keys.
    func copyPiece() throws {
        let old = try source.environment.beginRead()
        var transaction = try target.environment.beginWrite()
        var rest = source.environment.pieceBytes
        var count = 0
        try copy(Tables.identifiers, old, &transaction, &rest, &count)
        try copy(Tables.records, old, &transaction, &rest, &count)
        try copy(Tables.changes, old, &transaction, &rest, &count)
        try copy(Tables.audit, old, &transaction, &rest, &count)
        try copy(Tables.suppressions, old, &transaction, &rest, &count)
        try copy(Tables.erasures, old, &transaction, &rest, &count)
        try copy(Tables.needles, old, &transaction, &rest, &count)
        try copy(Tables.restrictions, old, &transaction, &rest, &count)
        try copy(Tables.models, old, &transaction, &rest, &count)
        try copy(Tables.filings, old, &transaction, &rest, &count)
        try copy(Tables.blocks, old, &transaction, &rest, &count)
        try copy(Tables.matches, old, &transaction, &rest, &count)
        try copy(Tables.dataKeys, old, &transaction, &rest, &count)
        try copy(Tables.facts, old, &transaction, &rest, &count)
        try copy(Tables.artefacts, old, &transaction, &rest, &count)
        try copy(Tables.decisions, old, &transaction, &rest, &count)
        try copy(Tables.counters, old, &transaction, &rest, &count)
        try copy(Tables.reservations, old, &transaction, &rest, &count)
        if rest > 0 { mark.begin(.components) }
        try commit(transaction, rows: count)
    }

    /// Copies rows past the last that is there, until `rest` bytes are used up.
    private func copy<K, V>(
        _ table: Table<K, V>, _ old: borrowing ReadTransaction, _ transaction: inout WriteTransaction,
        _ rest: inout Int, _ count: inout Int
    ) throws {
        guard rest > 0, try transaction.count(table) < old.count(table) else { return }
        var isFirst = try transaction.count(table) > 0
        let last = try transaction.lastKey(table)
        try old.scan(table, from: last) { key, payload in
            if isFirst {
                isFirst = false
                return .proceed
            }
            try transaction.putBytes(table, key, payload, .append)
            count += 1
            rest -= K.width + payload.byteCount
            return rest > 0 ? .proceed : .stop
        }
    }

    // MARK: Components

    func componentsPiece() throws {
        let old = try source.environment.beginRead()
        var piece: [Component] = []
        var load = 0
        var next: NodeID?
        try old.scan(Tables.components, from: mark.next.first) { root, payload in
            guard case .component(var component) = try ComponentCodec.decode(payload, version: ComponentCodec.version)
            else { return .proceed }
            guard load < pieceLoad else {
                next = root
                return .stop
            }
            if component.linksApart { component.links = try old.linksApart(of: component) }
            load += component.members.count + component.links.count
            piece.append(component)
            return .proceed
        }
        var transaction = try target.environment.beginWrite()
        var workspace = makeWorkspace()
        for component in piece { try take(component, old, &workspace, &transaction) }
        try finish(&workspace, &transaction)
        if let next { mark.next = NodePair(next, NodeID(0)) } else { mark.begin(.suspended) }
        try commit(transaction, rows: piece.count)
    }

    private func take(
        _ component: Component, _ old: borrowing ReadTransaction, _ workspace: inout Workspace,
        _ transaction: inout WriteTransaction
    ) throws {
        var dense: [Int32] = []
        dense.reserveCapacity(component.members.count)
        for member in component.members {
            dense.append(try workspace.adopt(member.node, member.key, member.namespace, transaction))
        }
        var sources: [Int32: SourceID] = [:]
        for link in component.links {
            let (left, right) = (dense[Int(link.left)], dense[Int(link.right)])
            switch link.kind {
            case .deterministic:
                try workspace.join(link.evidence.folds, to: left, right, link.kind, transaction)
            case .tie:
                let isLeft = component.members[Int(link.left)].namespace == .record
                sources[isLeft ? left : right] = link.evidence.records.first?.source
            case .mustLink, .probabilistic: break
            }
        }
        for (place, member) in component.members.enumerated() where member.namespace == .record {
            guard let (key, held) = try record(member, sources[dense[place]], transaction) else { continue }
            try take(held, key, dense[place], old, &workspace, &transaction)
        }
    }

    /// The record behind a node; nil where none is held.
    private func record(
        _ member: Member, _ known: SourceID?, _ transaction: borrowing WriteTransaction
    ) throws -> (key: RecordKey, held: HeldRecord)? {
        if member.flags.contains(.hidden) { return nil }
        let numbers = known.map { [$0] } ?? state.sources.indices.map { SourceID(UInt32($0)) }
        for number in numbers {
            let key = RecordKey(source: number, key: member.key)
            if case .held(let held)? = try transaction.get(Tables.records, key), held.node == member.node {
                return (key, held)
            }
        }
        throw StoreError.damaged("a record's node has no row in records")
    }

    private func take(
        _ held: HeldRecord, _ key: RecordKey, _ dense: Int32, _ old: borrowing ReadTransaction,
        _ workspace: inout Workspace, _ transaction: inout WriteTransaction
    ) throws {
        var identifiers: [Int32] = []
        for node in held.identifiers {
            identifiers.append(try adopt(node, old, &workspace, transaction))
            let row = ListingRow(source: key.source, time: held.time)
            try transaction.put(Tables.listings, NodePair(node, held.node), row)
        }
        let contribution = RecordContribution(record: held.node, source: key.source, time: held.time)
        try workspace.contribute(contribution, identifiers, transaction)
        try workspace.hold(record: dense, transaction)
        workspace.retie(dense, key)
    }

    /// A node that the source holds.
    private func adopt(
        _ node: NodeID, _ old: borrowing ReadTransaction, _ workspace: inout Workspace,
        _ transaction: borrowing WriteTransaction
    ) throws -> Int32 {
        if let dense = try workspace.loadIfHeld(node, transaction) { return dense }
        guard let member = try old.storedMember(node) else {
            throw StoreError.damaged("a node that is referred to has no row in components")
        }
        return try workspace.adopt(node, member.key, member.namespace, transaction)
    }

    // MARK: Suspended links

    /// The next rows of a table that has each link in both directions, once each; and where to go on, nil at its end.
    private func links<Row: ValueCodec>(
        of table: Table<NodePairCodec, Row>, _ old: borrowing ReadTransaction
    ) throws -> (piece: [(ends: NodePair, row: Row.Value)], next: NodePair?) {
        var piece: [(ends: NodePair, row: Row.Value)] = []
        var next: NodePair?
        try old.scan(table, from: mark.next) { ends, payload in
            guard ends.first <= ends.second else { return .proceed }
            guard piece.count < pieceRows else {
                next = ends
                return .stop
            }
            piece.append((ends, try Row.decode(payload, version: Row.version)))
            return .proceed
        }
        return (piece, next)
    }

    func suspendedPiece() throws {
        let old = try source.environment.beginRead()
        let (piece, next) = try links(of: Tables.suspended, old)
        var transaction = try target.environment.beginWrite()
        var workspace = makeWorkspace()
        for (ends, row) in piece where !row.folds.isEmpty {
            let first = try adopt(ends.first, old, &workspace, transaction)
            let second = try adopt(ends.second, old, &workspace, transaction)
            try workspace.join(row.folds, to: first, second, row.kind, transaction)
        }
        try finish(&workspace, &transaction)
        if let next { mark.next = next } else { mark.begin(.assertions) }
        try commit(transaction, rows: piece.count)
    }

    // MARK: Assertions and decisions

    func assertionsPiece() throws {
        let old = try source.environment.beginRead()
        let (piece, next) = try links(of: Tables.assertions, old)
        var transaction = try target.environment.beginWrite()
        var workspace = makeWorkspace()
        for (ends, row) in piece {
            let first = try adopt(ends.first, old, &workspace, transaction)
            let second = try adopt(ends.second, old, &workspace, transaction)
            try transaction.put(Tables.assertions, ends, row)
            try transaction.put(Tables.assertions, ends.reversed, row)
            workspace.noteAssertions(first, any: true)
            workspace.noteAssertions(second, any: true)
            if row.claim == .same { try workspace.setMustLink(first, second, isHeld: true, transaction) }
        }
        try finish(&workspace, &transaction)
        if let next { mark.next = next } else { mark.begin(.decisions) }
        try commit(transaction, rows: piece.count)
    }

    /// Ledgers, each whole.
    func decisionsPiece() throws {
        let old = try source.environment.beginRead()
        var ledgers: [(node: NodeID, entries: [ConsentEntry])] = []
        var count = 0
        var next: NodeID?
        try old.scan(Tables.consents, from: ConsentKey(node: mark.next.first, sequence: 0)) { key, payload in
            let isNew = ledgers.last?.node != key.node
            guard !isNew || count < pieceRows else {
                next = key.node
                return .stop
            }
            if isNew { ledgers.append((key.node, [])) }
            count += 1
            let entry = try ConsentEntryCodec.decode(payload, version: ConsentEntryCodec.version)
            ledgers[ledgers.count - 1].entries.append(entry)
            return .proceed
        }
        var transaction = try target.environment.beginWrite()
        var workspace = makeWorkspace()
        for ledger in ledgers {
            for (place, entry) in ledger.entries.enumerated() {
                try transaction.put(
                    Tables.consents, ConsentKey(node: ledger.node, sequence: UInt64(place) + 1), entry)
            }
            let dense = try adopt(ledger.node, old, &workspace, transaction)
            try workspace.noteLedger(dense, ledger.entries, transaction)
        }
        // Restrictions last: there are few, and their rows are there already.
        if next == nil {
            try old.scan(Tables.restrictions) { node, _ in
                let dense = try adopt(node, old, &workspace, transaction)
                try workspace.noteRestriction(dense, transaction)
                return .proceed
            }
        }
        try finish(&workspace, &transaction)
        if let next { mark.next = NodePair(next, NodeID(0)) } else { mark.begin(.overfull) }
        try commit(transaction, rows: count)
    }
}

extension Environment {
    /// Bytes that a piece of copied rows may have: those of one transaction.
    fileprivate var pieceBytes: Int { 16 << 20 }
}
