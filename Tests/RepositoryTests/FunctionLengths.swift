/// The functions of a file and how long they are, by counting braces.
struct FunctionLengths {
    /// Where each begins (from 1) and how many lines it takes, its head included.
    private(set) var all: [(line: Int, length: Int)] = []

    private let bytes: [UInt8]
    private static let newline = UInt8(ascii: "\n")

    init(_ file: SourceFile) {
        bytes = file.code.flatMap { Array($0.utf8) + [Self.newline] }
        var offset = 0
        for (index, line) in file.code.enumerated() {
            defer { offset += line.utf8.count + 1 }
            guard Self.heads.contains(where: line.contains),
                let head = line.firstMatch(of: /(^|[^.\w])(func|init|deinit|subscript)\b/),
                let body = body(after: offset + line.utf8.distance(from: line.startIndex, to: head.range.upperBound))
            else { continue }
            all.append((index + 1, 1 + bytes[offset..<body.upperBound].count { $0 == Self.newline }))
        }
    }

    private static let heads = ["func", "init", "subscript"]

    /// From the brace that opens to the one that closes; nil for a requirement without a body.
    private func body(after start: Int) -> Range<Int>? {
        var depth = 0
        for position in start..<bytes.count {
            switch bytes[position] {
            case UInt8(ascii: "("), UInt8(ascii: "["): depth += 1
            case UInt8(ascii: ")"), UInt8(ascii: "]"): depth -= 1
            case UInt8(ascii: "{") where depth == 0: return position..<closing(position)
            case UInt8(ascii: "}") where depth == 0: return nil
            case Self.newline where depth == 0 && !goesOn(position + 1): return nil
            default: break
            }
            if depth < 0 { return nil }
        }
        return nil
    }

    private func closing(_ opening: Int) -> Int {
        var depth = 0
        for position in opening..<bytes.count {
            if bytes[position] == UInt8(ascii: "{") { depth += 1 }
            if bytes[position] == UInt8(ascii: "}") { depth -= 1 }
            if depth == 0 { return position }
        }
        return bytes.count
    }

    /// Whether the next line belongs to the same head.
    private func goesOn(_ next: Int) -> Bool {
        let rest = bytes[next...].prefix { $0 != Self.newline }.drop { $0 == UInt8(ascii: " ") }
        return rest.isEmpty
            || ["{", "->", "throws", "async", "where", ")"].contains { rest.starts(with: $0.utf8) }
    }
}
