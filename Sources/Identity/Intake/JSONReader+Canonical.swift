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

    private mutating func canonicalObject(into out: inout [UInt8], depth: Int) throws(RefusalReason) {
        try expect("{")
        var members: [(key: [UInt8], value: [UInt8])] = []
        if !take("}") {
            repeat {
                guard peek() == UInt8(ascii: "\"") else { throw .malformedJSON }
                var key: [UInt8] = []
                try canonicalString(into: &key)
                try expect(":")
                var value: [UInt8] = []
                try canonicalValue(into: &value, depth: depth + 1)
                members.append((key, value))
            } while take(",")
            try expect("}")
        }
        members.sort { $0.key.lexicographicallyPrecedes($1.key) }
        for index in members.indices.dropFirst() where members[index].key == members[index - 1].key {
            throw .duplicateField
        }
        append(members, to: &out)
    }

    private func append(_ members: [(key: [UInt8], value: [UInt8])], to out: inout [UInt8]) {
        out.append(UInt8(ascii: "{"))
        for (index, member) in members.enumerated() {
            if index > 0 { out.append(UInt8(ascii: ",")) }
            out += member.key
            out.append(UInt8(ascii: ":"))
            out += member.value
        }
        out.append(UInt8(ascii: "}"))
    }
}
