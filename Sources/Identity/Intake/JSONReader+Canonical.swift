extension JSONReader {
    /// The next value in canonical form: members sorted by the UTF-8 bytes of their keys, no white space, strings escaped
    /// only where they must be, numbers as written. A key given twice is refused, and so is nesting past the limit.
    mutating func canonicalValue(into out: inout [UInt8], depth: Int = 0) throws(RefusalReason) {
        guard depth < jsonDepthLimit else { throw .tooDeep }
        switch peek() {
        case UInt8(ascii: "{"): try canonicalObject(into: &out, depth: depth)
        case UInt8(ascii: "["): try canonicalArray(into: &out, depth: depth)
        case UInt8(ascii: "\""): try canonicalString(into: &out)
        case UInt8(ascii: "t"): try word("true", into: &out)
        case UInt8(ascii: "f"): try word("false", into: &out)
        case UInt8(ascii: "n"): try word("null", into: &out)
        default: try number(into: &out)
        }
    }

    private mutating func word(_ word: StaticString, into out: inout [UInt8]) throws(RefusalReason) {
        guard takeWord(word) else { throw .malformedJSON }
        out.append(contentsOf: word.description.utf8)
    }

    private mutating func canonicalArray(into out: inout [UInt8], depth: Int) throws(RefusalReason) {
        try expect("[")
        out.append(UInt8(ascii: "["))
        if !take("]") {
            try canonicalValue(into: &out, depth: depth + 1)
            while take(",") {
                out.append(UInt8(ascii: ","))
                try canonicalValue(into: &out, depth: depth + 1)
            }
            try expect("]")
        }
        out.append(UInt8(ascii: "]"))
    }

    /// Written as it comes, which most senders' members need no more than: sorted afterwards where they do.
    private mutating func canonicalObject(into out: inout [UInt8], depth: Int) throws(RefusalReason) {
        try expect("{")
        out.append(UInt8(ascii: "{"))
        let start = out.count
        var members: [Member] = []
        var isAscending = true
        if !take("}") {
            repeat {
                guard peek() == UInt8(ascii: "\"") else { throw .malformedJSON }
                if !members.isEmpty { out.append(UInt8(ascii: ",")) }
                let keyStart = out.count
                try canonicalString(into: &out)
                let key = keyStart..<out.count
                try expect(":")
                out.append(UInt8(ascii: ":"))
                try canonicalValue(into: &out, depth: depth + 1)
                if let last = members.last, !out[last.key].lexicographicallyPrecedes(out[key]) { isAscending = false }
                members.append(Member(key: key, end: out.count))
            } while take(",")
            try expect("}")
        }
        if !isAscending { try sort(members, in: &out, from: start) }
        out.append(UInt8(ascii: "}"))
    }

    /// A member in the text that is written: its key, quotes included, then a colon and its value.
    private struct Member {
        var key: Range<Int>
        var end: Int
    }

    private func sort(_ members: [Member], in out: inout [UInt8], from start: Int) throws(RefusalReason) {
        let text = out
        let sorted = members.sorted { text[$0.key].lexicographicallyPrecedes(text[$1.key]) }
        for (one, next) in zip(sorted, sorted.dropFirst()) where text[one.key] == text[next.key] {
            throw .duplicateField
        }
        out.removeSubrange(start...)
        for (index, member) in sorted.enumerated() {
            if index > 0 { out.append(UInt8(ascii: ",")) }
            out += text[member.key.lowerBound..<member.end]
        }
    }
}
