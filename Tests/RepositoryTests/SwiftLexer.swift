/// Tells code from comments and texts, just well enough to search the code. What is interpolated counts as code.
///
/// Works on bytes: everything it looks for is ASCII. Regular expressions between slashes count as code.
struct SwiftLexer {
    private let source: [UInt8]
    private var position = 0
    private var output: [UInt8] = []

    private static let newline = UInt8(ascii: "\n")
    private static let space = UInt8(ascii: " ")
    private static let quote = UInt8(ascii: "\"")
    private static let hash = UInt8(ascii: "#")
    private static let slash = UInt8(ascii: "/")
    private static let star = UInt8(ascii: "*")
    private static let backslash = UInt8(ascii: "\\")

    init(_ text: String) {
        source = Array(text.utf8)
        output.reserveCapacity(source.count)
    }

    /// The text with comments and texts blanked, byte for byte as long as it was.
    mutating func code() -> [UInt8] {
        scanCode(untilParenthesis: false)
        return output
    }

    private func byte(_ ahead: Int = 0) -> UInt8? {
        position + ahead < source.count ? source[position + ahead] : nil
    }

    private mutating func copy() {
        output.append(source[position])
        position += 1
    }

    /// Passes over bytes, or to the end, keeping line breaks.
    private mutating func blank(_ count: Int = 1) {
        for _ in 0..<min(count, source.count - position) {
            output.append(source[position] == Self.newline ? Self.newline : Self.space)
            position += 1
        }
    }

    private mutating func scanCode(untilParenthesis: Bool) {
        var depth = 0
        while let next = byte() {
            switch next {
            case Self.slash where byte(1) == Self.slash:
                while let next = byte(), next != Self.newline { blank() }
            case Self.slash where byte(1) == Self.star:
                scanBlockComment()
            case Self.quote, Self.hash:
                if let hashes = hashesBeforeText() { scanText(hashes: hashes) } else { copy() }
            case UInt8(ascii: ")"):
                if untilParenthesis, depth == 0 { return }
                depth -= 1
                copy()
            default:
                if next == UInt8(ascii: "(") { depth += 1 }
                copy()
            }
        }
    }

    private mutating func scanBlockComment() {
        var depth = 0
        repeat {
            if byte() == Self.slash, byte(1) == Self.star {
                depth += 1
                blank(2)
            } else if byte() == Self.star, byte(1) == Self.slash {
                depth -= 1
                blank(2)
            } else {
                blank()
            }
        } while depth > 0 && position < source.count
    }

    /// How many # stand before the quotation mark that begins a text here; nil where none begins.
    private func hashesBeforeText() -> Int? {
        var hashes = 0
        while byte(hashes) == Self.hash { hashes += 1 }
        return byte(hashes) == Self.quote ? hashes : nil
    }

    private func hasHashes(_ count: Int, from ahead: Int) -> Bool {
        (0..<count).allSatisfy { byte(ahead + $0) == Self.hash }
    }

    private mutating func scanText(hashes: Int) {
        blank(hashes)
        let quotes = byte(1) == Self.quote && byte(2) == Self.quote ? 3 : 1
        for _ in 0..<quotes { copy() }
        while let next = byte() {
            if next == Self.newline, quotes == 1 { return }
            if (0..<quotes).allSatisfy({ byte($0) == Self.quote }), hasHashes(hashes, from: quotes) {
                for _ in 0..<quotes { copy() }
                blank(hashes)
                return
            }
            if next == Self.backslash, hasHashes(hashes, from: 1) {
                blank(hashes + 1)
                let interpolates = byte() == UInt8(ascii: "(")
                blank()
                guard interpolates else { continue }
                scanCode(untilParenthesis: true)
            }
            blank()
        }
    }
}
