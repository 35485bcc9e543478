package import Identity

/// The kinds of link, strongest first.
package enum LinkKind: UInt8, Hashable, Sendable, Comparable, CaseIterable {
    case mustLink = 0
    /// Seen together.
    case deterministic = 1
    /// A record to its strongest identifier: deterministic in rank, of no degree.
    case tie = 2
    case probabilistic = 3

    /// The place in the order of clustering, ascending.
    package var rank: UInt8 {
        switch self {
        case .mustLink: 0
        case .deterministic, .tie: 1
        case .probabilistic: 2
        }
    }

    @inlinable
    package static func == (left: LinkKind, right: LinkKind) -> Bool { left.rawValue == right.rawValue }

    @inlinable
    package static func < (left: LinkKind, right: LinkKind) -> Bool { left.rawValue < right.rawValue }
}

/// What became of an active link when clusters were formed.
package enum Verdict: UInt8, Hashable, Sendable, CaseIterable {
    /// Both ends are in one cluster.
    case joined = 0
    /// Both clusters hold an identifier of a namespace that is unique per profile.
    case uniquePerProfile = 1
    case cannotLink = 2
    /// The profile would have more identifiers than the limit.
    case profileSize = 3
    /// An end is a device that two people claim.
    case contested = 4
    /// A probabilistic link that the other records of both clusters, taken together, speak against.
    case weakBridge = 5
    /// A deterministic link that the records of both clusters, taken together, speak against: an identifier that two
    /// people share.
    case contradicted = 6
    /// A probabilistic link of records that are as like somebody else, who is not the other.
    case ambiguous = 7
}

extension Verdict: CustomStringConvertible {
    package var description: String {
        switch self {
        case .joined: "joined"
        case .uniquePerProfile: "unique_per_profile"
        case .cannotLink: "cannot_link"
        case .profileSize: "profile_size"
        case .contested: "contested"
        case .weakBridge: "weak_bridge"
        case .contradicted: "contradicted"
        case .ambiguous: "ambiguous"
        }
    }
}

/// A member of a component, as clustering sees it.
package struct ClusterNode: Sendable {
    package var key: IdentityKey
    package var namespace: NamespaceID

    @inlinable
    package init(key: IdentityKey, namespace: NamespaceID) {
        self.key = key
        self.namespace = namespace
    }
}

/// An active link of a component, as clustering sees it; ends are indices of members.
package struct ClusterLink: Sendable {
    package var left: Int32
    package var right: Int32
    package var kind: LinkKind
    package var partyRank: UInt8
    package var weight: UInt16

    @inlinable
    package init(left: Int32, right: Int32, kind: LinkKind, partyRank: UInt8, weight: UInt16) {
        self.left = left
        self.right = right
        self.kind = kind
        self.partyRank = partyRank
        self.weight = weight
    }
}

/// The clusters of one component.
package struct Clustering: Sendable {
    /// For each member its cluster, numbered from 0 in the order of first members.
    package var clusters: [Int32]
    package var clusterCount: Int
    /// For each link, in the order given.
    package var verdicts: [Verdict]
}

/// Kruskal's algorithm with constraints (DESIGN: Clusters): links in descending order of (kind; zero- and
/// first-party before others; strength of the weaker end; of a session's link that of the other end; weight; strength
/// of the stronger end; key bytes), each joining two clusters unless a constraint forbids it. A must-link outranks
/// `unique_per_profile`. Where that leaves devices that two people claim, once more without their links.
///
/// A probabilistic link is a bridge that must carry its own weight: it joins two clusters where the mean weight over all
/// pairs of their records reaches the model's threshold. A deterministic link is refused where the records of both clusters
/// are so unlike that the strength of the identifier does not make up for it. A probabilistic link is ambiguous where one of
/// the clusters is about as like a third that the other denies. What was refused so is tried again once others
/// have joined. Between devices it joins what is nobody's to a person or to each other, and never two people.
package struct Clusterer {
    private let nodes: [ClusterNode]
    private let links: [ClusterLink]
    private let cannotLinks: [(Int32, Int32)]
    private let policies: Policies
    private var sets: UnionFind
    private var masks: [UInt64]
    private var identifiers: [Int32]
    private let likeness: MemberLikeness?
    /// By root the members that can be compared, of many those with the lowest keys; empty where there is no likeness.
    private var records: [[UInt32]] = []
    /// By member the other ends of its probabilistic links.
    private var alike: [[UInt32]] = []
    private let traffic: MemberTraffic?
    /// Nil where no two devices are alike.
    private var trafficLinks: TrafficLinks?

    /// - Parameters:
    ///   - links: active links that connect `nodes`; links of a member to itself are ignored.
    ///   - likeness: of the members; nil where nothing is linked by likeness, or fewer than two members are records.
    ///   - traffic: of the members that are devices; nil where no two of them are alike.
    package static func cluster(
        nodes: [ClusterNode], links: [ClusterLink], cannotLinks: [(Int32, Int32)], policies: Policies,
        likeness: MemberLikeness? = nil, traffic: MemberTraffic? = nil
    ) -> Clustering {
        var clusterer = Clusterer(
            nodes: nodes, links: links, cannotLinks: cannotLinks, policies: policies, likeness: likeness,
            traffic: traffic)
        return clusterer.run()
    }

    private init(
        nodes: [ClusterNode], links: [ClusterLink], cannotLinks: [(Int32, Int32)], policies: Policies,
        likeness: MemberLikeness?, traffic: MemberTraffic?
    ) {
        self.likeness = likeness
        self.traffic = traffic
        self.nodes = nodes
        self.links = links
        self.cannotLinks = cannotLinks
        self.policies = policies
        sets = UnionFind(count: 0)
        masks = []
        identifiers = []
        if likeness != nil { alike = Rivalry.neighbours(nodes.count, links.filter { $0.kind == .probabilistic }) }
        separate()
    }

    private mutating func run() -> Clustering {
        if isUnconstrained {
            return Clustering(
                clusters: Array(repeating: 0, count: nodes.count), clusterCount: min(1, nodes.count),
                verdicts: Array(repeating: .joined, count: links.count))
        }
        let order = orderedLinks()
        let clustering = form(order, contested: nil)
        let contest = Contest(nodes: nodes, links: links, policies: policies, clustering: clustering)
        guard let contested = contest.contested() else { return clustering }
        separate()
        return form(order, contested: contested)
    }

    /// Every node by itself.
    private mutating func separate() {
        sets = UnionFind(count: nodes.count)
        masks = nodes.map { policies.uniqueBits[Int($0.namespace.rawValue)] }
        identifiers = nodes.map { $0.namespace == .record ? 0 : 1 }
        records = likeness.map { likeness in nodes.indices.map { likeness.comparable([Int32($0)]) } } ?? []
        trafficLinks = traffic.map { traffic in
            TrafficLinks(
                traffic,
                isSomebody: nodes.map { [.person, .record].contains(policies.kind($0.namespace)) },
                links: links.filter { isOfTraffic($0) })
        }
    }

    /// Whether a link says that two devices are alike, not two records.
    private func isOfTraffic(_ link: ClusterLink) -> Bool {
        link.kind == .probabilistic && nodes[Int(link.left)].namespace != .record
    }

    /// Takes the links in order; but for must-links, those of contested nodes join nothing.
    private mutating func form(_ order: [Int], contested: [Bool]?) -> Clustering {
        var verdicts = Array(repeating: Verdict.joined, count: links.count)
        for index in order {
            let link = links[index]
            let isContested = contested.map { $0[Int(link.left)] || $0[Int(link.right)] } ?? false
            verdicts[index] = isContested && link.kind != .mustLink ? .contested : attempt(link)
        }
        retry(order, &verdicts)
        for index in links.indices where verdicts[index] != .joined {
            if sets.find(links[index].left) == sets.find(links[index].right) { verdicts[index] = .joined }
        }
        return numbered(verdicts)
    }

    /// Tries what records spoke against again, as long as any of it joins.
    private mutating func retry(_ order: [Int], _ verdicts: inout [Verdict]) {
        guard likeness != nil || traffic != nil else { return }
        let open: Set<Verdict> = [.weakBridge, .contradicted, .ambiguous]
        var refused = order.filter { open.contains(verdicts[$0]) }
        while !refused.isEmpty {
            let before = refused.count
            for index in refused { verdicts[index] = attempt(links[index]) }
            refused = refused.filter { open.contains(verdicts[$0]) }
            if refused.count == before { return }
        }
    }

    /// Whether the component as one cluster breaks nothing: then no union can be refused, whatever the order.
    private var isUnconstrained: Bool {
        guard cannotLinks.isEmpty, likeness == nil, !links.contains(where: isOfTraffic) else { return false }
        var seen: UInt64 = 0
        var count = 0
        for index in nodes.indices {
            guard masks[index] & seen == 0 else { return false }
            seen |= masks[index]
            count += Int(identifiers[index])
        }
        return count <= policies.profileIdentifiers
    }

    private mutating func attempt(_ link: ClusterLink) -> Verdict {
        let left = sets.find(link.left)
        let right = sets.find(link.right)
        guard left != right else { return .joined }
        if breaksCannotLink(left, right) { return .cannotLink }
        if link.kind != .mustLink {
            let constrained = policies.constrainedMask(
                strength: policies.bond(nodes[Int(link.left)].namespace, nodes[Int(link.right)].namespace))
            if masks[Int(left)] & masks[Int(right)] & constrained != 0 { return .uniquePerProfile }
        }
        let total = identifiers[Int(left)] + identifiers[Int(right)]
        if Int(total) > policies.profileIdentifiers { return .profileSize }
        if let refusal = refusal(link, left, right) { return refusal }
        guard let union = sets.union(left, right) else { return .joined }
        masks[Int(union.kept)] |= masks[Int(union.absorbed)]
        identifiers[Int(union.kept)] = total
        if likeness != nil { pool(union) }
        trafficLinks?.join(kept: union.kept, absorbed: union.absorbed)
        return .joined
    }

    /// So many records speak for a cluster: every record of a customer who has thousands would else be compared with every other
    /// whenever one is added.
    private static let comparedRecords = 64

    /// Those with the lowest keys, in whatever order clusters came together.
    private mutating func pool(_ union: (kept: Int32, absorbed: Int32)) {
        let absorbed = records[Int(union.absorbed)]
        records[Int(union.absorbed)] = []
        records[Int(union.kept)] += absorbed
        guard records[Int(union.kept)].count > Self.comparedRecords else { return }
        records[Int(union.kept)].sort { nodes[Int($0)].key < nodes[Int($1)].key }
        records[Int(union.kept)].removeSubrange(Self.comparedRecords...)
    }

    /// Whether the records of both clusters speak against a link.
    private mutating func refusal(_ link: ClusterLink, _ left: Int32, _ right: Int32) -> Verdict? {
        if isOfTraffic(link) {
            // Of devices of which nothing can be told it joins nobody.
            guard let trafficLinks else { return .weakBridge }
            return trafficLinks.refusal(link, left, right, &sets)
        }
        guard let likeness, link.kind != .mustLink else { return nil }
        let sides = (records[Int(left)], records[Int(right)])
        if link.kind == .probabilistic {
            let carried = likeness.bridge(sides.0, sides.1)
            guard carried >= likeness.threshold else { return .weakBridge }
            return isAmbiguous(left, right, carried, likeness) ? .ambiguous : nil
        }
        guard !sides.0.isEmpty, !sides.1.isEmpty else { return nil }
        let strength = policies.bond(nodes[Int(link.left)].namespace, nodes[Int(link.right)].namespace)
        return likeness.contradicts(sides.0, sides.1, strength: strength) ? .contradicted : nil
    }

    /// Whether one of two clusters is as like a third, which the other denies.
    private mutating func isAmbiguous(
        _ left: Int32, _ right: Int32, _ carried: LinkWeight, _ likeness: MemberLikeness
    ) -> Bool {
        let least = max(likeness.threshold, Rivalry.least(carried))
        for (own, other) in [(left, right), (right, left)] {
            var seen: Set<Int32> = [own, other]
            for member in records[Int(own)] {
                for neighbour in alike[Int(member)] {
                    let rival = sets.find(Int32(neighbour))
                    guard seen.insert(rival).inserted else { continue }
                    let members = records[Int(rival)]
                    if likeness.bridge(records[Int(own)], members) >= least,
                        likeness.contradicts(records[Int(other)], members, strength: 0)
                    {
                        return true
                    }
                }
            }
        }
        return false
    }

    private mutating func breaksCannotLink(_ left: Int32, _ right: Int32) -> Bool {
        for pair in cannotLinks {
            let first = sets.find(pair.0)
            let second = sets.find(pair.1)
            if (first == left && second == right) || (first == right && second == left) { return true }
        }
        return false
    }

    private mutating func numbered(_ verdicts: [Verdict]) -> Clustering {
        var numberOfRoot = Array(repeating: Int32(-1), count: nodes.count)
        var next: Int32 = 0
        var clusters = Array(repeating: Int32(0), count: nodes.count)
        for index in nodes.indices {
            let root = Int(sets.find(Int32(index)))
            if numberOfRoot[root] < 0 {
                numberOfRoot[root] = next
                next += 1
            }
            clusters[index] = numberOfRoot[root]
        }
        return Clustering(clusters: clusters, clusterCount: Int(next), verdicts: verdicts)
    }
}

extension Clusterer {
    /// Indices of links in the order of clustering.
    private func orderedLinks() -> [Int] {
        links.indices
            .filter { links[$0].left != links[$0].right }
            .map { (index: $0, rank: rank(links[$0])) }
            .sorted { $0.rank < $1.rank }
            .map(\.index)
    }

    private func rank(_ link: ClusterLink) -> LinkRank {
        LinkRank(
            kind: link.kind, partyRank: link.partyRank, weight: link.weight, nodes[Int(link.left)],
            nodes[Int(link.right)], policies)
    }
}
