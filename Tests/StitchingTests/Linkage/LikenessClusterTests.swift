import Identity
import Stitching
import Testing

/// A component's clusters by likeness are those of the pairs by themselves.
@Suite struct LikenessClusterTests {
    private static let policies = Policies(
        namespaces: [
            NamespacePolicy(
                name: "record", strength: 1_000, kind: .record, uniquePerProfile: .none, hubLimit: 1_000,
                fanLimit: 1_000,
                recordLimit: 1_000, normaliser: .opaque, timeToLiveHours: nil)
        ], sources: [], profileIdentifiers: 512, componentMembers: 16_384)

    @Test(arguments: [0.0, -8, 8])
    func aComponentIsClusteredAsPairsAre(threshold: Double) throws {
        let table = RecordTable(try encoded(SmallTown(people: 300, seed: 5).records))
        var model = try Training.train(table, schema: .standard).model
        model.linkThreshold = LinkWeight(bits: threshold)
        let matcher = BulkMatcher(table, model)
        let pairs = matcher.links(of: 0..<table.count, atLeast: model.linkThreshold)
        let expected = matcher.clusters(pairs)

        var words: [[UInt32]] = []
        var rarities: [[Int32]] = []
        for record in 0..<table.count {
            table.withRecord(record) { span in
                words.append((0..<span.count).map { span[$0] })
                var rare: [Int32] = []
                matcher.scorer.rarities(span, into: &rare)
                rarities.append(rare)
            }
        }
        let clustering = Clusterer.cluster(
            nodes: table.keys.map { ClusterNode(key: $0, namespace: .record) },
            links: pairs.map { pair in
                ClusterLink(
                    left: Int32(pair.left), right: Int32(pair.right), kind: .probabilistic, partyRank: 0,
                    weight: UInt16(clamping: pair.weight.rawValue + 20_000))
            }, cannotLinks: [], policies: Self.policies,
            likeness: MemberLikeness(PairScorer(model), words: words, rarities: rarities))
        #expect(clustering.clusters == expected.clusters)
        let refused = expected.verdicts.count { if case .weakBridge = $0 { true } else { false } }
        #expect(clustering.verdicts.count { $0 == .weakBridge } == refused)
        #expect(threshold >= 0 || refused > 0, "no bridge was weak: the test tells nothing")
    }

    private static let mailbox = NamespaceID(1)

    /// Records that list one identifier of a strength, as a component without any likeness: tied to it one by one.
    private func tied(
        _ records: [Attributes], keys: [Int]? = nil, strength: Int, _ model: LinkageModel
    ) throws -> Clustering {
        let policies = Policies(
            namespaces: [
                Self.policies.namespaces[0],
                NamespacePolicy(
                    name: "mailbox", strength: strength, kind: .person, uniquePerProfile: .none, hubLimit: 50,
                    fanLimit: 50, recordLimit: 50, normaliser: .opaque, timeToLiveHours: nil),
            ], sources: [], profileIdentifiers: 512, componentMembers: 16_384)
        let scorer = PairScorer(model)
        let encodings = try encoded(records).map(\.encoding.words)
        let rarities = encodings.map { words in
            var rare: [Int32] = []
            scorer.rarities(words.span, into: &rare)
            return rare
        }
        return Clusterer.cluster(
            nodes: [ClusterNode(key: recordKey(1_000), namespace: Self.mailbox)]
                + (keys ?? Array(records.indices)).map { ClusterNode(key: recordKey($0), namespace: .record) },
            links: records.indices.map {
                ClusterLink(left: 0, right: Int32($0 + 1), kind: .tie, partyRank: 0, weight: 1)
            }, cannotLinks: [], policies: policies,
            likeness: MemberLikeness(scorer, words: [[]] + encodings, rarities: [[]] + rarities))
    }

    private static let home: Attributes = [
        ("family_name", "kalomi"), ("street_address", "rutensa street"), ("house_number", "12"),
        ("postal_code", "4711"),
    ]

    @Test func anIdentifierThatTwoPeopleShareJoinsOneOfThem() throws {
        let model = try Training.train(
            RecordTable(try encoded(SmallTown(people: 300, seed: 5).records)), schema: .standard
        ).model
        let mother = Self.home + [("given_name", "wikalo"), ("birth_date", "1961-11-12")]
        let child = Self.home + [("given_name", "sadormi"), ("birth_date", "1989-12-27")]
        let moved: Attributes = [
            ("given_name", "wikalo"), ("family_name", "kalomi"), ("birth_date", "1961-11-12"),
            ("street_address", "felgu street"), ("house_number", "3"), ("postal_code", "1234"),
        ]
        let shared = try tied([mother, child], strength: 700, model)
        #expect(shared.clusterCount == 2)
        #expect(shared.verdicts.sorted { $0.rawValue < $1.rawValue } == [.joined, .contradicted])
        #expect(try tied([mother, moved], strength: 700, model).clusterCount == 1)
        #expect(try tied([mother, mother], strength: 700, model).verdicts == [.joined, .joined])
        #expect(try tied([mother, [], []], strength: 700, model).clusterCount == 1, "who says nothing denies nothing")
        let otherName = Self.home + [("given_name", "sadormi")]
        #expect(try tied([Self.home, otherName], strength: 700, model).clusterCount == 1)
    }

    /// Of a cluster with very many records some speak for all, and the same ones in whatever order they are given.
    @Test func ofManyRecordsTheSameSpeakInAnyOrder() throws {
        let model = try Training.train(
            RecordTable(try encoded(SmallTown(people: 300, seed: 5).records)), schema: .standard
        ).model
        let mother = Self.home + [("given_name", "wikalo"), ("birth_date", "1961-11-12")]
        let child = Self.home + [("given_name", "sadormi"), ("birth_date", "1989-12-27")]
        let records = (0..<600).map { [mother, mother, child][$0 % 3] }
        var expected: [Int: Int32]?
        for seed in 1...5 as ClosedRange<UInt64> {
            var generator = SeededGenerator(seed: seed)
            let order = Array(records.indices).shuffled(using: &generator)
            let clustering = try tied(order.map { records[$0] }, keys: order, strength: 700, model)
            // By key the lowest key of its cluster: numbers of clusters follow the order of nodes.
            var lowest: [Int32: Int] = [:]
            for (place, key) in order.enumerated() {
                let cluster = clustering.clusters[place + 1]
                lowest[cluster] = min(lowest[cluster] ?? .max, key)
            }
            var found: [Int: Int32] = [:]
            for (place, key) in order.enumerated() {
                found[key] = Int32(lowest[clustering.clusters[place + 1]] ?? -1)
            }
            #expect(expected == nil || found == expected, "seed \(seed)")
            expected = found
        }
        let clusters = Set(try #require(expected).values)
        #expect(clusters.count > 1, "mother and child are one")
    }

    @Test func aLikenessLivesAsLongAsBothRecordsWord() {
        var policies = Self.policies
        policies.likenessHours = 24
        policies.sources = [
            SourceTraits(name: "a", party: .first, purposes: 0b011),
            SourceTraits(name: "b", party: .third, purposes: 0b110),
        ]
        let hour: Int64 = 3_600_000
        let likeness = Likeness(
            weight: LinkWeight(bits: 10), version: 3,
            ends: (
                .init(source: SourceID(0), time: Timestamp(milliseconds: 0)),
                .init(source: SourceID(1), time: Timestamp(milliseconds: 100 * hour))
            ))
        let timeToLive = policies.timeToLive(.record, .record)
        let early = policies.standing(likeness.evidence, .probabilistic, at: 24, timeToLive: timeToLive)
        #expect(early.isLive && early.partyRank == 1 && early.nextLook == 25)
        #expect(early.weight == UInt16(10 * 1_024))
        #expect(!policies.standing(likeness.evidence, .probabilistic, at: 25, timeToLive: timeToLive).isLive)
        #expect(policies.serving(likeness.evidence, .probabilistic, at: 0, timeToLive: nil) == 0b010)
    }
}
