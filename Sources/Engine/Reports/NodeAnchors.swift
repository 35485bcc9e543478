internal import GraphStore
package import Identity
package import LMDB
package import Stitching

/// For every node of one snapshot the anchor of the profile that it is in: 8 bytes a node ever numbered.
package struct NodeAnchors: Sendable {
    private var anchors: [UInt64]

    /// Reads all components once.
    package init(_ snapshot: borrowing some Snapshot & ~Copyable, nodes: UInt64) throws {
        var found = [UInt64](repeating: 0, count: Int(nodes))
        try snapshot.scan(Tables.components) { _, payload in
            guard ComponentCodec.isComponent(payload) else { return .proceed }
            let view = try ComponentView(payload)
            for index in 0..<view.memberCount {
                let member = view.member(index)
                guard !member.flags.contains(.hidden) else { continue }
                guard member.node.rawValue < nodes, Int(member.cluster) < view.clusterCount else {
                    throw StoreError.damaged("a member has a number that was never given")
                }
                found[Int(member.node.rawValue)] = view.anchor(Int(member.cluster)).rawValue
            }
            return .proceed
        }
        anchors = found
    }

    /// As if nothing were linked by likeness: by the other links that join, each group under its first member.
    init(withoutLikeness snapshot: borrowing some Snapshot & ~Copyable, nodes: UInt64) throws {
        var found = [UInt64](repeating: 0, count: Int(nodes))
        try snapshot.scan(Tables.components) { _, payload in
            guard case .component(let component) = try ComponentCodec.decode(payload, version: ComponentCodec.version)
            else { return .proceed }
            let links = component.linksApart ? try snapshot.linksApart(of: component) : component.links
            var sets = UnionFind(count: component.members.count)
            for link in links where link.kind != .probabilistic && link.verdict == .joined {
                sets.union(Int32(link.left), Int32(link.right))
            }
            for (place, member) in component.members.enumerated()
            where !member.flags.contains(.hidden) && member.node.rawValue < nodes {
                found[Int(member.node.rawValue)] = component.members[Int(sets.find(Int32(place)))].node.rawValue
            }
            return .proceed
        }
        anchors = found
    }

    /// Nil where the node is not held, or hidden.
    package func anchor(of node: NodeID) -> NodeID? {
        guard node.rawValue < UInt64(anchors.count), anchors[Int(node.rawValue)] != 0 else { return nil }
        return NodeID(anchors[Int(node.rawValue)])
    }
}

extension Engine {
    /// The anchor of an identifier's profile, for the one who has changed it; nil where it is unknown or hidden.
    package func anchor(of key: IdentityKey) throws -> NodeID? {
        let transaction = try store.environment.beginRead()
        guard let row = try transaction.get(Tables.identifiers, store.storedKeys.stored(key, transaction)) else {
            return nil
        }
        return try transaction.anchor(of: row.node)
    }
}

extension Snapshot where Self: ~Copyable {
    /// The anchor of a node's profile, without its members; nil where the node is not held, or hidden.
    func anchor(of node: NodeID) throws -> NodeID? {
        var current = node
        for _ in 0..<1_000 {
            guard let payload = try payload(Tables.components, current) else { return nil }
            guard ComponentCodec.isComponent(payload) else {
                current = NodeID(payload.bigEndianUInt64(at: 1))
                continue
            }
            let view = try ComponentView(payload)
            guard let index = view.index(of: node) else { return nil }
            let member = view.member(index)
            guard !member.flags.contains(.hidden), Int(member.cluster) < view.clusterCount else { return nil }
            return view.anchor(Int(member.cluster))
        }
        throw StoreError.damaged("the forest has a cycle")
    }
}
