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
        for index in writingOrder() { try writeComponent(index, &transaction) }
        for (node, heir) in heirChanges {
            if let heir {
                try transaction.put(Tables.heirs, node, heir)
            } else {
                _ = try transaction.delete(Tables.heirs, node)
            }
        }
    }

    /// Components by their first node ids, so that pages are written one after another.
    private func writingOrder() -> [Int] {
        regrouped.indices
            .map { (index: $0, first: nodes[Int(memberList[regrouped[$0].members.lowerBound])].id) }
            .sorted { $0.first < $1.first }
            .map(\.index)
    }

    // MARK: Links outside of components

    /// Writes the rows of `suspended` that differ; returns what that changes in rows of `nodes`.
    private mutating func writeLinks(_ transaction: inout WriteTransaction) throws -> [Int: RowChange] {
        var changes: [Int: RowChange] = [:]
        for index in links.indices where links[index].place.isSuspended || links[index].stored.isSuspended {
            let link = links[index]
            if case .suspended(let reason) = link.place {
                let moved = link.place != link.stored
                if moved || link.isChanged || needsLook(index) { try writeSuspended(index, reason, &transaction) }
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
    private func needsLook(_ index: Int) -> Bool {
        guard links[index].place.isSuspendedLive, let until = liveUntil(index) else { return false }
        return links[index].scheduledLook.map { until < $0 } ?? true
    }

    private mutating func writeSuspended(
        _ index: Int, _ reason: SuspensionReason, _ transaction: inout WriteTransaction
    ) throws {
        if reason == .expired {
            links[index].scheduledLook = nil
        } else if needsLook(index), let until = liveUntil(index) {
            links[index].scheduledLook = until
            let key = ExpiryKey(
                hour: until, node: nodes[Int(links[index].left)].id, other: nodes[Int(links[index].right)].id)
            try transaction.put(Tables.expiries, key, ())
        }
        let link = links[index]
        let evidence = evidence(of: index)
        let row = SuspendedRow(
            reason: reason, kind: link.kind, scheduledLook: link.scheduledLook, folds: evidence.folds,
            unlisted: link.unlisted ?? counted(evidence.records))
        let ends = NodePair(nodes[Int(link.left)].id, nodes[Int(link.right)].id)
        try transaction.put(Tables.suspended, ends, row)
        if !link.isLoop { try transaction.put(Tables.suspended, ends.reversed, row) }
    }

    private func counted(_ records: [RecordContribution]) -> Unlisted? {
        records.map(\.time).max().map { Unlisted(count: UInt32(records.count), newest: $0) }
    }

    /// The hour at which the last of a link's contributions is hidden, or the next one where sources may serve different
    /// purposes; nil: never.
    private func liveUntil(_ index: Int) -> Int32? {
        let link = links[index]
        guard let timeToLive = timeToLive(link.left, link.right) else { return nil }
        let evidence = evidence(of: index)
        var times = evidence.folds.map(\.last) + evidence.records.map(\.time)
        if let unlisted = link.unlisted { times.append(unlisted.newest) }
        let hours = times.map { Evidence.expiryHour($0, timeToLive: timeToLive) }
        return policies.servesAll ? hours.max() : hours.filter { $0 > hour }.min() ?? hours.max()
    }

    // MARK: Nodes and identifiers

    private mutating func writeNodeRows(_ changes: [Int: RowChange], _ transaction: inout WriteTransaction) throws {
        var touched = Set(changes.keys)
        for index in nodes.indices where nodes[index].recordsDelta != 0 { touched.insert(index) }
        for index in touched.sorted() {
            var row = try row(of: Int32(index), transaction)
            changes[index]?.apply(to: &row)
            row.records = UInt32(Int(row.records) + nodes[index].recordsDelta)
            rows[Int32(index)] = row
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
        if hasIdentifierRows { return }
        var changed: [(high: UInt64, index: Int)] = []
        for index in nodes.indices where nodes[index].exists == (nodes[index].origin < 0) {
            changed.append((nodes[index].key.high, index))
        }
        changed.sort { $0.high < $1.high }
        for (_, index) in changed {
            if nodes[index].exists {
                let row = IdentifierRow(node: nodes[index].id, namespace: nodes[index].namespace)
                try transaction.put(Tables.identifiers, nodes[index].key, row, .insert)
            } else {
                _ = try transaction.delete(Tables.identifiers, nodes[index].key)
                try transaction.deleteFacts(of: nodes[index].id)
                try transaction.deleteDecisions(of: nodes[index].id)
            }
        }
    }

    // MARK: Components

    private mutating func writeComponent(_ index: Int, _ transaction: inout WriteTransaction) throws {
        let first = memberList[regrouped[index].members.lowerBound]
        if !nodes[Int(first)].exists {
            guard nodes[Int(first)].origin >= 0 else { return }
            _ = try transaction.delete(Tables.components, nodes[Int(first)].id)
            try deleteLinksApart(of: first, &transaction)
            return
        }
        let plan = forest(of: regrouped[index].members)
        let root = nodes[Int(plan.root)].id
        for place in regrouped[index].members where memberList[place] != plan.root {
            let member = Int(memberList[place])
            let origin = Int(nodes[member].origin)
            let isAbsorbedRoot = origin >= 0 && origins[origin].root == nodes[member].id
            guard plan.rewritesAll || origin < 0 || isAbsorbedRoot || nodes[member].pathIsLong else { continue }
            try transaction.put(Tables.components, nodes[member].id, .parent(root))
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

    private func forest(of members: Range<Int>) -> ForestPlan {
        let counts = origins(of: members)
        let isWhole = counts.allSatisfy { origins[$0.origin].members.count == $0.count }
        let wasApart = counts.contains { origins[$0.origin].linksApart }
        let first = memberList[members.lowerBound]
        guard isWhole else { return ForestPlan(root: first, rewritesAll: true, nextLook: nil, wasApart: wasApart) }
        let largest = counts.max { left, right in
            left.count != right.count
                ? left.count < right.count : origins[left.origin].root > origins[right.origin].root
        }
        let root = largest.flatMap { dense(of: origins[$0.origin].root) } ?? first
        let look = counts.compactMap { origins[$0.origin].nextLook }.min()
        return ForestPlan(root: root, rewritesAll: false, nextLook: look, wasApart: wasApart)
    }

    /// The stored components that members came from, and how many came from each.
    private func origins(of members: Range<Int>) -> [(origin: Int, count: Int)] {
        var counts: [(origin: Int, count: Int)] = []
        for place in members {
            let origin = Int(nodes[Int(memberList[place])].origin)
            guard origin >= 0 else { continue }
            if let known = counts.lastIndex(where: { $0.origin == origin }) {
                counts[known].count += 1
            } else {
                counts.append((origin, 1))
            }
        }
        return counts
    }

    private mutating func store(
        _ index: Int, _ plan: ForestPlan, _ transaction: inout WriteTransaction
    ) throws {
        let root = nodes[Int(plan.root)].id
        let active = regrouped[index].links
        var nextLook = plan.nextLook
        let looks = [earliestLook(active), supportLooks[index]].compactMap { $0 }
        if let needed = looks.min(), plan.nextLook.map({ needed < $0 }) ?? true {
            nextLook = needed
            try transaction.put(Tables.expiries, ExpiryKey(hour: needed, node: root), ())
        }
        let linksApart = bytes(of: active) > ComponentCodec.inlineBytes
        if plan.wasApart || linksApart { try writeLinksApart(active, apart: linksApart, index, &transaction) }
        encode(index, nextLook: nextLook, linksApart: linksApart)
        try transaction.putBytes(Tables.components, root, scratch.bytes)
    }

    private func earliestLook(_ active: Range<Int>) -> Int32? {
        var earliest: Int32?
        for place in active {
            guard let look = links[Int(linkList[place])].standing.nextLook else { continue }
            earliest = min(earliest ?? look, look)
        }
        return earliest
    }

    /// Writes a component's value to `scratch`.
    private mutating func encode(_ index: Int, nextLook: Int32?, linksApart: Bool) {
        let component = regrouped[index]
        let inheritances = inheritances(of: component.members)
        let header = ComponentCodec.Header(
            members: component.members.count, clusters: component.anchors.count, inheritances: inheritances.count,
            links: component.links.count, linksApart: linksApart, hasViews: views[index] != nil, nextLook: nextLook)
        scratch.removeAll()
        ComponentCodec.encode(header, into: &scratch)
        for place in component.anchors { scratch.append(anchorList[place].rawValue) }
        for place in component.members { ComponentCodec.encode(stored(memberList[place]), into: &scratch) }
        for inheritance in inheritances { ComponentCodec.encode(inheritance, into: &scratch) }
        if let views = views[index] { views.encode(into: &scratch) }
        guard !linksApart else { return }
        for link in inOrder(component.links) {
            scratch.append(UInt16(nodes[Int(links[link].left)].place))
            scratch.append(UInt16(nodes[Int(links[link].right)].place))
            encodeLink(link)
        }
    }

    private func inheritances(of members: Range<Int>) -> [Inheritance] {
        guard !inherited.isEmpty else { return [] }
        var found: [Inheritance] = []
        for (place, member) in memberList[members].enumerated() {
            for node in nodesInherited(by: Int(member)) { found.append(Inheritance(member: UInt16(place), node: node)) }
        }
        return found
    }

    private func stored(_ member: Int32) -> Member {
        let index = Int(member)
        var flags = nodes[index].flags
        if nodes[index].isAlive { flags.remove(.hidden) } else { flags.insert(.hidden) }
        if nodes[index].isHub { flags.insert(.hub) } else { flags.remove(.hub) }
        return Member(
            node: nodes[index].id, key: nodes[index].key, namespace: nodes[index].namespace,
            cluster: UInt16(nodes[index].cluster), flags: flags)
    }

    /// Bytes of a component's active links.
    private func bytes(of active: Range<Int>) -> Int {
        var total = 0
        for place in active {
            total += 4 + LinkBytes.headerBytes + evidenceBytes(Int(linkList[place]))
        }
        return total
    }

    /// Active links ascending by the places of their ends, then by kind.
    private func inOrder(_ active: Range<Int>) -> [Int] {
        var order: [(order: UInt64, link: Int)] = []
        order.reserveCapacity(active.count)
        for place in active {
            let link = Int(linkList[place])
            let left = UInt64(nodes[Int(links[link].left)].place)
            let right = UInt64(nodes[Int(links[link].right)].place)
            order.append((left << 32 | right << 8 | UInt64(links[link].kind.rawValue), link))
        }
        order.sort { $0.order < $1.order }
        return order.map(\.link)
    }

    // MARK: Links in rows of their own

    private mutating func writeLinksApart(
        _ active: Range<Int>, apart: Bool, _ component: Int, _ transaction: inout WriteTransaction
    ) throws {
        for index in linkList[active].map(Int.init) {
            let link = links[index]
            if apart {
                let isSame = link.isApart && !link.isChanged && link.verdict == link.storedVerdict
                if isSame { continue }
                let row = LinkRow(kind: link.kind, verdict: link.verdict, evidence: evidence(of: index))
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
