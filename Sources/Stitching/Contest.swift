internal import Identity

/// Which devices two people claim (DocC: How stitching decides, Contested devices), from clusters formed as if none were.
struct Contest {
    /// A claim counts when it weighs at least this part of the heaviest that was granted: with less, the other person
    /// was a visitor. An eighth: on the simulator's shapes more loses precision, less loses recall.
    static let lightestClaim = 8
    /// How many identifiers beside the device and the sessions a profile must have to claim or to hold it: an address
    /// that is known from one device alone is as likely its owner's second, or mistyped.
    static let leastKnown = 2

    private let nodes: [ClusterNode]
    private let links: [ClusterLink]
    private let policies: Policies
    private let clustering: Clustering
    /// For each cluster its members that are neither sessions nor records.
    private var known: [Int]

    init(nodes: [ClusterNode], links: [ClusterLink], policies: Policies, clustering: Clustering) {
        self.nodes = nodes
        self.links = links
        self.policies = policies
        self.clustering = clustering
        known = Array(repeating: 0, count: clustering.clusterCount)
        for (index, node) in nodes.enumerated() {
            guard [.person, .device].contains(policies.kind(node.namespace)) else { continue }
            known[Int(clustering.clusters[index])] += 1
        }
    }

    /// For each node whether it is contested; nil: none is.
    func contested() -> [Bool]? {
        var claims = Array(repeating: UInt16(0), count: nodes.count)
        for (index, link) in links.enumerated() where isRefused(index) {
            if isClaim(on: link.left, by: link.right) {
                claims[Int(link.left)] = max(claims[Int(link.left)], link.weight)
            }
            if isClaim(on: link.right, by: link.left) {
                claims[Int(link.right)] = max(claims[Int(link.right)], link.weight)
            }
        }
        guard claims.contains(where: { $0 > 0 }) else { return nil }
        let grants = grants()
        let contested = nodes.indices.map { claims[$0] > 0 && Int(claims[$0]) * Self.lightestClaim >= Int(grants[$0]) }
        return contested.contains(true) ? contested : nil
    }

    /// For each node the weight of its heaviest link to an identifier of class person in its own cluster.
    private func grants() -> [UInt16] {
        var grants = Array(repeating: UInt16(0), count: nodes.count)
        for (index, link) in links.enumerated() where clustering.verdicts[index] == .joined {
            guard link.kind != .mustLink, link.left != link.right else { continue }
            for (end, other) in [(link.left, link.right), (link.right, link.left)] {
                guard policies.kind(nodes[Int(other)].namespace) == .person else { continue }
                grants[Int(end)] = max(grants[Int(end)], link.weight)
            }
        }
        return grants
    }

    /// Whether a link was refused because two people would be one, and not by size.
    private func isRefused(_ index: Int) -> Bool {
        guard links[index].kind != .mustLink, links[index].kind != .probabilistic else { return false }
        return clustering.verdicts[index] == .uniquePerProfile || clustering.verdicts[index] == .cannotLink
    }

    private func isClaim(on device: Int32, by claimant: Int32) -> Bool {
        guard policies.kind(nodes[Int(device)].namespace) == .device,
            [.person, .device].contains(policies.kind(nodes[Int(claimant)].namespace))
        else { return false }
        return known[Int(clustering.clusters[Int(claimant)])] >= Self.leastKnown
            && known[Int(clustering.clusters[Int(device)])] > Self.leastKnown
    }
}
