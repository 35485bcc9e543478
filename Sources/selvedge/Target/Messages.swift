internal import Foundation
internal import Identity
internal import SelvedgeClient
internal import Stitching

/// What is written on the command line or in a line of input, as the messages that a server takes. Values go as they are: the
/// server normalises and hashes them.
extension SelvedgeSubject {
    /// Reads `NAMESPACE:VALUE`, `NAMESPACE#sha256:HEX`, `record:SOURCE:RECORD_ID` or `prf_...`.
    init(argument text: String) throws(Refusal) {
        if text.hasPrefix(ProfileID.prefix), !text.contains(":") {
            guard ProfileID(text) != nil else {
                throw Refusal(
                    reason: .invalidCharacters, field: "", advice: "a profile id is prf_ and 26 letters and digits")
            }
            self = .profile(text)
            return
        }
        try self.init(evidence: text)
    }

    /// The same without profile ids: what evidence is about.
    init(evidence text: String) throws(Refusal) {
        if let record = try IdentifierArgument.record(text) {
            self = .record(source: record.source, id: record.recordID)
        } else {
            self = .identifier(try SelvedgeIdentifier(IdentifierArgument.draft(text)))
        }
    }
}

extension SelvedgeIdentifier {
    /// - Parameter field: where it lies, with a dot behind.
    init(_ draft: IdentifierDraft, field: String = "") throws(Refusal) {
        switch draft.value {
        case .raw(let value): self.init(namespace: draft.namespace, value: value)
        case .sha256(let text):
            guard let digest = Digest(text: text.utf8Span.span) else {
                throw Refusal(reason: .invalidHash, field: field + "sha256")
            }
            self.init(namespace: draft.namespace, sha256: digest.bytes)
        }
    }
}

extension SelvedgeObservation {
    init(_ draft: ObservationDraft) throws(Refusal) {
        // An empty id says in a message that there is none.
        guard draft.recordID?.isEmpty != true else { throw Refusal(reason: .emptyValue, field: "record_id") }
        self.init()
        id = draft.id ?? ""
        source = draft.source
        recordID = draft.recordID ?? ""
        timeMs = draft.time.milliseconds
        for (index, identifier) in draft.identifiers.enumerated() {
            identifiers.append(try SelvedgeIdentifier(identifier, field: "identifiers[\(index)]."))
        }
        attributes = Data(draft.attributes ?? [])
        behaviour = Data(draft.behaviour ?? [])
        context = Data(draft.context ?? [])
        decisions = draft.decisions.map { SelvedgeDecision($0) }
        gpc = draft.hasGPC
    }
}

extension SelvedgeDecision {
    init(_ draft: DecisionDraft) {
        self.init()
        namespace = draft.namespace ?? ""
        purpose = draft.purpose ?? ""
        decision = draft.decision ?? ""
        scope = draft.scope ?? ""
        if let time = draft.time { timeMs = time.milliseconds }
        jurisdiction = draft.jurisdiction ?? ""
        lifts = draft.lifts
        channel = draft.channel ?? ""
        evidenceSha256 = draft.evidence ?? ""
        if let agreed = draft.tcf {
            var choices = SelvedgeTCFChoices()
            choices.agreed = agreed
            tcf = choices
        }
        guard let shown = draft.notice else { return }
        var notice = SelvedgeNotice()
        notice.id = shown.id
        notice.version = shown.version
        notice.language = shown.language
        notice.sha256 = shown.sha256 ?? ""
        self.notice = notice
    }
}
