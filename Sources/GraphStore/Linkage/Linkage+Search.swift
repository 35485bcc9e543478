package import Identity
package import LMDB
package import Stitching

/// Asking a model about records that are not recorded, or are so already.
extension Linkage {
    /// A record that shares a block with what is searched by.
    package struct Candidate: Sendable {
        package var node: NodeID
        package var end: Likeness.End
        package var weight: LinkWeight
    }

    /// The candidates of an encoding that is not recorded, weighed.
    package func candidates(
        of encoding: RecordEncoding, _ snapshot: borrowing some Snapshot & ~Copyable
    ) throws -> [Candidate] {
        var nodes: Set<NodeID> = []
        for entry in entries(of: encoding.words.span) {
            let limit = limit(entry.rule)
            let members = try snapshot.records(ofBlock: entry.block, limit: limit + 1)
            if members.count <= limit { nodes.formUnion(members) }
        }
        let asked = weighable(encoding)
        return try nodes.sorted().compactMap { node in
            guard let found = try weighable(node, nil, snapshot) else { return nil }
            return Candidate(node: node, end: found.end, weight: weight(asked, found.weighable))
        }
    }

    /// How the weight of two encodings comes about.
    package func waterfall(_ first: RecordEncoding, _ second: RecordEncoding) -> Waterfall {
        let (one, other) = (first.words, second.words)
        var rarities: [Int32] = []
        scorer.rarities(one.span, into: &rarities)
        var otherRarities: [Int32] = []
        scorer.rarities(other.span, into: &otherRarities)
        return scorer.waterfall(one.span, rarities.span, other.span, otherRarities.span)
    }
}
