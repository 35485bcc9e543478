internal import Identity

/// Compares two encodings, field by field, from their tokens alone.
package struct Comparer: Sendable {
    package let comparisons: [Comparison]
    /// Where the two names stand that may be swapped; -1 where one is not compared.
    private let givenIndex: Int
    private let familyIndex: Int
    /// By field its comparison; nil where it is not compared.
    private let plan: [(index: Int, kind: ComparisonKind?)]

    package init(_ comparisons: [Comparison]) {
        precondition(comparisons.count <= Comparison.limit, "too many comparisons for one model")
        self.comparisons = comparisons
        givenIndex = comparisons.firstIndex { $0.kind == .givenName } ?? -1
        familyIndex = comparisons.firstIndex { $0.field == .familyName } ?? -1
        plan = (0..<AttributeSchema.fieldLimit).map { field in
            let index = comparisons.firstIndex { Int($0.field.rawValue) == field }
            return (index ?? 0, index.map { comparisons[$0].kind })
        }
    }

    /// The levels of a pair; the same whichever comes first.
    @inline(__always)
    package func levels(_ left: Span<UInt32>, _ right: Span<UInt32>) -> LevelPattern {
        var pattern = LevelPattern()
        let leftMask = UInt64(left[0]) | UInt64(left[1]) << 32
        let rightMask = UInt64(right[0]) | UInt64(right[1]) << 32
        let plan = plan.span
        // Fields lie in the order of their numbers: walking over both masks counts where each begins.
        var waiting = leftMask | rightMask
        var first = 2
        var second = 2
        while waiting != 0 {
            let field = waiting.trailingZeroBitCount
            waiting &= waiting &- 1
            let isLeft = leftMask >> UInt64(field) & 1
            let isRight = rightMask >> UInt64(field) & 1
            let (index, kind) = plan[field]
            if isLeft & isRight == 1, let kind {
                pattern[index] = FieldComparer.level(
                    kind, left, Self.range(first, left), right, Self.range(second, right))
            }
            first += Int(isLeft)
            second += Int(isRight)
        }
        if givenIndex >= 0, familyIndex >= 0, isUnlike(pattern[givenIndex]), isUnlike(pattern[familyIndex]) {
            markSwapped(&pattern, left, leftMask, right, rightMask)
        }
        return pattern
    }

    /// The words of the field whose start is written at `place`; the first field begins where the starts end.
    @inline(__always)
    private static func range(_ place: Int, _ words: Span<UInt32>) -> Range<Int> {
        let end = place + 1 < Int(words[2]) ? Int(words[place + 1]) : words.count
        return Int(words[place])..<end
    }

    /// Below Dice 0.75.
    @inline(__always)
    private func isUnlike(_ level: UInt8) -> Bool { level < 3 }

    /// Given and family name stand in each other's place: the family name then tells nothing more.
    private func markSwapped(
        _ pattern: inout LevelPattern, _ left: Span<UInt32>, _ leftMask: UInt64, _ right: Span<UInt32>,
        _ rightMask: UInt64
    ) {
        let leftGiven = EncodedFields.range(.givenName, leftMask, left)
        let leftFamily = EncodedFields.range(.familyName, leftMask, left)
        let rightGiven = EncodedFields.range(.givenName, rightMask, right)
        let rightFamily = EncodedFields.range(.familyName, rightMask, right)
        guard FieldComparer.areOneName(left, leftGiven, right, rightFamily),
            FieldComparer.areOneName(left, leftFamily, right, rightGiven)
        else { return }
        pattern[givenIndex] = OtherLevel.swapped
        pattern[familyIndex] = LevelPattern.missing
    }
}
