internal import Identity
internal import Stitching

/// What can be asked for by name on the command line.
enum IdentifierArgument {
    case identifier(KeyedIdentifier)
    case profile(ProfileID)

    /// Reads `NAMESPACE:VALUE`, `NAMESPACE#sha256:HEX`, `record:SOURCE:RECORD_ID` or `prf_...`.
    init(_ text: String, _ intake: Intake) throws(Refusal) {
        if text.hasPrefix(ProfileID.prefix), !text.contains(":") {
            guard let id = ProfileID(text) else {
                throw Refusal(
                    reason: .invalidCharacters, field: "", advice: "a profile id is prf_ and 26 letters and digits")
            }
            self = .profile(id)
            return
        }
        self = .identifier(try Self.identifier(text, intake))
    }

    static func identifier(_ text: String, _ intake: Intake) throws(Refusal) -> KeyedIdentifier {
        guard let record = try record(text) else { return try intake.identifier(text) }
        return try intake.identifier("\(Configuration.recordNamespace):\(record.source)/\(record.recordID)")
    }

    /// A record's name; nil: it is an identifier.
    static func record(_ text: String) throws(Refusal) -> (source: String, recordID: String)? {
        let prefix = Configuration.recordNamespace + ":"
        guard text.hasPrefix(prefix) else { return nil }
        // A source's name holds neither mark, so the first ends it.
        let rest = text.dropFirst(prefix.count)
        guard let mark = rest.firstIndex(where: { $0 == ":" || $0 == "/" }) else {
            throw Refusal(reason: .missingField, field: "", advice: "write a record as record:SOURCE:RECORD_ID")
        }
        return (String(rest[..<mark]), String(rest[rest.index(after: mark)...]))
    }

    /// An identifier as an observation would have it, for what is decided on it.
    static func draft(_ text: String) throws(Refusal) -> IdentifierDraft {
        guard let colon = text.firstIndex(of: ":") else {
            throw Refusal(reason: .missingField, field: "", advice: "write it as NAMESPACE:VALUE")
        }
        let head = text[..<colon]
        let value = String(text[text.index(after: colon)...])
        guard let mark = head.firstIndex(of: "#") else {
            return IdentifierDraft(namespace: String(head), value: .raw(value))
        }
        guard head[mark...] == "#sha256" else {
            throw Refusal(reason: .unknownField, field: "", advice: "after a namespace, # takes sha256 only")
        }
        return IdentifierDraft(namespace: String(head[..<mark]), value: .sha256(value))
    }
}
