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

/// What a caller is told of a view.
package enum ViewOutcome: Sendable {
    case profile(Profile)
    case generic(GenericReason)

    package var profile: Profile? {
        if case .profile(let profile) = self { profile } else { nil }
    }
}

/// Reading through consent, in one snapshot: an identifier, a few steps of the forest, one component.
extension Snapshot where Self: ~Copyable {
    /// The view of an identity key's profile.
    package func view(of key: IdentityKey, _ request: borrowing ViewRequest) throws -> ViewOutcome {
        let key = try request.context.storedKeys?.stored(key, self) ?? key
        guard let row = try get(Tables.identifiers, key) else { return try decoy(for: key, request) }
        return try view(of: row.node, expecting: key, request) ?? .generic(.unknown)
    }

    /// The view that the node behind a profile id is in; the heir's, where the node is hidden or gone and its id was passed
    /// on for the purpose.
    package func view(ofAnchor node: NodeID, _ request: borrowing ViewRequest) throws -> ViewOutcome {
        if let outcome = try view(of: node, expecting: nil, request) {
            guard case .generic(.unknown) = outcome else { return outcome }
        }
        var current = node
        for _ in 0..<1_000 {
            guard let heir = try get(Tables.heirs, current) else {
                return try decoy(for: IdentityKey(high: node.rawValue, low: 0), request)
            }
            guard try passedOn(node, to: heir, request) else { return .generic(.noUsableEvidence) }
            if let outcome = try view(of: heir, expecting: nil, request) { return outcome }
            current = heir
        }
        throw StoreError.damaged("the heirs have a cycle")
    }

    /// The way of an unknown key: the same steps over a component chosen by the key, and nothing of it is shown.
    private func decoy(for key: IdentityKey, _ request: borrowing ViewRequest) throws -> ViewOutcome {
        guard request.context.nodes > 1 else { return .generic(.unknown) }
        // An identifier that is held has a row to be verified, which this one has not: an example stands for it.
        let example = request.context.examples[Int(request.purpose)]
        let view = try ComponentView(example.rawBytes)
        if view.memberCount == 0 {
            throw StoreError.damaged("the example of a component has no members")
        }
        _ = try self.view(of: request.context.decoy(for: key, request.purpose), expecting: nil, request)
        return .generic(.unknown)
    }

    private func passedOn(_ node: NodeID, to heir: NodeID, _ request: borrowing ViewRequest) throws -> Bool {
        guard let found = try component(of: heir)?.component else { return false }
        guard let place = found.inheritances.firstIndex(where: { $0.node == node }) else { return true }
        return (found.views?.heirMasks?[place] ?? .max) & request.bit != 0
    }

    /// Nil: the node is not held.
    private func view(
        of node: NodeID, expecting key: IdentityKey?, _ request: borrowing ViewRequest
    ) throws -> ViewOutcome? {
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
            return try view(of: node, expecting: key, payload, root: current, request)
        }
        throw StoreError.damaged("the forest has a cycle")
    }

    /// The view from a node of a component whose row, that of `root`, was read.
    func view(
        of node: NodeID, expecting key: IdentityKey?, _ payload: RawSpan, root: NodeID,
        _ request: borrowing ViewRequest
    ) throws -> ViewOutcome {
        let view = try ComponentView(payload)
        let start = try place(of: node, key, in: view)
        switch view.permission(from: start, root: root, snapshot: id, request) {
        case .generic(let reason): return .generic(reason)
        case .permitted(let permit): return .profile(view.profile(under: permit, root: root, snapshot: id))
        }
    }

    private func place(of node: NodeID, _ key: IdentityKey?, in view: borrowing ComponentView) throws -> Int {
        guard let index = view.index(of: node) else {
            throw StoreError.damaged("a node is not a member of the component that its path leads to")
        }
        if let key, view.member(index).key != key {
            throw StoreError.damaged("an identifier's node bears another key")
        }
        guard Int(view.cluster(index)) < view.clusterCount else {
            throw StoreError.damaged("a member's cluster is not there")
        }
        return index
    }
}

/// Reading past consent: only with a token whose making has written an entry to `audit`.
extension Snapshot where Self: ~Copyable {
    /// The whole profile of an identity key; nil where it is unknown or hidden.
    package func profile(of key: IdentityKey, under access: AuditedAccess) throws -> Profile? {
        guard let row = try get(Tables.identifiers, key) else { return nil }
        return try profile(of: row.node, expecting: key)
    }

    /// The whole profile of the node behind a profile id, or of its heir; nil where neither is held and visible.
    package func profile(ofAnchor node: NodeID, under access: AuditedAccess) throws -> Profile? {
        if let profile = try profile(of: node, expecting: nil) { return profile }
        var current = node
        for _ in 0..<1_000 {
            guard let heir = try get(Tables.heirs, current) else { return nil }
            if let profile = try profile(of: heir, expecting: nil) { return profile }
            current = heir
        }
        throw StoreError.damaged("the heirs have a cycle")
    }

    private func profile(of node: NodeID, expecting key: IdentityKey?) throws -> Profile? {
        let found = try atRoot(of: node) { _, payload in
            let view = try ComponentView(payload)
            return view.wholeProfile(of: try place(of: node, key, in: view))
        }
        guard let found else {
            if key == nil { return nil }
            throw StoreError.damaged("an identifier's node has no row in components")
        }
        return found
    }
}

extension ComponentView {
    /// All of a member's cluster; nil where the member is hidden.
    fileprivate func wholeProfile(of index: Int) -> Profile? {
        if flags(index).contains(.hidden) { return nil }
        let home = cluster(index)
        var count = 0
        for place in 0..<memberCount where cluster(place) == home { count += 1 }
        var found: [Member] = []
        found.reserveCapacity(count)
        for place in 0..<memberCount where cluster(place) == home { found.append(member(place)) }
        return Profile(anchor: anchor(Int(home)), members: found)
    }
}

extension Snapshot where Self: ~Copyable {
    /// What `body` makes of the row of a node's component and of its root; nil where the node is not held.
    private func atRoot<Result>(
        of node: NodeID, _ body: (_ root: NodeID, _ payload: RawSpan) throws -> Result
    ) throws -> Result? {
        var current = node
        for _ in 0..<1_000 {
            guard let payload = try payload(Tables.components, current) else {
                if current == node { return nil }
                throw StoreError.damaged("the forest leads to a node that has no row in components")
            }
            guard let parent = ComponentCodec.parent(of: payload) else { return try body(current, payload) }
            current = parent
        }
        throw StoreError.damaged("the forest has a cycle")
    }

    /// A node as a member of its component, without the rest; nil where it is not held.
    package func storedMember(_ node: NodeID) throws -> Member? {
        try atRoot(of: node) { _, payload in
            let view = try ComponentView(payload)
            return view.index(of: node).map { view.member($0) }
        } ?? nil
    }

    /// The root of a node's component, and how many members that has; nil where the node is not held.
    package func componentSize(of node: NodeID) throws -> (root: NodeID, members: Int)? {
        try atRoot(of: node) { root, payload in (root, try ComponentView(payload).memberCount) }
    }

    /// Hands over each link of a node's component without its evidence: the nodes that it joins, its kind, and what became
    /// of it. Nothing where the node is not held.
    package func forEachLink(
        around node: NodeID, _ body: (_ left: NodeID, _ right: NodeID, LinkKind, Verdict) -> Void
    ) throws {
        let isInside = try atRoot(of: node) { (_, payload) -> Bool in
            let view = try ComponentView(payload)
            if view.linksApart { return false }
            try view.forEachJoint(body)
            return true
        }
        guard isInside == false, let component = try component(of: node)?.component else { return }
        for link in component.links {
            body(
                component.members[Int(link.left)].node, component.members[Int(link.right)].node, link.kind,
                link.verdict)
        }
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
