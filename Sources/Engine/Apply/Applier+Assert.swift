internal import GraphStore
internal import Identity
internal import LMDB
internal import Stitching

/// Must-links and cannot-links, each checked against those that are held.
extension Applier {
    mutating func assert(_ assertion: Assertion, _ transaction: inout WriteTransaction) throws {
        guard assertion.first.key != assertion.second.key else { throw EngineError.sameIdentifier }
        try refuseLongText(assertion)
        var workspace = makeWorkspace()
        let first = try end(assertion.first, &workspace, transaction)
        let second = try end(assertion.second, &workspace, transaction)
        let ends = NodePair(workspace.nodeID(first), workspace.nodeID(second))
        try refuseContradiction(assertion.claim, ends, transaction)
        try refuseOverfull(assertion.claim, first, second, workspace)
        var row = AssertionRow(
            claim: assertion.claim, time: assertion.time, author: assertion.author, reason: assertion.reason)
        if let held = try transaction.get(Tables.assertions, ends) { row = latest(held, row) }
        try transaction.put(Tables.assertions, ends, row)
        try transaction.put(Tables.assertions, ends.reversed, row)
        workspace.noteAssertions(first, any: true)
        workspace.noteAssertions(second, any: true)
        if assertion.claim == .same { try workspace.setMustLink(first, second, isHeld: true, transaction) }
        try finish(&workspace, &transaction)
    }

    /// Of two that say the same, the one to keep, whichever came first.
    private func latest(_ held: AssertionRow, _ new: AssertionRow) -> AssertionRow {
        (held.time, held.author, held.reason) < (new.time, new.author, new.reason) ? new : held
    }

    mutating func withdraw(_ assertion: Assertion, _ transaction: inout WriteTransaction) throws {
        var workspace = makeWorkspace()
        guard let first = try workspace.existing(assertion.first.key, transaction),
            let second = try workspace.existing(assertion.second.key, transaction)
        else { throw EngineError.noSuchAssertion }
        let ends = NodePair(workspace.nodeID(first), workspace.nodeID(second))
        guard try transaction.get(Tables.assertions, ends)?.claim == assertion.claim else {
            throw EngineError.noSuchAssertion
        }
        _ = try transaction.delete(Tables.assertions, ends)
        _ = try transaction.delete(Tables.assertions, ends.reversed)
        workspace.noteAssertions(first, any: try !neighbours(of: ends.first, transaction).isEmpty)
        workspace.noteAssertions(second, any: try !neighbours(of: ends.second, transaction).isEmpty)
        if assertion.claim == .same { try workspace.setMustLink(first, second, isHeld: false, transaction) }
        try finish(&workspace, &transaction)
    }

    /// The node of an end: an identifier may be spoken of before it is seen, a record may not.
    private func end(
        _ identifier: KeyedIdentifier, _ workspace: inout Workspace, _ transaction: borrowing WriteTransaction
    ) throws -> Int32 {
        if let known = try workspace.existing(identifier.key, transaction) {
            if workspace.isFenced(known) { throw EngineError.suppressed }
            return known
        }
        guard namespaceID(identifier) != .record else { throw EngineError.unknownRecord }
        guard let new = try admit(identifier, &workspace, transaction) else { throw EngineError.suppressed }
        return new
    }

    private func refuseLongText(_ assertion: Assertion) throws {
        for (field, text, limit) in [
            ("author", assertion.author, AssertionRow.authorBytes),
            ("reason", assertion.reason, AssertionRow.reasonBytes),
        ] where text.utf8.count > limit {
            throw EngineError.textTooLong(field: field, bytes: text.utf8.count, limit: limit)
        }
    }

    private func refuseOverfull(
        _ claim: AssertionRow.Claim, _ first: Int32, _ second: Int32, _ workspace: borrowing Workspace
    ) throws {
        guard claim == .same, let members = workspace.joinedMembers(first, second) else { return }
        let limit = state.policies.componentMembers
        guard members <= limit else { throw EngineError.componentFull(members: members, limit: limit) }
    }

    private func refuseContradiction(
        _ claim: AssertionRow.Claim, _ ends: NodePair, _ transaction: borrowing WriteTransaction
    ) throws {
        let first = try mustLinked(to: ends.first, transaction)
        switch claim {
        case .different:
            guard first.contains(ends.second) else { return }
            let held = try transaction.get(Tables.assertions, ends)
            throw EngineError.contradiction(
                held.map { "they are said to be the same by \($0.author) (\($0.reason))" }
                    ?? "a chain of must-links says that they are the same")
        case .same:
            let second = try mustLinked(to: ends.second, transaction)
            for node in first {
                for neighbour in try neighbours(of: node, transaction)
                where neighbour.row.claim == .different && second.contains(neighbour.node) {
                    throw EngineError.contradiction(
                        "\(neighbour.row.author) says that they are different (\(neighbour.row.reason))")
                }
            }
        }
    }

    private func mustLinked(to node: NodeID, _ transaction: borrowing WriteTransaction) throws -> Set<NodeID> {
        var found: Set<NodeID> = [node]
        var open = [node]
        while let next = open.popLast() {
            for neighbour in try neighbours(of: next, transaction) where neighbour.row.claim == .same {
                if found.insert(neighbour.node).inserted { open.append(neighbour.node) }
            }
        }
        return found
    }

    func neighbours(
        of node: NodeID, _ transaction: borrowing WriteTransaction
    ) throws -> [(node: NodeID, row: AssertionRow)] {
        var found: [(node: NodeID, row: AssertionRow)] = []
        try transaction.scan(Tables.assertions, from: NodePair(node, NodeID(0))) { key, payload in
            guard key.first == node else { return .stop }
            found.append((key.second, try AssertionCodec.decode(payload, version: AssertionCodec.version)))
            return .proceed
        }
        return found
    }
}
