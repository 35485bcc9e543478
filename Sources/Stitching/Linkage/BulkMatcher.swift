/// Finds and weighs the candidates of a whole table under a model.
package struct BulkMatcher: Sendable {
    package let table: RecordTable
    package let scorer: PairScorer
    package let blocks: BlockIndex
    /// By record and comparison.
    private let rarities: [Int32]
    private let width: Int

    package init(_ table: RecordTable, _ model: LinkageModel) {
        self.table = table
        let scorer = PairScorer(model)
        self.scorer = scorer
        blocks = BlockIndex(table, model.blocking.entries)
        width = model.comparisons.count
        var rarities: [Int32] = []
        rarities.reserveCapacity(table.count * width)
        for record in 0..<table.count { table.withRecord(record) { scorer.rarities($0, into: &rarities) } }
        self.rarities = rarities
    }

    /// The weight of any two records, candidates or not.
    @inline(__always)
    package func weight(_ left: UInt32, _ right: UInt32) -> LinkWeight {
        let all = rarities.span
        let first = Int(left) * width
        let second = Int(right) * width
        return table.withRecord(Int(left)) { one in
            table.withRecord(Int(right)) { other in
                scorer.weight(
                    one, all.extracting(first..<first + width), other, all.extracting(second..<second + width))
            }
        }
    }

    /// How the weight of two records comes about.
    package func waterfall(_ left: UInt32, _ right: UInt32) -> Waterfall {
        let all = rarities.span
        let first = Int(left) * width
        let second = Int(right) * width
        return table.withRecord(Int(left)) { one in
            table.withRecord(Int(right)) { other in
                scorer.waterfall(
                    one, all.extracting(first..<first + width), other, all.extracting(second..<second + width))
            }
        }
    }

    /// Candidate pairs whose first record is in `records` and whose weight is at least `least`, by record numbers ascending.
    package func links(of records: Range<Int>, atLeast least: LinkWeight) -> [PairLink] {
        var links: [PairLink] = []
        var found: [UInt32] = []
        for record in records {
            blocks.candidates(of: record, after: record, into: &found)
            for other in found {
                let weight = weight(UInt32(record), other)
                if weight >= least { links.append(PairLink(left: UInt32(record), right: other, weight: weight)) }
            }
        }
        return links
    }

    /// The same of all records, in `parts` at one time; what is found does not depend on how many.
    package func links(atLeast least: LinkWeight, parts: Int = 2) async -> [PairLink] {
        let size = (table.count + parts - 1) / max(parts, 1)
        return await withTaskGroup(of: (Int, [PairLink]).self) { group in
            for part in 0..<parts {
                let range = min(part * size, table.count)..<min((part + 1) * size, table.count)
                group.addTask { (part, links(of: range, atLeast: least)) }
            }
            var results = Array(repeating: [PairLink](), count: parts)
            for await (part, links) in group { results[part] = links }
            return results.flatMap(\.self)
        }
    }

    /// The clusters of links that reach the model's threshold.
    package func clusters(
        _ links: [PairLink], constraints: ClusterConstraints = ClusterConstraints()
    ) -> LinkClusters {
        LinkClusters.form(
            count: table.count, links: links.filter { $0.weight >= scorer.model.linkThreshold },
            threshold: scorer.model.linkThreshold, constraints: constraints, weight: weight)
    }
}
