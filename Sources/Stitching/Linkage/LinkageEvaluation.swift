/// How well pairs were found, against a truth that matching never saw.
package struct PairwiseScore: Hashable, Sendable {
    package var truePositives: Int
    package var falsePositives: Int
    package var falseNegatives: Int

    package init(truePositives: Int, falsePositives: Int, falseNegatives: Int) {
        self.truePositives = truePositives
        self.falsePositives = falsePositives
        self.falseNegatives = falseNegatives
    }

    package var precision: Double { Self.part(truePositives, truePositives + falsePositives) }
    package var recall: Double { Self.part(truePositives, truePositives + falseNegatives) }
    package var f1: Double { Self.part(2 * truePositives, 2 * truePositives + falsePositives + falseNegatives) }

    /// 1 where there was nothing to find, or nothing was found.
    private static func part(_ some: Int, _ all: Int) -> Double { all == 0 ? 1 : Double(some) / Double(all) }
}

/// Measures of a linkage. Records are numbers; a truth gives each its person, -1 where it is not known: such a record is left
/// out.
package struct LinkageEvaluation: Sendable {
    private let truth: [Int32]
    private let matches: Int

    package init(truth: [Int32]) {
        self.truth = truth
        matches = Self.pairs(Self.sizes(truth.filter { $0 >= 0 }))
    }

    /// Pairs of one person.
    package var matchCount: Int { matches }

    /// At every threshold that some link's weight gives, descending: links of at least that weight are taken for matches.
    package func byThreshold(_ links: [PairLink]) -> [(threshold: LinkWeight, score: PairwiseScore)] {
        var score = PairwiseScore(truePositives: 0, falsePositives: 0, falseNegatives: matches)
        var out: [(threshold: LinkWeight, score: PairwiseScore)] = []
        let sorted = links.filter { isKnown($0) }.sorted { $0.weight > $1.weight }
        for (index, link) in sorted.enumerated() {
            if truth[Int(link.left)] == truth[Int(link.right)] {
                score.truePositives += 1
                score.falseNegatives -= 1
            } else {
                score.falsePositives += 1
            }
            if index + 1 == sorted.count || sorted[index + 1].weight != link.weight { out.append((link.weight, score)) }
        }
        return out
    }

    /// With the links of at least `threshold`.
    package func score(_ links: [PairLink], threshold: LinkWeight) -> PairwiseScore {
        let taken = links.filter { $0.weight >= threshold && isKnown($0) }
        let found = taken.count { truth[Int($0.left)] == truth[Int($0.right)] }
        return PairwiseScore(
            truePositives: found, falsePositives: taken.count - found, falseNegatives: matches - found)
    }

    private func isKnown(_ link: PairLink) -> Bool { truth[Int(link.left)] >= 0 && truth[Int(link.right)] >= 0 }

    /// All pairs within clusters, by record.
    package func score(clusters: [Int32]) -> PairwiseScore {
        let known = truth.indices.filter { truth[$0] >= 0 }
        let found = Self.pairs(Self.sizes(known.map { Int64(clusters[$0]) << 32 | Int64(truth[$0]) }))
        let taken = Self.pairs(Self.sizes(known.map { clusters[$0] }))
        return PairwiseScore(
            truePositives: found, falsePositives: taken - found, falseNegatives: matches - found)
    }

    /// B-cubed precision and recall (Bagga and Baldwin 1998): means over records.
    package func bCubed(clusters: [Int32]) -> (precision: Double, recall: Double) {
        let known = truth.indices.filter { truth[$0] >= 0 }
        guard !known.isEmpty else { return (1, 1) }
        let both = Self.sizes(known.map { Int64(clusters[$0]) << 32 | Int64(truth[$0]) })
        let found = Self.sizes(known.map { clusters[$0] })
        let real = Self.sizes(known.map { truth[$0] })
        var sums = (0.0, 0.0)
        for record in known {
            let common = Double(both[Int64(clusters[record]) << 32 | Int64(truth[record])] ?? 0)
            sums.0 += common / Double(found[clusters[record]] ?? 1)
            sums.1 += common / Double(real[truth[record]] ?? 1)
        }
        return (sums.0 / Double(known.count), sums.1 / Double(known.count))
    }

    private static func sizes<Key: Hashable>(_ keys: [Key]) -> [Key: Int] {
        keys.reduce(into: [:]) { $0[$1, default: 0] += 1 }
    }

    private static func pairs<Key: Hashable>(_ sizes: [Key: Int]) -> Int {
        sizes.values.reduce(0) { $0 + $1 * ($1 - 1) / 2 }
    }
}
