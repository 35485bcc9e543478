package import Identity
package import LMDB
package import Stitching

/// Putting nodes out of sight, and taking away all that is held of them.
extension Workspace {
    package func isFenced(_ dense: Int32) -> Bool { nodes[Int(dense)].flags.contains(.fenced) }

    /// Whether the store did not have it before.
    package func isNew(_ dense: Int32) -> Bool { nodes[Int(dense)].origin < 0 }

    /// Whether the store has it after `settle`.
    package func isHeld(_ dense: Int32) -> Bool { nodes[Int(dense)].exists }

    package func isRecord(_ dense: Int32) -> Bool { nodes[Int(dense)].isRecord }

    /// Hides a loaded node from every resolve, and has nothing added to it any more, until it is erased.
    package mutating func fence(_ dense: Int32) {
        nodes[Int(dense)].flags.insert(.fenced)
        nodes[Int(dense)].isTouched = true
    }

    /// Takes away every link of nodes, whatever says so, and the marks of what other tables held of them: these must have
    /// lost their rows already, and records must have been withdrawn. After `settle` the nodes are gone.
    ///
    /// An identifier that was known by its links to them alone is kept, as seen by itself at the times of those.
    ///
    /// - Parameter limit: most suspended links that are loaded, of one node after another.
    /// - Returns: whether that was all of them; else call it again on a new workspace.
    package mutating func erase(
        _ gone: [Int32], limit: Int, _ transaction: borrowing WriteTransaction
    ) throws -> Bool {
        let isWhole = try loadSuspended(of: gone, limit: limit, transaction)
        let erased = Set(gone)
        var neighbours: [Int32: [Fold]] = [:]
        for index in links.indices where erased.contains(links[index].left) || erased.contains(links[index].right) {
            try clear(index, erased, &neighbours)
        }
        for dense in neighbours.keys.sorted() {
            try keepAlone(dense, neighbours[dense] ?? [], transaction)
        }
        guard isWhole else { return false }
        for dense in gone {
            let index = Int(dense)
            nodes[index].flags.subtract([.hasAssertions, .hasConsents, .restricted, .pinned])
            nodes[index].isTouched = true
            nodes[index].recordIsHeld = false
            retied[dense] = nil
            cells[dense] = nil
            laws[dense] = nil
            lifters.remove(dense)
        }
        return true
    }

    private mutating func loadSuspended(
        of gone: [Int32], limit: Int, _ transaction: borrowing WriteTransaction
    ) throws -> Bool {
        var rest = limit
        for dense in gone {
            let node = nodes[Int(dense)].id
            var others: [NodeID] = []
            var isWhole = true
            try transaction.scan(Tables.suspended, from: NodePair(node, NodeID(0))) { key, _ in
                guard key.first == node else { return .stop }
                guard others.count < rest else {
                    isWhole = false
                    return .stop
                }
                others.append(key.second)
                return .proceed
            }
            for other in others { try loadSuspendedLink(NodePair(node, other), transaction) }
            rest -= others.count
            if !isWhole { return false }
        }
        return true
    }

    /// Takes all evidence from a link; what events said is noted for an end that stays.
    private mutating func clear(
        _ index: Int, _ erased: Set<Int32>, _ neighbours: inout [Int32: [Fold]]
    ) throws {
        let link = links[index]
        let place = decode(index)
        for end in [link.left, link.right] where !erased.contains(end) && link.kind == .deterministic {
            neighbours[end, default: []] += decoded[place].folds
        }
        decoded[place] = Evidence()
        links[index].unlisted = nil
        links[index].isAsserted = false
        links[index].isChanged = true
    }

    /// Keeps an identifier that has no other evidence, as seen by itself.
    private mutating func keepAlone(
        _ dense: Int32, _ folds: [Fold], _ transaction: borrowing WriteTransaction
    ) throws {
        guard !nodes[Int(dense)].isRecord, !folds.isEmpty else { return }
        let row = try row(of: dense, transaction)
        guard Int(row.records) + nodes[Int(dense)].recordsDelta <= 0 else { return }
        var loaded = 0
        for index in links.indices where links[index].left == dense || links[index].right == dense {
            if links[index].stored.isSuspended { loaded += 1 }
            let counts = links[index].kind == .deterministic || links[index].kind == .probabilistic
            if counts, hasEvidence(index) || links[index].unlisted != nil { return }
        }
        guard Int(row.rows) <= loaded else { return }
        try join(folds, to: dense, dense, .deterministic, transaction)
    }
}

/// What became of profiles, without those that are erased.
extension [Change] {
    /// The same without entries that name any of some nodes; a piece of such a profile is told as new.
    package func forgetting(_ gone: Set<NodeID>) -> [Change] {
        compactMap { change in
            if gone.contains(change.anchor) { return nil }
            guard change.others.contains(where: gone.contains) else { return change }
            var rest = change
            rest.others = change.others.filter { !gone.contains($0) }
            guard rest.others.isEmpty else { return rest }
            switch change.kind {
            case .split: return Change(kind: .created, anchor: change.anchor)
            case .merged, .consent: return nil
            case .created, .erased: return rest
            }
        }
    }
}

extension [ConsentCell] {
    /// The same, denied for the whole person and for good for some purposes (as bits).
    package func keeping(from purposes: UInt32) -> [ConsentCell] {
        guard purposes != 0 else { return self }
        var cells = filter { purposes >> UInt32($0.purpose) & 1 == 0 }
        for purpose in UInt8(0)..<32 where purposes >> UInt32(purpose) & 1 != 0 {
            cells.append(ConsentCell(purpose: purpose, state: .deniedForProfile, until: ConsentCell.forever))
        }
        return cells.sorted { ($0.purpose, $0.until) < ($1.purpose, $1.until) }
    }
}
