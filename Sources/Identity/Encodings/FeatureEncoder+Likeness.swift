/// Names, texts, codes and categories.
extension FeatureEncoder {
    mutating func appendCategory(_ field: FieldID, _ kind: AttributeKind) {
        guard !values.isEmpty(attributeIndex(of: field)) else { return }
        if kind == .screen {
            normaliseScreen(field)
        } else {
            normalise(field)
        }
        if field == .gender { shortenGender() }
        guard !text.isEmpty else { return }
        payload.append(token(field, .whole, text.indices))
    }

    /// The first letter of the two that most records have; nothing for one that says that it is not known.
    private mutating func shortenGender() {
        let word = String(String.UnicodeScalarView(text.compactMap(Unicode.Scalar.init)))
        switch word {
        case "female", "woman": text = [UInt32(UInt8(ascii: "f"))]
        case "male", "man": text = [UInt32(UInt8(ascii: "m"))]
        case "u", "unknown", "notknown", "0": text = []
        default: break
        }
    }

    mutating func appendLikeness(_ field: FieldID, _ kind: AttributeKind) {
        guard !values.isEmpty(attributeIndex(of: field)) else { return }
        if field == .organization {
            normaliseOrganization()
        } else {
            normalise(field)
        }
        guard !text.isEmpty else { return }
        payload.append(token(field, .whole, text.indices))
        payload.append(token(field, .prefix, 0..<min(3, text.count)))
        payload.append(kind == .name ? token(field, .initial, 0..<1) : 0)
        let counts = payload.count
        payload.append(0)
        let compared = min(text.count, Self.comparedCharacters)
        appendOmissions(field, compared)
        var bigrams = 0
        if let table = self.bigrams[Int(field.rawValue)] { bigrams = appendBigrams(field, table, compared) }
        let aliases = kind == .name ? appendAliases(field) : 0
        payload[counts] =
            UInt32(compared) | UInt32(bigrams) << 8 | UInt32(aliases) << 16 | (isKnownName(field) ? 1 << 24 : 0)
    }

    private mutating func normalise(_ field: FieldID) {
        text.removeAll(keepingCapacity: true)
        values.withValue(attributeIndex(of: field)) { AttributeText.append($0, to: &text) }
    }

    /// The attribute that fills a field as a whole.
    func attributeIndex(of field: FieldID) -> Int { wholeAttributes[Int(field.rawValue)] }

    /// The token of a part of the normal form.
    mutating func token(_ field: FieldID, _ purpose: FeatureHasher.Purpose, _ range: Range<Int>) -> UInt32 {
        hasher.begin(&message, prefixes[Int(field.rawValue)], purpose)
        for index in range { Self.append(text[index], to: &message) }
        return hasher.token(message.span)
    }

    /// The token of the first `count` characters without each of them in turn. From one omission to the next a single byte
    /// changes, where all are ASCII.
    mutating func appendOmissions(_ field: FieldID, _ count: Int) {
        guard count > 0 else { return }
        let isASCII = (0..<count).allSatisfy { text[$0] < 0x80 }
        hasher.begin(&message, prefixes[Int(field.rawValue)], .whole)
        let start = message.count
        guard isASCII else {
            for omitted in 0..<count {
                message.removeSubrange(start...)
                for index in 0..<count where index != omitted { Self.append(text[index], to: &message) }
                payload.append(hasher.token(message.span))
            }
            return
        }
        for index in 1..<max(count, 1) { message.append(UInt8(truncatingIfNeeded: text[index])) }
        payload.append(hasher.token(message.span))
        for omitted in 1..<max(count, 1) {
            message[start + omitted - 1] = UInt8(truncatingIfNeeded: text[omitted - 1])
            payload.append(hasher.token(message.span))
        }
    }

    /// The padded bigrams, each once, ascending; how many.
    private mutating func appendBigrams(_ field: FieldID, _ table: BigramTable, _ count: Int) -> Int {
        let start = payload.count
        var last = BigramTable.padding
        for index in 0...count {
            let next = index < count ? text[index] : BigramTable.padding
            if let known = table.token(last, next) {
                payload.append(known)
            } else {
                hasher.begin(&message, prefixes[Int(field.rawValue)], .bigram)
                Self.append(last == BigramTable.padding ? 0x5f : last, to: &message)
                Self.append(next == BigramTable.padding ? 0x5f : next, to: &message)
                payload.append(hasher.token(message.span))
            }
            last = next
        }
        return sortDistinct(from: start)
    }

    /// Sorts the payload from `start` on and drops what repeats; how many are left. Insertion: they are few.
    mutating func sortDistinct(from start: Int) -> Int {
        var end = start
        for index in start..<payload.count {
            let token = payload[index]
            var place = end
            while place > start, payload[place - 1] > token { place -= 1 }
            if place > start, payload[place - 1] == token { continue }
            var move = end
            while move > place {
                payload[move] = payload[move - 1]
                move -= 1
            }
            payload[place] = token
            end += 1
        }
        payload.removeSubrange(end...)
        return end - start
    }

    private func isKnownName(_ field: FieldID) -> Bool {
        guard field == .givenName, text.count <= 12, text.allSatisfy({ $0 < 0x80 }) else { return false }
        return GivenNameAliases.isKnown(text.map { UInt8(truncatingIfNeeded: $0) })
    }

    /// The name of an organisation without its legal form, an article before it, and what stands in brackets.
    private mutating func normaliseOrganization() {
        let name = OrganizationName.core(values.bytes(attributeIndex(of: .organization)))
        text.removeAll(keepingCapacity: true)
        AttributeText.append(name.span, to: &text)
    }

    /// Of given names those that a form stands for; of every name in a script that is not transliterated its sound.
    private mutating func appendAliases(_ field: FieldID) -> Int {
        guard text.allSatisfy({ $0 < 0x80 }) else {
            guard let sound = AttributeText.sound(of: text) else { return 0 }
            payload.append(hasher.token(prefixes[Int(field.rawValue)], .whole, sound))
            return 1
        }
        guard field != .familyName, text.count <= 12 else { return 0 }
        let names = GivenNameAliases.names(of: text.map { UInt8(truncatingIfNeeded: $0) })
        guard !names.isEmpty else { return 0 }
        let start = payload.count
        for name in names { payload.append(hasher.token(prefixes[Int(field.rawValue)], .whole, name)) }
        return sortDistinct(from: start)
    }

    /// As UTF-8.
    @inline(__always)
    static func append(_ character: UInt32, to message: inout [UInt8]) {
        if character < 0x80 {
            message.append(UInt8(truncatingIfNeeded: character))
        } else if let scalar = Unicode.Scalar(character) {
            message += UTF8.encode(scalar).map(Array.init) ?? []
        }
    }
}
