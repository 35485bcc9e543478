package import Identity

/// A link's place in the order of clustering; ascending means earlier.
package struct LinkRank: Hashable, Comparable, Sendable {
    /// All that comes before the key bytes, most significant first.
    private var order: UInt64
    private var low: IdentityKey
    private var high: IdentityKey

    /// - Parameters:
    ///   - weaker: strength of the weaker end, 0...1000; more is earlier, as with the next three.
    ///   - named: of a session's link the strength of the other end, 0...1000; 0 for others.
    package init(
        kind: UInt8, partyRank: UInt8, weaker: Int, named: Int, weight: UInt16, stronger: Int, low: IdentityKey,
        high: IdentityKey
    ) {
        var order = UInt64(kind) << 1 | UInt64(partyRank)
        order = order << 11 | UInt64(2_047 - weaker)
        order = order << 11 | UInt64(2_047 - named)
        order = order << 16 | UInt64(UInt16.max - weight)
        order = order << 11 | UInt64(2_047 - stronger)
        self.order = order
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
        if left.order != right.order { return left.order < right.order }
        if left.low != right.low { return left.low < right.low }
        return left.high < right.high
    }
}
