/// Chooses the rules of a model's blocking plan: few, and such that the matches which training found share a block that is not
/// past its limit. Knows no truth: a pair counts by its posterior.
struct PlanChoice {
    private(set) var plan = BlockingPlan.none
    /// The part of matches that the plan finds.
    private(set) var coverage = 0.0

    private static let blockLimits = [3, 5, 8, 12, 17, 25, 40]
    /// Most pairs on which rules are judged.
    private static let pairLimit = 20_000
    /// A row of the store for each key of a record: what a key costs beside its candidates.
    private static let costOfKey = 1.5
    private static let keyLimit = 32
    /// A match that is found already gains so much less by being found again: other records will lack other fields.
    private static let again = 0.25

    private var pairs: [(pair: UInt64, weight: Double)]

    init(_ table: RecordTable, _ candidates: TrainingCandidates, _ posteriors: [Double]) {
        pairs = zip(candidates.pairs, posteriors).compactMap { $1 >= 0.5 ? ($0, $1) : nil }
        let step = pairs.count / Self.pairLimit + 1
        if step > 1 { pairs = stride(from: 0, to: pairs.count, by: step).map { pairs[$0] } }
        guard !pairs.isEmpty else { return }
        choose(candidates.allRules.compactMap { Offer($0, table, pairs.map(\.pair), Self.blockLimits) })
    }

    /// What a rule would find and cost.
    private struct Offer {
        let rule: BlockingRule
        /// By pair the size of the smallest block that it shares; 0 for none.
        var blocks: [UInt32]
        /// By block limit the candidates of a record, on average.
        var candidates: [Double]

        init?(_ rule: BlockingRule, _ table: RecordTable, _ pairs: [UInt64], _ limits: [Int]) {
            self.rule = rule
            let groups = GroupedRecords(table, rule)
            var sizes: [Int: Int] = [:]
            var starts: [(group: UInt64, count: UInt32)] = []
            groups.forEachGroup { range in
                starts.append((groups.groups[range.lowerBound], UInt32(range.count)))
                sizes[range.count, default: 0] += 1
            }
            candidates = limits.map { limit in
                let found = sizes.reduce(0) { $1.key <= limit ? $0 + $1.key * ($1.key - 1) * $1.value : $0 }
                return Double(found) / Double(table.count)
            }
            var left: [UInt64] = []
            var right: [UInt64] = []
            blocks = []
            for pair in pairs {
                left.removeAll(keepingCapacity: true)
                right.removeAll(keepingCapacity: true)
                table.withRecord(Int(pair >> 32)) { rule.appendGroups($0, to: &left) }
                table.withRecord(Int(pair & 0xffff_ffff)) { rule.appendGroups($0, to: &right) }
                var least: UInt32 = 0
                for group in left where right.contains(group) {
                    let count = Self.count(group, starts)
                    if least == 0 || count < least { least = count }
                }
                blocks.append(least)
            }
            guard let most = limits.last, blocks.contains(where: { $0 > 0 && $0 <= most }) else { return nil }
        }

        private static func count(_ group: UInt64, _ starts: [(group: UInt64, count: UInt32)]) -> UInt32 {
            var low = 0
            var high = starts.count
            while low < high {
                let middle = (low + high) / 2
                if starts[middle].group < group { low = middle + 1 } else { high = middle }
            }
            return low < starts.count ? starts[low].count : 0
        }
    }

    /// Greedily the most gain for its cost (Khuller, Moss, Naor 1999), within the limit of candidates.
    private mutating func choose(_ offers: [Offer]) {
        var worth = pairs.map(\.weight)
        var isFound = Array(repeating: false, count: pairs.count)
        var entries: [BlockingPlan.Entry] = []
        var room = BlockingPlan.candidateLimit
        var keys = Self.keyLimit
        let least = 1e-5 * worth.reduce(0, +)
        while true {
            var best: (score: Double, offer: Int, limit: Int)?
            for (number, offer) in offers.enumerated() where !entries.contains(where: { $0.rule == offer.rule }) {
                guard offer.rule.keyLimit <= keys else { continue }
                for (place, limit) in Self.blockLimits.enumerated() {
                    let entry = BlockingPlan.Entry(rule: offer.rule, blockLimit: limit)
                    guard entry.candidateLimit <= room else { break }
                    var gain = 0.0
                    for index in worth.indices where offer.blocks[index] > 0 && Int(offer.blocks[index]) <= limit {
                        gain += worth[index]
                    }
                    let cost =
                        Self.costOfKey * Double(offer.rule.keyLimit) + offer.candidates[place]
                        + Double(entry.candidateLimit) / 4
                    if gain > least, gain / cost > best?.score ?? 0 { best = (gain / cost, number, limit) }
                }
            }
            guard let best else { break }
            let entry = BlockingPlan.Entry(rule: offers[best.offer].rule, blockLimit: best.limit)
            entries.append(entry)
            room -= entry.candidateLimit
            keys -= entry.rule.keyLimit
            for index in worth.indices {
                let size = Int(offers[best.offer].blocks[index])
                guard size > 0, size <= best.limit else { continue }
                worth[index] *= Self.again
                isFound[index] = true
            }
        }
        plan = (try? BlockingPlan(entries)) ?? .none
        let total = pairs.reduce(0) { $0 + $1.weight }
        coverage = zip(pairs, isFound).reduce(0) { $1.1 ? $0 + $1.0.weight : $0 } / total
    }
}
