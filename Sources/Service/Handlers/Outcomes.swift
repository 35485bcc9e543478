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
            case .failure(let refusal): message(.refused(refusal), grants)
            case .success(let observation):
                message(results.next() ?? ItemOutcome(kind: .unchanged), grants, dropped: observation.droppedIdentifiers)
            }
        }
    }

    /// Without role admin an item is accepted or refused: created and merged would tell who is known.
    func message(
        _ outcome: ItemOutcome, _ grants: Grants, dropped: [Refusal] = []
    ) -> SelvedgeItemOutcome {
        var message = SelvedgeItemOutcome()
        let mayKnow = grants.roles.contains(.admin)
        switch outcome.kind {
        case .refused: message.kind = .refused
        case _ where !mayKnow: message.kind = .accepted
        case .created: message.kind = .created
        case .joined: message.kind = .joined
        case .merged: message.kind = .merged
        case .unchanged: message.kind = .unchanged
        }
        if let refusal = outcome.refusal { message.refusal = SelvedgeRefusal(refusal) }
        let left = outcome.dropped.isEmpty ? dropped : outcome.dropped
        message.dropped = left.map { SelvedgeRefusal($0) }
        if mayKnow, let profile = outcome.profile { message.profileID = profile.description }
        message.decisions = outcome.decisions.map(self.message)
        return message
    }

    func message(_ outcome: DecisionOutcome) -> SelvedgeDecisionOutcome {
        var message = SelvedgeDecisionOutcome()
        message.id = outcome.id.description
        message.purpose = intake.configuration.purposes[outcome.purpose].name
        switch outcome.effect {
        case .entered: message.effect = "entered"
        case .duplicate: message.effect = "duplicate"
        case .superseded(let later):
            message.effect = "superseded"
            message.supersededBy = later.description
        }
        return message
    }
}
