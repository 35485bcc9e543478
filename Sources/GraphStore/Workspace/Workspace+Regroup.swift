internal import Identity
internal import LMDB
package import Stitching

/// From places to components, clusters and anchors.
extension Workspace {
    /// Union-find over the links that are active, the new ones in the order of clustering, up to the size limit. A
    /// must-link is not held up by it.
    mutating func regroup() {
        var sets = UnionFind(count: nodes.count)
        var candidates: [(index: Int, rank: LinkRank)] = []
        for index in links.indices where links[index].place == .active {
            if links[index].stored == .active || links[index].kind == .mustLink {
                sets.union(links[index].left, links[index].right)
            } else {
                candidates.append((index, rank(links[index])))
            }
        }
        candidates.sort { $0.rank < $1.rank }
        for candidate in candidates { admit(candidate.index, &sets) }
        for link in links {
            if link.place == .suspended(.componentLimit) { componentLimitedDelta += 1 }
            if link.stored == .suspended(.componentLimit) { componentLimitedDelta -= 1 }
        }
        collect(&sets)
    }

    /// Joins two components, or suspends the link where they would be too large together. A tie is not kept then:
    /// the record stands alone until it is tied again.
    private mutating func admit(_ index: Int, _ sets: inout UnionFind) {
        let left = sets.find(links[index].left)
        let right = sets.find(links[index].right)
        if left != right, sets.size(ofRoot: left) + sets.size(ofRoot: right) > policies.componentMembers {
            links[index].place = links[index].kind == .tie ? .nowhere : .suspended(.componentLimit)
            return
        }
        sets.union(left, right)
    }

    private mutating func collect(_ sets: inout UnionFind) {
        componentOf = Array(repeating: -1, count: nodes.count)
        regrouped = []
        var indexOfRoot = Array(repeating: Int32(-1), count: nodes.count)
        for node in nodes.indices {
            let root = Int(sets.find(Int32(node)))
            if indexOfRoot[root] < 0 {
                indexOfRoot[root] = Int32(regrouped.count)
                regrouped.append(Regrouped(members: [], links: [], isDirty: false))
            }
            componentOf[node] = indexOfRoot[root]
            regrouped[Int(indexOfRoot[root])].members.append(Int32(node))
        }
        for index in regrouped.indices where regrouped[index].members.count > 1 {
            regrouped[index].members.sort { nodes[Int($0)].id < nodes[Int($1)].id }
        }
        for index in links.indices { assign(link: index) }
        markDirty()
    }

    private mutating func assign(link index: Int) {
        let home = Int(componentOf[Int(links[index].left)])
        if links[index].place == .active {
            regrouped[home].links.append(Int32(index))
            nodes[Int(links[index].left)].activeLinks += 1
        }
        if links[index].isChanged || links[index].place != links[index].stored {
            regrouped[home].isDirty = true
            regrouped[Int(componentOf[Int(links[index].right)])].isDirty = true
        }
    }

    private mutating func markDirty() {
        for index in nodes.indices {
            let node = nodes[index]
            let isHidden = !node.isAlive && node.exists
            let changed =
                node.origin < 0 || node.isTouched || !node.exists || node.isHub != node.flags.contains(.hub)
                || isHidden != node.flags.contains(.hidden) || node.recordsDelta != 0
            if changed { regrouped[Int(componentOf[index])].isDirty = true }
        }
        for origin in origins {
            var homes = Set<Int32>()
            for member in origin.members { homes.insert(componentOf[Int(member)]) }
            guard origin.isDue || homes.count > 1 else { continue }
            for home in homes { regrouped[Int(home)].isDirty = true }
        }
    }

    private func rank(_ link: WorkLink) -> LinkRank {
        let (left, right) = (nodes[Int(link.left)], nodes[Int(link.right)])
        let (first, second) = (policies.strength(left.namespace), policies.strength(right.namespace))
        return LinkRank(
            kind: link.kind.rank, partyRank: link.standing.partyRank, weaker: min(first, second),
            weight: link.standing.weight, stronger: max(first, second), low: min(left.key, right.key),
            high: max(left.key, right.key))
    }

    // MARK: Clusters

    /// Forms the clusters of every component that has changed.
    mutating func cluster(_ transaction: borrowing WriteTransaction) throws {
        for index in regrouped.indices {
            guard regrouped[index].isDirty else {
                for member in regrouped[index].members {
                    nodes[Int(member)].cluster = Int32(nodes[Int(member)].oldCluster)
                }
                continue
            }
            let clustering = try clustering(of: index, transaction)
            for (place, member) in regrouped[index].members.enumerated() {
                nodes[Int(member)].cluster = clustering.clusters[place]
            }
            for (place, link) in regrouped[index].links.enumerated() {
                links[Int(link)].verdict = clustering.verdicts[place]
            }
            regrouped[index].anchors = anchors(of: regrouped[index].members, count: clustering.clusterCount)
        }
    }

    private mutating func clustering(of index: Int, _ transaction: borrowing WriteTransaction) throws -> Clustering {
        let members = regrouped[index].members
        var localOf: [Int32: Int32] = [:]
        if members.count > 8 {
            localOf.reserveCapacity(members.count)
            for (place, member) in members.enumerated() { localOf[member] = Int32(place) }
        }
        func local(_ dense: Int32) -> Int32 {
            if members.count > 8 { return localOf[dense] ?? -1 }
            return Int32(members.firstIndex(of: dense) ?? -1)
        }
        let clusterLinks = regrouped[index].links.map { link in
            let link = links[Int(link)]
            return ClusterLink(
                left: local(link.left), right: local(link.right), kind: link.kind,
                partyRank: link.standing.partyRank, weight: link.standing.weight)
        }
        var cannotLinks: [(Int32, Int32)] = []
        for member in members where nodes[Int(member)].flags.contains(.hasAssertions) {
            for other in try cannotLinked(member, transaction) where other > member {
                let place = local(other)
                if place >= 0 { cannotLinks.append((local(member), place)) }
            }
        }
        let clusterNodes = members.map { ClusterNode(key: nodes[Int($0)].key, namespace: nodes[Int($0)].namespace) }
        return Clusterer.cluster(
            nodes: clusterNodes, links: clusterLinks, cannotLinks: cannotLinks, policies: policies)
    }

    /// The loaded nodes that somebody has said to be another person than `member`.
    private func cannotLinked(_ member: Int32, _ transaction: borrowing WriteTransaction) throws -> [Int32] {
        let node = nodes[Int(member)].id
        var others: [Int32] = []
        try transaction.scan(Tables.assertions, from: NodePair(node, NodeID(0))) { key, payload in
            guard key.first == node else { return .stop }
            let row = try AssertionCodec.decode(payload, version: AssertionCodec.version)
            if row.claim == .different, let other = dense(of: key.second) { others.append(other) }
            return .proceed
        }
        return others
    }

    /// For each cluster its lowest node id, own or inherited; a record's only where there is no identifier.
    private func anchors(of members: [Int32], count: Int) -> [NodeID] {
        var anchors = Array(repeating: NodeID(.max), count: count)
        var fallbacks = anchors
        for member in members {
            let node = nodes[Int(member)]
            let cluster = Int(node.cluster)
            if node.isRecord {
                fallbacks[cluster] = min(fallbacks[cluster], node.id)
            } else {
                anchors[cluster] = min(anchors[cluster], node.id)
            }
            for inherited in node.inherited { anchors[cluster] = min(anchors[cluster], inherited) }
        }
        for index in anchors.indices where anchors[index].rawValue == .max { anchors[index] = fallbacks[index] }
        return anchors
    }

    /// The profile that a node was in when it was loaded, as a number good in this workspace; nil: it was in none.
    package func formerProfile(of dense: Int32) -> UInt64? {
        let index = Int(dense)
        guard nodes[index].origin >= 0, !nodes[index].wasHidden else { return nil }
        return UInt64(UInt32(bitPattern: nodes[index].origin)) << 16 | UInt64(nodes[index].oldCluster)
    }

    /// The anchor of the profile that a node is in; nil where it is hidden or gone. After `settle` only.
    package func anchor(of dense: Int32) -> NodeID? {
        let node = nodes[Int(dense)]
        guard node.exists, node.isAlive else { return nil }
        let component = regrouped[Int(componentOf[Int(dense)])]
        if component.isDirty { return component.anchors[Int(node.cluster)] }
        return origins[Int(node.origin)].anchors[Int(node.oldCluster)]
    }

    /// Whether two nodes are one profile. After `settle` only.
    package func areOneProfile(_ first: Int32, _ second: Int32) -> Bool {
        componentOf[Int(first)] == componentOf[Int(second)]
            && nodes[Int(first)].cluster == nodes[Int(second)].cluster
    }
}
