/// Names as people write them: all in one, with initials and a generation behind them.
extension AttributeValues {
    // The names stand first, in the schema as among the attributes.
    private static let given = Int(FieldID.givenName.rawValue)
    private static let additional = Int(FieldID.additionalName.rawValue)
    private static let family = Int(FieldID.familyName.rawValue)

    /// Fills the names that were not given from a full name: "Family, Given Middle", or the last word as family name with the
    /// particles before it, and the first as given name. One word alone is a family name; but of one in Chinese characters
    /// the first is the family's.
    mutating func spreadFullName(in schema: AttributeSchema) {
        guard let full = schema.index(of: "full_name"), !isEmpty(full), isEmpty(Self.family), isEmpty(Self.given)
        else { return }
        if let (family, given) = Self.chineseName(bytes(full)) {
            put(Self.family, family.span)
            put(Self.given, given.span)
            return
        }
        var words = NameWords.words(bytes(full)[...])
        if let generation = schema.index(of: "honorific_suffix"), let suffix = NameWords.takeGeneration(&words) {
            if isEmpty(generation) { put(generation, suffix.span) }
        }
        var family: [UInt8] = []
        if let comma = words.firstIndex(where: { $0.last == NameWords.comma }), comma + 1 < words.count {
            family = NameWords.joined(words[...comma])
            words.removeSubrange(...comma)
        } else if var start = words.indices.last {
            while start > 1, NameWords.isParticle(words[start - 1]) { start -= 1 }
            family = NameWords.joined(words[start...])
            words.removeSubrange(start...)
        }
        put(Self.family, family.span)
        guard let first = words.first else { return }
        put(Self.given, first.span)
        if isEmpty(Self.additional) {
            let between = NameWords.joined(words.dropFirst())
            put(Self.additional, between.span)
        }
    }

    /// A generation (Jr, Senior, III) that stands behind a given or a family name becomes a suffix, and an initial behind a
    /// given name an additional name.
    mutating func separateNames(in schema: AttributeSchema) {
        guard let generation = schema.index(of: "honorific_suffix") else { return }
        for name in [Self.family, Self.given] where mayHaveSeveralWords(name) {
            var words = NameWords.words(bytes(name)[...])
            let count = words.count
            if let suffix = NameWords.takeGeneration(&words), isEmpty(generation) { put(generation, suffix.span) }
            if name == Self.given, words.count > 1, let last = words.last, NameWords.isInitial(last),
                isEmpty(Self.additional)
            {
                words.removeLast()
                put(Self.additional, last.span)
            }
            guard words.count < count else { continue }
            let rest = NameWords.joined(words[...])
            put(name, rest.span)
        }
        guard !isEmpty(generation) else { return }
        var words = NameWords.words(bytes(generation)[...])
        if let suffix = NameWords.takeGeneration(&words, least: 0) { put(generation, suffix.span) }
    }

    private func mayHaveSeveralWords(_ index: Int) -> Bool {
        withValue(index) { value in
            for position in 0..<value.count where value[position] == UInt8(ascii: " ") { return true }
            return false
        }
    }

    /// Two to four characters of the CJK Unified Ideographs, and nothing else.
    private static func chineseName(_ bytes: [UInt8]) -> (family: [UInt8], given: [UInt8])? {
        guard let first = bytes.first, first >= 0xe4, first <= 0xe9 else { return nil }
        let scalars = Array(String(decoding: bytes, as: UTF8.self).unicodeScalars)
        guard (2...4).contains(scalars.count), scalars.allSatisfy({ (0x4e00...0x9fff).contains($0.value) }) else {
            return nil
        }
        return (Array(bytes.prefix(3)), Array(bytes.dropFirst(3)))
    }
}

/// Words of names.
enum NameWords {
    static let comma = UInt8(ascii: ",")

    /// A comma stays with the word before it.
    static func words(_ text: ArraySlice<UInt8>) -> [[UInt8]] {
        var words: [[UInt8]] = []
        var word: [UInt8] = []
        for byte in text {
            if byte != UInt8(ascii: " ") { word.append(byte) }
            if byte == UInt8(ascii: " ") || byte == comma, !word.isEmpty {
                if word == [comma], !words.isEmpty { words[words.count - 1].append(comma) } else { words.append(word) }
                word = []
            }
        }
        if !word.isEmpty { words.append(word) }
        return words
    }

    static func joined(_ words: ArraySlice<[UInt8]>) -> [UInt8] {
        Array(words.joined(separator: [UInt8(ascii: " ")]))
    }

    /// Letters of a to z in lower case, nothing else.
    static func letters(_ word: [UInt8]) -> String {
        String(decoding: word.map { $0 | 0x20 }.filter { $0 &- 97 < 26 }, as: UTF8.self)
    }

    static func isParticle(_ word: [UInt8]) -> Bool { particles.contains(letters(word)) }

    static func isInitial(_ word: [UInt8]) -> Bool { word.count <= 2 && letters(word).utf8.count == 1 }

    /// Takes the generation from the end of a name of more than `least` words, in its usual short form.
    static func takeGeneration(_ words: inout [[UInt8]], least: Int = 1) -> [UInt8]? {
        guard words.count > least, let last = words.last, let form = generations[letters(last)] else { return nil }
        words.removeLast()
        // "Smith, Jr": that comma parted nothing else.
        if let before = words.last, before.last == comma, words.dropLast().allSatisfy({ $0.last != comma }) {
            words[words.count - 1] = Array(before.dropLast())
        }
        return Array(form.utf8)
    }

    private static let generations = [
        "jr": "jr", "jnr": "jr", "junior": "jr", "sr": "sr", "snr": "sr", "senior": "sr", "ii": "ii", "iii": "iii",
        "iv": "iv",
    ]

    private static let particles: Set<String> = [
        "van", "von", "der", "den", "de", "del", "della", "di", "da", "dos", "du", "la", "le", "el", "al", "bin", "ibn",
        "ben", "ter", "ten", "zu", "zur", "st", "san", "mc", "mac", "o",
    ]
}
