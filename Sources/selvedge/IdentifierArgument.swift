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
        let prefix = Configuration.recordNamespace + ":"
        guard text.hasPrefix(prefix) else { return try intake.identifier(text) }
        // A source's name holds neither mark, so the first ends it.
        let rest = text.dropFirst(prefix.count)
        guard let mark = rest.firstIndex(where: { $0 == ":" || $0 == "/" }) else {
            throw Refusal(reason: .missingField, field: "", advice: "write a record as record:SOURCE:RECORD_ID")
        }
        return try intake.identifier("\(prefix)\(rest[..<mark])/\(rest[rest.index(after: mark)...])")
    }
}
