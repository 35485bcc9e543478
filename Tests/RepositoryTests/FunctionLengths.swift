/// The functions of a file and how long they are, by counting braces.
struct FunctionLengths {
    /// Where each begins (from 1) and how many lines it takes, its head included.
    private(set) var all: [(line: Int, length: Int)] = []

    private let text: [Character]

    init(_ file: SourceFile) {
        let lines = file.code
        text = Array(lines.joined(separator: "\n"))
        var offset = 0
        for (index, line) in lines.enumerated() {
            if let head = line.firstMatch(of: /(^|[^.\w])(func|init|deinit|subscript)\b/),
                let body = body(after: offset + line.distance(from: line.startIndex, to: head.range.upperBound))
            {
                let end = text[..<body.upperBound].count { $0 == "\n" }
                all.append((index + 1, end - index + 1))
            }
            offset += line.count + 1
        }
    }

    /// From the brace that opens to the one that closes; nil for a requirement without a body.
    private func body(after start: Int) -> Range<Int>? {
        var depth = 0
        var position = start
        while position < text.count {
            switch text[position] {
            case "(", "[": depth += 1
            case ")", "]": depth -= 1
            case "{" where depth == 0: return position..<closing(position)
            case "}" where depth == 0: return nil
            case "\n" where depth == 0 && !goesOn(position + 1): return nil
            default: break
            }
            if depth < 0 { return nil }
            position += 1
        }
        return nil
    }

    private func closing(_ opening: Int) -> Int {
        var depth = 0
        for position in opening..<text.count {
            if text[position] == "{" { depth += 1 }
            if text[position] == "}" { depth -= 1 }
            if depth == 0 { return position }
        }
        return text.count
    }

    /// Whether the next line belongs to the same head.
    private func goesOn(_ next: Int) -> Bool {
        let line = String(text[next...].prefix { $0 != "\n" }.drop { $0 == " " })
        return line.isEmpty || ["{", "->", "throws", "async", "where", ")"].contains(where: line.hasPrefix)
    }
}
