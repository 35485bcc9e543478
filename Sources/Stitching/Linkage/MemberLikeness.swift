/// The encodings of a component's records, by member: what a bridge between two clusters is weighed by.
package struct MemberLikeness: Sendable {
    private let scorer: PairScorer
    /// Empty: the member is no record, or has no attribute.
    private let words: [[UInt32]]
    private let rarities: [[Int32]]

    /// - Parameters:
    ///   - words: by member, as `RecordEncoding` draws them; empty where it is no record, or has no attribute.
    ///   - rarities: by member, as the scorer finds them.
    package init(_ scorer: PairScorer, words: [[UInt32]], rarities: [[Int32]]) {
        self.scorer = scorer
        self.words = words
        self.rarities = rarities
    }

    var threshold: LinkWeight { scorer.model.linkThreshold }

    /// Of some members, those that can be compared.
    func comparable(_ members: [Int32]) -> [UInt32] {
        members.compactMap { words[Int($0)].isEmpty ? nil : UInt32($0) }
    }

    /// Whether two groups of comparable members that an identifier joins are more likely two people's.
    ///
    /// - Parameter strength: of the link that joins them. A hundred are a bit: of two records that list one e-mail address
    ///   (700), before anything else is known of them, one pair in 128 is of two people.
    func contradicts(_ left: [UInt32], _ right: [UInt32], strength: Int) -> Bool {
        let mean = LinkClusters.bridge(left, right) { one, other in
            let (first, second) = (words[Int(one)], words[Int(other)])
            let (rare, rareOther) = (rarities[Int(one)], rarities[Int(other)])
            return scorer.evenWeight(first.span, rare.span, second.span, rareOther.span)
        }
        return mean.bits + Double(strength) / Self.strengthOfBit < threshold.bits
    }

    private static let strengthOfBit = 100.0

    /// What a bridge between two groups of comparable members carries: the mean weight over all pairs.
    func bridge(_ left: [UInt32], _ right: [UInt32]) -> LinkWeight {
        LinkClusters.bridge(left, right) { one, other in
            let (first, second) = (words[Int(one)], words[Int(other)])
            let (rare, rareOther) = (rarities[Int(one)], rarities[Int(other)])
            return scorer.weight(first.span, rare.span, second.span, rareOther.span)
        }
    }
}
