internal import Identity

/// What expectation-maximisation works on: pairs by the pattern of their levels.
package struct MixtureData: Sendable {
    package let comparisons: [Comparison]
    /// By comparison and level; positive, with a sum of 1 for each comparison.
    package let u: [[Double]]
    /// Distinct.
    package let patterns: [LevelPattern]
    /// By pair.
    package let patternOfPair: [Int32]
    /// By pair: what frequencies add to the natural logarithm of each class's likelihood.
    package let rarities: [SIMD8<Float>]
    /// By pair: whether it is known to match.
    package let isAnchored: [Bool]
    /// All pairs of the set, of which the candidates are a part: the others are taken to have nothing in common.
    package let totalPairs: Double

    package init(
        comparisons: [Comparison], u: [[Double]], patterns: [LevelPattern], patternOfPair: [Int32],
        rarities: [SIMD8<Float>], isAnchored: [Bool], totalPairs: Double
    ) {
        self.comparisons = comparisons
        self.u = u
        self.patterns = patterns
        self.patternOfPair = patternOfPair
        self.rarities = rarities
        self.isAnchored = isAnchored
        self.totalPairs = totalPairs
    }

    /// The same with u without the pairs that are matches: in a small set they are a good part of those that agree.
    ///
    /// - Parameters:
    ///   - matches: by comparison and level.
    ///   - pairs: by comparison, those of which both records have the field.
    func without(matches: [[Double]], of pairs: [Double]) -> MixtureData {
        let others = u.indices.map { index in
            let counts = u[index].indices.map { max(u[index][$0] * pairs[index] - matches[index][$0], 0.5) }
            let sum = counts.reduce(0, +)
            return counts.map { $0 / sum }
        }
        return MixtureData(
            comparisons: comparisons, u: others, patterns: patterns, patternOfPair: patternOfPair, rarities: rarities,
            isAnchored: isAnchored, totalPairs: totalPairs)
    }

    /// The same without the pairs that are known to match: what is left to be decided.
    func withoutAnchored() -> MixtureData {
        let kept = patternOfPair.indices.filter { !isAnchored[$0] }
        return MixtureData(
            comparisons: comparisons, u: u, patterns: patterns, patternOfPair: kept.map { patternOfPair[$0] },
            rarities: kept.map { rarities[$0] }, isAnchored: Array(repeating: false, count: kept.count),
            totalPairs: totalPairs - Double(patternOfPair.count - kept.count))
    }

    /// Every `step`th of the pairs.
    func sample(step: Int) -> MixtureData {
        let kept = Array(stride(from: 0, to: patternOfPair.count, by: step))
        return MixtureData(
            comparisons: comparisons, u: u, patterns: patterns, patternOfPair: kept.map { patternOfPair[$0] },
            rarities: kept.map { rarities[$0] }, isAnchored: kept.map { isAnchored[$0] },
            totalPairs: totalPairs / Double(step))
    }
}
