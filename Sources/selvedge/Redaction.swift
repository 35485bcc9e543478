/// Keeps what was typed out of what is said: an argument in the wrong place may be somebody's e-mail address.
struct Redaction {
    static let mark = "<redacted>"

    private let typed: [String]

    init(_ arguments: [String]) {
        var typed: Set<String> = []
        for argument in arguments {
            typed.insert(argument)
            guard let equals = argument.firstIndex(of: "=") else { continue }
            typed.insert(String(argument[argument.index(after: equals)...]))
        }
        // The longest first: one may hold another.
        self.typed = typed.sorted { ($0.utf8.count, $0) > ($1.utf8.count, $1) }
    }

    /// For the program's own messages: paths and names stay, what looks like an identifier goes.
    func clean(_ message: String) -> String {
        typed.filter(Self.looksPersonal).reduce(message) { Self.replace($1, in: $0) }
    }

    /// For the parser's messages, which quote what was typed: options and commands stay, values go.
    func cleanQuotes(_ message: String) -> String {
        let values = typed.filter { !Self.isPlainOption($0) && !Selvedge.subcommandNames.contains($0) }
        var cleaned = message
        for value in values {
            cleaned = Self.replace("'\(value)'", in: cleaned, by: "'\(Self.mark)'")
            if value.utf8.count >= 4 { cleaned = Self.replace(value, in: cleaned) }
        }
        return cleaned
    }

    /// An address, or a word and a colon with something behind.
    private static func looksPersonal(_ argument: String) -> Bool {
        if argument.contains("@") { return true }
        guard let colon = argument.firstIndex(of: ":"), argument.index(after: colon) < argument.endIndex else {
            return false
        }
        return argument[..<colon].allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_" || $0 == "#") }
    }

    private static func isPlainOption(_ argument: String) -> Bool {
        argument.hasPrefix("--") && argument.dropFirst(2).allSatisfy { $0.isASCII && ($0.isLetter || $0 == "-") }
    }

    private static func replace(_ part: String, in text: String, by mark: String = mark) -> String {
        guard !part.isEmpty else { return text }
        var result = ""
        var rest = text[...]
        while let range = rest.firstRange(of: part) {
            result += rest[..<range.lowerBound] + mark
            rest = rest[range.upperBound...]
        }
        return result + rest
    }
}
