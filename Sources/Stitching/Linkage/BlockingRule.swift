package import Identity

/// What of a record's tokens makes a block: one to three parts, all of which must be shared.
package struct BlockingRule: Hashable, Comparable, Sendable {
    package enum Part: UInt8, Hashable, Sendable, CaseIterable {
        case whole = 1
        /// The first three characters.
        case prefix = 2
        case year = 3
        case month = 4
        case day = 5
        /// The finest rung of a ladder.
        case finest = 6
        case middle = 7
        /// The value and the value without each of its characters: one key each.
        case omissions = 8
        /// Given and family name in either order.
        case namesInEitherOrder = 9
        /// Given name and family name, one key each: a swapped pair shares one.
        case eitherName = 10
        /// The four finest cells: one key each.
        case cells = 11

        var hasSeveralKeys: Bool { self == .omissions || self == .eitherName || self == .cells }
    }

    /// Ascending by field and part; those with several keys at the end, at most one.
    package private(set) var parts: [(part: Part, field: FieldID)]

    package init(_ parts: [(part: Part, field: FieldID)]) {
        precondition((1...3).contains(parts.count), "a rule has one to three parts")
        self.parts = parts.sorted { Self.order($0) < Self.order($1) }
    }

    /// Nil where the number is none that `number` gives.
    package init?(number: UInt64) {
        var parts: [(part: Part, field: FieldID)] = []
        for index in 0..<3 {
            let bits = UInt16(truncatingIfNeeded: number >> UInt64(48 - 16 * index))
            guard bits != 0 else { continue }
            guard let part = Part(rawValue: UInt8(bits >> 8)), bits & 0xff < 64 else { return nil }
            parts.append((part, FieldID(UInt8(bits & 0xff))))
        }
        guard !parts.isEmpty, parts.dropLast().allSatisfy({ !$0.part.hasSeveralKeys }) else { return nil }
        self.init(parts)
        guard self.number == number else { return nil }
    }

    /// The rule in 48 bits, the same in every model and store: 8 bits of part and 8 of field for each.
    package var number: UInt64 {
        var number: UInt64 = 0
        for index in 0..<3 {
            let bits =
                index < parts.count ? UInt64(parts[index].part.rawValue) << 8 | UInt64(parts[index].field.rawValue) : 0
            number |= bits << UInt64(48 - 16 * index)
        }
        return number
    }

    private static func order(_ part: (part: Part, field: FieldID)) -> Int {
        (part.part.hasSeveralKeys ? 1 << 16 : 0) | Int(part.field.rawValue) << 8 | Int(part.part.rawValue)
    }

    package static func == (left: BlockingRule, right: BlockingRule) -> Bool { left.number == right.number }

    package static func < (left: BlockingRule, right: BlockingRule) -> Bool { left.number < right.number }

    package func hash(into hasher: inout Hasher) { hasher.combine(number) }

    /// Most keys that one record has: of omissions those of the first characters count.
    package var keyLimit: Int {
        switch parts.last?.part {
        case .omissions: Self.omissionLimit + 1
        case .eitherName: 2
        case .cells: 4
        default: 1
        }
    }

    /// Omissions of the first so many characters make keys.
    static let omissionLimit = 8
}

extension BlockingRule {
    /// Appends the groups that a record belongs to, each once; none where it lacks a part.
    package func appendGroups(_ words: Span<UInt32>, to out: inout [UInt64]) {
        var seed: UInt64 = 0
        let mask = EncodedFields.mask(words)
        for (part, field) in parts {
            if part.hasSeveralKeys {
                appendSeveral(part, field, mask, words, seed, &out)
                return
            }
            let token =
                part == .namesInEitherOrder ? Self.names(mask, words) : UInt64(Self.token(part, field, mask, words))
            guard token != 0 else { return }
            seed = Self.join(seed, token)
        }
        out.append(seed)
    }

    /// Two tokens are held as they are, more are mixed.
    @inline(__always)
    private static func join(_ seed: UInt64, _ token: UInt64) -> UInt64 {
        if seed == 0 { return token }
        if seed >> 32 == 0, token >> 32 == 0 { return seed << 32 | token }
        return mixed(seed) ^ token
    }

    /// The last steps of SplitMix64.
    @inline(__always)
    static func mixed(_ value: UInt64) -> UInt64 {
        var word = value &+ 0x9e37_79b9_7f4a_7c15
        word = (word ^ word >> 30) &* 0xbf58_476d_1ce4_e5b9
        word = (word ^ word >> 27) &* 0x94d0_49bb_1331_11eb
        return word ^ word >> 31
    }

    @inline(__always)
    private static func token(_ part: Part, _ field: FieldID, _ mask: UInt64, _ words: Span<UInt32>) -> UInt32 {
        guard mask >> UInt64(field.rawValue) & 1 == 1 else { return 0 }
        let start = EncodedFields.range(field, mask, words).lowerBound
        return switch part {
        case .whole, .finest: words[start]
        case .prefix, .year, .middle: words[start + 1]
        case .month: words[start + 2]
        case .day: words[start + 3]
        default: 0
        }
    }

    private static func names(_ mask: UInt64, _ words: Span<UInt32>) -> UInt64 {
        let given = UInt64(token(.whole, .givenName, mask, words))
        let family = UInt64(token(.whole, .familyName, mask, words))
        guard given != 0, family != 0 else { return 0 }
        return mixed(min(given, family) << 32 | max(given, family))
    }

    private func appendSeveral(
        _ part: Part, _ field: FieldID, _ mask: UInt64, _ words: Span<UInt32>, _ seed: UInt64, _ out: inout [UInt64]
    ) {
        let begin = out.count
        func add(_ token: UInt32) {
            let group = Self.join(seed, UInt64(token))
            if token != 0, !out[begin...].contains(group) { out.append(group) }
        }
        if part == .eitherName {
            add(Self.token(.whole, .givenName, mask, words))
            add(Self.token(.whole, .familyName, mask, words))
            return
        }
        guard mask >> UInt64(field.rawValue) & 1 == 1 else { return }
        let range = EncodedFields.range(field, mask, words)
        if part == .cells {
            for index in 0..<4 { add(words[range.lowerBound + index]) }
            return
        }
        add(words[range.lowerBound])
        // The counts of a text stand before its omissions; a date has nothing behind them.
        let isDate = field == .birthDate
        let length = isDate ? range.count - 4 : Int(words[range.lowerBound + 3] & 0xff)
        for index in 0..<min(length, Self.omissionLimit) { add(words[range.lowerBound + 4 + index]) }
    }
}
