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
        var letters: [UInt8] = []
        // Where a month stood that was written as a word.
        var month: Int?
        values.withValue(index) { value in
            for position in 0..<value.count {
                let byte = value[position]
                if byte | 0x20 &- UInt8(ascii: "a") < 26 { letters.append(byte | 0x20) }
                let isLast = position + 1 == value.count || value[position + 1] | 0x20 &- UInt8(ascii: "a") >= 26
                if isLast, letters.count >= 3, month == nil, let number = Self.month(letters) {
                    month = runs.count
                    runs.append([Self.zero + number / 10, Self.zero + number % 10])
                }
                // A time of day may follow.
                if byte == UInt8(ascii: "T") || byte == UInt8(ascii: "t"), runs.count >= 3, letters.count == 1 { break }
                if isLast { letters = [] }
                guard byte &- UInt8(ascii: "0") < 10 else {
                    isInRun = false
                    continue
                }
                if !isInRun { runs.append([]) }
                isInRun = true
                runs[runs.count - 1].append(UInt32(byte))
            }
        }
        arrange(inOrder(runs, month: month))
    }

    /// The number of a month by the first three letters of its English name.
    private static func month(_ letters: [UInt8]) -> UInt32? {
        let names = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
        let start = String(decoding: letters.prefix(3), as: UTF8.self)
        return names.firstIndex(of: start).map { UInt32($0 + 1) }
    }

    /// Year, month and day, where the month was a word or the year has two digits: "24-May-11", "May 24, 2011", "5/24/11".
    private func inOrder(_ runs: [[UInt32]], month: Int?) -> [[UInt32]] {
        guard runs.count >= 3, runs[0].count <= 2, runs[1].count <= 2 || month == nil else { return runs }
        guard let year = Self.year(runs[2]) else { return runs }
        if let month, month < 2 { return [year, runs[month], runs[1 - month]] }
        guard month == nil, runs[2].count == 2, runs[1].count <= 2, Self.number(runs[0]) <= 31 else { return runs }
        return [runs[0], runs[1], year]
    }

    /// Of two digits those of the last hundred years.
    private static func year(_ digits: [UInt32]) -> [UInt32]? {
        guard digits.count == 2 else { return digits.count == 4 ? digits : nil }
        return (number(digits) < thisCentury ? [zero + 2, zero] : [zero + 1, zero + 9]) + digits
    }

    /// Years of two digits below are of the third millennium. A constant: an encoding must not depend on the day.
    private static let thisCentury: UInt32 = 30

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
