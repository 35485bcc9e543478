internal import Identity

/// What limits the pieces of a row that is not plain.
struct DraftRules {
    var limits: Limits
    /// Brings a JSON object into its canonical form; nil: the receiver does.
    var intake: Intake?
}

/// The row at hand as an observation, with values as they are.
extension RowReader {
    /// - Parameter withIdentifiers: false where they are keyed apart; then decisions are left out too, which name namespaces.
    mutating func draft(_ rules: DraftRules, withIdentifiers: Bool) throws(RowFault) -> ObservationDraft {
        guard let source = try text(mapping.source) else { throw RowFault(.missingField, name(mapping.source)) }
        var draft = ObservationDraft(source: source, time: try timestamp(), identifiers: [])
        if let value = mapping.recordID {
            guard let recordID = try text(value) else { throw RowFault(.emptyValue, name(value)) }
            guard recordID.utf8.count <= rules.limits.recordIDBytes else { throw RowFault(.valueTooLong, name(value)) }
            draft.recordID = recordID
        }
        if let document = mapping.attributes { draft.attributes = try json(document, rules) }
        if let document = mapping.behaviour { draft.behaviour = try json(document, rules) }
        if let document = mapping.context { draft.context = try json(document, rules) }
        if let cell = mapping.gpc { draft.hasGPC = unsafe field(cell.index).elementsEqual([UInt8(ascii: "1")]) }
        if let intake = rules.intake, intake.holdsGPC(context: draft.context) { draft.hasGPC = true }
        guard withIdentifiers else { return draft }
        for identifier in mapping.identifiers {
            guard let value = try text(identifier.cell) else { continue }
            draft.identifiers.append(
                IdentifierDraft(
                    namespace: identifier.namespace, value: identifier.isHashed ? .sha256(value) : .raw(value)))
        }
        for index in mapping.consents.indices {
            guard let decision = try decision(index) else { continue }
            draft.decisions.append(decision)
        }
        return draft
    }

    /// A column's text; nil where it is empty.
    private mutating func text(_ cell: Mapping.Cell) throws(RowFault) -> String? {
        let bytes = unsafe field(cell.index)
        if bytes.isEmpty { return nil }
        // Sound: the field is valid until the next row, and copied here.
        guard let text = try? UTF8Span(validating: unsafe Span(_unsafeElements: bytes)) else {
            throw RowFault(.invalidUTF8, cell.column)
        }
        return String(copying: text)
    }

    mutating func text(_ value: Mapping.Value?) throws(RowFault) -> String? {
        switch value {
        case nil: nil
        case .constant(let text, _)?: text
        case .cell(let cell)?: try text(cell)
        }
    }

    // MARK: Documents

    /// A JSON object in canonical form; nil where all of its columns are empty.
    private mutating func json(_ document: Mapping.Document, _ rules: DraftRules) throws(RowFault) -> [UInt8]? {
        if let cell = document.whole {
            let bytes = unsafe Array(field(cell.index))
            if bytes.isEmpty { return nil }
            return try canonical(bytes, cell.column, rules)
        }
        var out: [UInt8] = [UInt8(ascii: "{")]
        var holdsJSON = false
        for member in document.members {
            let bytes: [UInt8]
            switch member.value {
            case .constant(let text, _): bytes = Array(text.utf8)
            case .cell(let cell): bytes = unsafe Array(field(cell.index))
            }
            if bytes.isEmpty { continue }
            if out.count > 1 { out.append(UInt8(ascii: ",")) }
            out += member.head
            try append(bytes, member, to: &out)
            holdsJSON = holdsJSON || member.kind == .json
        }
        if out.count == 1 { return nil }
        out.append(UInt8(ascii: "}"))
        guard out.count <= rules.limits.documentBytes else { throw RowFault(.tooLarge) }
        return holdsJSON ? try canonical(out, nil, rules) : out
    }

    private func canonical(_ bytes: [UInt8], _ column: String?, _ rules: DraftRules) throws(RowFault) -> [UInt8]? {
        guard let intake = rules.intake else { return bytes }
        do throws(Refusal) {
            return try intake.document(bytes, field: "")
        } catch {
            throw RowFault(error.reason, column, advice: error.advice)
        }
    }

    private func append(
        _ bytes: [UInt8], _ member: Mapping.Document.Member, to out: inout [UInt8]
    ) throws(RowFault) {
        switch member.kind {
        case .text:
            guard (try? UTF8Span(validating: bytes.span)) != nil else {
                throw RowFault(.invalidUTF8, name(member.value))
            }
            JSONText.append(bytes, to: &out)
        case .number:
            guard JSONNumber.isNumber(bytes) else { throw RowFault(.invalidNumber, name(member.value)) }
            out += bytes
        case .boolean:
            switch String(decoding: bytes, as: UTF8.self).lowercased() {
            case "true", "t", "yes", "y", "1": out += Array("true".utf8)
            case "false", "f", "no", "n", "0": out += Array("false".utf8)
            default: throw RowFault(.invalidBoolean, name(member.value))
            }
        case .json: out += bytes
        }
    }

    // MARK: Decisions

    /// Nil where the row says nothing.
    private mutating func decision(_ index: Int) throws(RowFault) -> DecisionDraft? {
        let rule = mapping.consents[index]
        guard let kind = try kind(rule.choice), let purpose = try text(rule.purpose) else { return nil }
        var draft = DecisionDraft()
        draft.purpose = purpose
        draft.decision = kind.description
        draft.scope = rule.scope.description
        draft.namespace = rule.namespace?.name
        draft.jurisdiction = try text(rule.jurisdiction)
        draft.channel = try text(rule.channel)
        draft.evidence = try text(rule.evidence)
        draft.time = try consentTime(index, rule)
        if let shown = rule.notice, let id = try text(shown.id) {
            var notice = NoticeDraft()
            notice.id = id
            notice.version = try text(shown.version) ?? ""
            notice.language = try text(shown.language) ?? ""
            draft.notice = notice
        }
        return draft
    }

    private mutating func kind(_ choice: Mapping.Consent.Choice) throws(RowFault) -> DecisionKind? {
        switch choice {
        case .always(let kind): return kind
        case .told(let cell, let words):
            let word = unsafe Array(field(cell.index))
            if word.isEmpty { return nil }
            guard let kind = words[word] else { throw RowFault(.unknownWord, cell.column) }
            return kind
        }
    }

    private mutating func consentTime(_ index: Int, _ rule: Mapping.Consent) throws(RowFault) -> Timestamp? {
        guard let time = rule.time, let text = try text(time.value) else { return nil }
        let bytes = Array(text.utf8)
        do throws(RefusalReason) {
            return try consentTimes[index]?.time(bytes.span)
        } catch {
            throw RowFault(error, name(time.value))
        }
    }
}
