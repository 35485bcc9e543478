internal import Identity

/// The level of one field of a pair. Every function is symmetric.
enum FieldComparer {
    @inline(__always)
    static func level(
        _ kind: ComparisonKind, _ left: Span<UInt32>, _ first: Range<Int>, _ right: Span<UInt32>, _ second: Range<Int>
    ) -> UInt8 {
        switch kind {
        case .givenName, .name, .text: likeness(left, first, right, second)
        case .code: code(left, first, right, second)
        case .category: left[first.lowerBound] == right[second.lowerBound] ? 1 : 0
        case .date: date(left, first, right, second)
        case .place: place(left, first, right, second)
        case .ladder: ladder(left, first, right, second)
        case .set: diceBand(left, first, right, second, full: true)
        // Of traffic alone, which `TrafficComparer` compares.
        case .networks, .handOver: LevelPattern.missing
        }
    }

    // Offsets in a field of shape `likeness`.
    private static let prefix = 1
    private static let initial = 2
    private static let counts = 3
    private static let omissions = 4
    /// In the counts: the value is a name that many people bear.
    private static let isKnown: UInt32 = 1 << 24

    @inline(__always)
    private static func likeness(
        _ left: Span<UInt32>, _ first: Range<Int>, _ right: Span<UInt32>, _ second: Range<Int>
    ) -> UInt8 {
        if left[first.lowerBound] == right[second.lowerBound] { return 5 }
        let one = left[first.lowerBound + counts]
        let other = right[second.lowerBound + counts]
        let lengths = (Int(one & 0xff), Int(other & 0xff))
        if isOneEdit(left, first.lowerBound, lengths.0, right, second.lowerBound, lengths.1) { return 4 }
        if (one | other) >> 16 & 0xff != 0, shareName(left, first, right, second) { return OtherLevel.shortForm }
        if lengths.0 == 1 || lengths.1 == 1, left[first.lowerBound + initial] == right[second.lowerBound + initial],
            left[first.lowerBound + initial] != 0
        {
            return OtherLevel.initial
        }
        // Two names that are known are no mistyped form of each other.
        if one & other & isKnown != 0 { return 0 }
        let start = (first.lowerBound + omissions + lengths.0, second.lowerBound + omissions + lengths.1)
        return diceBand(
            left, start.0..<start.0 + Int(one >> 8 & 0xff), right, start.1..<start.1 + Int(other >> 8 & 0xff),
            full: false)
    }

    /// Whether one is a short form of the other, or both of one name.
    private static func shareName(
        _ left: Span<UInt32>, _ first: Range<Int>, _ right: Span<UInt32>, _ second: Range<Int>
    ) -> Bool {
        let one = aliases(left, first)
        let other = aliases(right, second)
        for index in one where left[index] == right[second.lowerBound] { return true }
        for index in other where right[index] == left[first.lowerBound] { return true }
        for index in one {
            for place in other where left[index] == right[place] { return true }
        }
        return false
    }

    private static func aliases(_ words: Span<UInt32>, _ range: Range<Int>) -> Range<Int> {
        range.upperBound - Int(words[range.lowerBound + counts] >> 16 & 0xff)..<range.upperBound
    }

    /// Equal, at an edit distance of one, or a form of one name.
    static func areOneName(
        _ left: Span<UInt32>, _ first: Range<Int>, _ right: Span<UInt32>, _ second: Range<Int>
    ) -> Bool {
        areWithinOneEdit(left, first, right, second) || shareName(left, first, right, second)
    }

    /// Equal, or at an edit distance of one (an insertion, a deletion, a substitution or a transposition of neighbours).
    static func areWithinOneEdit(
        _ left: Span<UInt32>, _ first: Range<Int>, _ right: Span<UInt32>, _ second: Range<Int>
    ) -> Bool {
        left[first.lowerBound] == right[second.lowerBound]
            || isOneEdit(
                left, first.lowerBound, Int(left[first.lowerBound + counts] & 0xff), right, second.lowerBound,
                Int(right[second.lowerBound + counts] & 0xff))
    }

    @inline(__always)
    private static func isOneEdit(
        _ left: Span<UInt32>, _ first: Int, _ length: Int, _ right: Span<UInt32>, _ second: Int, _ other: Int
    ) -> Bool {
        omissionsTellOneEdit(
            left, first, first + omissions, length, right, second, second + omissions, other)
    }

    /// From whole tokens and omissions: at the same place a substitution; crosswise at neighbouring places a transposition; the
    /// whole among the other's omissions an insertion.
    @inline(__always)
    private static func omissionsTellOneEdit(
        _ left: Span<UInt32>, _ whole: Int, _ start: Int, _ length: Int, _ right: Span<UInt32>, _ otherWhole: Int,
        _ otherStart: Int, _ otherLength: Int
    ) -> Bool {
        if length == otherLength {
            for index in 0..<length where left[start + index] == right[otherStart + index] { return true }
            for index in 1..<max(length, 1)
            where left[start + index] == right[otherStart + index - 1]
                && left[start + index - 1] == right[otherStart + index]
            {
                return true
            }
        } else if length == otherLength + 1 {
            for index in 0..<length where left[start + index] == right[otherWhole] { return true }
        } else if length + 1 == otherLength {
            for index in 0..<otherLength where right[otherStart + index] == left[whole] { return true }
        }
        return false
    }

    @inline(__always)
    private static func code(
        _ left: Span<UInt32>, _ first: Range<Int>, _ right: Span<UInt32>, _ second: Range<Int>
    ) -> UInt8 {
        if left[first.lowerBound] == right[second.lowerBound] { return 3 }
        let length = Int(left[first.lowerBound + counts] & 0xff)
        let other = Int(right[second.lowerBound + counts] & 0xff)
        if isOneEdit(left, first.lowerBound, length, right, second.lowerBound, other) { return 2 }
        // One omission of each leaves the same: at least three characters, or little would be said.
        guard abs(length - other) <= 1, min(length, other) >= 3 else { return 0 }
        let start = (first.lowerBound + omissions, second.lowerBound + omissions)
        for index in 0..<length {
            for place in 0..<other where left[start.0 + index] == right[start.1 + place] { return 1 }
        }
        return 0
    }

    /// Bands of 2c / (a + b), c tokens of a and b being common.
    @inline(__always)
    private static func diceBand(
        _ left: Span<UInt32>, _ first: Range<Int>, _ right: Span<UInt32>, _ second: Range<Int>, full: Bool
    ) -> UInt8 {
        let total = first.count + second.count
        guard 40 * min(first.count, second.count) >= 7 * total else { return 0 }
        var common = 0
        var index = first.lowerBound
        var place = second.lowerBound
        while index < first.upperBound, place < second.upperBound {
            let one = left[index]
            let other = right[place]
            if one == other { common += 1 }
            index += one <= other ? 1 : 0
            place += other <= one ? 1 : 0
        }
        if full, 2 * common == total { return 4 }
        if 8 * common >= 3 * total { return 3 }
        if 4 * common >= total { return 2 }
        return 40 * common >= 7 * total ? 1 : 0
    }
}

extension FieldComparer {
    /// One joint comparison: three separate ones would count one fact thrice.
    @inline(__always)
    fileprivate static func date(
        _ left: Span<UInt32>, _ first: Range<Int>, _ right: Span<UInt32>, _ second: Range<Int>
    ) -> UInt8 {
        let start = first.lowerBound
        let other = second.lowerBound
        if left[start] == right[other], left[start] != 0 { return 6 }
        if isOneDigit(left, first, right, second) { return 5 }
        var equal = 0
        var known = 0
        for part in 1...3 where left[start + part] != 0 && right[other + part] != 0 {
            known += 1
            equal += left[start + part] == right[other + part] ? 1 : 0
        }
        guard known > 0 else { return left[start] != 0 && right[other] != 0 ? 0 : LevelPattern.missing }
        let hasYear = left[start + 1] == right[other + 1] && left[start + 1] != 0
        if known < 3, equal == known { return OtherLevel.knownParts }
        if hasYear {
            if left[start + 2] == right[other + 3], left[start + 3] == right[other + 2], left[start + 2] != 0,
                left[start + 3] != 0
            {
                return 4
            }
            return equal > 1 ? 3 : 2
        }
        return equal > 0 ? 1 : 0
    }

    /// One edit between whole dates, or between the known digits of two that are known in the same parts.
    @inline(__always)
    private static func isOneDigit(
        _ left: Span<UInt32>, _ first: Range<Int>, _ right: Span<UInt32>, _ second: Range<Int>
    ) -> Bool {
        let start = first.lowerBound
        let other = second.lowerBound
        guard (left[start] == 0) == (right[other] == 0) else { return false }
        if left[start] == 0 {
            for part in 1...3 where (left[start + part] == 0) != (right[other + part] == 0) { return false }
            // Equal in every part that is known.
            if (1...3).allSatisfy({ left[start + $0] == right[other + $0] }) { return false }
        }
        return omissionsTellOneEdit(
            left, start, start + 4, first.count - 4, right, other, other + 4, second.count - 4)
    }

    /// The finest scale of which a cell is shared.
    fileprivate static func place(
        _ left: Span<UInt32>, _ first: Range<Int>, _ right: Span<UInt32>, _ second: Range<Int>
    ) -> UInt8 {
        for scale in 0..<3 {
            for index in 4 * scale..<4 * scale + 4
            where left[first.lowerBound + index] == right[second.lowerBound + index] {
                return UInt8(3 - scale)
            }
        }
        return 0
    }

    /// The finest rung that is shared.
    @inline(__always)
    fileprivate static func ladder(
        _ left: Span<UInt32>, _ first: Range<Int>, _ right: Span<UInt32>, _ second: Range<Int>
    ) -> UInt8 {
        for rung in 0..<3 {
            let token = left[first.lowerBound + rung]
            if token != 0, token == right[second.lowerBound + rung] { return UInt8(3 - rung) }
        }
        return 0
    }
}
