package import Identity
package import LMDB
package import Stitching

/// A profile as it stands in one snapshot: what a resolve answers.
package struct Profile: Hashable, Sendable {
    /// The node whose profile id it bears.
    package var anchor: NodeID
    /// Identifiers and records, ascending by node id.
    package var members: [Member]

    package init(anchor: NodeID, members: [Member]) {
        self.anchor = anchor
        self.members = members
    }
}

/// Reading what is stored, in one snapshot: an identifier, a few steps of the forest, one component.
extension Snapshot where Self: ~Copyable {
    /// The profile of an identity key; nil where it is unknown or hidden.
    package func profile(of key: IdentityKey) throws -> Profile? {
        guard let row = try get(Tables.identifiers, key) else { return nil }
        return try profile(of: row.node, expecting: key)
    }

    /// The profile that a node is in; nil where it is not held, or hidden without an heir.
    package func profile(of node: NodeID, expecting key: IdentityKey? = nil) throws -> Profile? {
        var current = node
        for _ in 0..<1_000 {
            guard let payload = try payload(Tables.components, current) else {
                if current == node, key == nil { return nil }
                throw StoreError.damaged("an identifier's node has no row in components")
            }
            if let parent = ComponentCodec.parent(of: payload) {
                current = parent
                continue
            }
            let view = try ComponentView(payload)
            return try extract(view, node, key)
        }
        throw StoreError.damaged("the forest has a cycle")
    }

    private func extract(_ view: borrowing ComponentView, _ node: NodeID, _ key: IdentityKey?) throws -> Profile? {
        guard let index = view.index(of: node) else {
            throw StoreError.damaged("a node is not a member of the component that its path leads to")
        }
        let asked = view.member(index)
        if let key, asked.key != key {
            throw StoreError.damaged("an identifier's node bears another key")
        }
        if asked.flags.contains(.hidden) { return nil }
        let cluster = asked.cluster
        guard Int(cluster) < view.clusterCount else { throw StoreError.damaged("a member's cluster is not there") }
        var count = 0
        for place in 0..<view.memberCount where view.cluster(place) == cluster { count += 1 }
        var found: [Member] = []
        found.reserveCapacity(count)
        for place in 0..<view.memberCount where view.cluster(place) == cluster { found.append(view.member(place)) }
        return Profile(anchor: view.anchor(Int(cluster)), members: found)
    }

    /// The profile of the node behind a profile id, or of its heir; nil where neither is held and visible.
    package func profile(ofAnchor node: NodeID) throws -> Profile? {
        if let profile = try profile(of: node) { return profile }
        var current = node
        for _ in 0..<1_000 {
            guard let heir = try get(Tables.heirs, current) else { return nil }
            if let profile = try profile(of: heir) { return profile }
            current = heir
        }
        throw StoreError.damaged("the heirs have a cycle")
    }

    /// A node's component and the node id of its root; nil where the node is not held.
    package func component(of node: NodeID) throws -> (root: NodeID, component: Component)? {
        var current = node
        for _ in 0..<1_000 {
            guard let row = try get(Tables.components, current) else {
                if current == node { return nil }
                throw StoreError.damaged("the forest leads to a node that has no row in components")
            }
            switch row {
            case .parent(let parent): current = parent
            case .component(var component):
                if component.linksApart { component.links = try linksApart(of: component) }
                return (current, component)
            }
        }
        throw StoreError.damaged("the forest has a cycle")
    }

    /// The links of a component that lie in rows of their own, in the order of those inside.
    package func linksApart(of component: Component) throws -> [ActiveLink] {
        var places: [NodeID: UInt16] = [:]
        for (place, member) in component.members.enumerated() { places[member.node] = UInt16(place) }
        var links: [ActiveLink] = []
        for (place, member) in component.members.enumerated() {
            try scan(Tables.links, from: LinkKey(ends: NodePair(member.node, NodeID(0)), kind: 0)) { key, payload in
                guard key.ends.first == member.node else { return .stop }
                let row = try LinkRowCodec.decode(payload, version: LinkRowCodec.version)
                guard let right = places[key.ends.second] else {
                    throw StoreError.damaged("a row of links has an end outside of its component")
                }
                links.append(
                    ActiveLink(
                        left: UInt16(place), right: right, kind: row.kind, verdict: row.verdict,
                        evidence: row.evidence))
                return .proceed
            }
        }
        return links
    }
}
