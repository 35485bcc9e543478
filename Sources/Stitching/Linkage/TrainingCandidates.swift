internal import Identity

/// Pairs from which matches are learnt: all that share a key of some rule, of all rules whose pairs stay within a budget that
/// is known from the keys alone.
struct TrainingCandidates {
    /// Every rule that the comparisons allow, ascending, within its budget or not.
    private(set) var allRules: [BlockingRule]
    /// Those within it.
    private(set) var rules: [BlockingRule] = []
    /// The lower record number in the high half, the higher in the low half; ascending, each once.
    private(set) var pairs: [UInt64] = []
    /// Which part of the records lent their pairs.
    let sampledPart: Double

    /// Pairs to a record.
    private static let budget = 20
    /// The same for rules with several keys to a record.
    private static let omissionBudget = 80
    /// Rules whose blocks are in memory at one time.
    private static let batch = 24

    init(_ table: RecordTable, _ comparisons: [Comparison], _ options: Training.Options) {
        allRules = Self.rules(comparisons).sorted()
        sampledPart = min(1, Double(options.candidateRecords) / Double(table.count))
        let step = Int((1 / sampledPart).rounded(.up))
        var batch: [BlockingPlan.Entry] = []
        for rule in allRules {
            let groups = GroupedRecords(table, rule)
            var found = 0
            groups.forEachGroup { found += $0.count * ($0.count - 1) / 2 }
            let budget = (rule.keyLimit > 2 ? Self.omissionBudget : Self.budget) * table.count
            guard found > 0, found <= budget else { continue }
            rules.append(rule)
            batch.append(BlockingPlan.Entry(rule: rule, blockLimit: .max))
            if batch.count == Self.batch {
                collect(table, batch, step)
                batch = []
            }
        }
        collect(table, batch, step)
        pairs.sort()
        dropRepeated()
    }

    private mutating func collect(_ table: RecordTable, _ batch: [BlockingPlan.Entry], _ step: Int) {
        let index = BlockIndex(table, batch)
        var found: [UInt32] = []
        for record in 0..<table.count where Int(table.keys[record].low % UInt64(step)) == 0 {
            index.candidates(of: record, after: record, into: &found)
            for other in found { pairs.append(UInt64(record) << 32 | UInt64(other)) }
        }
        if pairs.count > 8_000_000 {
            pairs.sort()
            dropRepeated()
        }
    }

    private mutating func dropRepeated() {
        var kept = 0
        for index in pairs.indices where index == 0 || pairs[index] != pairs[kept - 1] {
            pairs[kept] = pairs[index]
            kept += 1
        }
        pairs.removeSubrange(kept...)
    }

    /// Every single key, every two of different fields, names in either order, and values less one character alone or with one
    /// other key.
    private static func rules(_ comparisons: [Comparison]) -> Set<BlockingRule> {
        typealias Part = (part: BlockingRule.Part, field: FieldID)
        let fields = Set(comparisons.map(\.field))
        let singles: [Part] = comparisons.flatMap { one in single(one).map { ($0, one.field) } }
        var rules = Set(singles.map { BlockingRule([$0]) })
        for (index, one) in singles.enumerated() {
            for other in singles[(index + 1)...] where other.field != one.field || one.part.rawValue > 2 {
                rules.insert(BlockingRule([one, other]))
            }
        }
        if fields.contains(.givenName), fields.contains(.familyName) {
            rules.insert(BlockingRule([(.namesInEitherOrder, .givenName)]))
            for one in singles where one.field != .givenName && one.field != .familyName {
                rules.insert(BlockingRule([one, (.eitherName, .givenName)]))
            }
        }
        for one in comparisons where [.givenName, .familyName, .birthDate].contains(one.field) || one.kind == .place {
            let several: Part = (one.kind == .place ? .cells : .omissions, one.field)
            rules.insert(BlockingRule([several]))
            for other in singles where other.field != one.field { rules.insert(BlockingRule([other, several])) }
        }
        return rules
    }

    private static func single(_ one: Comparison) -> [BlockingRule.Part] {
        switch one.kind {
        case .givenName, .name, .text: [.whole, .prefix]
        case .code, .category: [.whole]
        case .date: [.whole, .year, .month, .day]
        case .ladder: [.finest, .middle]
        case .place, .set, .networks, .handOver: []
        }
    }
}
