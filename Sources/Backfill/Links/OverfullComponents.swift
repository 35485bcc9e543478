internal import GraphStore
internal import Identity
internal import LMDB
internal import Stitching

/// Components with more members than one may have: evaluated whole, their links in the order of clustering, each joining
/// two pieces unless they would be too large together.
struct OverfullComponents {
    private let load: Load
    private let numbering: Numbering
    private let links: Links

    init(_ load: Load, _ numbering: Numbering, _ links: Links) {
        self.load = load
        self.numbering = numbering
        self.links = links
    }

    /// A link that may join.
    private struct Candidate {
        var rank: LinkRank
        var left: Int32
        var right: Int32
    }

    /// Takes over-full sets apart and forms them anew.
    func settle(_ sets: inout UnionFind) throws {
        let limit = load.policies.componentMembers
        guard sets.hasSet(largerThan: limit) else { return }
        let arena = Arena()
        let isOver = try arena.column(of: UInt8.self, count: numbering.count)
        var members = 0
        for number in 0..<numbering.count {
            let root = sets.find(Int32(truncatingIfNeeded: number))
            guard sets.size(ofRoot: root) > limit else { continue }
            isOver[number] = 1
            members += 1
        }
        let keys = try keys(of: isOver, members)
        let candidates = try candidates(isOver, keys)
        var pieces = UnionFind(count: numbering.count)
        for number in 0..<numbering.count where isOver[number] == 0 {
            pieces.union(Int32(truncatingIfNeeded: number), sets.find(Int32(truncatingIfNeeded: number)))
        }
        for candidate in candidates {
            let (left, right) = (pieces.find(candidate.left), pieces.find(candidate.right))
            guard left != right, pieces.size(ofRoot: left) + pieces.size(ofRoot: right) <= limit else { continue }
            pieces.union(left, right)
        }
        sets = pieces
    }

    private func keys(of isOver: Column<UInt8>, _ members: Int) throws -> [Int32: IdentityKey] {
        var keys: [Int32: IdentityKey] = [:]
        keys.reserveCapacity(members)
        let buffer = FileBuffer(capacity: 1 << 20)
        for stream in numbering.streams.indices {
            try numbering.forEachKey(ofStream: stream, buffer) { bytes, offset, rank in
                let number = Int(numbering.numberOfRank[rank])
                guard isOver[number] == 1 else { return }
                keys[Int32(number)] = IdentityKey(
                    high: bytes.bigEndianUInt64(at: offset), low: bytes.bigEndianUInt64(at: offset + 8))
            }
        }
        return keys
    }

    private func candidates(_ isOver: Column<UInt8>, _ keys: [Int32: IdentityKey]) throws -> [Candidate] {
        var candidates: [Candidate] = []
        let nodes = links.nodes
        try links.forEachLink(FileBuffer(capacity: 1 << 18)) { link in
            guard link.isLive, link.left != link.right, isOver[link.left] == 1 else { return }
            guard nodes.hub[link.left] == 0, nodes.hub[link.right] == 0 else { return }
            guard let left = keys[Int32(link.left)], let right = keys[Int32(link.right)] else { return }
            let ends = (
                ClusterNode(key: left, namespace: NamespaceID(numbering.namespaces[link.left])),
                ClusterNode(key: right, namespace: NamespaceID(numbering.namespaces[link.right]))
            )
            let standing = link.standing(load, ends.0.namespace, ends.1.namespace)
            let rank = LinkRank(
                kind: .deterministic, partyRank: standing.partyRank, weight: standing.weight, ends.0, ends.1,
                load.policies)
            candidates.append(Candidate(rank: rank, left: Int32(link.left), right: Int32(link.right)))
        }
        candidates.sort { $0.rank < $1.rank }
        return candidates
    }
}
