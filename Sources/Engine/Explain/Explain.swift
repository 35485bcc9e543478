package import GraphStore
package import Identity
internal import LMDB
package import Stitching

extension Engine {
    /// Why two identifiers are one profile, or what keeps them apart, in one snapshot.
    package func explain(
        _ first: KeyedIdentifier, _ second: KeyedIdentifier, under access: AuditedAccess
    ) throws -> Explanation {
        let configuration = store.configuration
        return try store.environment.read { transaction in
            let state = try StoreState(transaction, configuration: configuration)
            let keys = store.storedKeys
            return try Explainer.explain(
                keys.stored(first, transaction), keys.stored(second, transaction), state, transaction)
        }
    }
}

/// One explanation in the making.
struct Explainer {
    let state: StoreState
    var hour: Int32 { state.clock.hour }

    /// Most suspended links followed from each side: past it, only links from the other side are found.
    static let followedLinks = 20_000

    static func explain(
        _ first: KeyedIdentifier, _ second: KeyedIdentifier, _ state: StoreState,
        _ snapshot: borrowing some Snapshot & ~Copyable
    ) throws -> Explanation {
        let explainer = Explainer(state: state)
        let names = [first, second].map { state.configuration.namespaces[$0.namespace].name }
        var explanation = Explanation(
            relation: .unknown, first: Explanation.End(namespace: names[0], key: first.key),
            second: Explanation.End(namespace: names[1], key: second.key), path: [])
        guard let near = try snapshot.get(Tables.identifiers, first.key)?.node,
            let far = try snapshot.get(Tables.identifiers, second.key)?.node,
            let home = try snapshot.component(of: near), let away = try snapshot.component(of: far)
        else { return explanation }
        if home.root == away.root {
            try explainer.within(home.component, near, far, &explanation)
        } else {
            try explainer.across(home.component, away.component, &explanation, snapshot)
        }
        return explanation
    }

    // MARK: In one component

    func within(
        _ component: Component, _ near: NodeID, _ far: NodeID, _ explanation: inout Explanation
    ) throws {
        guard let start = component.members.firstIndex(where: { $0.node == near }),
            let end = component.members.firstIndex(where: { $0.node == far })
        else { throw StoreError.damaged("a node is not a member of the component that its path leads to") }
        let isOne = component.members[start].cluster == component.members[end].cluster
        let candidates = component.links.indices.filter { index in
            let link = component.links[index]
            let (left, right) = (component.members[Int(link.left)], component.members[Int(link.right)])
            return link.left != link.right && (!isOne || left.cluster == right.cluster)
        }
        let links = candidates.map { index in
            let link = component.links[index]
            return (left: Int(link.left), right: Int(link.right), rank: rank(link, component))
        }
        let path = SpanningPath.path(members: component.members.count, links: links, from: start, to: end)
        explanation.relation = isOne ? .oneProfile : .keptApart
        var place = start
        for index in path ?? [] {
            let link = component.links[candidates[index]]
            let next = Int(link.left) == place ? Int(link.right) : Int(link.left)
            explanation.path.append(step(link, component, from: place, to: next))
            place = next
        }
    }

    private func rank(_ link: ActiveLink, _ component: Component) -> LinkRank {
        let (left, right) = (component.members[Int(link.left)], component.members[Int(link.right)])
        let standing = standing(link.evidence, link.kind, left, right)
        return LinkRank(
            kind: link.kind, partyRank: standing.partyRank, weight: standing.weight,
            ClusterNode(key: left.key, namespace: left.namespace),
            ClusterNode(key: right.key, namespace: right.namespace), state.policies)
    }

    private func standing(_ evidence: Evidence, _ kind: LinkKind, _ left: Member, _ right: Member) -> Standing {
        let isPinned = left.flags.contains(.pinned) || right.flags.contains(.pinned)
        let timeToLive = isPinned ? nil : state.policies.timeToLive(left.namespace, right.namespace)
        return state.policies.standing(evidence, kind, at: hour, timeToLive: timeToLive)
    }

    private func step(_ link: ActiveLink, _ component: Component, from: Int, to: Int) -> Explanation.Step {
        let (left, right) = (component.members[from], component.members[to])
        let standing = standing(link.evidence, link.kind, left, right)
        return Explanation.Step(
            from: end(left), to: end(right), kind: name(link.kind), weight: Int(standing.weight),
            support: support(link.shownEvidence), reason: link.verdict.description,
            detail: link.kind == .probabilistic ? detail(link) : detail(link.verdict, component, from, to))
    }

    private func detail(_ link: ActiveLink) -> String {
        guard let likeness = Likeness(link.evidence) else { return "" }
        let bits = (likeness.weight.bits * 10).rounded() / 10
        let found = "likeness of \(bits) bits by model \(likeness.version)"
        switch link.verdict {
        case .weakBridge: return found + "; the other records of both sides speak against it"
        case .ambiguous: return found + "; one side is as like somebody else, who is not the other"
        default: return found
        }
    }

    private func detail(_ verdict: Verdict, _ component: Component, _ from: Int, _ to: Int) -> String {
        switch verdict {
        case .uniquePerProfile:
            conflict(component, component.members[from].cluster, component.members[to].cluster)
        case .contested:
            [from, to].filter { isContested($0, component) }.map { "\(end(component.members[$0]))" }
                .joined(separator: " and ") + ": more than one person claims it, so it joins nobody"
        case .contradicted: "the records of both sides are unlike: two people share it"
        default: ""
        }
    }

    /// Whether a member is a device none of whose links but must-links joins it to anything.
    private func isContested(_ place: Int, _ component: Component) -> Bool {
        guard state.policies.kind(component.members[place].namespace) == .device else { return false }
        return component.links.allSatisfy { link in
            let isOwn = Int(link.left) == place || Int(link.right) == place
            return !isOwn || link.left == link.right || link.verdict == .contested || link.verdict == .joined
        }
    }

    private func conflict(_ component: Component, _ first: UInt16, _ second: UInt16) -> String {
        let unique = component.members.filter { state.policies.uniqueBits[Int($0.namespace.rawValue)] != 0 }
        let left = Set(unique.filter { $0.cluster == first }.map { state.namespaceName($0.namespace) })
        let right = Set(unique.filter { $0.cluster == second }.map { state.namespaceName($0.namespace) })
        return "each side holds its own " + left.intersection(right).sorted().joined(separator: ", ")
    }

    func end(_ member: Member) -> Explanation.End {
        Explanation.End(namespace: state.namespaceName(member.namespace), key: member.key)
    }

    func name(_ kind: LinkKind) -> String {
        switch kind {
        case .mustLink: "must-link"
        case .deterministic: "deterministic"
        case .tie: "record"
        case .probabilistic: "probabilistic"
        }
    }

    /// What each source says, by its name.
    func support(_ evidence: Evidence) -> [Explanation.Support] {
        var bySource: [SourceID: Fold] = [:]
        var records: [SourceID: Int] = [:]
        for fold in evidence.folds { bySource[fold.source] = fold }
        for record in evidence.records {
            records[record.source, default: 0] += 1
            let traits = state.policies.sources[Int(record.source.rawValue)]
            let fold = Fold(source: record.source, traits: traits, time: record.time)
            bySource[record.source, default: fold].join(fold)
        }
        return bySource.values
            .map { fold in
                Explanation.Support(
                    source: state.sources[Int(fold.source.rawValue)].name, first: fold.first, last: fold.last,
                    days: fold.days.nonzeroBitCount, records: records[fold.source] ?? 0)
            }
            .sorted { $0.source < $1.source }
    }
}
