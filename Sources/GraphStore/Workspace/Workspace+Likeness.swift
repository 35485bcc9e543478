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
            guard nodes[Int(dense)].isRecord else { continue }
            try recallMatches(of: dense, linkage.model, transaction)
        }
        // All nodes are looked at: what none of them has named is no likeness any more.
        while matchedLinks < links.count {
            let index = matchedLinks
            matchedLinks += 1
            if links[index].kind == .probabilistic, !recalled.contains(index) { try set(index, Evidence()) }
        }
    }

    private mutating func recallMatches(
        of dense: Int32, _ model: LinkageModel, _ transaction: borrowing WriteTransaction
    ) throws {
        for match in try transaction.matches(of: nodes[Int(dense)].id, atLeast: model.linkThreshold) {
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
        return .active
    }

    /// Whether a component has records that a model can compare: two at least.
    func hasLikeness(_ component: Int) -> Bool {
        guard linkage != nil else { return false }
        var records = 0
        for member in memberList[regrouped[component].members] where nodes[Int(member)].isRecord {
            records += 1
            if records > 1 { return true }
        }
        return false
    }

    /// The encodings of a component's records; nil where nothing is linked by likeness, or there are fewer than two.
    func likeness(of component: Int, _ transaction: borrowing WriteTransaction) throws -> MemberLikeness? {
        guard hasLikeness(component), let linkage else { return nil }
        let encodings = try memberList[regrouped[component].members].map { member in
            let node = nodes[Int(member)]
            guard node.isRecord, isPresent(member) else { return Weighable?.none }
            return try linkage.weighable(node.id, node.key, transaction)?.weighable
        }
        return MemberLikeness(
            linkage.scorer, words: encodings.map { $0?.words ?? [] }, rarities: encodings.map { $0?.rarities ?? [] })
    }
}
