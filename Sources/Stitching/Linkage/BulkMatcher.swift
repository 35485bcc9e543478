internal import Dispatch
internal import Synchronization

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
        let (pieces, size) = (8, (table.count + 7) / 8)
        let made = Mutex<[[Int32]]>(Array(repeating: [], count: pieces))
        DispatchQueue.concurrentPerform(iterations: pieces) { piece in
            var rarities: [Int32] = []
            for record in min(piece * size, table.count)..<min((piece + 1) * size, table.count) {
                table.withRecord(record) { scorer.rarities($0, into: &rarities) }
            }
            made.withLock { $0[piece] = rarities }
        }
        rarities = made.withLock { $0.flatMap(\.self) }
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

    /// What the fields of any two records say by themselves, where both share an identifier.
    func evenWeight(_ left: UInt32, _ right: UInt32) -> LinkWeight {
        let all = rarities.span
        let first = Int(left) * width
        let second = Int(right) * width
        return table.withRecord(Int(left)) { one in
            table.withRecord(Int(right)) { other in
                scorer.evenWeight(
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

    /// The same of all records, on as many threads as the machine has; what is found does not depend on how many.
    ///
    /// - Parameter piece: records that a thread takes at one time.
    package func links(atLeast least: LinkWeight, piece: Int = 4_096) -> [PairLink] {
        let pieces = (table.count + piece - 1) / piece
        guard pieces > 1 else { return links(of: 0..<table.count, atLeast: least) }
        let found = Mutex<[[PairLink]]>(Array(repeating: [], count: pieces))
        DispatchQueue.concurrentPerform(iterations: pieces) { number in
            let range = number * piece..<min((number + 1) * piece, table.count)
            let links = links(of: range, atLeast: least)
            found.withLock { $0[number] = links }
        }
        return found.withLock { $0.flatMap(\.self) }
    }

    /// The clusters of links that reach the model's threshold.
    package func clusters(
        _ links: [PairLink], constraints: ClusterConstraints = ClusterConstraints()
    ) -> LinkClusters {
        LinkClusters.form(
            count: table.count, links: links.filter { $0.weight >= scorer.model.linkThreshold },
            threshold: scorer.model.linkThreshold, constraints: constraints, evenWeight: evenWeight, weight: weight)
    }
}
