/// The rules by which a store finds candidates, each with the limit of its blocks: part of a model.
package struct BlockingPlan: Hashable, Sendable {
    package struct Entry: Hashable, Sendable {
        package var rule: BlockingRule
        /// Most records of one block: a block past it yields no candidate, those that it yielded before included.
        package var blockLimit: Int

        package init(rule: BlockingRule, blockLimit: Int) {
            self.rule = rule
            self.blockLimit = blockLimit
        }

        /// Most candidates that one record can have by this rule.
        package var candidateLimit: Int { rule.keyLimit * (blockLimit - 1) }
    }

    /// Why rules do not make a plan.
    package enum Refusal: Error, Hashable, Sendable {
        /// A block of fewer than two records has no pair.
        case blockLimitTooSmall(rule: UInt64, blockLimit: Int)
        case duplicateRule(rule: UInt64)
        /// One record could have more candidates than the service promises to look at.
        case tooManyCandidates(possible: Int, limit: Int)
    }

    /// Most candidates of one record: so that recording stays fast whatever the data.
    package static let candidateLimit = 200

    /// Ascending by rule.
    package let entries: [Entry]

    /// No rule: nothing is ever a candidate.
    package static let none = BlockingPlan(unchecked: [])

    private init(unchecked entries: [Entry]) { self.entries = entries }

    package init(_ entries: [Entry]) throws(Refusal) {
        let sorted = entries.sorted { $0.rule < $1.rule }
        for (index, entry) in sorted.enumerated() {
            guard entry.blockLimit >= 2 else {
                throw .blockLimitTooSmall(rule: entry.rule.number, blockLimit: entry.blockLimit)
            }
            if index > 0, sorted[index - 1].rule == entry.rule { throw .duplicateRule(rule: entry.rule.number) }
        }
        let possible = sorted.reduce(0) { $0 + $1.candidateLimit }
        guard possible <= Self.candidateLimit else {
            throw .tooManyCandidates(possible: possible, limit: Self.candidateLimit)
        }
        self.entries = sorted
    }
}
