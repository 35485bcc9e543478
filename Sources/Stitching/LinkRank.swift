package import Identity

/// A link's place in the order of clustering; ascending means earlier.
package struct LinkRank: Hashable, Comparable, Sendable {
    var kind: UInt8
    var partyRank: UInt8
    var weaker: Int
    /// Of a session's link the strength of the other end; 0 for others.
    var named: Int
    var weight: UInt16
    var stronger: Int
    var low: IdentityKey
    var high: IdentityKey

    package init(
        kind: UInt8, partyRank: UInt8, weaker: Int, named: Int, weight: UInt16, stronger: Int, low: IdentityKey,
        high: IdentityKey
    ) {
        self.kind = kind
        self.partyRank = partyRank
        self.weaker = weaker
        self.named = named
        self.weight = weight
        self.stronger = stronger
        self.low = low
        self.high = high
    }

    /// The place of a link between two nodes.
    package init(
        kind: LinkKind, partyRank: UInt8, weight: UInt16, _ left: ClusterNode, _ right: ClusterNode,
        _ policies: Policies
    ) {
        let strengths = (policies.strength(left.namespace), policies.strength(right.namespace))
        let isOfSession = policies.isOfSession(left.namespace, right.namespace)
        self.init(
            kind: kind.rank, partyRank: partyRank, weaker: min(strengths.0, strengths.1),
            named: isOfSession ? policies.bond(left.namespace, right.namespace) : 0, weight: weight,
            stronger: max(strengths.0, strengths.1), low: min(left.key, right.key), high: max(left.key, right.key))
    }

    package static func < (left: LinkRank, right: LinkRank) -> Bool {
        if left.kind != right.kind { return left.kind < right.kind }
        if left.partyRank != right.partyRank { return left.partyRank < right.partyRank }
        if left.weaker != right.weaker { return left.weaker > right.weaker }
        if left.named != right.named { return left.named > right.named }
        if left.weight != right.weight { return left.weight > right.weight }
        if left.stronger != right.stronger { return left.stronger > right.stronger }
        if left.low != right.low { return left.low < right.low }
        return left.high < right.high
    }
}
