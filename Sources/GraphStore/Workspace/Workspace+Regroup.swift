internal import Identity
internal import LMDB
package import Stitching

/// From places to components, clusters and anchors.
extension Workspace {
    /// Union-find over the links that are active. What is newly active joins up to the size limit, must-links first;
    /// what has been in one component stays there.
    mutating func regroup(_ transaction: borrowing WriteTransaction) throws {
        var sets = UnionFind(count: nodes.count)
        var candidates: [Int] = []
        for index in links.indices where links[index].place == .active {
            if links[index].stored == .active, !isReconsidered(index) {
                sets.union(links[index].left, links[index].right)
            } else {
                candidates.append(index)
            }
        }
        let heldBack = admit(candidates, &sets)
        // Who lives by a must-link alone does not live by one that waits.
        if heldBack { try judgeNodes(transaction) }
        for index in links.indices {
            if links[index].place == .suspended(.componentLimit) { componentLimitedDelta += 1 }
            if links[index].stored == .suspended(.componentLimit) { componentLimitedDelta -= 1 }
        }
        collect(&sets)
    }

    /// Takes in links that are newly active: in any order where all of them fit, else in the order of clustering.
    /// - Returns: whether a must-link has to wait.
    private mutating func admit(_ candidates: [Int], _ sets: inout UnionFind) -> Bool {
        var trial = sets
        let allFit = candidates.allSatisfy { index in
            guard let union = trial.union(links[index].left, links[index].right) else { return true }
            return trial.size(ofRoot: union.kept) <= policies.componentMembers
        }
        if allFit {
            sets = trial
            return false
        }
        let ranked = candidates.map { (index: $0, rank: rank(links[$0])) }.sorted { $0.rank < $1.rank }
        for candidate in ranked { admit(candidate.index, &sets) }
        return candidates.contains { links[$0].kind == .mustLink && links[$0].place == .nowhere }
    }

    /// Joins two components, or suspends the link where they would be too large together. A tie is not kept then: the
    /// record stands alone until it is tied again. Nor is a must-link: its row of `assertions` stays, and it is tried
    /// again whenever the component of an end is loaded (`recallMustLinks`).
    private mutating func admit(_ index: Int, _ sets: inout UnionFind) {
        let left = sets.find(links[index].left)
        let right = sets.find(links[index].right)
        if left != right, sets.size(ofRoot: left) + sets.size(ofRoot: right) > policies.componentMembers {
            links[index].place = links[index].kind == .deterministic ? .suspended(.componentLimit) : .nowhere
            return
        }
        sets.union(left, right)
    }

    /// Numbers the sets in the order of their first nodes, and lists members and links of each.
    private mutating func collect(_ sets: inout UnionFind) {
        var homes = Array(repeating: Int32(-1), count: nodes.count)
        var indexOfRoot = homes
        var counts: [Int32] = []
        for node in nodes.indices {
            let root = Int(sets.find(Int32(node)))
            if indexOfRoot[root] < 0 {
                indexOfRoot[root] = Int32(counts.count)
                counts.append(0)
            }
            homes[node] = indexOfRoot[root]
            counts[Int(indexOfRoot[root])] += 1
        }
        componentOf = homes
        listMembers(counts)
        listLinks(components: counts.count)
        markDirty()
    }

    private mutating func listMembers(_ counts: [Int32]) {
        regrouped = []
        regrouped.reserveCapacity(counts.count)
        var start = 0
        var ends: [Int] = []
        ends.reserveCapacity(counts.count)
        for count in counts {
            regrouped.append(Regrouped(members: start..<start + Int(count), links: 0..<0))
            ends.append(start)
            start += Int(count)
        }
        var list = Array(repeating: Int32(0), count: nodes.count)
        for node in nodes.indices {
            let home = Int(componentOf[node])
            list[ends[home]] = Int32(node)
            ends[home] += 1
        }
        for component in regrouped where !isAscending(list, component.members) {
            list[component.members].sort { nodes[Int($0)].id < nodes[Int($1)].id }
        }
        for component in regrouped {
            for place in component.members {
                nodes[Int(list[place])].place = Int32(place - component.members.lowerBound)
            }
        }
        memberList = list
    }

    private func isAscending(_ list: [Int32], _ range: Range<Int>) -> Bool {
        for place in range.dropFirst() where nodes[Int(list[place - 1])].id > nodes[Int(list[place])].id {
            return false
        }
        return true
    }

    private mutating func listLinks(components: Int) {
        var ends = Array(repeating: 0, count: components)
        for index in links.indices {
            let home = Int(componentOf[Int(links[index].left)])
            if links[index].place == .active { ends[home] += 1 }
            if links[index].isChanged || links[index].place != links[index].stored {
                regrouped[home].isDirty = true
                regrouped[Int(componentOf[Int(links[index].right)])].isDirty = true
            }
        }
        var start = 0
        for home in 0..<components {
            let count = ends[home]
            regrouped[home].links = start..<start + count
            ends[home] = start
            start += count
        }
        var list = Array(repeating: Int32(0), count: start)
        for index in links.indices where links[index].place == .active {
            let home = Int(componentOf[Int(links[index].left)])
            list[ends[home]] = Int32(index)
            ends[home] += 1
        }
        linkList = list
    }

    private mutating func markDirty() {
        for index in nodes.indices {
            let isHidden = !nodes[index].isAlive && nodes[index].exists
            let flags = nodes[index].flags
            let changed =
                nodes[index].origin < 0 || nodes[index].isTouched || !nodes[index].exists
                || nodes[index].isHub != flags.contains(.hub) || isHidden != flags.contains(.hidden)
                || nodes[index].recordsDelta != 0
            if changed { regrouped[Int(componentOf[index])].isDirty = true }
        }
        for origin in origins {
            let first = componentOf[Int(origin.members.lowerBound)]
            let isApart = origin.members.contains { componentOf[Int($0)] != first }
            guard origin.isDue || isApart else { continue }
            for member in origin.members { regrouped[Int(componentOf[Int(member)])].isDirty = true }
        }
    }

    private func rank(_ link: WorkLink) -> LinkRank {
        let (left, right) = (nodes[Int(link.left)], nodes[Int(link.right)])
        return LinkRank(
            kind: link.kind, partyRank: link.standing.partyRank, weight: link.standing.weight,
            ClusterNode(key: left.key, namespace: left.namespace),
            ClusterNode(key: right.key, namespace: right.namespace), policies)
    }

    // MARK: Clusters

    /// Forms the clusters of every component that has changed.
    mutating func cluster(_ transaction: borrowing WriteTransaction) throws {
        for index in regrouped.indices {
            guard regrouped[index].isDirty else {
                for place in regrouped[index].members {
                    let member = Int(memberList[place])
                    nodes[member].cluster = Int32(nodes[member].oldCluster)
                }
                continue
            }
            var count = 1
            if isUnconstrained(regrouped[index].members), !hasLikeness(index) {
                for place in regrouped[index].members { nodes[Int(memberList[place])].cluster = 0 }
                for place in regrouped[index].links { links[Int(linkList[place])].verdict = .joined }
            } else {
                count = try formClusters(of: index, transaction)
            }
            listAnchors(of: index, count: count)
        }
    }

    /// Whether a component as one cluster breaks nothing: then it is one, whatever the order of its links.
    private func isUnconstrained(_ members: Range<Int>) -> Bool {
        var seen: UInt64 = 0
        var identifiers = 0
        for place in members {
            let member = Int(memberList[place])
            if nodes[member].flags.contains(.hasAssertions) { return false }
            let bit = policies.uniqueBits[Int(nodes[member].namespace.rawValue)]
            if bit & seen != 0 { return false }
            seen |= bit
            if !nodes[member].isRecord { identifiers += 1 }
        }
        return identifiers <= policies.profileIdentifiers
    }

    /// - Returns: how many clusters there are.
    private mutating func formClusters(of index: Int, _ transaction: borrowing WriteTransaction) throws -> Int {
        let clustering = try clustering(of: index, transaction)
        for (place, member) in memberList[regrouped[index].members].enumerated() {
            nodes[Int(member)].cluster = clustering.clusters[place]
        }
        for (place, link) in linkList[regrouped[index].links].enumerated() {
            links[Int(link)].verdict = clustering.verdicts[place]
        }
        return clustering.clusterCount
    }

    private func clustering(of index: Int, _ transaction: borrowing WriteTransaction) throws -> Clustering {
        let members = memberList[regrouped[index].members]
        let clusterLinks = linkList[regrouped[index].links].map { link in
            let index = Int(link)
            return ClusterLink(
                left: nodes[Int(links[index].left)].place, right: nodes[Int(links[index].right)].place,
                kind: links[index].kind, partyRank: links[index].standing.partyRank,
                weight: links[index].standing.weight)
        }
        var cannotLinks: [(Int32, Int32)] = []
        for member in members where nodes[Int(member)].flags.contains(.hasAssertions) {
            for other in try cannotLinked(member, transaction) where other > member {
                guard componentOf[Int(other)] == Int32(index) else { continue }
                cannotLinks.append((nodes[Int(member)].place, nodes[Int(other)].place))
            }
        }
        let clusterNodes = members.map { ClusterNode(key: nodes[Int($0)].key, namespace: nodes[Int($0)].namespace) }
        return Clusterer.cluster(
            nodes: clusterNodes, links: clusterLinks, cannotLinks: cannotLinks, policies: policies,
            likeness: try likeness(of: index, transaction), traffic: try traffic(of: index, transaction))
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

    /// Lists for each cluster its lowest node id, own or inherited; a record's only where there is no identifier.
    private mutating func listAnchors(of index: Int, count: Int) {
        let start = anchorList.count
        for _ in 0..<count { anchorList.append(NodeID(.max)) }
        regrouped[index].anchors = start..<anchorList.count
        for place in regrouped[index].members {
            let member = Int(memberList[place])
            let anchor = start + Int(nodes[member].cluster)
            if nodes[member].flags.contains(.fenced) { continue }
            if !nodes[member].isRecord { anchorList[anchor] = min(anchorList[anchor], nodes[member].id) }
            for node in nodesInherited(by: member) { anchorList[anchor] = min(anchorList[anchor], node) }
        }
        guard anchorList[start...].contains(NodeID(.max)) else { return }
        // The members ascend by node id: the first record of a cluster is its lowest. What is fenced comes last.
        for isFenced in [false, true] {
            for place in regrouped[index].members {
                let member = Int(memberList[place])
                let anchor = start + Int(nodes[member].cluster)
                guard anchorList[anchor] == NodeID(.max), nodes[member].flags.contains(.fenced) == isFenced else {
                    continue
                }
                anchorList[anchor] = nodes[member].id
            }
        }
    }

    /// The profile that a node was in when it was loaded, as a number good in this workspace; nil: it was in none.
    package func formerProfile(of dense: Int32) -> UInt64? {
        let index = Int(dense)
        guard nodes[index].origin >= 0, !nodes[index].wasHidden else { return nil }
        return UInt64(UInt32(bitPattern: nodes[index].origin)) << 16 | UInt64(nodes[index].oldCluster)
    }

    /// The anchor of the profile that a node is in; nil where it is hidden or gone. After `settle` only.
    package func anchor(of dense: Int32) -> NodeID? {
        let index = Int(dense)
        guard nodes[index].exists, nodes[index].isAlive else { return nil }
        let home = Int(componentOf[index])
        if regrouped[home].isDirty { return anchorList[regrouped[home].anchors.lowerBound + Int(nodes[index].cluster)] }
        return originAnchors[origins[Int(nodes[index].origin)].anchors + Int(nodes[index].oldCluster)]
    }

    /// Whether two nodes are one profile. After `settle` only.
    package func areOneProfile(_ first: Int32, _ second: Int32) -> Bool {
        componentOf[Int(first)] == componentOf[Int(second)]
            && nodes[Int(first)].cluster == nodes[Int(second)].cluster
    }
}
