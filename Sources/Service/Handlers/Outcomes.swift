internal import Engine
internal import Identity
internal import Stitching
internal import Wire

/// What became of observations, as a caller may know it.
extension Handlers {
    /// The outcomes of a batch: those of what went to the writer, and in their places the refusals of what did not.
    func outcomes(
        _ batch: KeyedBatch, _ report: CommandReport, _ grants: Grants
    ) -> [SelvedgeItemOutcome] {
        var results = report.outcomes.makeIterator()
        return batch.items.map { item in
            switch item {
            case .failure(let refusal): message(.refused(refusal), nil, grants)
            case .success(let observation):
                message(results.next() ?? ItemOutcome(kind: .unchanged), observation, grants)
            }
        }
    }

    /// Without role admin an item is accepted or refused: created and merged would tell who is known.
    ///
    /// - Parameter observation: what it became of; nil: it was refused before there was one.
    func message(
        _ outcome: ItemOutcome, _ observation: KeyedObservation?, _ grants: Grants
    ) -> SelvedgeItemOutcome {
        var message = SelvedgeItemOutcome()
        let mayKnow = grants.roles.contains(.admin)
        // Nor is he told what was left out because it is suppressed.
        let isHidden = !mayKnow && outcome.refusal?.reason == .suppressed
        switch outcome.kind {
        case .refused where !isHidden: message.kind = .refused
        case _ where !mayKnow: message.kind = .accepted
        case .created: message.kind = .created
        case .joined: message.kind = .joined
        case .merged: message.kind = .merged
        case .unchanged, .refused: message.kind = .unchanged
        }
        if let refusal = outcome.refusal, !isHidden { message.refusal = SelvedgeRefusal(refusal) }
        let left = (observation?.droppedIdentifiers ?? []) + (mayKnow ? outcome.dropped : [])
        message.dropped = left.map { SelvedgeRefusal($0) }
        if mayKnow, let profile = outcome.profile { message.profileID = profile.description }
        message.decisions = messages(outcome.decisions, observation, grants)
        return message
    }

    /// What became of decisions of an observation, in order; the key that one is on is told to role admin.
    func messages(
        _ outcomes: [DecisionOutcome], _ observation: KeyedObservation?, _ grants: Grants
    ) -> [SelvedgeDecisionOutcome] {
        zip(outcomes, observation?.decisions ?? []).map { outcome, decision in
            var message = message(outcome, grants)
            message.decision = decision.kind.description
            message.scope = decision.scope.description
            message.namespace = intake.configuration.namespaces[decision.identifier.namespace].name
            if grants.roles.contains(.admin) {
                let stored = try? engine.stored(decision.identifier)
                message.key = (stored ?? decision.identifier).key.data
            }
            return message
        }
    }

    private func message(_ outcome: DecisionOutcome, _ grants: Grants) -> SelvedgeDecisionOutcome {
        var message = SelvedgeDecisionOutcome()
        message.id = outcome.id.description
        message.purpose = intake.configuration.purposes[outcome.purpose].name
        switch outcome.effect {
        case .entered: message.effect = "entered"
        case .duplicate: message.effect = "duplicate"
        case .suppressed: message.effect = grants.roles.contains(.admin) ? "suppressed" : "entered"
        case .superseded(let later):
            message.effect = "superseded"
            message.supersededBy = later.description
        }
        return message
    }
}
