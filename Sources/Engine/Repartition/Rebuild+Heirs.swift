internal import GraphStore
internal import LMDB
internal import Stitching

/// The stages that need all of the evidence.
extension Rebuild {
    /// Evaluates over-full components whole, each in a transaction of its own. A second time gives the same.
    func evaluateOverfull() throws {
        let search = try target.environment.read { try OverfullComponents($0, state) }
        var seen: Set<NodeID> = []
        mark.overfull = 0
        for seed in search.seeds {
            var transaction = try target.environment.beginWrite()
            var workspace = makeWorkspace()
            guard try OverfullComponents.load(seed, &seen, &workspace, transaction) else { continue }
            try finish(&workspace, &transaction)
            mark.overfull += workspace.isCut ? 1 : 0
            try commit(transaction, rows: 1)
        }
        mark.begin(.heirs)
        try commit(try target.environment.beginWrite(), rows: 0)
    }

    // MARK: Heirs

    /// Node ids of identifiers that are hidden pass to those who had them, or would have had them: the oldest living member
    /// of the cluster that they were in.
    func passOnHeirs() throws {
        let living = try LivingNodes(target.environment, nextNode: state.nextNode)
        var isDone = false
        while !isDone { isDone = try passOnPiece(living) }
    }

    /// - Returns: whether it was the last piece.
    private func passOnPiece(_ living: LivingNodes) throws -> Bool {
        let old = try source.environment.beginRead()
        var legacies: [Legacy] = []
        var next: NodeID?
        try old.scan(Tables.components, from: mark.next.first) { root, payload in
            guard ComponentCodec.isComponent(payload) else { return .proceed }
            guard legacies.count < pieceRows else {
                next = root
                return .stop
            }
            let view = try ComponentView(payload)
            guard view.inheritanceCount > 0 || living.misses(view) else { return .proceed }
            guard case .component(let component) = try ComponentCodec.decode(payload, version: ComponentCodec.version)
            else { return .proceed }
            legacies += Legacy.all(of: component, living)
            return .proceed
        }
        var transaction = try target.environment.beginWrite()
        var workspace = makeWorkspace()
        for legacy in legacies where try !transaction.contains(Tables.heirs, legacy.node) {
            let heir = try workspace.load(legacy.heir, transaction)
            workspace.inherit(legacy.node, by: heir, purposes: legacy.purposes)
        }
        try finish(&workspace, &transaction)
        if let next { mark.next = NodePair(next, NodeID(0)) } else { mark.begin(.feed) }
        try commit(transaction, rows: legacies.count)
        return next == nil
    }
}

/// A node id that passes on.
private struct Legacy {
    var node: NodeID
    var heir: NodeID
    var purposes: UInt32

    /// What the members of a component as it was leave, and what they had inherited.
    static func all(of component: Component, _ living: LivingNodes) -> [Legacy] {
        var legacies: [Legacy] = []
        for (place, member) in component.members.enumerated()
        where !member.flags.contains(.hidden) && member.namespace != .record && !living.contains(member.node) {
            if let heir = heir(of: place, in: component, living) {
                let purposes = reach(from: place, to: heir, in: component)
                legacies.append(Legacy(node: member.node, heir: component.members[heir].node, purposes: purposes))
            }
        }
        for (index, inheritance) in component.inheritances.enumerated() where !living.contains(inheritance.node) {
            let place = Int(inheritance.member)
            var purposes = component.views?.heirMasks?[index] ?? .max
            var heir: Int? = place
            if !living.contains(component.members[place].node) {
                heir = self.heir(of: place, in: component, living)
                if let heir { purposes &= reach(from: place, to: heir, in: component) }
            }
            guard let heir else { continue }
            legacies.append(
                Legacy(node: inheritance.node, heir: component.members[heir].node, purposes: purposes))
        }
        return legacies
    }

    /// The oldest living member of the cluster, identifiers before records.
    private static func heir(of place: Int, in component: Component, _ living: LivingNodes) -> Int? {
        let cluster = component.members[place].cluster
        let candidates = component.members.indices.filter { other in
            let member = component.members[other]
            return other != place && member.cluster == cluster && living.contains(member.node)
        }
        return candidates.first { component.members[$0].namespace != .record } ?? candidates.first
    }

    private static func reach(from place: Int, to heir: Int, in component: Component) -> UInt32 {
        component.views?.reach(from: place, to: heir, members: component.members.count) ?? .max
    }
}

/// Which nodes are in a profile: a bit for each node id ever given.
private struct LivingNodes {
    private var words: [UInt64]

    init(_ environment: Environment, nextNode: UInt64) throws {
        var words = Array(repeating: UInt64(0), count: Int(nextNode) / 64 + 1)
        try environment.read { transaction in
            try transaction.scan(Tables.components) { _, payload in
                guard ComponentCodec.isComponent(payload) else { return .proceed }
                let view = try ComponentView(payload)
                for index in 0..<view.memberCount where !view.member(index).flags.contains(.hidden) {
                    let node = Int(view.node(index).rawValue)
                    words[node >> 6] |= 1 << UInt64(node & 63)
                }
                return .proceed
            }
        }
        self.words = words
    }

    func contains(_ node: NodeID) -> Bool {
        let index = Int(node.rawValue)
        return index >> 6 < words.count && words[index >> 6] >> UInt64(index & 63) & 1 != 0
    }

    /// Whether a member of a component is in no profile.
    func misses(_ view: borrowing ComponentView) -> Bool {
        for index in 0..<view.memberCount where !contains(view.node(index)) { return true }
        return false
    }
}
