internal import GraphStore
internal import Identity
internal import LMDB
internal import Stitching

/// Taking away what is held of a subject, and evaluating again what is left.
extension Applier {
    /// Most suspended links, or records, that one transaction takes.
    private static let deletedRows = 10_000

    /// - Returns: whether nothing of the evidence is left; else it is to be called again.
    mutating func deleteErasure(_ number: UInt64, _ transaction: inout WriteTransaction) throws -> Bool {
        let row = try erasure(number, transaction)
        if row.step(.deleted) != nil { return true }
        try demand(.shredded, row, number)
        let needles = try ErasureNeedles.load(number, sealing, transaction)
        let held = try needles.targets.filter { target in
            guard target.node.rawValue != 0 else { return false }
            return try transaction.contains(Tables.components, target.node)
        }
        if held.isEmpty { return true }
        var workspace = makeWorkspace()
        let gone = Set(held.map(\.node))
        guard try deleteRecords(held, gone, &workspace, &transaction) else {
            try finish(&workspace, forgetting: needles.nodes, &transaction)
            return false
        }
        let dense = try held.map { try workspace.load($0.node, transaction) }
        try deleteAssertions(held.map(\.node), &workspace, &transaction)
        let isWhole = try workspace.erase(dense, limit: Self.deletedRows, transaction)
        if isWhole { try deleteLedgers(held.map(\.node), &transaction) }
        try finish(&workspace, forgetting: needles.nodes, &transaction)
        return isWhole
    }

    // MARK: Records

    /// Withdraws the records that go, and takes the identifiers that go out of the others.
    ///
    /// - Returns: whether that was all.
    private mutating func deleteRecords(
        _ targets: [ErasureNeedles.Target], _ gone: Set<NodeID>, _ workspace: inout Workspace,
        _ transaction: inout WriteTransaction
    ) throws -> Bool {
        var keys: Set<RecordKey> = []
        for target in targets where keys.count < Self.deletedRows {
            if let source = target.source { keys.insert(RecordKey(source: source, key: target.key)) }
            try transaction.scan(Tables.listings, from: NodePair(target.node, NodeID(0))) { key, payload in
                guard key.first == target.node else { return .stop }
                guard let member = try transaction.storedMember(key.second) else { return .proceed }
                let source = try ListingCodec.decode(payload, version: ListingCodec.version).source
                keys.insert(RecordKey(source: source, key: member.key))
                return keys.count < Self.deletedRows ? .proceed : .stop
            }
        }
        let isWhole = keys.count < Self.deletedRows
        for key in keys.sorted(by: { ($0.source, $0.key) < ($1.source, $1.key) }) {
            guard case .held(let held)? = try transaction.get(Tables.records, key) else { continue }
            if gone.contains(held.node) {
                let dense = try workspace.load(held.node, transaction)
                try withdraw(held, key.source, &workspace, &transaction)
                workspace.drop(record: dense)
                _ = try transaction.delete(Tables.records, key)
            } else {
                try trim(held, key, gone, &workspace, &transaction)
            }
        }
        return isWhole
    }

    /// A record of somebody else's, without identifiers that go and without its attributes, which may name them.
    private mutating func trim(
        _ held: HeldRecord, _ key: RecordKey, _ gone: Set<NodeID>, _ workspace: inout Workspace,
        _ transaction: inout WriteTransaction
    ) throws {
        let dense = try workspace.load(held.node, transaction)
        try withdraw(held, key.source, &workspace, &transaction)
        var rest = held
        rest.identifiers = held.identifiers.filter { !gone.contains($0) }
        let id = try SealedRecord(opening: held, key, by: sealing)?.id ?? ""
        rest.sealed = try SealedRecord(id: id, attributes: nil).seal(by: sealing, key, of: held.node, &transaction)
        rest.isUnderStoreKey = false
        for node in rest.identifiers {
            try transaction.put(
                Tables.listings, NodePair(node, held.node), ListingRow(source: key.source, time: held.time))
        }
        let contribution = RecordContribution(record: held.node, source: key.source, time: held.time)
        let identifiers = try rest.identifiers.map { try workspace.load($0, transaction) }
        try workspace.contribute(contribution, identifiers, transaction)
        try transaction.put(Tables.records, key, .held(rest))
        workspace.retie(dense, key)
    }

    // MARK: Assertions and decisions

    private func deleteAssertions(
        _ nodes: [NodeID], _ workspace: inout Workspace, _ transaction: inout WriteTransaction
    ) throws {
        for node in nodes {
            for neighbour in try neighbours(of: node, transaction) {
                let (dense, other) = (
                    try workspace.load(node, transaction), try workspace.load(neighbour.node, transaction)
                )
                let ends = NodePair(node, neighbour.node)
                _ = try transaction.delete(Tables.assertions, ends)
                _ = try transaction.delete(Tables.assertions, ends.reversed)
                let isSpokenOf = try !neighbours(of: neighbour.node, transaction).isEmpty
                workspace.noteAssertions(other, any: isSpokenOf)
                guard neighbour.row.claim == .same else { continue }
                try workspace.setMustLink(dense, other, isHeld: false, transaction)
            }
        }
    }

    private func deleteLedgers(_ nodes: [NodeID], _ transaction: inout WriteTransaction) throws {
        for node in nodes {
            var sequences: [ConsentKey] = []
            try transaction.scan(Tables.consents, from: ConsentKey(node: node, sequence: 0)) { key, _ in
                guard key.node == node else { return .stop }
                sequences.append(key)
                return .proceed
            }
            for key in sequences { _ = try transaction.delete(Tables.consents, key) }
            _ = try transaction.delete(Tables.restrictions, node)
            try transaction.deleteFacts(of: node)
            try transaction.deleteDecisions(of: node)
        }
    }

    /// Evaluates and writes; the feed tells nothing of nodes that go.
    private mutating func finish(
        _ workspace: inout Workspace, forgetting gone: Set<NodeID>, _ transaction: inout WriteTransaction
    ) throws {
        workspace.judge(by: state.policies, at: state.clock.hour)
        try workspace.settle(transaction)
        try state.feed(workspace.changes().forgetting(gone), &transaction)
        try workspace.write(&transaction)
        try dropKeys(of: workspace, &transaction)
        state.nextNode = workspace.totals.nextNode
        state.componentLimited += workspace.totals.componentLimited
    }
}

/// What names a subject in tables that are not ordered by node.
extension Applier {
    /// Takes entries that name some nodes out of rows of the feed; their numbers are not given again.
    static func cleanFeed(
        _ rows: [UInt64], of gone: Set<NodeID>, _ transaction: inout WriteTransaction
    ) throws {
        for first in rows {
            guard let row = try transaction.get(Tables.changes, first) else { continue }
            _ = try transaction.delete(Tables.changes, first)
            var piece: (start: UInt64, changes: [Change]) = (first, [])
            for (place, change) in row.changes.enumerated() {
                if names(change, gone) {
                    try put(piece, row.time, &transaction)
                    piece = (first + UInt64(place) + 1, [])
                } else {
                    piece.changes.append(change)
                }
            }
            try put(piece, row.time, &transaction)
        }
    }

    static func names(_ change: Change, _ gone: Set<NodeID>) -> Bool {
        gone.contains(change.anchor) || change.others.contains(where: gone.contains)
    }

    private static func put(
        _ piece: (start: UInt64, changes: [Change]), _ time: Timestamp, _ transaction: inout WriteTransaction
    ) throws {
        guard !piece.changes.isEmpty else { return }
        try transaction.put(Tables.changes, piece.start, ChangeRow(time: time, changes: piece.changes))
    }
}
