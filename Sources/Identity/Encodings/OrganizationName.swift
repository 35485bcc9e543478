/// What of an organisation's name tells it from others.
enum OrganizationName {
    /// The name without its legal form, an article before it, and what stands in brackets; whole where nothing else is left.
    static func core(_ name: [UInt8]) -> [UInt8] {
        var depth = 0
        var text: [UInt8] = []
        for byte in name {
            if byte == UInt8(ascii: "(") { depth += 1 }
            if depth == 0 { text.append(byte == UInt8(ascii: ",") ? UInt8(ascii: " ") : byte) }
            if byte == UInt8(ascii: ")"), depth > 0 { depth -= 1 }
        }
        var words = text.split(separator: UInt8(ascii: " ")).map(Array.init)
        while words.count > 1, let last = words.last, legalForms.contains(NameWords.letters(last)) {
            words.removeLast()
        }
        if words.count > 1, let first = words.first, NameWords.letters(first) == "the" { words.removeFirst() }
        return words.isEmpty ? name : NameWords.joined(words[...])
    }

    private static let legalForms: Set<String> = [
        "inc", "incorporated", "ltd", "limited", "llc", "llp", "lp", "plc", "corp", "corporation", "co", "company",
        "gmbh", "ag", "kg", "ohg", "ug", "se", "sa", "sas", "sarl", "srl", "spa", "bv", "nv", "oy", "oyj", "ab", "as",
        "aps", "pty", "pte", "sdn", "bhd", "kk", "sl", "lda", "ltda", "zoo", "sro", "doo", "kft", "holding", "holdings",
    ]
}
