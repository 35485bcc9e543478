/// Reads an observation from one JSON object, and knows in which field it is when something is wrong.
struct DraftReader: ~Escapable {
    var reader: JSONReader
    let limits: Limits
    var field = ""
    private var seen = FieldSet()

    private var id: String?
    private var source: String?
    private var recordID: String?
    private var time: Timestamp?
    private var identifiers: [IdentifierDraft] = []
    private var documents: (attributes: [UInt8]?, behaviour: [UInt8]?, context: [UInt8]?)
    private var decisions: [DecisionDraft] = []
    private var optsOut = false

    /// In the order of `names`.
    private enum Field: Int {
        case attributes, behaviour, consents, context, gpc, id, identifiers, recordID, source, time
    }

    private static let names: [StaticString] = [
        "attributes", "behaviour", "consents", "context", "gpc", "id", "identifiers", "record_id", "source", "time",
    ]
    private static let identifierNames: [StaticString] = ["namespace", "sha256", "value"]

    /// Bits by field.
    private struct FieldSet {
        private var bits = 0
        mutating func insert(_ field: Field) -> Bool {
            let isNew = bits >> field.rawValue & 1 == 0
            bits |= 1 << field.rawValue
            return isNew
        }
    }

    @_lifetime(copy line)
    init(_ line: Span<UInt8>, limits: Limits) {
        reader = JSONReader(line)
        self.limits = limits
    }

    mutating func draft() throws(Refusal) -> ObservationDraft {
        do throws(RefusalReason) {
            try readObject()
            try reader.expectEnd()
        } catch {
            throw refusal(error)
        }
        guard let source else { throw Refusal(reason: .missingField, field: "source") }
        guard let time else { throw Refusal(reason: .missingField, field: "time") }
        return ObservationDraft(
            id: id, source: source, recordID: recordID, time: time, identifiers: identifiers,
            attributes: documents.attributes, behaviour: documents.behaviour, decisions: decisions,
            hasGPC: optsOut || documents.context.map(Self.holdsGPC) ?? false, context: documents.context)
    }

    /// With the place; for broken JSON that is the byte, for an unknown field the names that are known.
    private func refusal(_ reason: RefusalReason) -> Refusal {
        switch reason {
        case .malformedJSON, .invalidUTF8:
            Refusal(
                reason: reason, field: field, advice: "\(reason.advice); see byte \(reader.position + 1) of the line")
        case .unknownField:
            Refusal(
                reason: reason, field: field,
                advice: "the fields are \(Self.list(knownNames))")
        default: Refusal(reason: reason, field: field)
        }
    }

    private var knownNames: [StaticString] {
        if field.hasSuffix(".notice") { return Self.noticeNames }
        if field.hasPrefix("consents") { return Self.decisionNames }
        return field.isEmpty ? Self.names : Self.identifierNames
    }

    private static func list(_ names: [StaticString]) -> String {
        names.map(\.description).joined(separator: ", ")
    }

    private mutating func readObject() throws(RefusalReason) {
        guard reader.peek() == UInt8(ascii: "{") else { throw .malformedJSON }
        try reader.expect("{")
        if reader.take("}") { return }
        repeat {
            field = ""
            guard let index = try reader.name(among: Self.names), let known = Field(rawValue: index) else {
                throw .unknownField
            }
            field = Self.names[index].description
            guard seen.insert(known) else { throw .duplicateField }
            try reader.expect(":")
            try read(known)
        } while reader.take(",")
        field = ""
        try reader.expect("}")
    }

    private mutating func read(_ known: Field) throws(RefusalReason) {
        switch known {
        case .id: id = try optionalText(limit: limits.recordIDBytes)
        case .recordID: recordID = try optionalText(limit: limits.recordIDBytes)
        case .source: source = try reader.string()
        case .time: time = try Timestamp(rfc3339: try reader.string())
        case .identifiers: try readIdentifiers()
        case .attributes: documents.attributes = try document("{")
        case .behaviour: documents.behaviour = try document("{")
        case .consents: decisions = try readDecisions()
        case .gpc: optsOut = try readGPC()
        case .context: documents.context = try document("{")
        }
    }

    mutating func optionalText(limit: Int) throws(RefusalReason) -> String? {
        if reader.takeNull() { return nil }
        let text = try reader.string()
        guard !text.isEmpty else { throw .emptyValue }
        guard text.utf8.count <= limit else { throw .valueTooLong }
        return text
    }

    /// A document in canonical form; nil for null and for an empty one.
    private mutating func document(_ opening: Unicode.Scalar) throws(RefusalReason) -> [UInt8]? {
        if reader.takeNull() { return nil }
        guard reader.peek() == UInt8(ascii: opening) else { throw reader.mismatch() }
        var out: [UInt8] = []
        try reader.canonicalValue(into: &out)
        guard out.count <= limits.documentBytes else { throw .tooLarge }
        return out.count > 2 ? out : nil
    }

    private mutating func readIdentifiers() throws(RefusalReason) {
        if reader.takeNull() { return }
        guard reader.take("[") else { throw reader.mismatch() }
        if reader.take("]") { return }
        repeat {
            guard identifiers.count < limits.identifiersPerObservation else { throw .tooManyIdentifiers }
            try readIdentifier(at: identifiers.count)
        } while reader.take(",")
        field = "identifiers"
        try reader.expect("]")
    }

    private mutating func readIdentifier(at index: Int) throws(RefusalReason) {
        var namespace: String?
        var value: IdentifierDraft.Value?
        do throws(RefusalReason) {
            guard reader.take("{") else { throw reader.mismatch() }
            if !reader.take("}") {
                repeat { try readMember(&namespace, &value) } while reader.take(",")
                try reader.expect("}")
            }
        } catch {
            field = field == "identifiers" ? "identifiers[\(index)]" : "identifiers[\(index)].\(field)"
            throw error
        }
        guard let namespace, let value else {
            field = "identifiers[\(index)]"
            throw .missingField
        }
        identifiers.append(IdentifierDraft(namespace: namespace, value: value))
    }

    /// One member of an identifier. While it is read, `field` is the member's name, or `identifiers` before it is known.
    private mutating func readMember(
        _ namespace: inout String?, _ value: inout IdentifierDraft.Value?
    ) throws(RefusalReason) {
        field = "identifiers"
        guard let index = try reader.name(among: Self.identifierNames) else { throw .unknownField }
        field = Self.identifierNames[index].description
        try reader.expect(":")
        let text = try reader.string()
        if index == 0 {
            guard namespace == nil else { throw .duplicateField }
            namespace = text
        } else {
            guard value == nil else { throw .ambiguousIdentifier }
            value = index == 1 ? .sha256(text) : .raw(text)
        }
        field = "identifiers"
    }
}
