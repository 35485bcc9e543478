internal import LMDB
internal import Stitching

/// Node ids of identifiers that expire, so that a profile id once given goes on resolving.
extension Workspace {
    /// Takes back the node ids of identifiers that live again, or are held no more.
    /// - Returns: whether components were loaded for it, so that places have to be decided again.
    mutating func recallHeirs(_ transaction: borrowing WriteTransaction) throws -> Bool {
        let before = nodes.count
        for index in 0..<before {
            let node = nodes[index]
            guard node.flags.contains(.hidden), node.isAlive || !node.exists else { continue }
            guard heirChanges.index(forKey: node.id) == nil else { continue }
            guard let heir = try transaction.get(Tables.heirs, node.id) else { continue }
            heirChanges[node.id] = .some(nil)
            let dense = Int(try load(heir, transaction))
            inherit(dense, nodesInherited(by: dense).filter { $0 != node.id })
            inheritedMasks[node.id] = nil
            nodes[dense].isTouched = true
        }
        return nodes.count > before
    }

    /// Gives the node ids of identifiers that have just expired, and what they had inherited, to the oldest
    /// living member of the cluster that they were in. What is retracted or purged leaves no heir for itself, and a
    /// record never does: both pass on what they had inherited.
    mutating func passOnHeirs(_ transaction: borrowing WriteTransaction) throws {
        for origin in origins {
            for member in origin.members where leavesNow(Int(member)) {
                let heir = heir(of: Int(member), in: origin)
                passOn(from: Int(member), to: heir)
            }
        }
    }

    private func leavesNow(_ index: Int) -> Bool {
        let node = nodes[index]
        if node.flags.contains(.fenced), node.exists { return false }
        if node.isRecord { return !node.isAlive && !nodesInherited(by: index).isEmpty }
        if !node.exists { return true }
        return !node.isAlive && !node.flags.contains(.hidden)
    }

    private func heir(of index: Int, in origin: Origin) -> Int? {
        let cluster = nodes[index].oldCluster
        return origin.members.map(Int.init)
            .filter { nodes[$0].oldCluster == cluster && $0 != index && nodes[$0].exists && nodes[$0].isAlive }
            .min {
                (nodes[$0].isRecord ? 1 : 0, nodes[$0].id.rawValue) < (
                    nodes[$1].isRecord ? 1 : 0, nodes[$1].id.rawValue
                )
            }
    }

    private mutating func passOn(from index: Int, to heir: Int?) {
        let node = nodes[index]
        guard let heir else {
            if !node.exists {
                for inherited in nodesInherited(by: index) { heirChanges[inherited] = .some(nil) }
                inherit(index, [])
            }
            return
        }
        let passed = (node.exists && !node.isRecord ? [node.id] : []) + nodesInherited(by: index)
        guard !passed.isEmpty else { return }
        let reach = storedReach(from: index, to: heir)
        if reach != .max { for node in passed { inheritedMasks[node] = (inheritedMasks[node] ?? .max) & reach } }
        inherit(index, [])
        inherit(heir, (nodesInherited(by: heir) + passed).sorted())
        for inherited in passed { heirChanges[inherited] = .some(nodes[heir].id) }
        touch(heir)
    }

    private mutating func inherit(_ index: Int, _ nodes: [NodeID]) {
        inherited[Int32(index)] = nodes.isEmpty ? nil : nodes
    }

    private mutating func touch(_ index: Int) {
        nodes[index].isTouched = true
        regrouped[Int(componentOf[index])].isDirty = true
    }
}
