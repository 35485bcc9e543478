/// Dates: whole, as ISO 8601 writes them or eight digits, or in parts.
extension FeatureEncoder {
    private static let zero = UInt32(UInt8(ascii: "0"))

    mutating func appendDate(_ field: FieldID) {
        text.removeAll(keepingCapacity: true)
        let whole = attributeIndex(of: field)
        if !values.isEmpty(whole) {
            readDate(whole)
        } else if field == .birthDate {
            readDateParts()
        }
        guard text.contains(where: { $0 != Self.zero && $0 != Self.unknown }) else { return }
        let isWhole = !text.contains(Self.unknown)
        payload.append(isWhole ? token(field, .whole, text.indices) : 0)
        if text.count == 8 {
            payload.append(isKnown(0..<4) ? token(field, .year, 0..<4) : 0)
            payload.append(monthOrDay(field, 4))
            payload.append(monthOrDay(field, 6))
        } else {
            payload += [0, 0, 0]
        }
        // Of a date that is known in part the digits that are known: a mistyped year is still found.
        text.removeAll { $0 == Self.unknown }
        appendOmissions(field, min(text.count, Self.comparedCharacters))
    }

    /// Stands for a digit that is not known.
    private static let unknown = UInt32(UInt8(ascii: "?"))

    private func isKnown(_ range: Range<Int>) -> Bool { range.allSatisfy { text[$0] != Self.unknown } }

    private func monthOrDay(_ field: FieldID, _ start: Int) -> UInt32 {
        guard isKnown(start..<start + 2), let table = monthsOrDays[field] else { return 0 }
        return table[Int(text[start] - Self.zero) * 10 + Int(text[start + 1] - Self.zero)]
    }

    /// Eight digits, unknown ones among them, where year, month and day can be told apart; other digits as they stand.
    private mutating func readDate(_ index: Int) {
        var runs: [[UInt32]] = []
        var isInRun = false
        values.withValue(index) { value in
            for position in 0..<value.count {
                let byte = value[position]
                // A time of day may follow.
                if byte == UInt8(ascii: "T") || byte == UInt8(ascii: "t"), runs.count >= 3 { break }
                guard byte &- UInt8(ascii: "0") < 10 else {
                    isInRun = false
                    continue
                }
                if !isInRun { runs.append([]) }
                isInRun = true
                runs[runs.count - 1].append(UInt32(byte))
            }
        }
        arrange(runs)
    }

    private mutating func arrange(_ runs: [[UInt32]]) {
        let lengths = runs.map(\.count)
        switch lengths.count {
        case 1 where lengths[0] == 4: putDate(runs[0], [], [])
        case 2 where lengths[0] == 4 && lengths[1] <= 2: putDate(runs[0], runs[1], [])
        case 3... where lengths[0] == 4 && lengths[1] <= 2 && lengths[2] <= 2: putDate(runs[0], runs[1], runs[2])
        // Not ISO 8601. Day first, unless that cannot be: month and day swapped are recognised anyway.
        case 3 where lengths[2] == 4 && lengths[0] <= 2 && lengths[1] <= 2:
            let isMonthFirst = Self.number(runs[1]) > 12
            putDate(runs[2], isMonthFirst ? runs[0] : runs[1], isMonthFirst ? runs[1] : runs[0])
        default: text += runs.flatMap(\.self)
        }
    }

    private static func number(_ digits: [UInt32]) -> UInt32 { digits.reduce(0) { $0 * 10 + $1 - zero } }

    private mutating func readDateParts() {
        var parts: [[UInt32]] = [[], [], []]
        for (index, attribute) in schema.attributes.enumerated() where attribute.field == .birthDate {
            let place: Int
            switch attribute.role {
            case .year: place = 0
            case .month: place = 1
            case .day: place = 2
            default: continue
            }
            values.withValue(index) { value in
                for position in 0..<value.count where value[position] &- UInt8(ascii: "0") < 10 {
                    parts[place].append(UInt32(value[position]))
                }
            }
        }
        guard parts[0].count <= 4, parts[1].count <= 2, parts[2].count <= 2, parts.contains(where: { !$0.isEmpty })
        else { return }
        putDate(parts[0], parts[1], parts[2])
    }

    private mutating func putDate(_ year: [UInt32], _ month: [UInt32], _ day: [UInt32]) {
        for (part, width) in [(year, 4), (month, 2), (day, 2)] {
            let fill = part.isEmpty || part.allSatisfy { $0 == Self.zero } ? Self.unknown : Self.zero
            for _ in 0..<(fill == Self.unknown ? width : width - part.count) { text.append(fill) }
            if fill == Self.zero { text += part }
        }
    }
}
