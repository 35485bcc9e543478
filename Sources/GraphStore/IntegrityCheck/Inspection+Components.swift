internal import Identity
internal import LMDB
internal import Stitching

/// Components against the function of their evidence; the forest and the identifiers against the components.
extension Inspection {
    mutating func inspectComponents(_ snapshot: borrowing some Snapshot & ~Copyable) throws {
        try snapshot.scan(Tables.components) { node, payload in
            switch try ComponentCodec.decode(payload, version: ComponentCodec.version) {
            case .parent(let parent): parents[node] = parent
            case .component(var component):
                report.components += 1
                if component.linksApart {
                    component.links = try snapshot.linksApart(of: component)
                    linksApart += component.links.count
                    let view = try ComponentView(payload)
                    if view.linkCount != component.links.count {
                        report.add("component \(node.rawValue): links are missing")
                    }
                }
                try inspect(component, root: node, snapshot)
            }
            return .proceed
        }
        let rows = try snapshot.count(Tables.links)
        if rows != linksApart { report.add("links: \(rows) rows, \(linksApart) belong to a component") }
    }

    private mutating func inspect(
        _ component: Component, root: NodeID, _ snapshot: borrowing some Snapshot & ~Copyable
    ) throws {
        let count = component.members.count
        guard hold(component, root) else { return }
        let ends = component.links.map { (Int($0.left), Int($0.right)) }
        guard ends.allSatisfy({ $0.0 <= $0.1 && $0.1 < count }) else {
            report.add("component \(root.rawValue): a link has an end outside")
            return
        }
        for (place, link) in component.links.enumerated() { inspect(link, ends[place], component, root) }
        noteLikenesses(component, root)
        guard isConnected(component) else {
            report.add("component \(root.rawValue): its links do not connect it")
            return
        }
        report.profiles += component.members.contains { $0.flags.contains(.hidden) } ? 0 : component.anchors.count
        try inspectClusters(component, root, snapshot)
        try inspectViews(component, root, snapshot)
        inspectLook(component, root)
    }

    private mutating func hold(_ component: Component, _ root: NodeID) -> Bool {
        var previous: NodeID?
        for member in component.members {
            if let previous, previous >= member.node { report.add("component \(root.rawValue): members out of order") }
            previous = member.node
            if held.updateValue(Held(member: member, root: root), forKey: member.node) != nil {
                report.add("node \(member.node.rawValue) is a member of two components")
            }
            if Int(member.cluster) >= component.anchors.count {
                report.add("component \(root.rawValue): a member's cluster is not there")
                return false
            }
        }
        if held[root]?.root != root { report.add("component \(root.rawValue) lies under a node that is no member") }
        for inheritance in component.inheritances {
            guard Int(inheritance.member) < component.members.count else { return false }
            held[component.members[Int(inheritance.member)].node]?.inherited.append(inheritance.node)
        }
        return true
    }

    private mutating func inspect(_ link: ActiveLink, _ ends: (Int, Int), _ component: Component, _ root: NodeID) {
        let (left, right) = (component.members[ends.0], component.members[ends.1])
        guard link.kind == .deterministic else { return }
        if left.flags.contains(.hub) || right.flags.contains(.hub) {
            report.add("component \(root.rawValue): an active link at a hub")
        }
        if !standing(link, component).isLive { report.add("component \(root.rawValue): an expired link is active") }
        guard ends.0 != ends.1 else { return }
        held[left.node]?.active.add(right.namespace)
        held[right.node]?.active.add(left.namespace)
    }

    func standing(_ link: ActiveLink, _ component: Component) -> Standing {
        let timeToLive = self.timeToLive(component.members[Int(link.left)], component.members[Int(link.right)])
        return policies.standing(link.evidence, link.kind, at: hour, timeToLive: timeToLive)
    }

    /// Hours after which a contribution to a link of two members is hidden; nil: never, as beside a denial for the whole person.
    func timeToLive(_ left: Member, _ right: Member) -> Int32? {
        if left.flags.contains(.pinned) || right.flags.contains(.pinned) { return nil }
        return policies.timeToLive(left.namespace, right.namespace)
    }

    private func isConnected(_ component: Component) -> Bool {
        var sets = UnionFind(count: component.members.count)
        for link in component.links { sets.union(Int32(link.left), Int32(link.right)) }
        return component.members.isEmpty || sets.size(ofRoot: sets.find(0)) == component.members.count
    }

    /// Evaluates the component again and compares.
    private mutating func inspectClusters(
        _ component: Component, _ root: NodeID, _ snapshot: borrowing some Snapshot & ~Copyable
    ) throws {
        var places: [NodeID: Int32] = [:]
        for (place, member) in component.members.enumerated() { places[member.node] = Int32(place) }
        var cannotLinks: [(Int32, Int32)] = []
        for (place, member) in component.members.enumerated() where member.flags.contains(.hasAssertions) {
            try snapshot.scan(Tables.assertions, from: NodePair(member.node, NodeID(0))) { key, payload in
                guard key.first == member.node else { return .stop }
                let row = try AssertionCodec.decode(payload, version: AssertionCodec.version)
                if row.claim == .different, let other = places[key.second], other > Int32(place) {
                    cannotLinks.append((Int32(place), other))
                }
                return .proceed
            }
        }
        let links = component.links.map { link in
            let standing = standing(link, component)
            return ClusterLink(
                left: Int32(link.left), right: Int32(link.right), kind: link.kind, partyRank: standing.partyRank,
                weight: standing.weight)
        }
        let clustering = Clusterer.cluster(
            nodes: component.members.map { ClusterNode(key: $0.key, namespace: $0.namespace) }, links: links,
            cannotLinks: cannotLinks, policies: policies, likeness: try likeness(component, snapshot),
            traffic: try traffic(component, snapshot))
        if clustering.clusters.map({ UInt16($0) }) != component.members.map(\.cluster) {
            report.add("component \(root.rawValue): its clusters are not what its evidence gives")
        }
        if clustering.verdicts != component.links.map(\.verdict) {
            report.add("component \(root.rawValue): its verdicts are not what its evidence gives")
        }
        if anchors(component) != component.anchors { report.add("component \(root.rawValue): wrong anchors") }
    }

    private func anchors(_ component: Component) -> [NodeID] {
        var anchors = Array(repeating: NodeID(.max), count: component.anchors.count)
        var fallbacks = anchors
        var last = anchors
        for member in component.members {
            let cluster = Int(member.cluster)
            if member.flags.contains(.fenced) {
                last[cluster] = min(last[cluster], member.node)
            } else if member.namespace == .record {
                fallbacks[cluster] = min(fallbacks[cluster], member.node)
            } else {
                anchors[cluster] = min(anchors[cluster], member.node)
            }
        }
        for inheritance in component.inheritances {
            let member = component.members[Int(inheritance.member)]
            if member.flags.contains(.fenced) { continue }
            let cluster = Int(member.cluster)
            anchors[cluster] = min(anchors[cluster], inheritance.node)
        }
        for cluster in anchors.indices where anchors[cluster].rawValue == .max {
            anchors[cluster] = fallbacks[cluster].rawValue == .max ? last[cluster] : fallbacks[cluster]
        }
        return anchors
    }

    private mutating func inspectLook(_ component: Component, _ root: NodeID) {
        guard let needed = component.links.compactMap({ standing($0, component).nextLook }).min() else { return }
        guard let look = component.nextLook, look <= needed else {
            report.add("component \(root.rawValue): its next look is missing or late")
            return
        }
        looks[root] = look
    }

    // MARK: Identifiers and forest

    mutating func inspectIdentifiers(_ snapshot: borrowing some Snapshot & ~Copyable) throws {
        var rows = 0
        try snapshot.scan(Tables.identifiers) { key, payload in
            rows += 1
            let row = try IdentifierCodec.decode(payload, version: IdentifierCodec.version)
            guard let member = held[row.node]?.member, member.key == key, member.namespace == row.namespace else {
                report.add("identifiers: a row's node \(row.node.rawValue) is no member, or another one")
                return .proceed
            }
            if row.node.rawValue >= state.nextNode { report.add("node \(row.node.rawValue) is above the next node id") }
            return .proceed
        }
        if rows != held.count { report.add("identifiers: \(rows) rows for \(held.count) members") }
    }

    mutating func inspectForest(_ snapshot: borrowing some Snapshot & ~Copyable) throws {
        for (node, _) in parents where held[node] == nil {
            report.add("components: node \(node.rawValue) has a parent but is no member")
        }
        for (node, entry) in held where root(of: node) != entry.root {
            report.add("node \(node.rawValue): its path does not lead to its component")
        }
        let rows = try snapshot.count(Tables.components)
        if rows != held.count { report.add("components: \(rows) rows for \(held.count) members") }
    }
}
