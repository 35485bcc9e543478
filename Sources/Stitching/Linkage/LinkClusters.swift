/// A pair that a model has weighed; `left` and `right` are numbers of records in a table, ascending.
package struct PairLink: Hashable, Sendable {
    package var left: UInt32
    package var right: UInt32
    package var weight: LinkWeight

    @inlinable
    package init(left: UInt32, right: UInt32, weight: LinkWeight) {
        self.left = left
        self.right = right
        self.weight = weight
    }
}

/// What became of a link when clusters were formed.
package enum LinkVerdict: Hashable, Sendable {
    case joined
    /// The members of both sides, taken together, speak against it: the mean of their pairs' weights.
    case weakBridge(LinkWeight)
    /// One side is as like somebody else, whom the other side denies.
    case ambiguous
    case uniquePerProfile
    case cannotLink
    case profileSize
}

/// What clusters may not break, and what they begin with.
package struct ClusterConstraints: Sendable {
    /// Pairs that are joined whatever they weigh: deterministic links and must-links.
    package var joined: [(UInt32, UInt32)] = []
    package var cannotLinks: [(UInt32, UInt32)] = []
    /// By record a bit for each namespace of which a profile may hold but one; empty: no such namespace.
    package var uniqueBits: [UInt64] = []
    package var sizeLimit = 512

    package init() {}
}

/// Clusters of records by constrained Kruskal (DESIGN: Clusters), where a link is a bridge that must carry its own weight: two
/// clusters join when the mean weight over all pairs between them reaches the threshold. So one good pair does not chain two
/// people. Links are tried from the heaviest down, those of equal weight by key; refused ones again, until nothing changes.
package struct LinkClusters: Sendable {
    /// By record its cluster, numbered from 0 in the order of first members.
    package private(set) var clusters: [Int32]
    package private(set) var clusterCount: Int
    /// By link, in the order given.
    package private(set) var verdicts: [LinkVerdict]

    /// No pair counts for more, either way: 12 nats, so that one pair cannot outvote many.
    package static let clamp = LinkWeight(bits: 17.312)

    /// - Parameters:
    ///   - count: records.
    ///   - links: those that reach the threshold.
    ///   - evenWeight: of any two records what their fields say by themselves; nil: nobody is a rival.
    ///   - weight: of any two records.
    package static func form(
        count: Int, links: [PairLink], threshold: LinkWeight, constraints: ClusterConstraints = ClusterConstraints(),
        evenWeight: ((UInt32, UInt32) -> LinkWeight)? = nil, weight: (UInt32, UInt32) -> LinkWeight
    ) -> LinkClusters {
        var builder = ClusterBuilder(count: count, threshold: threshold, constraints: constraints)
        let order = links.indices.sorted { first, second in
            let (one, other) = (links[first], links[second])
            if one.weight != other.weight { return one.weight > other.weight }
            return one.left != other.left ? one.left < other.left : one.right < other.right
        }
        if evenWeight != nil { builder.alike = Rivalry.neighbours(count, links.lazy.map { ($0.left, $0.right) }) }
        var verdicts = Array(repeating: LinkVerdict.joined, count: links.count)
        var waiting = order
        while true {
            let before = waiting.count
            waiting = waiting.filter { index in
                verdicts[index] = builder.attempt(links[index].left, links[index].right, weight, evenWeight)
                return verdicts[index] != .joined
            }
            if waiting.isEmpty || waiting.count == before { break }
        }
        for index in waiting where builder.areJoined(links[index].left, links[index].right) {
            verdicts[index] = .joined
        }
        let (clusters, clusterCount) = builder.numbered()
        return LinkClusters(clusters: clusters, clusterCount: clusterCount, verdicts: verdicts)
    }

    /// The mean weight over all pairs between two groups of records: what a bridge between them carries.
    package static func bridge(
        _ left: [UInt32], _ right: [UInt32], _ weight: (UInt32, UInt32) -> LinkWeight
    ) -> LinkWeight {
        var sum = 0
        for one in left {
            for other in right {
                let bounded = weight(min(one, other), max(one, other)).rawValue
                sum += Int(min(max(bounded, -clamp.rawValue), clamp.rawValue))
            }
        }
        // Rounded down, so that equal sums give equal means.
        let count = left.count * right.count
        return LinkWeight(rawValue: Int32(count == 0 ? 0 : (sum - (sum < 0 ? count - 1 : 0)) / count))
    }
}

/// The clusters while they are formed.
private struct ClusterBuilder {
    private var sets: UnionFind
    /// By root.
    private var members: [[UInt32]]
    private var masks: [UInt64]
    /// By record those that it has a link with.
    var alike: [[UInt32]] = []
    private let threshold: LinkWeight
    private let constraints: ClusterConstraints

    init(count: Int, threshold: LinkWeight, constraints: ClusterConstraints) {
        sets = UnionFind(count: count)
        members = (0..<count).map { [UInt32($0)] }
        masks = constraints.uniqueBits.isEmpty ? Array(repeating: 0, count: count) : constraints.uniqueBits
        self.threshold = threshold
        self.constraints = constraints
        for (left, right) in constraints.joined { join(sets.find(Int32(left)), sets.find(Int32(right))) }
    }

    mutating func areJoined(_ left: UInt32, _ right: UInt32) -> Bool {
        sets.find(Int32(left)) == sets.find(Int32(right))
    }

    mutating func attempt(
        _ left: UInt32, _ right: UInt32, _ weight: (UInt32, UInt32) -> LinkWeight,
        _ evenWeight: ((UInt32, UInt32) -> LinkWeight)?
    ) -> LinkVerdict {
        let first = sets.find(Int32(left))
        let second = sets.find(Int32(right))
        guard first != second else { return .joined }
        if breaksCannotLink(first, second) { return .cannotLink }
        if masks[Int(first)] & masks[Int(second)] != 0 { return .uniquePerProfile }
        if members[Int(first)].count + members[Int(second)].count > constraints.sizeLimit { return .profileSize }
        let carried = LinkClusters.bridge(members[Int(first)], members[Int(second)], weight)
        guard carried >= threshold else { return .weakBridge(carried) }
        if let evenWeight, isAmbiguous(first, second, carried, weight, evenWeight) { return .ambiguous }
        join(first, second)
        return .joined
    }

    private mutating func isAmbiguous(
        _ first: Int32, _ second: Int32, _ carried: LinkWeight, _ weight: (UInt32, UInt32) -> LinkWeight,
        _ evenWeight: (UInt32, UInt32) -> LinkWeight
    ) -> Bool {
        let least = max(threshold, Rivalry.least(carried))
        for (own, other) in [(first, second), (second, first)] {
            var seen: Set<Int32> = [own, other]
            for member in members[Int(own)] {
                for neighbour in alike[Int(member)] {
                    let rival = sets.find(Int32(neighbour))
                    guard seen.insert(rival).inserted else { continue }
                    if LinkClusters.bridge(members[Int(own)], members[Int(rival)], weight) >= least,
                        LinkClusters.bridge(members[Int(other)], members[Int(rival)], evenWeight) < threshold
                    {
                        return true
                    }
                }
            }
        }
        return false
    }

    private mutating func breaksCannotLink(_ first: Int32, _ second: Int32) -> Bool {
        for (left, right) in constraints.cannotLinks {
            let one = sets.find(Int32(left))
            let other = sets.find(Int32(right))
            if (one == first && other == second) || (one == second && other == first) { return true }
        }
        return false
    }

    private mutating func join(_ first: Int32, _ second: Int32) {
        guard let union = sets.union(first, second) else { return }
        members[Int(union.kept)] += members[Int(union.absorbed)]
        members[Int(union.absorbed)] = []
        masks[Int(union.kept)] |= masks[Int(union.absorbed)]
    }

    mutating func numbered() -> ([Int32], Int) {
        var numberOfRoot = Array(repeating: Int32(-1), count: members.count)
        var next: Int32 = 0
        var clusters: [Int32] = []
        for record in members.indices {
            let root = Int(sets.find(Int32(record)))
            if numberOfRoot[root] < 0 {
                numberOfRoot[root] = next
                next += 1
            }
            clusters.append(numberOfRoot[root])
        }
        return (clusters, Int(next))
    }
}
