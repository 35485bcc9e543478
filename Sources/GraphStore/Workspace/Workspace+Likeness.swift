internal import Identity
internal import LMDB
internal import Stitching

/// Probabilistic links: never changed by hand, but made to agree with table `matches` whenever their records are loaded.
extension Workspace {
    /// Says that a record is to be evaluated again: it has other candidates, or another encoding.
    package mutating func touch(_ dense: Int32) { nodes[Int(dense)].isTouched = true }

    /// Brings the links of every loaded record to what `matches` says, with the components of the other ends.
    mutating func recallMatches(_ transaction: borrowing WriteTransaction) throws {
        while let linkage, matchedNodes < nodes.count {
            let dense = Int32(matchedNodes)
            matchedNodes += 1
            guard let least = leastMatch(of: dense, linkage) else { continue }
            try recallMatches(of: dense, linkage.model, atLeast: least, transaction)
        }
        // All nodes are looked at: what none of them has named is no likeness any more.
        while matchedLinks < links.count {
            let index = matchedLinks
            matchedLinks += 1
            if links[index].kind == .probabilistic, !recalled.contains(index) { try set(index, Evidence()) }
        }
    }

    /// From what weight on pairs of a node are links: of devices those too that may only be rivals of others. Nil: none is.
    func leastMatch(of dense: Int32, _ linkage: Linkage) -> LinkWeight? {
        if nodes[Int(dense)].isRecord { return linkage.model.linkThreshold }
        return policies.isDevice(nodes[Int(dense)].namespace) ? linkage.trafficScorer?.model.reviewThreshold : nil
    }

    private mutating func recallMatches(
        of dense: Int32, _ model: LinkageModel, atLeast least: LinkWeight, _ transaction: borrowing WriteTransaction
    ) throws {
        for match in try transaction.matches(of: nodes[Int(dense)].id, atLeast: least) {
            guard let other = try loadIfHeld(match.other, transaction) else { continue }
            let index = Int(try link(dense, other, .probabilistic, transaction))
            recalled.insert(index)
            try set(index, match.row.likeness(version: model.version).evidence)
        }
    }

    private mutating func set(_ index: Int, _ evidence: Evidence) throws {
        guard self.evidence(of: index) != evidence else { return }
        setEvidence(of: index, to: evidence)
        links[index].isChanged = true
        links[index].standing = worth(of: index)
    }

    /// Whether a probabilistic link can be active.
    func placeOfLikeness(_ index: Int) -> LinkPlace {
        let (left, right) = (links[index].left, links[index].right)
        guard hasEvidence(index), links[index].standing.isLive, isPresent(left), isPresent(right) else {
            return .nowhere
        }
        // What many people use is nobody's device.
        return nodes[Int(left)].isHub || nodes[Int(right)].isHub ? .nowhere : .active
    }

    /// Whether a component has records that a model can compare: two at least.
    func hasLikeness(_ component: Int) -> Bool {
        guard linkage != nil else { return false }
        if hasTraffic(component) { return true }
        var records = 0
        for member in memberList[regrouped[component].members] where nodes[Int(member)].isRecord {
            records += 1
            if records > 1 { return true }
        }
        return false
    }

    /// Whether two devices of a component are alike.
    private func hasTraffic(_ component: Int) -> Bool {
        linkage?.trafficScorer != nil
            && linkList[regrouped[component].links].contains { link in
                links[Int(link)].kind == .probabilistic && !nodes[Int(links[Int(link)].left)].isRecord
            }
    }

    /// The traffic of a component's devices; nil where no two of them are alike.
    func traffic(of component: Int, _ transaction: borrowing WriteTransaction) throws -> MemberTraffic? {
        guard hasTraffic(component), let linkage, let scorer = linkage.trafficScorer else { return nil }
        let profiles = try memberList[regrouped[component].members].map { member in
            let node = nodes[Int(member)]
            guard policies.isDevice(node.namespace) else { return TrafficProfile?.none }
            return try linkage.traffic(of: node.id, transaction)?.profile
        }
        return MemberTraffic(scorer, profiles: profiles)
    }

    /// The encodings of a component's records; nil where nothing is linked by likeness, or there are fewer than two.
    func likeness(of component: Int, _ transaction: borrowing WriteTransaction) throws -> MemberLikeness? {
        guard hasLikeness(component), let linkage else { return nil }
        let records = memberList[regrouped[component].members].count { nodes[Int($0)].isRecord }
        guard records > 1 else { return nil }
        let encodings = try memberList[regrouped[component].members].map { member in
            let node = nodes[Int(member)]
            guard node.isRecord, isPresent(member) else { return Weighable?.none }
            return try linkage.weighable(node.id, node.key, transaction)?.weighable
        }
        return MemberLikeness(
            linkage.scorer, words: encodings.map { $0?.words ?? [] }, rarities: encodings.map { $0?.rarities ?? [] })
    }
}
