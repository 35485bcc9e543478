/// Two people that a record is as like as each other: it is then neither's.
enum Rivalry {
    /// A cluster that is so much less like, or more, is a rival: odds of four to one decide.
    private static let margin = LinkWeight(bits: 2)

    /// What a rival's bridge carries at least, where the one in question carries so much.
    static func least(_ carried: LinkWeight) -> LinkWeight {
        LinkWeight(rawValue: carried.rawValue - margin.rawValue)
    }

    static func neighbours(_ count: Int, _ links: some Sequence<ClusterLink>) -> [[UInt32]] {
        neighbours(count, links.lazy.map { (UInt32($0.left), UInt32($0.right)) })
    }

    /// By member the other ends of its links.
    static func neighbours(_ count: Int, _ links: some Sequence<(UInt32, UInt32)>) -> [[UInt32]] {
        var neighbours = Array(repeating: [UInt32](), count: count)
        for (left, right) in links {
            neighbours[Int(left)].append(right)
            neighbours[Int(right)].append(left)
        }
        return neighbours
    }
}
