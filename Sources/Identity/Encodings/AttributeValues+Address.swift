/// Addresses as people write them: parts in fields of their own, or all in one line.
extension AttributeValues {
    /// Fills the parts of an address that were not given from a street address that holds them, and leaves the street there.
    /// A street alone, with its number elsewhere, stays as it is but for the abbreviation at its end.
    mutating func spreadAddress(in schema: AttributeSchema) {
        let street = Int(FieldID.streetAddress.rawValue)
        shorten(postalCode: Int(FieldID.postalCode.rawValue))
        shorten(region: Int(FieldID.region.rawValue))
        guard !isEmpty(street), mayBeTakenApart(street) else { return }
        let parsed = AddressLine(bytes(street))
        let name = parsed.street.isEmpty ? bytes(street) : parsed.street
        put(street, name.span)
        let parts: [(FieldID, [UInt8])] = [
            (.houseNumber, parsed.number), (.unit, parsed.unit), (.locality, parsed.locality), (.region, parsed.region),
            (.postalCode, parsed.postalCode),
        ]
        for (field, part) in parts where !part.isEmpty && isEmpty(Int(field.rawValue)) {
            put(Int(field.rawValue), part.span)
        }
    }

    /// Whether there is a digit or a comma, or a short word at one of the ends: most streets are none of it, and cost nothing.
    private func mayBeTakenApart(_ street: Int) -> Bool {
        withValue(street) { line in
            var (first, last) = (0, 0)
            var isFirst = true
            for position in 0..<line.count {
                let byte = line[position]
                if byte &- 48 < 10 || byte == UInt8(ascii: ",") { return true }
                let isSpace = byte == UInt8(ascii: " ")
                if isSpace { isFirst = false }
                if isFirst { first += 1 }
                last = isSpace ? 0 : last + 1
            }
            return !isFirst && (first <= 3 || last <= AddressWords.abbreviationLimit)
        }
    }

    /// Of nine digits of the United States the first five: the others are seldom written.
    private mutating func shorten(postalCode index: Int) {
        guard withValue(index, { $0.count >= 9 }) else { return }
        let digits = bytes(index).filter { $0 != UInt8(ascii: "-") && $0 != UInt8(ascii: " ") }
        guard digits.count == 9, digits.allSatisfy({ $0 &- 48 < 10 }) else { return }
        let short = Array(digits.prefix(5))
        put(index, short.span)
    }

    private mutating func shorten(region index: Int) {
        guard withValue(index, { $0.count > 3 }), let short = AddressWords.region(NameWords.letters(bytes(index)))
        else {
            return
        }
        let code = Array(short.utf8)
        put(index, code.span)
    }
}

/// One line of an address, taken apart: number and street, unit, and what comes behind them. Rules of how addresses are written
/// in English and in the languages beside it; what they do not fit is left as it was.
struct AddressLine {
    private(set) var street: [UInt8] = []
    private(set) var number: [UInt8] = []
    private(set) var unit: [UInt8] = []
    private(set) var locality: [UInt8] = []
    private(set) var region: [UInt8] = []
    private(set) var postalCode: [UInt8] = []

    /// Words of lower case; a comma ends a part.
    private typealias Words = [String]

    init(_ line: [UInt8]) {
        var parts = Self.parts(line)
        guard line.contains(where: { $0 &- 48 < 10 || $0 == UInt8(ascii: ",") }) else {
            takeNumber(parts.flatMap(\.self))
            return
        }
        takeUnits(&parts)
        takeBox(&parts)
        guard let place = parts.indices.max(by: { Self.rank(parts[$0]) < Self.rank(parts[$1]) }) else { return }
        var behind: [Words] = []
        if street.isEmpty {
            let (name, tail) = splitStreet(parts[place])
            if !tail.isEmpty { behind.append(tail) }
            takeNumber(name)
            if number.isEmpty, place > 0, parts[place - 1].count == 1, Self.isNumber(parts[place - 1][0]) {
                number = Self.text(parts[place - 1])
            }
            behind += parts[(place + 1)...]
        } else {
            behind = parts
        }
        takePlace(behind)
    }

    private static func parts(_ line: [UInt8]) -> [Words] {
        line.split(whereSeparator: { $0 == UInt8(ascii: ",") || $0 == UInt8(ascii: ";") || $0 == 10 }).map { part in
            part.split(whereSeparator: { $0 == UInt8(ascii: " ") }).map { word in
                var word = word.map { $0 &- 65 < 26 ? $0 | 0x20 : $0 }
                while word.last == UInt8(ascii: ".") { word.removeLast() }
                return String(decoding: word, as: UTF8.self)
            }.filter { !$0.isEmpty }
        }.filter { !$0.isEmpty }
    }

    /// How much a part looks like a street: a number and a kind of street, either of them.
    private static func rank(_ words: Words) -> Int {
        let hasKind = words.contains { AddressWords.isStreet($0) }
        let hasNumber = words.contains { isNumber($0) } && words.count > 1
        // Of equal ones the first.
        return (hasKind ? 4 : 0) + (hasNumber ? 2 : 0)
    }

    private static func isNumber(_ word: String) -> Bool {
        guard let first = word.utf8.first, first &- 48 < 10, word.utf8.count <= 6 else { return false }
        let digits = word.utf8.prefix { $0 &- 48 < 10 }.count
        return digits >= word.utf8.count - 1
            || word.utf8.contains { $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: "-") }
    }

    private static func hasDigit(_ word: String) -> Bool { word.utf8.contains { $0 &- 48 < 10 } }

    private static func text(_ words: some Sequence<String>) -> [UInt8] { Array(words.joined(separator: " ").utf8) }

    /// "Suite 900", "#01-11" and the like, wherever they stand.
    private mutating func takeUnits(_ parts: inout [Words]) {
        var found: [String] = []
        for part in parts.indices {
            var kept: Words = []
            var index = 0
            while index < parts[part].count {
                let word = parts[part][index]
                let next = index + 1 < parts[part].count ? parts[part][index + 1] : ""
                if word.utf8.first == UInt8(ascii: "#"), Self.hasDigit(word) {
                    found.append(String(word.dropFirst()))
                } else if AddressWords.units.contains(word), Self.hasDigit(next) || next.utf8.count == 1 {
                    found.append(next)
                    index += 1
                } else {
                    kept.append(word)
                }
                index += 1
            }
            parts[part] = kept
        }
        parts.removeAll(where: \.isEmpty)
        unit = Self.text(found)
    }

    /// "P.O. Box 123".
    private mutating func takeBox(_ parts: inout [Words]) {
        for part in parts.indices {
            guard let place = parts[part].firstIndex(where: { $0 == "box" || $0 == "pobox" }),
                place + 1 < parts[part].count, Self.hasDigit(parts[part][place + 1])
            else { continue }
            let before = parts[part][..<place].map { NameWords.letters(Array($0.utf8)) }.joined()
            guard before.hasSuffix("po") || before.hasSuffix("postoffice") || parts[part][place] == "pobox" else {
                continue
            }
            street = Array("po box".utf8)
            number = Self.text([parts[part][place + 1]])
            parts[part].removeSubrange(...(place + 1))
            parts.removeAll(where: \.isEmpty)
            return
        }
    }

    /// Ends behind the kind of street, a direction and a number that follow it; begins with the number, where a building stands
    /// before it.
    private func splitStreet(_ words: Words) -> (name: Words, tail: Words) {
        var start = 0
        if let number = words.firstIndex(where: Self.isNumber), number > 0, number + 1 < words.count,
            words[(number + 1)...].contains(where: { AddressWords.isStreet($0) }),
            !words[..<number].contains(where: { AddressWords.isStreet($0) })
        {
            start = number
        }
        guard var kind = words[start...].indices.first(where: { Self.endsStreet(words, $0, start) }) else {
            return (Array(words[start...]), [])
        }
        // "Court Street"
        while kind + 1 < words.count, AddressWords.isStreet(words[kind + 1]) { kind += 1 }
        var end = kind + 1
        while end < words.count, AddressWords.directions.contains(words[end]) { end += 1 }
        let isNumbered = words[start..<kind].contains(where: Self.isNumber)
        if end < words.count, !isNumbered, Self.isNumber(words[end]) { end += 1 }
        return (Array(words[start..<end]), Array(words[end...]))
    }

    /// Whether a word is the kind of a street whose name stands before it, or whose number behind: not the saint of one.
    private static func endsStreet(_ words: Words, _ index: Int, _ start: Int) -> Bool {
        guard AddressWords.isStreet(words[index]) else { return false }
        if index == start { return index + 1 < words.count && isNumber(words[index + 1]) }
        return words[index] != "st" || index > start + 1 || !isNumber(words[start])
    }

    private mutating func takeNumber(_ words: Words) {
        var words = words
        if words.count > 1, let first = words.first, Self.isNumber(first) {
            number = Self.text([first])
            words.removeFirst()
        } else if words.count > 1, let last = words.last, Self.isNumber(last) {
            number = Self.text([last])
            words.removeLast()
        }
        if words.count > 1, let last = words.last, let whole = AddressWords.abbreviations[last] {
            words[words.count - 1] = whole
        }
        if words.count > 1, let first = words.first, let whole = AddressWords.points[first] { words[0] = whole }
        street = Self.text(words)
    }

    /// Postal code and region wherever they stand; of what is left the first part is the town.
    private mutating func takePlace(_ parts: [Words]) {
        var towns: [Words] = []
        for part in parts {
            var words = part
            var index = words.count - 1
            while index >= 0 {
                let isPair =
                    index > 0 && postalCode.isEmpty && AddressWords.isPostalPair(words[index - 1], words[index])
                if isPair {
                    postalCode = Self.text([words[index - 1] + words[index]])
                    words.removeSubrange(index - 1...index)
                    index -= 1
                } else if postalCode.isEmpty, let code = AddressWords.postalCode(words[index]) {
                    postalCode = Array(code.utf8)
                    words.remove(at: index)
                } else if region.isEmpty, index == words.count - 1, AddressWords.isRegion(words[index]) {
                    region = Self.text([words[index]])
                    words.remove(at: index)
                }
                index -= 1
            }
            if !words.isEmpty { towns.append(words) }
        }
        if let town = towns.first(where: { !$0.contains(where: Self.hasDigit) }) { locality = Self.text(town) }
    }
}
