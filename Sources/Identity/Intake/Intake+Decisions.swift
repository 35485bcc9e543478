extension Intake {
    /// Adds the decisions of an observation, each on one identifier and one purpose, and those of its GPC signal.
    func addDecisions(
        of draft: ObservationDraft, to observation: inout KeyedObservation, receivedAt: Timestamp
    ) throws(Refusal) {
        for (index, decision) in draft.decisions.enumerated() {
            let field = "consents[\(index)]"
            let keyed = try keyed(decision, observation, receivedAt, field)
            // What it names was sent, and left out as a placeholder: then it is nobody's decision.
            if keyed.isEmpty, draft.identifiers.contains(where: { $0.namespace == decision.namespace }) {
                observation.droppedIdentifiers.append(Refusal(reason: .placeholder, field: "\(field).namespace"))
            } else if keyed.isEmpty {
                throw Refusal(
                    reason: .noIdentifiers, field: "\(field).namespace",
                    advice: "the observation has no identifier of this namespace")
            }
            observation.decisions += keyed
        }
        if draft.hasGPC { observation.decisions += optOut(observation, receivedAt) }
    }

    private func keyed(
        _ draft: DecisionDraft, _ observation: KeyedObservation, _ received: Timestamp, _ field: String
    ) throws(Refusal) -> [KeyedDecision] {
        let choices = try choices(of: draft, field)
        var scope = DecisionScope.identifier
        if let text = draft.scope {
            guard let known = DecisionScope(text) else {
                throw Refusal(reason: .invalidDecision, field: "\(field).scope", advice: "profile or identifier")
            }
            scope = known
        }
        let time = draft.time ?? observation.time
        guard Timestamp.accepted.contains(time.milliseconds) else {
            throw Refusal(reason: .timeOutOfRange, field: "\(field).time")
        }
        let jurisdiction = try jurisdiction(of: draft, field)
        let lifts = try lifts(of: draft, scope, choices, field)
        let notice = try notice(of: draft, field)
        let evidence = try digest(draft.evidence, "\(field).evidence_sha256")
        var decisions: [KeyedDecision] = []
        for identifier in try identifiers(of: draft, observation, field) {
            for choice in choices {
                decisions.append(
                    named(
                        KeyedDecision(
                            id: DecisionID(high: 0, low: 0), identifier: identifier, purpose: choice.purpose,
                            kind: choice.kind, scope: scope, jurisdiction: jurisdiction, time: time,
                            received: received, lifts: choice.kind == .granted ? lifts : [], notice: notice,
                            channel: draft.channel, evidence: evidence), observation.source))
            }
        }
        return decisions
    }

    /// With its id, entered at its receipt where its time is later (DESIGN: Consent).
    private func named(_ decision: KeyedDecision, _ source: String) -> KeyedDecision {
        var named = decision
        named.id = id(of: decision, source)
        named.time = min(decision.time, decision.received)
        return named
    }

    // MARK: What it is on

    private func identifiers(
        of draft: DecisionDraft, _ observation: KeyedObservation, _ field: String
    ) throws(Refusal) -> [KeyedIdentifier] {
        guard let name = draft.namespace else {
            guard !observation.identifiers.isEmpty else { throw Refusal(reason: .noIdentifiers, field: field) }
            return observation.identifiers
        }
        guard let index = configuration.namespaceIndex(named: name), index != recordIndex else {
            throw Refusal(reason: .unknownNamespace, field: "\(field).namespace")
        }
        return observation.identifiers.filter { $0.namespace == index }
    }

    // MARK: What it says

    private typealias Choice = (purpose: Int, kind: DecisionKind)

    private func choices(of draft: DecisionDraft, _ field: String) throws(Refusal) -> [Choice] {
        if let agreed = draft.tcf {
            guard draft.purpose == nil, draft.decision == nil else {
                throw Refusal(
                    reason: .invalidDecision, field: "\(field).tcf", advice: "give tcf, or purpose and decision")
            }
            return try choices(agreed, "\(field).tcf")
        }
        guard let purpose = draft.purpose else { throw Refusal(reason: .missingField, field: "\(field).purpose") }
        guard let index = configuration.purposeIndex(named: purpose) else {
            throw Refusal(
                reason: .unknownPurpose, field: "\(field).purpose",
                advice: "one of \(configuration.purposes.map(\.name).joined(separator: ", "))")
        }
        guard let text = draft.decision else { throw Refusal(reason: .missingField, field: "\(field).decision") }
        guard let kind = DecisionKind(text) else {
            throw Refusal(
                reason: .invalidDecision, field: "\(field).decision", advice: "granted, denied or withdrawn")
        }
        return [(index, kind)]
    }

    /// What a TCF dialog comes to: granted where all that a purpose needs was agreed to, else denied.
    private func choices(_ agreed: [String], _ field: String) throws(Refusal) -> [Choice] {
        var names: Set<TCFName> = []
        for text in agreed {
            guard let name = TCFName(text) else {
                throw Refusal(
                    reason: .unknownPurpose, field: field,
                    advice: "names of TCF 2.2 are written purpose_4, feature_2, special_feature_1")
            }
            names.insert(name)
        }
        return configuration.purposes.enumerated().compactMap { index, policy in
            guard !policy.tcf.isEmpty else { return nil }
            return (index, policy.tcf.allSatisfy(names.contains) ? .granted : .denied)
        }
    }

    private func jurisdiction(of draft: DecisionDraft, _ field: String) throws(Refusal) -> Int? {
        guard let name = draft.jurisdiction else { return nil }
        if let index = configuration.jurisdictionIndex(named: name) { return index }
        throw Refusal(
            reason: .unknownJurisdiction, field: "\(field).jurisdiction",
            advice: "one of \(configuration.jurisdictions.map(\.name).joined(separator: ", ")), or a region of theirs")
    }

    private func lifts(
        of draft: DecisionDraft, _ scope: DecisionScope, _ choices: [Choice], _ field: String
    ) throws(Refusal) -> [DecisionID] {
        guard !draft.lifts.isEmpty else { return [] }
        guard scope == .profile, choices.contains(where: { $0.kind == .granted }) else {
            throw Refusal(
                reason: .invalidDecision, field: "\(field).lifts",
                advice: "only a grant for the whole profile takes back decisions on other identifiers")
        }
        var ids: Set<DecisionID> = []
        for text in draft.lifts {
            guard let id = DecisionID(text) else {
                throw Refusal(
                    reason: .invalidDecision, field: "\(field).lifts",
                    advice: "a decision's id is 32 hexadecimal digits")
            }
            ids.insert(id)
        }
        return ids.sorted()
    }

    private func notice(of draft: DecisionDraft, _ field: String) throws(Refusal) -> Notice? {
        for text in [draft.channel, draft.notice?.id, draft.notice?.version, draft.notice?.language] {
            guard let text, !CanonicalText.isClean(text) else { continue }
            throw Refusal(reason: .invalidCharacters, field: field)
        }
        guard let notice = draft.notice else { return nil }
        guard !notice.id.isEmpty else { throw Refusal(reason: .missingField, field: "\(field).notice.id") }
        return Notice(
            id: notice.id, version: notice.version, language: notice.language,
            sha256: try digest(notice.sha256, "\(field).notice.sha256"))
    }

    private func digest(_ text: String?, _ field: String) throws(Refusal) -> Digest? {
        guard let text else { return nil }
        guard let digest = Digest(text: text.utf8Span.span) else { throw Refusal(reason: .invalidHash, field: field) }
        return digest
    }

    // MARK: Global Privacy Control

    /// An opt-out for the browser's own identifiers: devices, or the session where there is none. It is entered at the end
    /// of its hour, so that every signal of an hour is one decision.
    private func optOut(_ observation: KeyedObservation, _ received: Timestamp) -> [KeyedDecision] {
        let kinds = observation.identifiers.map { configuration.namespaces[$0.namespace].kind }
        let wanted: NamespaceClass = kinds.contains(.device) ? .device : .session
        let end = Timestamp(milliseconds: (Int64(observation.time.hour) + 1) * 3_600_000 - 1)
        var decisions: [KeyedDecision] = []
        for (place, identifier) in observation.identifiers.enumerated() where kinds[place] == wanted {
            for (index, policy) in configuration.purposes.enumerated() where policy.deniedByGPC {
                var decision = KeyedDecision(
                    id: DecisionID(high: 0, low: 0), identifier: identifier, purpose: index, kind: .denied,
                    scope: .identifier, jurisdiction: nil, time: end, received: received, channel: "gpc")
                decision.id = id(of: decision, observation.source)
                decisions.append(decision)
            }
        }
        return decisions
    }

    // MARK: Names

    /// 16 bytes under a key of its own over all that a decision says, by names, but for its receipt: the same in every store
    /// with the same root key.
    private func id(of decision: KeyedDecision, _ source: String) -> DecisionID {
        var message: [UInt8] = []
        func append(_ text: String) {
            append(UInt64(text.utf8.count))
            message += Array(text.utf8)
        }
        func append(_ word: UInt64) {
            for shift in stride(from: UInt64(56), through: 0, by: -8) {
                message.append(UInt8(truncatingIfNeeded: word >> shift))
            }
        }
        append("decision")
        append(decision.identifier.key.high)
        append(decision.identifier.key.low)
        append(configuration.purposes[decision.purpose].name)
        append(decision.kind.description)
        append(decision.scope.description)
        append(decision.jurisdiction.map { configuration.jurisdictions[$0].name } ?? "")
        append(UInt64(bitPattern: decision.time.milliseconds))
        append(source)
        for lifted in decision.lifts {
            append(lifted.high)
            append(lifted.low)
        }
        append(decision.channel ?? "")
        append(decision.notice.map { "\($0.id)\u{0}\($0.version)\u{0}\($0.language)" } ?? "")
        message += decision.notice?.sha256?.bytes ?? []
        message += [0] + (decision.evidence?.bytes ?? [])
        let code = keyRing.content.code(for: message).bytes
        func word(_ range: Range<Int>) -> UInt64 { code[range].reduce(0) { $0 << 8 | UInt64($1) } }
        return DecisionID(high: word(0..<8), low: word(8..<16))
    }
}
