import Engine
import GraphStore
import Identity
import LMDB
import Stitching

/// Which pairs a model finds among records, by looking at all of them: no index, nothing kept from before.
struct NaiveMatches {
    struct Pair: Hashable {
        var low: IdentityKey
        var high: IdentityKey
        var weight: LinkWeight
        var shared: Int
    }

    private(set) var pairs: Set<Pair> = []

    init(_ encodings: [IdentityKey: RecordEncoding], _ model: LinkageModel) {
        let scorer = PairScorer(model)
        let records = encodings.sorted { $0.key < $1.key }
        let blocks = records.map { Self.blocks(of: $0.value, model.blocking) }
        var sizes: [Block: Int] = [:]
        for block in blocks.joined() { sizes[block, default: 0] += 1 }
        for first in records.indices {
            for second in records.indices where second > first {
                let shared = blocks[first].intersection(blocks[second]).count { block in
                    sizes[block, default: 0] <= model.blocking.entries[block.rule].blockLimit
                }
                let weight = Self.weight(records[first].value, records[second].value, scorer)
                guard shared > 0, weight >= model.reviewThreshold else { continue }
                pairs.insert(
                    Pair(low: records[first].key, high: records[second].key, weight: weight, shared: shared))
            }
        }
    }

    /// What a store has found.
    init(_ engine: Engine) throws {
        pairs = try engine.store.environment.read { transaction in
            var pairs: Set<Pair> = []
            try transaction.scan(Tables.matches) { ends, payload in
                guard ends.first < ends.second, let near = try transaction.storedMember(ends.first),
                    let far = try transaction.storedMember(ends.second)
                else { return .proceed }
                let row = try MatchCodec.decode(payload, version: MatchCodec.version)
                let (low, high) = near.key < far.key ? (near.key, far.key) : (far.key, near.key)
                pairs.insert(Pair(low: low, high: high, weight: row.weight, shared: Int(row.shared)))
                return .proceed
            }
            return pairs
        }
    }

    private struct Block: Hashable {
        var rule: Int
        var group: UInt64
    }

    private static func blocks(of encoding: RecordEncoding, _ plan: BlockingPlan) -> Set<Block> {
        var blocks: Set<Block> = []
        for (rule, entry) in plan.entries.enumerated() {
            var groups: [UInt64] = []
            let words = encoding.words
            entry.rule.appendGroups(words.span, to: &groups)
            for group in groups { blocks.insert(Block(rule: rule, group: group)) }
        }
        return blocks
    }

    private static func weight(
        _ first: RecordEncoding, _ second: RecordEncoding, _ scorer: PairScorer
    ) -> LinkWeight {
        let (one, other) = (first.words, second.words)
        var rare: [Int32] = []
        var rareOther: [Int32] = []
        scorer.rarities(one.span, into: &rare)
        scorer.rarities(other.span, into: &rareOther)
        return scorer.weight(one.span, rare.span, other.span, rareOther.span)
    }
}
