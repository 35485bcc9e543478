internal import Identity
package import LMDB
internal import Stitching

/// Writing what settling found: only rows that differ.
extension Workspace {
    /// Writes everything that has changed since loading. Call once, after `settle`.
    package mutating func write(_ transaction: inout WriteTransaction) throws {
        let rowChanges = try writeLinks(&transaction)
        try writeNodeRows(rowChanges, &transaction)
        try writeIdentifiers(&transaction)
        let order = regrouped.indices.sorted {
            nodes[Int(regrouped[$0].members[0])].id < nodes[Int(regrouped[$1].members[0])].id
        }
        for index in order { try writeComponent(index, &transaction) }
        for (node, heir) in heirChanges {
            if let heir {
                try transaction.put(Tables.heirs, node, heir)
            } else {
                _ = try transaction.delete(Tables.heirs, node)
            }
        }
    }

    // MARK: Links outside of components

    /// Writes the rows of `suspended` that differ; returns what that changes in rows of `nodes`.
    private mutating func writeLinks(_ transaction: inout WriteTransaction) throws -> [Int: RowChange] {
        var changes: [Int: RowChange] = [:]
        for index in links.indices {
            let link = links[index]
            if case .suspended(let reason) = link.place {
                let moved = link.place != link.stored
                if moved || link.isChanged || needsLook(link) { try writeSuspended(index, reason, &transaction) }
            } else if link.stored.isSuspended {
                let ends = NodePair(nodes[Int(link.left)].id, nodes[Int(link.right)].id)
                _ = try transaction.delete(Tables.suspended, ends)
                if !link.isLoop { _ = try transaction.delete(Tables.suspended, ends.reversed) }
            }
            guard link.place != link.stored, link.place.isSuspended || link.stored.isSuspended else { continue }
            changes[Int(link.left), default: RowChange()].note(link, other: nodes[Int(link.right)].namespace)
            if link.isLoop { continue }
            changes[Int(link.right), default: RowChange()].note(link, other: nodes[Int(link.left)].namespace)
        }
        return changes
    }

    /// Whether nothing will look at a suspended link when it expires: evidence taken back makes that earlier.
    private func needsLook(_ link: WorkLink) -> Bool {
        guard link.place.isSuspendedLive, let until = liveUntil(link) else { return false }
        return link.scheduledLook.map { until < $0 } ?? true
    }

    private mutating func writeSuspended(
        _ index: Int, _ reason: SuspensionReason, _ transaction: inout WriteTransaction
    ) throws {
        if reason == .expired {
            links[index].scheduledLook = nil
        } else if needsLook(links[index]), let until = liveUntil(links[index]) {
            links[index].scheduledLook = until
            let key = ExpiryKey(
                hour: until, node: nodes[Int(links[index].left)].id, other: nodes[Int(links[index].right)].id)
            try transaction.put(Tables.expiries, key, ())
        }
        let link = links[index]
        let row = SuspendedRow(
            reason: reason, kind: link.kind, scheduledLook: link.scheduledLook, folds: link.evidence.folds,
            unlisted: link.unlisted ?? counted(link.evidence.records))
        let ends = NodePair(nodes[Int(link.left)].id, nodes[Int(link.right)].id)
        try transaction.put(Tables.suspended, ends, row)
        if !link.isLoop { try transaction.put(Tables.suspended, ends.reversed, row) }
    }

    private func counted(_ records: [RecordContribution]) -> Unlisted? {
        records.map(\.time).max().map { Unlisted(count: UInt32(records.count), newest: $0) }
    }

    /// The hour at which the last of a link's contributions is hidden; nil: never.
    private func liveUntil(_ link: WorkLink) -> Int32? {
        let ends = (nodes[Int(link.left)].namespace, nodes[Int(link.right)].namespace)
        guard let timeToLive = policies.timeToLive(ends.0, ends.1) else { return nil }
        var times = link.evidence.folds.map(\.last) + link.evidence.records.map(\.time)
        if let unlisted = link.unlisted { times.append(unlisted.newest) }
        return times.max().map { Evidence.expiryHour($0, timeToLive: timeToLive) }
    }

    // MARK: Nodes and identifiers

    private mutating func writeNodeRows(_ changes: [Int: RowChange], _ transaction: inout WriteTransaction) throws {
        var touched = Set(changes.keys)
        for index in nodes.indices where nodes[index].recordsDelta != 0 { touched.insert(index) }
        for index in touched.sorted() {
            var row = try row(of: Int32(index), transaction)
            changes[index]?.apply(to: &row)
            row.records = UInt32(Int(row.records) + nodes[index].recordsDelta)
            nodes[index].row = row
            let had = nodes[index].flags.contains(.hasNodeRow)
            if row.isEmpty {
                nodes[index].flags.remove(.hasNodeRow)
                if had { _ = try transaction.delete(Tables.nodes, nodes[index].id) }
            } else {
                nodes[index].flags.insert(.hasNodeRow)
                try transaction.put(Tables.nodes, nodes[index].id, row)
            }
            if had != nodes[index].flags.contains(.hasNodeRow) { regrouped[Int(componentOf[index])].isDirty = true }
        }
    }

    private mutating func writeIdentifiers(_ transaction: inout WriteTransaction) throws {
        let changed = nodes.indices
            .filter { nodes[$0].origin < 0 ? nodes[$0].exists : !nodes[$0].exists }
            .sorted { nodes[$0].key < nodes[$1].key }
        for index in changed {
            let node = nodes[index]
            if node.exists {
                let row = IdentifierRow(node: node.id, namespace: node.namespace)
                try transaction.put(Tables.identifiers, node.key, row, .insert)
            } else {
                _ = try transaction.delete(Tables.identifiers, node.key)
            }
        }
    }

    // MARK: Components

    private mutating func writeComponent(_ index: Int, _ transaction: inout WriteTransaction) throws {
        let members = regrouped[index].members
        if let first = members.first, !nodes[Int(first)].exists {
            guard nodes[Int(first)].origin >= 0 else { return }
            _ = try transaction.delete(Tables.components, nodes[Int(first)].id)
            try deleteLinksApart(of: first, &transaction)
            return
        }
        let plan = forest(of: members)
        for member in members where member != plan.root {
            let node = nodes[Int(member)]
            let isAbsorbedRoot = node.origin >= 0 && origins[Int(node.origin)].root == node.id
            guard plan.rewritesAll || node.origin < 0 || isAbsorbedRoot || node.pathIsLong else { continue }
            try transaction.put(Tables.components, node.id, .parent(nodes[Int(plan.root)].id))
        }
        guard regrouped[index].isDirty else { return }
        try store(index, plan, &transaction)
    }

    /// Which member is to be the root, and whether every member's path must be written anew.
    private struct ForestPlan {
        var root: Int32
        var rewritesAll: Bool
        var nextLook: Int32?
        var wasApart: Bool
    }

    private func forest(of members: [Int32]) -> ForestPlan {
        var counts: [Int32: Int] = [:]
        for member in members where nodes[Int(member)].origin >= 0 {
            counts[nodes[Int(member)].origin, default: 0] += 1
        }
        let isWhole = counts.allSatisfy { origins[Int($0.key)].members.count == $0.value }
        let wasApart = counts.contains { origins[Int($0.key)].linksApart }
        guard isWhole else { return ForestPlan(root: members[0], rewritesAll: true, nextLook: nil, wasApart: wasApart) }
        let largest = counts.keys.max { left, right in
            let (first, second) = (origins[Int(left)], origins[Int(right)])
            return first.members.count != second.members.count
                ? first.members.count < second.members.count : first.root > second.root
        }
        let root = largest.flatMap { dense(of: origins[Int($0)].root) } ?? members[0]
        let look = counts.keys.compactMap { origins[Int($0)].nextLook }.min()
        return ForestPlan(root: root, rewritesAll: false, nextLook: look, wasApart: wasApart)
    }

    private mutating func store(_ index: Int, _ plan: ForestPlan, _ transaction: inout WriteTransaction) throws {
        var component = Component()
        component.anchors = regrouped[index].anchors
        for (place, member) in regrouped[index].members.enumerated() {
            component.members.append(stored(member))
            for inherited in nodes[Int(member)].inherited {
                component.inheritances.append(Inheritance(member: UInt16(place), node: inherited))
            }
        }
        let active = regrouped[index].links
        component.nextLook = plan.nextLook
        if let needed = active.compactMap({ links[Int($0)].standing.nextLook }).min() {
            if plan.nextLook.map({ needed < $0 }) ?? true {
                component.nextLook = needed
                try transaction.put(Tables.expiries, ExpiryKey(hour: needed, node: nodes[Int(plan.root)].id), ())
            }
        }
        component.linksApart = bytes(of: active) > ComponentCodec.inlineBytes
        if plan.wasApart || component.linksApart {
            try writeLinksApart(active, apart: component.linksApart, index, &transaction)
        }
        if !component.linksApart { component.links = storedLinks(active, members: regrouped[index].members) }
        var writer = ByteWriter(capacity: 4096)
        ComponentCodec.encode(component, linkCount: active.count, into: &writer)
        try transaction.putBytes(Tables.components, nodes[Int(plan.root)].id, writer.bytes)
    }

    private func stored(_ member: Int32) -> Member {
        let node = nodes[Int(member)]
        var flags = node.flags
        if node.isAlive { flags.remove(.hidden) } else { flags.insert(.hidden) }
        if node.isHub { flags.insert(.hub) } else { flags.remove(.hub) }
        return Member(
            node: node.id, key: node.key, namespace: node.namespace, cluster: UInt16(node.cluster), flags: flags)
    }

    private func bytes(of active: [Int32]) -> Int {
        active.reduce(0) { total, link in
            let evidence = links[Int(link)].evidence
            return total + 4 + LinkBytes.headerBytes + evidence.folds.count * EvidenceCodec.foldBytes
                + evidence.records.count * EvidenceCodec.recordBytes
        }
    }

    private func storedLinks(_ active: [Int32], members: [Int32]) -> [ActiveLink] {
        var places: [Int32: UInt16] = [:]
        if members.count > 8 {
            for (place, member) in members.enumerated() { places[member] = UInt16(place) }
        }
        func place(_ dense: Int32) -> UInt16 {
            members.count > 8 ? places[dense] ?? 0 : UInt16(members.firstIndex(of: dense) ?? 0)
        }
        return
            active
            .map { index in
                let link = links[Int(index)]
                return ActiveLink(
                    left: place(link.left), right: place(link.right), kind: link.kind, verdict: link.verdict,
                    evidence: link.evidence)
            }
            .sorted { ($0.left, $0.right, $0.kind) < ($1.left, $1.right, $1.kind) }
    }

    // MARK: Links in rows of their own

    private mutating func writeLinksApart(
        _ active: [Int32], apart: Bool, _ component: Int, _ transaction: inout WriteTransaction
    ) throws {
        for index in active.map(Int.init) {
            let link = links[index]
            if apart {
                let isSame = link.isApart && !link.isChanged && link.verdict == link.storedVerdict
                if isSame { continue }
                let row = LinkRow(kind: link.kind, verdict: link.verdict, evidence: link.evidence)
                try transaction.put(Tables.links, key(of: link), row)
            } else if link.isApart {
                _ = try transaction.delete(Tables.links, key(of: link))
            }
        }
        for index in links.indices where links[index].isApart && links[index].place != .active {
            guard componentOf[Int(links[index].left)] == component || componentOf[Int(links[index].right)] == component
            else { continue }
            _ = try transaction.delete(Tables.links, key(of: links[index]))
        }
    }

    private func deleteLinksApart(of dense: Int32, _ transaction: inout WriteTransaction) throws {
        for link in links where link.isApart && link.place != .active && (link.left == dense || link.right == dense) {
            _ = try transaction.delete(Tables.links, key(of: link))
        }
    }

    private func key(of link: WorkLink) -> LinkKey {
        LinkKey(
            ends: NodePair(nodes[Int(link.left)].id, nodes[Int(link.right)].id), kind: link.kind.rawValue)
    }
}

/// What the links that moved change in a row of `nodes`.
private struct RowChange {
    var rows = 0
    var live = 0
    var degree: [NamespaceID: Int] = [:]

    mutating func note(_ link: WorkLink, other: NamespaceID) {
        let liveChange = (link.place.isSuspendedLive ? 1 : 0) - (link.stored.isSuspendedLive ? 1 : 0)
        rows += (link.place.isSuspended ? 1 : 0) - (link.stored.isSuspended ? 1 : 0)
        live += liveChange
        if link.countsInDegree { degree[other, default: 0] += liveChange }
    }

    func apply(to row: inout NodeRow) {
        row.rows = UInt32(Int(row.rows) + rows)
        row.live = UInt32(Int(row.live) + live)
        for (namespace, change) in degree { row.suspended.add(namespace, change) }
    }
}
