internal import Identity

/// Compares two encodings, field by field, from their tokens alone.
package struct Comparer: Sendable {
    package let comparisons: [Comparison]
    /// Where the two names stand that may be swapped; -1 where one is not compared.
    private let givenIndex: Int
    private let familyIndex: Int

    package init(_ comparisons: [Comparison]) {
        precondition(comparisons.count <= Comparison.limit, "too many comparisons for one model")
        self.comparisons = comparisons
        givenIndex = comparisons.firstIndex { $0.kind == .givenName } ?? -1
        familyIndex = comparisons.firstIndex { $0.field == .familyName } ?? -1
    }

    /// The levels of a pair; the same whichever comes first.
    @inline(__always)
    package func levels(_ left: Span<UInt32>, _ right: Span<UInt32>) -> LevelPattern {
        var pattern = LevelPattern()
        let leftMask = EncodedFields.mask(left)
        let rightMask = EncodedFields.mask(right)
        let both = leftMask & rightMask
        let comparisons = comparisons.span
        for index in 0..<comparisons.count {
            let field = comparisons[index].field
            guard both >> UInt64(field.rawValue) & 1 == 1 else { continue }
            pattern[index] = FieldComparer.level(
                comparisons[index].kind, left, EncodedFields.range(field, leftMask, left), right,
                EncodedFields.range(field, rightMask, right))
        }
        if givenIndex >= 0, familyIndex >= 0, isUnlike(pattern[givenIndex]), isUnlike(pattern[familyIndex]) {
            markSwapped(&pattern, left, leftMask, right, rightMask)
        }
        return pattern
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
        guard FieldComparer.areWithinOneEdit(left, leftGiven, right, rightFamily),
            FieldComparer.areWithinOneEdit(left, leftFamily, right, rightGiven)
        else { return }
        pattern[givenIndex] = OtherLevel.swapped
        pattern[familyIndex] = LevelPattern.missing
    }
}
