/// Reads JSON as the simulator writes it: no white space, no escapes. Anything else is an error.
struct Scanner {
    let bytes: [UInt8]
    var at = 0

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    /// Calls `body` with each key of an object; it must read the value.
    mutating func forEachField(_ body: (String, inout Scanner) throws -> Void) throws {
        try expect("{")
        if take("}") { return }
        repeat {
            let key = try string()
            try expect(":")
            try body(key, &self)
        } while take(",")
        try expect("}")
    }

    /// Calls `body` for each element of an array; it must read it.
    mutating func forEachElement(_ body: (inout Scanner) throws -> Void) throws {
        try expect("[")
        if take("]") { return }
        repeat { try body(&self) } while take(",")
        try expect("]")
    }

    mutating func string() throws -> String {
        try expect("\"")
        guard let end = bytes[at...].firstIndex(of: UInt8(ascii: "\"")) else { throw unexpected }
        let text = bytes[at..<end]
        guard !text.contains(UInt8(ascii: "\\")) else { throw unexpected }
        at = end + 1
        return String(decoding: text, as: UTF8.self)
    }

    /// A string, or nil for `null`.
    mutating func optionalString() throws -> String? {
        guard at < bytes.count, bytes[at] == UInt8(ascii: "n") else { return try string() }
        at += 4
        return nil
    }

    /// An object as it is.
    mutating func object() throws -> ArraySlice<UInt8> {
        let start = at
        var depth = 0
        while at < bytes.count {
            switch bytes[at] {
            case UInt8(ascii: "{"): depth += 1
            case UInt8(ascii: "}"): depth -= 1
            case UInt8(ascii: "\""):
                _ = try string()
                continue
            default: break
            }
            at += 1
            if depth == 0 { return bytes[start..<at] }
        }
        throw unexpected
    }

    private mutating func take(_ character: Unicode.Scalar) -> Bool {
        guard at < bytes.count, bytes[at] == UInt8(ascii: character) else { return false }
        at += 1
        return true
    }

    private mutating func expect(_ character: Unicode.Scalar) throws {
        if !take(character) { throw unexpected }
    }

    var unexpected: Failure { Failure("the simulator's line has something else at byte \(at)") }
}
