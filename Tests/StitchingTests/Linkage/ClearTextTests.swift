import Identity
import Stitching
import Testing

/// Comparison from tokens against the same levels worked out on clear text.
@Suite struct ClearTextTests {
    private static let letters = Array("abcdefgh")

    private func word(_ generator: inout SeededGenerator, _ length: ClosedRange<Int>) -> [Character] {
        (0..<Int.random(in: length, using: &generator)).map { _ in
            Self.letters[Int.random(in: 0..<Self.letters.count, using: &generator)]
        }
    }

    /// None to three edits.
    private func edited(_ word: [Character], _ generator: inout SeededGenerator) -> [Character] {
        var word = word
        for _ in 0..<Int.random(in: 0...3, using: &generator) {
            let letter = Self.letters[Int.random(in: 0..<Self.letters.count, using: &generator)]
            let place = Int.random(in: 0..<word.count, using: &generator)
            switch Int.random(in: 0..<4, using: &generator) {
            case 0: word[place] = letter
            case 1: word.insert(letter, at: place)
            case 2 where word.count > 2: word.remove(at: place)
            default: if place + 1 < word.count { word.swapAt(place, place + 1) }
            }
        }
        return word
    }

    /// Damerau's distance with neighbours exchanged, from its definition.
    private func distance(_ one: [Character], _ other: [Character]) -> Int {
        var rows = Array(repeating: Array(repeating: 0, count: other.count + 1), count: one.count + 1)
        for index in 0...one.count {
            for place in 0...other.count {
                if index == 0 || place == 0 {
                    rows[index][place] = index + place
                    continue
                }
                let same = one[index - 1] == other[place - 1] ? 0 : 1
                var least = min(
                    rows[index - 1][place] + 1, rows[index][place - 1] + 1, rows[index - 1][place - 1] + same)
                if index > 1, place > 1, one[index - 1] == other[place - 2], one[index - 2] == other[place - 1] {
                    least = min(least, rows[index - 2][place - 2] + 1)
                }
                rows[index][place] = least
            }
        }
        return rows[one.count][other.count]
    }

    private func bigrams(_ word: [Character]) -> Set<String> {
        let padded = ["_"] + word + ["_"]
        return Set(zip(padded, padded.dropFirst()).map { "\($0)\($1)" })
    }

    private func likeness(_ one: [Character], _ other: [Character]) -> UInt8 {
        if one == other { return 5 }
        if distance(one, other) == 1 { return 4 }
        let (first, second) = (bigrams(one), bigrams(other))
        let dice = 2 * Double(first.intersection(second).count) / Double(first.count + second.count)
        return dice >= 0.75 ? 3 : dice >= 0.5 ? 2 : dice >= 0.35 ? 1 : 0
    }

    private func omissions(_ word: [Character]) -> Set<[Character]> {
        Set(word.indices.map { index in word.enumerated().filter { $0.offset != index }.map(\.element) })
    }

    private func code(_ one: [Character], _ other: [Character]) -> UInt8 {
        if one == other { return 3 }
        if distance(one, other) == 1 { return 2 }
        guard abs(one.count - other.count) <= 1, min(one.count, other.count) >= 3 else { return 0 }
        return omissions(one).isDisjoint(with: omissions(other)) ? 0 : 1
    }

    private func levels(_ one: Attributes, _ other: Attributes, _ comparisons: [Comparison]) throws -> [UInt8] {
        let table = RecordTable(try encoded([one, other]))
        let comparer = Comparer(comparisons)
        let pattern = table.withRecord(0) { left in table.withRecord(1) { comparer.levels(left, $0) } }
        let turned = table.withRecord(1) { left in table.withRecord(0) { comparer.levels(left, $0) } }
        #expect(pattern == turned, "which comes first makes a difference")
        return comparisons.indices.map { pattern[$0] }
    }

    @Test(arguments: [1, 2] as [UInt64])
    func tokensTellTheLevelsOfClearText(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let comparisons = [
            Comparison(field: .familyName, kind: .name), Comparison(field: .streetAddress, kind: .text),
            Comparison(field: .postalCode, kind: .code),
        ]
        let comparer = Comparer(comparisons)
        var encoder = try linkageEncoder()
        var wrong = 0
        let count = 20_000
        for _ in 0..<count {
            let one = word(&generator, 2...12)
            let other = Bool.random(using: &generator) ? edited(one, &generator) : word(&generator, 2...12)
            let records = try [one, other].map { text in
                try encoder.encode(["family_name", "street_address", "postal_code"].map { ($0, String(text)) })
            }
            let (left, right) = (records[0].words, records[1].words)
            let pattern = comparer.levels(left.span, right.span)
            let expected = [likeness(one, other), likeness(one, other), code(one, other)]
            if (0..<3).contains(where: { pattern[$0] != expected[$0] }) { wrong += 1 }
        }
        // A token is 32 bits: some 200 comparisons of tokens to a pair make a collision every ten million pairs.
        #expect(wrong == 0, "seed \(seed): \(wrong) of \(count) pairs")
    }

    @Test(arguments: [
        ("1984-02-03", "1984-02-03", 6), ("1984-02-03", "1984-02-08", 5), ("1984-02-03", "1948-02-03", 5),
        ("1984-02-03", "1984-03-02", 4), ("1984-02-03", "1984-02-17", 3), ("1984-02-03", "1984-11-17", 2),
        ("1984-02-03", "1951-02-17", 1), ("1984-02-03", "1951-11-17", 0), ("1984", "1984-02-03", 7),
        ("1984", "1984", 7), ("1984", "1985", 5), ("1984", "1999", 0), ("1984-02", "1984-03", 5),
        ("1984-02-03", "1951", 0), ("1984020", "19840203", 5),
    ])
    func datesAreComparedJointly(one: String, other: String, level: UInt8) throws {
        let found = try levels(
            [("birth_date", one)], [("birth_date", other)], [Comparison(field: .birthDate, kind: .date)])
        #expect(found == [level])
    }

    @Test(arguments: [
        (("anna", "keller"), ("keller", "anna"), [8, 15]), (("anna", "keller"), ("kelle", "anne"), [8, 15]),
        (("anna", "keller"), ("anna", "keller"), [5, 5]), (("anna", "keller"), ("keller", "bern"), [0, 0]),
        (("bob", "keller"), ("robert", "keller"), [7, 5]), (("bob", "keller"), ("rob", "keller"), [4, 5]),
        (("ted", "keller"), ("ned", "keller"), [4, 5]), (("peggy", "keller"), ("meg", "keller"), [7, 5]),
        (("b", "keller"), ("bernard", "keller"), [6, 5]), (("b", "keller"), ("anna", "keller"), [0, 5]),
    ])
    func namesKnowShortFormsInitialsAndExchange(
        one: (String, String), other: (String, String), expected: [UInt8]
    ) throws {
        let found = try levels(
            [("given_name", one.0), ("family_name", one.1)], [("given_name", other.0), ("family_name", other.1)],
            [Comparison(field: .givenName, kind: .givenName), Comparison(field: .familyName, kind: .name)])
        #expect(found == expected)
    }

    @Test(arguments: [
        ("ip", "192.0.2.7", "192.0.2.7", 3), ("ip", "192.0.2.7", "192.0.2.99", 2), ("ip", "192.0.2.7", "192.0.9.9", 1),
        ("ip", "192.0.2.7", "198.51.100.1", 0), ("ip", "2001:db8:1:2::1", "2001:db8:1:2::9", 2),
        ("ip", "2001:db8:1:2::1", "2001:db8:1:9::9", 1), ("language", "de-DE", "de-AT", 1),
        ("gender", "F", "f", 1), ("gender", "f", "m", 0),
    ])
    func laddersTellTheFinestRungInCommon(name: String, one: String, other: String, level: UInt8) throws {
        let field = try #require(AttributeSchema.standard.field(named: name))
        let kind = ComparisonKind(field, AttributeSchema.standard[field].kind)
        #expect(try levels([(name, one)], [(name, other)], [Comparison(field: field, kind: kind)]) == [level])
    }

    /// Metres north, and the least and greatest level that the shifted cells may give.
    @Test(arguments: [
        (0, 3, 3), (100, 3, 3), (600, 2, 2), (1_200, 2, 2), (6_000, 1, 1), (12_000, 1, 1), (60_000, 0, 0),
    ])
    func placesAreComparedByDistance(metres: Double, least: UInt8, most: UInt8) throws {
        for start in stride(from: 46.0, to: 48, by: 0.137) {
            let found = try levels(
                [("latitude", "\(start)"), ("longitude", "8.5")],
                [("latitude", "\(start + metres / 111_320)"), ("longitude", "8.5")],
                [Comparison(field: .place, kind: .place)])
            #expect((least...most).contains(found[0]))
        }
    }

    @Test func aMissingFieldSaysNothing() throws {
        let found = try levels(
            [("given_name", "anna")], [("family_name", "keller")],
            [Comparison(field: .givenName, kind: .givenName), Comparison(field: .familyName, kind: .name)])
        #expect(found == [LevelPattern.missing, LevelPattern.missing])
    }
}
