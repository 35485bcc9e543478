package import GraphStore
package import Identity
internal import LMDB
package import Stitching

extension Engine {
    /// Why two identifiers are in one view of a purpose: only links that serve it, with what its sources say of them. Where
    /// they are not, the answer is generic: not what keeps them apart, and not whether either is known.
    package func explain(
        _ first: KeyedIdentifier, _ second: KeyedIdentifier, _ request: ViewRequest
    ) throws -> Explanation {
        let configuration = store.configuration
        return try store.environment.read { transaction in
            let state = try StoreState(transaction, configuration: configuration)
            let keys = store.storedKeys
            return try Explainer(state: state).explain(
                keys.stored(first, transaction), keys.stored(second, transaction), request, transaction)
        }
    }
}

extension Explainer {
    func explain(
        _ first: KeyedIdentifier, _ second: KeyedIdentifier, _ request: ViewRequest,
        _ snapshot: borrowing some Snapshot & ~Copyable
    ) throws -> Explanation {
        let names = [first, second].map { state.configuration.namespaces[$0.namespace].name }
        var explanation = Explanation(
            relation: .generic, first: Explanation.End(namespace: names[0], key: first.key),
            second: Explanation.End(namespace: names[1], key: second.key), path: [])
        guard case .profile(let view) = try snapshot.view(of: first.key, request),
            let near = view.members.first(where: { $0.key == first.key }),
            let far = view.members.first(where: { $0.key == second.key }),
            let held = try snapshot.component(of: near.node)?.component
        else { return explanation }
        let visible = Set(view.members.map(\.node))
        try within(narrowed(held, to: visible, request), near.node, far.node, &explanation)
        return explanation
    }

    /// A component as a purpose may know it: visible members, links that serve it, evidence of sources that may.
    private func narrowed(_ component: Component, to visible: Set<NodeID>, _ request: ViewRequest) -> Component {
        var narrow = component
        narrow.links = component.links.compactMap { link in
            let ends = (component.members[Int(link.left)], component.members[Int(link.right)])
            guard link.verdict == .joined, visible.contains(ends.0.node), visible.contains(ends.1.node) else {
                return nil
            }
            guard link.kind != .mustLink else { return link }
            if link.kind == .probabilistic {
                return state.policies.serving(link.evidence, link.kind, at: hour, timeToLive: nil) & request.bit == 0
                    ? nil : link
            }
            var usable = link
            usable.evidence = usableEvidence(of: link, ends, request)
            return usable.evidence.isEmpty ? nil : usable
        }
        return narrow
    }

    private func usableEvidence(of link: ActiveLink, _ ends: (Member, Member), _ request: ViewRequest) -> Evidence {
        let isPinned = ends.0.flags.contains(.pinned) || ends.1.flags.contains(.pinned)
        let timeToLive = isPinned ? nil : state.policies.timeToLive(ends.0.namespace, ends.1.namespace)
        func serves(_ source: SourceID, _ time: Timestamp) -> Bool {
            let mask = state.policies.sources[Int(source.rawValue)].purposes
            return mask & request.bit != 0
                && timeToLive.map { hour < Evidence.expiryHour(time, timeToLive: $0) } ?? true
        }
        return Evidence(
            folds: link.evidence.folds.filter { serves($0.source, $0.last) },
            records: link.evidence.records.filter { serves($0.source, $0.time) })
    }
}
