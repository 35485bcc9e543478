internal import Engine
internal import Foundation
internal import Identity
internal import Stitching
internal import Wire

/// Observations as messages, made into observations without raw identifiers.
extension Handlers {
    /// A batch, keyed: what is well-formed, and in its place what is not.
    struct KeyedBatch {
        var items: [Result<KeyedObservation, Refusal>] = []

        /// What goes to the writer.
        var observations: [KeyedObservation] { items.compactMap { try? $0.get() } }
    }

    /// - Throws: an empty batch, one past the limit, or what the caller may not send: nothing of it is taken then.
    func keyed(_ observations: [SelvedgeObservation], _ call: Call) throws(CallError) -> KeyedBatch {
        guard !observations.isEmpty else {
            throw CallError(.batchEmpty, "the batch has no observation", field: "observations")
        }
        guard observations.count <= limits.batch else { throw tooLarge(observations.count, field: "observations") }
        let sources = observations.map(\.source)
        try judge(
            call,
            .observations(sources: sources, firstDecision: observations.firstIndex { !$0.decisions.isEmpty }))
        return keyedUnchecked(observations)
    }

    /// Keyed, whoever may send them: for what is not recorded.
    func keyedUnchecked(_ observations: [SelvedgeObservation]) -> KeyedBatch {
        let received = now
        var batch = KeyedBatch()
        batch.items.reserveCapacity(observations.count)
        for observation in observations { batch.items.append(keyed(observation, receivedAt: received)) }
        return batch
    }

    func keyed(
        _ message: SelvedgeObservation, receivedAt: Timestamp
    ) -> Result<KeyedObservation, Refusal> {
        do throws(Refusal) {
            return .success(try intake.key(try draft(message), receivedAt: receivedAt))
        } catch {
            return .failure(error.asOfMessages)
        }
    }

    private func draft(_ message: SelvedgeObservation) throws(Refusal) -> ObservationDraft {
        let limits = intake.configuration.limits
        for (text, field) in [(message.id, "id"), (message.recordID, "record_id")]
        where text.utf8.count > limits.recordIDBytes {
            throw Refusal(reason: .valueTooLong, field: field)
        }
        let most = min(limits.identifiersPerObservation, self.limits.identifiers)
        guard message.identifiers.count <= most else {
            throw Refusal(reason: .tooManyIdentifiers, field: "identifiers")
        }
        var draft = ObservationDraft(
            id: message.id.isEmpty ? nil : message.id, source: message.source,
            recordID: message.recordID.isEmpty ? nil : message.recordID,
            time: Timestamp(milliseconds: message.timeMs), identifiers: [])
        draft.identifiers.reserveCapacity(message.identifiers.count)
        for (index, identifier) in message.identifiers.enumerated() {
            draft.identifiers.append(try self.draft(identifier, index))
        }
        draft.attributes = try document(message.attributes, "attributes")
        draft.behaviour = try document(message.behaviour, "behaviour")
        draft.context = try document(message.context, "context")
        draft.hasGPC = message.gpc || intake.holdsGPC(context: draft.context)
        draft.decisions = try decisions(message.decisions)
        return draft
    }

    private func draft(_ message: SelvedgeIdentifier, _ index: Int) throws(Refusal) -> IdentifierDraft {
        switch message.form {
        case nil: throw Refusal(reason: .missingField, field: "identifiers[\(index)]", advice: "give value or sha256")
        case .value(let value)?: return IdentifierDraft(namespace: message.namespace, value: .raw(value))
        case .sha256(let bytes)?:
            guard let digest = Digest(Array(bytes)) else {
                throw Refusal(
                    reason: .invalidHash, field: "identifiers[\(index)].sha256", advice: "SHA-256 has 32 bytes")
            }
            return IdentifierDraft(namespace: message.namespace, value: .sha256(digest.description))
        }
    }

    private func document(_ bytes: Data, _ field: String) throws(Refusal) -> [UInt8]? {
        guard !bytes.isEmpty else { return nil }
        return try intake.document(Array(bytes), field: field)
    }

    func decisions(_ messages: [SelvedgeDecision]) throws(Refusal) -> [DecisionDraft] {
        guard messages.count <= intake.configuration.limits.decisionsPerObservation else {
            throw Refusal(reason: .tooManyDecisions, field: "decisions")
        }
        var drafts: [DecisionDraft] = []
        for (index, message) in messages.enumerated() {
            try check(message, "decisions[\(index)]")
            drafts.append(DecisionDraft(message))
        }
        return drafts
    }

    /// The same bounds as of a line of JSON.
    private func check(_ message: SelvedgeDecision, _ field: String) throws(Refusal) {
        let texts = [
            message.namespace, message.purpose, message.decision, message.scope, message.jurisdiction, message.channel,
            message.evidenceSha256, message.notice.id, message.notice.version, message.notice.language,
            message.notice.sha256,
        ]
        guard texts.allSatisfy({ $0.utf8.count <= 64 }) else { throw Refusal(reason: .valueTooLong, field: field) }
        guard message.lifts.count <= 64, message.tcf.agreed.count <= 64 else {
            throw Refusal(reason: .tooLarge, field: field)
        }
    }
}

extension Refusal {
    /// Named as messages have it: what a line of JSON calls `consents` is `decisions` there.
    fileprivate var asOfMessages: Refusal {
        let name = "consents"
        guard field.hasPrefix(name) else { return self }
        return Refusal(reason: reason, field: "decisions" + field.dropFirst(name.count), advice: advice)
    }
}

extension DecisionDraft {
    fileprivate init(_ message: SelvedgeDecision) {
        self.init()
        namespace = message.namespace.nonEmpty
        purpose = message.purpose.nonEmpty
        decision = message.decision.nonEmpty
        scope = message.scope.nonEmpty
        time = message.hasTimeMs ? Timestamp(milliseconds: message.timeMs) : nil
        jurisdiction = message.jurisdiction.nonEmpty
        lifts = message.lifts
        channel = message.channel.nonEmpty
        evidence = message.evidenceSha256.nonEmpty
        tcf = message.hasTcf ? message.tcf.agreed : nil
        guard message.hasNotice else { return }
        var notice = NoticeDraft()
        notice.id = message.notice.id
        notice.version = message.notice.version
        notice.language = message.notice.language
        notice.sha256 = message.notice.sha256.nonEmpty
        self.notice = notice
    }
}

extension String {
    /// Nil where there is nothing: proto3 does not tell the two apart.
    var nonEmpty: String? { isEmpty ? nil : self }
}
