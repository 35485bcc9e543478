/// Tells code from comments and texts, just well enough to search the code. What is interpolated counts as code.
struct SwiftLexer {
    private let source: [Character]
    private var position = 0
    private var output: [Character] = []

    init(_ text: String) {
        source = Array(text)
    }

    mutating func codeLines() -> [String] {
        scanCode(untilParenthesis: false)
        return String(output).split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    }

    private func starts(_ text: String) -> Bool {
        source[position...].starts(with: text)
    }

    /// Copies a character, or only its line break.
    private mutating func take(copying: Bool) {
        let character = source[position]
        output.append(copying || character.isNewline ? character : " ")
        position += 1
    }

    private mutating func scanCode(untilParenthesis: Bool) {
        var depth = 0
        while position < source.count {
            if starts("//") {
                while position < source.count, !source[position].isNewline { take(copying: false) }
            } else if starts("/*") {
                scanBlockComment()
            } else if let hashes = textOpening() {
                scanText(hashes: hashes)
            } else {
                if source[position] == "(" { depth += 1 }
                if source[position] == ")" {
                    if untilParenthesis, depth == 0 { return }
                    depth -= 1
                }
                take(copying: true)
            }
        }
    }

    private mutating func scanBlockComment() {
        var depth = 0
        repeat {
            if starts("/*") {
                depth += 1
                take(copying: false)
            } else if starts("*/") {
                depth -= 1
                take(copying: false)
            }
            take(copying: false)
        } while depth > 0 && position < source.count
    }

    /// How many # stand before the quotation mark that begins here; nil where no text begins.
    private func textOpening() -> Int? {
        let hashes = source[position...].prefix { $0 == "#" }.count
        let quote = position + hashes
        return quote < source.count && source[quote] == "\"" ? hashes : nil
    }

    private mutating func scanText(hashes: Int) {
        let fence = String(repeating: "#", count: hashes)
        for _ in 0..<hashes { take(copying: false) }
        let quotes = starts("\"\"\"") ? "\"\"\"" : "\""
        for _ in quotes { take(copying: true) }
        while position < source.count {
            if starts(quotes + fence) {
                for _ in quotes { take(copying: true) }
                for _ in 0..<hashes { take(copying: false) }
                return
            }
            if starts("\\" + fence + "(") {
                for _ in 0..<(hashes + 2) { take(copying: false) }
                scanCode(untilParenthesis: true)
                if position < source.count { take(copying: false) }
            } else if starts("\\" + fence), hashes == 0, position + 1 < source.count {
                take(copying: false)
                take(copying: false)
            } else {
                take(copying: false)
            }
        }
    }
}
