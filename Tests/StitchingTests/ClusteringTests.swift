import Identity
import Stitching
import Testing

/// Kruskal with constraints, against the same rule written without any cleverness.
@Suite struct ClusteringTests {
    private static func policy(
        _ name: String, _ strength: Int, _ unique: Uniqueness, kind: NamespaceClass = .person
    ) -> NamespacePolicy {
        NamespacePolicy(
            name: name, strength: strength, kind: kind, uniquePerProfile: unique, hubLimit: 9, fanLimit: 9,
            recordLimit: 9, normaliser: .opaque, timeToLiveHours: nil)
    }

    private static func policies(limit: Int) -> Policies {
        Policies(
            namespaces: [
                policy("record", 1_000, .none, kind: .record), policy("login", 900, .always),
                policy("email", 700, .weakLinks), policy("phone", 600, .weakLinks),
                policy("device", 300, .none, kind: .device),
                policy("session", 100, .none, kind: .session),
            ],
            sources: [], profileIdentifiers: limit, componentMembers: 100)
    }

    private struct Problem {
        var nodes: [ClusterNode] = []
        var links: [ClusterLink] = []
        var cannotLinks: [(Int32, Int32)] = []
        var policies: Policies
    }

    private static func problem(_ generator: inout SeededGenerator) -> Problem {
        let count = Int.random(in: 2...12, using: &generator)
        var problem = Problem(policies: policies(limit: Int.random(in: 2...9, using: &generator)))
        for _ in 0..<count {
            let key = IdentityKey(high: UInt64.random(in: 0...3, using: &generator), low: generator.next())
            let namespace = NamespaceID(UInt16.random(in: 0...5, using: &generator))
            problem.nodes.append(ClusterNode(key: key, namespace: namespace))
        }
        var taken: Set<[Int32]> = []
        for number in 1...Int.random(in: count - 1...count * 2, using: &generator) {
            // The first links connect the nodes, as those of a component do; a few of the others are loops.
            let isTree = number < count
            let right = isTree ? Int32(number) : Int32.random(in: 0..<Int32(count), using: &generator)
            let ends = [Int32.random(in: 0...(isTree ? right - 1 : right), using: &generator), right]
            guard taken.insert(ends).inserted else { continue }
            let kind: LinkKind = [.mustLink, .deterministic, .deterministic, .deterministic, .probabilistic][
                Int.random(in: 0...4, using: &generator)]
            problem.links.append(
                ClusterLink(
                    left: ends[0], right: ends[1], kind: kind,
                    partyRank: kind == .mustLink ? 0 : UInt8.random(in: 0...1, using: &generator),
                    weight: [1, 2, 3, 20].randomElement(using: &generator) ?? 1))
        }
        for _ in 0..<Int.random(in: 0...2, using: &generator) {
            let ends = (0..<2).map { _ in Int32.random(in: 0..<Int32(count), using: &generator) }
            if ends[0] != ends[1] { problem.cannotLinks.append((ends[0], ends[1])) }
        }
        return problem
    }

    private static func kind(_ problem: Problem, _ node: Int32) -> NamespaceClass? {
        problem.policies.kind(problem.nodes[Int(node)].namespace)
    }

    /// For each node the lowest index in its cluster.
    private static func naive(_ problem: Problem) -> [Int] {
        let (label, refused) = naive(problem, without: [])
        let contested = Set(
            refused.flatMap { link in
                [(link.left, link.right), (link.right, link.left)]
                    .filter { isContested(problem, label, device: $0.0, claimant: $0.1, weight: link.weight) }.map(\.0)
            })
        return contested.isEmpty ? label : naive(problem, without: contested).label
    }

    private static func isContested(
        _ problem: Problem, _ label: [Int], device: Int32, claimant: Int32, weight: UInt16
    ) -> Bool {
        let own = label[Int(device)]
        func known(_ cluster: Int) -> Int {
            problem.nodes.indices.count { node in
                label[node] == cluster && node != Int(device)
                    && [1, 2, 3, 4].contains(problem.nodes[node].namespace.rawValue)
            }
        }
        guard kind(problem, device) == .device, [.person, .device].contains(kind(problem, claimant)),
            own != label[Int(claimant)], known(own) >= 2, known(label[Int(claimant)]) >= 2
        else { return false }
        let granted = problem.links.filter { link in
            guard link.left == device || link.right == device, link.kind != .mustLink else { return false }
            let other = link.left == device ? link.right : link.left
            return label[Int(other)] == own && kind(problem, other) == .person
        }
        return Int(weight) * 8 >= Int(granted.map(\.weight).max() ?? 0)
    }

    private static func naive(
        _ problem: Problem, without contested: Set<Int32>
    ) -> (label: [Int], refused: [ClusterLink]) {
        var label = Array(problem.nodes.indices)
        var refused: [ClusterLink] = []
        func strength(_ node: Int32) -> Int { problem.policies.strength(problem.nodes[Int(node)].namespace) }
        func place(_ link: ClusterLink) -> [Int] {
            let (low, high) = (
                min(strength(link.left), strength(link.right)), max(strength(link.left), strength(link.right))
            )
            return [
                Int(link.kind.rank), Int(link.partyRank), -low, low == 100 && high != 100 ? -high : 0,
                -Int(link.weight), -high,
            ]
        }
        func keys(_ link: ClusterLink) -> [IdentityKey] {
            [problem.nodes[Int(link.left)].key, problem.nodes[Int(link.right)].key].sorted()
        }
        let order = problem.links.filter { $0.left != $0.right }.sorted { left, right in
            let (first, second) = (place(left), place(right))
            return first != second
                ? first.lexicographicallyPrecedes(second) : keys(left).lexicographicallyPrecedes(keys(right))
        }
        for link in order {
            let (first, second) = (label[Int(link.left)], label[Int(link.right)])
            let isContested = contested.contains(link.left) || contested.contains(link.right)
            guard first != second, !isContested || link.kind == .mustLink else { continue }
            switch verdict(problem, link, label, first, second) {
            case .joined: label = label.map { $0 == first || $0 == second ? min(first, second) : $0 }
            case .uniquePerProfile, .cannotLink: if link.kind == .deterministic { refused.append(link) }
            default: break
            }
        }
        return (label, refused)
    }

    private static func verdict(_ problem: Problem, _ link: ClusterLink, _ label: [Int], _ first: Int, _ second: Int)
        -> Verdict
    {
        let forbidden = problem.cannotLinks.contains { pair in
            Set([label[Int(pair.0)], label[Int(pair.1)]]) == [first, second]
        }
        if forbidden { return .cannotLink }
        func namespaces(_ cluster: Int) -> [UInt16] {
            problem.nodes.indices.filter { label[$0] == cluster }.map { problem.nodes[$0].namespace.rawValue }
        }
        let strengths = [link.left, link.right].map { problem.policies.strength(problem.nodes[Int($0)].namespace) }
            .sorted()
        let bond = strengths[0] == 100 ? strengths[1] : strengths[0]
        let conflict = Set(namespaces(first)).intersection(namespaces(second)).contains { shared in
            switch problem.policies.namespaces[Int(shared)]?.uniquePerProfile {
            case .always: true
            case .weakLinks: bond < problem.policies.strength(NamespaceID(shared))
            default: false
            }
        }
        if conflict, link.kind != .mustLink { return .uniquePerProfile }
        let identifiers = (namespaces(first) + namespaces(second)).count { $0 != 0 }
        if identifiers > problem.policies.profileIdentifiers { return .profileSize }
        // Nothing is told of any traffic here: a likeness of others than records joins nobody.
        let isOfTraffic = link.kind == .probabilistic && problem.nodes[Int(link.left)].namespace != .record
        return isOfTraffic ? .weakBridge : .joined
    }

    @Test func clustersAreThoseOfTheNaiveRule() {
        for seed in UInt64(1)...5_000 {
            var generator = SeededGenerator(seed: seed)
            let problem = Self.problem(&generator)
            let clustering = Clusterer.cluster(
                nodes: problem.nodes, links: problem.links, cannotLinks: problem.cannotLinks, policies: problem.policies
            )
            let expected = Self.naive(problem)
            for first in problem.nodes.indices {
                for second in problem.nodes.indices {
                    let isTogether = clustering.clusters[first] == clustering.clusters[second]
                    #expect(isTogether == (expected[first] == expected[second]), "seed \(seed)")
                }
            }
            for (index, link) in problem.links.enumerated() {
                let isTogether = expected[Int(link.left)] == expected[Int(link.right)]
                #expect((clustering.verdicts[index] == .joined) == isTogether, "seed \(seed)")
            }
            #expect(Set(clustering.clusters) == Set(0..<Int32(clustering.clusterCount)), "seed \(seed)")
        }
    }

    @Test func theOrderOfLinksIsThatOfTheDesign() {
        let low = IdentityKey(high: 1, low: 1)
        let high = IdentityKey(high: 1, low: 2)
        func rank(
            kind: UInt8 = 1, party: UInt8 = 0, weaker: Int = 300, named: Int = 0, weight: UInt16 = 5,
            stronger: Int = 700,
            low: IdentityKey = low, high: IdentityKey = high
        ) -> LinkRank {
            LinkRank(
                kind: kind, partyRank: party, weaker: weaker, named: named, weight: weight, stronger: stronger,
                low: low,
                high: high)
        }
        let ascending = [
            rank(kind: 0, party: 1, weaker: 1, weight: 0, stronger: 1),
            rank(weaker: 301, weight: 0, stronger: 301),
            rank(named: 700, weight: 1), rank(named: 300, weight: 9), rank(weight: 6, stronger: 300),
            rank(stronger: 701),
            rank(), rank(high: IdentityKey(high: 1, low: 3)), rank(low: high, high: high),
            rank(weight: 4), rank(weaker: 299, weight: 64), rank(party: 1, weaker: 999), rank(kind: 2, weaker: 999),
        ]
        #expect(ascending.sorted() == ascending)
        #expect(Set(ascending).count == ascending.count)
    }

    @Test func aRefusedLinkSaysWhichConstraintRefusedIt() {
        func verdict(_ left: UInt16, _ right: UInt16, limit: Int = 9, cannot: Bool = false) -> Verdict {
            let nodes = [left, right, 4].enumerated().map {
                ClusterNode(key: IdentityKey(high: 0, low: UInt64($0.offset)), namespace: NamespaceID($0.element))
            }
            let links = [(0, 2), (1, 2)].map {
                ClusterLink(left: Int32($0.0), right: Int32($0.1), kind: .deterministic, partyRank: 0, weight: 1)
            }
            return Clusterer.cluster(
                nodes: nodes, links: links, cannotLinks: cannot ? [(0, 1)] : [], policies: Self.policies(limit: limit)
            ).verdicts.last ?? .joined
        }
        #expect(verdict(4, 4) == .joined)
        #expect(verdict(1, 1) == .uniquePerProfile)
        #expect(verdict(2, 2) == .uniquePerProfile)
        #expect(verdict(4, 4, limit: 2) == .profileSize)
        #expect(verdict(4, 4, cannot: true) == .cannotLink)
    }
}
