internal import Engine
internal import SelvedgeClient

/// What a server told of consent, as the store itself tells it.
extension LedgerEntry {
    init(_ message: SelvedgeLedgerEntry) throws {
        guard let state = State(rawValue: message.state) else {
            throw Failure(.storeTrouble, "the server's answer is that of another version")
        }
        self.init(
            sequence: Int(clamping: message.sequence), id: message.id, purpose: message.purpose,
            decision: message.decision, scope: message.scope, jurisdiction: message.jurisdiction.nonEmpty,
            time: message.time, received: message.received, validUntil: message.validUntil.nonEmpty, state: state,
            source: message.source, channel: message.channel.nonEmpty, lifts: message.lifts,
            notice: message.hasNotice ? Notice(message.notice) : nil,
            evidenceSHA256: message.evidenceSha256.nonEmpty)
    }
}

extension LedgerEntry.Notice {
    fileprivate init(_ message: SelvedgeNotice) {
        self.init(
            id: message.id, version: message.version, language: message.language, sha256: message.sha256.nonEmpty)
    }
}

extension ConsentCheck {
    init(_ message: SelvedgeConsentCheckResponse.Result) throws {
        self.init(
            purpose: message.purpose, outcome: message.outcome, reason: message.reason.nonEmpty,
            judgedAt: message.judgedAt, standard: message.defaultDecision, jurisdictions: message.jurisdictions,
            decisions: try message.decisions.map { decisive in
                Decisive(
                    namespace: decisive.namespace, key: decisive.key.keyText, entry: try LedgerEntry(decisive.entry))
            })
    }
}

extension String {
    /// Nil where there is nothing: messages do not tell the two apart.
    fileprivate var nonEmpty: String? { isEmpty ? nil : self }
}
