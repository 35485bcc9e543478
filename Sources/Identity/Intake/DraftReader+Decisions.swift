/// Decisions of an observation as they are written.
extension DraftReader {
    static let decisionNames: [StaticString] = [
        "channel", "decision", "evidence_sha256", "jurisdiction", "lifts", "namespace", "notice", "purpose", "scope",
        "tcf", "time",
    ]
    static let noticeNames: [StaticString] = ["id", "language", "sha256", "version"]

    /// Most names in one list of `lifts` or `tcf`.
    private static var listLimit: Int { 64 }

    mutating func readDecisions() throws(RefusalReason) -> [DecisionDraft] {
        var decisions: [DecisionDraft] = []
        if reader.takeNull() { return decisions }
        guard reader.take("[") else { throw reader.mismatch() }
        if reader.take("]") { return decisions }
        repeat {
            guard decisions.count < limits.decisionsPerObservation else { throw .tooManyDecisions }
            field = "consents[\(decisions.count)]"
            decisions.append(try readDecision())
        } while reader.take(",")
        field = "consents"
        try reader.expect("]")
        return decisions
    }

    private mutating func readDecision() throws(RefusalReason) -> DecisionDraft {
        var draft = DecisionDraft()
        var seen: Set<Int> = []
        let place = field
        guard reader.take("{") else { throw reader.mismatch() }
        if reader.take("}") { return draft }
        repeat {
            field = place
            guard let index = try reader.name(among: Self.decisionNames) else { throw .unknownField }
            field = "\(place).\(Self.decisionNames[index])"
            guard seen.insert(index).inserted else { throw .duplicateField }
            try reader.expect(":")
            try readMember(index, of: &draft)
        } while reader.take(",")
        field = place
        try reader.expect("}")
        return draft
    }

    private mutating func readMember(_ index: Int, of draft: inout DecisionDraft) throws(RefusalReason) {
        switch Self.decisionNames[index].description {
        case "channel": draft.channel = try optionalText(limit: 64)
        case "decision": draft.decision = try optionalText(limit: 64)
        case "evidence_sha256": draft.evidence = try optionalText(limit: 64)
        case "jurisdiction": draft.jurisdiction = try optionalText(limit: 64)
        case "lifts": draft.lifts = try readList()
        case "namespace": draft.namespace = try optionalText(limit: 64)
        case "notice": draft.notice = try readNotice()
        case "purpose": draft.purpose = try optionalText(limit: 64)
        case "scope": draft.scope = try optionalText(limit: 64)
        case "tcf": draft.tcf = try readList()
        default: draft.time = try reader.takeNull() ? nil : Timestamp(rfc3339: try reader.string())
        }
    }

    private mutating func readList() throws(RefusalReason) -> [String] {
        var list: [String] = []
        if reader.takeNull() { return list }
        guard reader.take("[") else { throw reader.mismatch() }
        if reader.take("]") { return list }
        repeat {
            guard list.count < Self.listLimit else { throw .tooLarge }
            list.append(try reader.string())
        } while reader.take(",")
        try reader.expect("]")
        return list
    }

    private mutating func readNotice() throws(RefusalReason) -> NoticeDraft? {
        if reader.takeNull() { return nil }
        var notice = NoticeDraft()
        let place = field
        guard reader.take("{") else { throw reader.mismatch() }
        if reader.take("}") { return notice }
        repeat {
            field = place
            guard let index = try reader.name(among: Self.noticeNames) else { throw .unknownField }
            field = "\(place).\(Self.noticeNames[index])"
            try reader.expect(":")
            let text = try optionalText(limit: 128)
            switch index {
            case 0: notice.id = text ?? ""
            case 1: notice.language = text ?? ""
            case 2: notice.sha256 = text
            default: notice.version = text ?? ""
            }
        } while reader.take(",")
        try reader.expect("}")
        return notice
    }

    // MARK: Global Privacy Control

    /// Whether a value is exactly `1`, as a text or a number (W3C Global Privacy Control: Sec-GPC); any other says nothing.
    mutating func readGPC() throws(RefusalReason) -> Bool {
        var value: [UInt8] = []
        try reader.canonicalValue(into: &value)
        return Self.isOne(value)
    }

    private static func isOne(_ value: [UInt8]) -> Bool { value == Array("\"1\"".utf8) || value == Array("1".utf8) }

    /// Whether a context document, in canonical form, holds the signal.
    static func holdsGPC(_ document: [UInt8]) -> Bool {
        let bytes = document
        var reader = JSONReader(bytes.span)
        guard reader.take("{"), !reader.take("}") else { return false }
        do throws(RefusalReason) {
            repeat {
                let isSignal = try reader.name(among: ["gpc"]) != nil
                try reader.expect(":")
                var value: [UInt8] = []
                try reader.canonicalValue(into: &value)
                if isSignal { return isOne(value) }
            } while reader.take(",")
        } catch { return false }
        return false
    }
}
