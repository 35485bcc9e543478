package import Identity
package import LMDB
package import Stitching

/// Taking over what another generation of the store holds: the same nodes under the same ids, evidence as it lies there.
extension Workspace {
    /// The node of another generation; new here, and of no evidence, where this one does not hold it yet. A record is not
    /// held before `hold(record:)`.
    package mutating func adopt(
        _ node: NodeID, _ key: IdentityKey, _ namespace: NamespaceID, _ transaction: borrowing WriteTransaction
    ) throws -> Int32 {
        if let dense = try loadIfHeld(node, transaction) { return dense }
        let dense = Int32(nodes.count)
        nodes.append(WorkNode(new: node, key: key, namespace: namespace))
        if namespace == .record { nodes[Int(dense)].recordIsHeld = false }
        denseByNode.insert(IndexTable.hash(node.rawValue), dense)
        return dense
    }

    /// Has a loaded node answer for the id of an identifier that is hidden.
    ///
    /// - Parameter purposes: those for which the id was passed on, as bits.
    package mutating func inherit(_ node: NodeID, by heir: Int32, purposes: UInt32) {
        inherited[heir] = ((inherited[heir] ?? []) + [node]).sorted()
        if purposes != .max { inheritedMasks[node] = purposes }
        heirChanges[node] = .some(nodes[Int(heir)].id)
        nodes[Int(heir)].isTouched = true
    }
}

/// Evaluating an over-full component whole.
extension Workspace {
    /// Loads the component of a node, and all that only the component limit keeps apart from it, directly or by way of
    /// others: settling then takes their links in the order of clustering, whatever was active before.
    ///
    /// - Returns: the nodes, in no particular order; empty where the node is not held.
    package mutating func loadWhole(_ seed: NodeID, _ transaction: borrowing WriteTransaction) throws -> [NodeID] {
        guard try loadIfHeld(seed, transaction) != nil else { return [] }
        var found: [NodeID] = []
        var open = [seed]
        while let node = open.popLast() {
            let origin = Int(nodes[Int(try load(node, transaction))].origin)
            guard origin >= 0, !origins[origin].isWhole else { continue }
            origins[origin].isWhole = true
            for member in origins[origin].members {
                found.append(nodes[Int(member)].id)
                open += try heldBack(member, transaction)
            }
        }
        return found
    }

    /// The other ends of links that the component limit keeps from being active, and what must be tried again with them.
    private mutating func heldBack(
        _ dense: Int32, _ transaction: borrowing WriteTransaction
    ) throws -> [NodeID] {
        let index = Int(dense)
        var others: [NodeID] = []
        if nodes[index].flags.contains(.hasNodeRow) {
            let row = try row(of: dense, transaction)
            if row.live > 0 { others += try loadLimited(dense, transaction) }
            // No record is tied to a hub.
            if row.records > 0, !nodes[index].flags.contains(.hub) {
                for record in try retieRecords(of: index, transaction) where isAlone(record) {
                    others.append(nodes[Int(record)].id)
                }
            }
        }
        if nodes[index].flags.contains(.hasAssertions), isPresent(dense) {
            for other in try mustLinked(to: nodes[index].id, transaction) {
                if isPresent(try load(other, transaction)) { others.append(other) }
            }
        }
        if let linkage, let least = leastMatch(of: dense, linkage) {
            for match in try transaction.matches(of: nodes[index].id, atLeast: least) {
                if try loadIfHeld(match.other, transaction) != nil { others.append(match.other) }
            }
        }
        return others
    }

    private func isAlone(_ dense: Int32) -> Bool {
        let origin = Int(nodes[Int(dense)].origin)
        return origin >= 0 && origins[origin].members.count == 1 && !origins[origin].isWhole
    }

    /// Loads the links of a node that wait for room, to be judged again.
    private mutating func loadLimited(
        _ dense: Int32, _ transaction: borrowing WriteTransaction
    ) throws -> [NodeID] {
        let node = nodes[Int(dense)].id
        var waiting: [(other: NodeID, kind: LinkKind)] = []
        try transaction.scan(Tables.suspended, from: NodePair(node, NodeID(0))) { key, payload in
            guard key.first == node else { return .stop }
            let row = try SuspendedCodec.decode(payload, version: SuspendedCodec.version)
            if row.reason == .componentLimit { waiting.append((key.second, row.kind)) }
            return .proceed
        }
        var others: [NodeID] = []
        for entry in waiting {
            let other = try load(entry.other, transaction)
            let index = Int(try link(dense, other, entry.kind, transaction))
            links[index].isChanged = true
            // An end has become a hub since: the link is suspended for that now.
            if nodes[Int(dense)].isHub || nodes[Int(other)].isHub { continue }
            others.append(entry.other)
        }
        return others
    }

    /// Whether the component limit keeps out a link of what is loaded. After `settle`.
    package var isCut: Bool {
        links.contains { link in
            guard link.kind != .deterministic else { return link.place == .suspended(.componentLimit) }
            return link.place == .nowhere && link.standing.isLive
        }
    }

    /// Whether a link that was active is taken in anew.
    func isReconsidered(_ index: Int) -> Bool {
        let origin = Int(nodes[Int(links[index].left)].origin)
        return origin >= 0 && origins[origin].isWhole
    }
}
