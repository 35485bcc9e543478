import Identity
import Stitching
import Testing

/// Clusters of weighed pairs.
@Suite struct LinkClusterTests {
    private typealias Weights = [UInt64: Double]

    private func form(
        _ count: Int, _ bits: [(Int, Int, Double)], missing: Double = -20, constraints: ClusterConstraints = .init()
    ) -> LinkClusters {
        var weights: [UInt64: LinkWeight] = [:]
        var links: [PairLink] = []
        for (left, right, weight) in bits {
            weights[UInt64(left) << 32 | UInt64(right)] = LinkWeight(bits: weight)
            guard weight >= 0 else { continue }
            links.append(PairLink(left: UInt32(left), right: UInt32(right), weight: LinkWeight(bits: weight)))
        }
        return LinkClusters.form(count: count, links: links, threshold: LinkWeight(bits: 0), constraints: constraints) {
            weights[UInt64($0) << 32 | UInt64($1)] ?? LinkWeight(bits: missing)
        }
    }

    @Test func oneGoodPairDoesNotChainTwoPeople() {
        // Two people of two records each; one pair between them looks good, the other three do not.
        let clusters = form(4, [(0, 1, 12), (2, 3, 12), (1, 2, 5), (0, 2, -9), (0, 3, -9), (1, 3, -9)])
        #expect(clusters.clusters == [0, 0, 1, 1])
        #expect(clusters.verdicts[2] == .weakBridge(LinkWeight(bits: -5.5)))
    }

    @Test func aBridgeThatTheOthersCarryJoins() {
        let clusters = form(4, [(0, 1, 12), (2, 3, 12), (1, 2, 9), (0, 2, -1), (0, 3, 2), (1, 3, -2)])
        #expect(clusters.clusterCount == 1)
        #expect(clusters.verdicts.allSatisfy { $0 == .joined })
    }

    @Test func aPairCountsNoMoreThanItsBound() {
        // 40 bits for one pair are 17 in the mean.
        let clusters = form(4, [(0, 1, 12), (2, 3, 12), (1, 2, 11), (0, 2, -40), (0, 3, 12), (1, 3, 12)])
        #expect(clusters.clusterCount == 1)
    }

    @Test func whatIsNamedInTheConstraintsHolds() {
        let links = [(0, 1, 5.0), (1, 2, 6.0), (0, 2, 5.0)]
        var constraints = ClusterConstraints()
        constraints.cannotLinks = [(0, 2)]
        #expect(form(3, links, constraints: constraints).clusters == [0, 1, 1])
        constraints = ClusterConstraints()
        constraints.uniqueBits = [1, 0, 1]
        let unique = form(3, links, constraints: constraints)
        #expect(unique.clusters == [0, 1, 1])
        #expect(unique.verdicts[0] == .uniquePerProfile)
        constraints = ClusterConstraints()
        constraints.sizeLimit = 2
        #expect(form(3, links, constraints: constraints).verdicts.contains(.profileSize))
        constraints = ClusterConstraints()
        constraints.joined = [(0, 2)]
        #expect(form(3, [], constraints: constraints).clusters == [0, 1, 0])
    }

    /// Links shuffled, and against the same rule carried out as it is written.
    @Test(arguments: [1, 2, 3, 4, 5] as [UInt64])
    func clustersAreThoseOfTheRuleAsWritten(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<60 {
            let count = Int.random(in: 2...9, using: &generator)
            var bits: [(Int, Int, Double)] = []
            for left in 0..<count {
                for right in left + 1..<max(count, left + 1) where Int.random(in: 0..<3, using: &generator) > 0 {
                    bits.append((left, right, Double(Int.random(in: -12...12, using: &generator))))
                }
            }
            let expected = naive(count, bits)
            #expect(form(count, bits.shuffled(using: &generator)).clusters == expected, "seed \(seed): \(bits)")
        }
    }

    private func naive(_ count: Int, _ bits: [(Int, Int, Double)]) -> [Int32] {
        func weight(_ left: Int, _ right: Int) -> Double {
            let found = bits.first { $0.0 == min(left, right) && $0.1 == max(left, right) }?.2 ?? -20
            return min(max(found, -17.312), 17.312)
        }
        var label = Array(0..<count)
        let order = bits.filter { $0.2 >= 0 }.sorted { ($0.2, $1.0, $1.1) > ($1.2, $0.0, $0.1) }
        var hasChanged = true
        while hasChanged {
            hasChanged = false
            for (left, right, _) in order where label[left] != label[right] {
                let one = (0..<count).filter { label[$0] == label[left] }
                let other = (0..<count).filter { label[$0] == label[right] }
                let sum = one.reduce(0) { sum, first in other.reduce(sum) { $0 + weight(first, $1) } }
                guard sum >= 0 else { continue }
                let (kept, dropped) = (min(label[left], label[right]), max(label[left], label[right]))
                label = label.map { $0 == dropped ? kept : $0 }
                hasChanged = true
            }
        }
        var numbers: [Int: Int32] = [:]
        return label.map { one in
            if numbers[one] == nil { numbers[one] = Int32(numbers.count) }
            return numbers[one] ?? 0
        }
    }
}

/// Measures against counting pair by pair.
@Suite struct LinkageEvaluationTests {
    @Test(arguments: [1, 2, 3] as [UInt64])
    func measuresAreThoseOfCounting(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        let truth = (0..<40).map { _ in Int32.random(in: -1...12, using: &generator) }
        let clusters = (0..<40).map { _ in Int32.random(in: 0...12, using: &generator) }
        var expected = PairwiseScore(truePositives: 0, falsePositives: 0, falseNegatives: 0)
        var links: [PairLink] = []
        for left in 0..<40 {
            for right in left + 1..<40 {
                let weight = LinkWeight(bits: Double(Int.random(in: -9...9, using: &generator)))
                links.append(PairLink(left: UInt32(left), right: UInt32(right), weight: weight))
                guard truth[left] >= 0, truth[right] >= 0 else { continue }
                switch (truth[left] == truth[right], clusters[left] == clusters[right]) {
                case (true, true): expected.truePositives += 1
                case (true, false): expected.falseNegatives += 1
                case (false, true): expected.falsePositives += 1
                case (false, false): break
                }
            }
        }
        let evaluation = LinkageEvaluation(truth: truth)
        #expect(evaluation.score(clusters: clusters) == expected)
        for (threshold, score) in evaluation.byThreshold(links) {
            #expect(score == evaluation.score(links, threshold: threshold))
        }
        #expect(evaluation.byThreshold(links).last?.score.falseNegatives == 0)
        var sums = (0.0, 0.0)
        let known = (0..<40).filter { truth[$0] >= 0 }
        for record in known {
            let found = known.filter { clusters[$0] == clusters[record] }
            let real = known.filter { truth[$0] == truth[record] }
            let common = Double(found.filter(real.contains).count)
            sums.0 += common / Double(found.count)
            sums.1 += common / Double(real.count)
        }
        let bCubed = evaluation.bCubed(clusters: clusters)
        #expect(abs(bCubed.precision - sums.0 / Double(known.count)) < 1e-12)
        #expect(abs(bCubed.recall - sums.1 / Double(known.count)) < 1e-12)
    }
}
