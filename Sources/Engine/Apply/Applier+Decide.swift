internal import GraphStore
internal import Identity
internal import LMDB
internal import Stitching

/// Decisions: entered in the ledger of their identifiers, each once, whatever becomes of the evidence that they came with.
extension Applier {
    mutating func decide(
        _ observations: [KeyedObservation], _ transaction: inout WriteTransaction
    ) throws -> [ItemOutcome] {
        var outcomes: [ItemOutcome] = []
        outcomes.reserveCapacity(observations.count)
        var workspace = makeWorkspace()
        for observation in observations {
            var outcome = ItemOutcome(kind: .unchanged)
            outcome.decisions = try enter(observation, &workspace, &transaction)
            outcomes.append(outcome)
            guard workspace.load >= Self.workspaceLoad else { continue }
            try finish(&workspace, &transaction)
            workspace = makeWorkspace()
        }
        try finish(&workspace, &transaction)
        return outcomes
    }

    /// Enters the decisions of one observation.
    mutating func enter(
        _ observation: KeyedObservation, _ workspace: inout Workspace, _ transaction: inout WriteTransaction
    ) throws -> [DecisionOutcome] {
        guard !observation.decisions.isEmpty else { return [] }
        let source = state.register(source: observation.source)
        var outcomes: [DecisionOutcome] = []
        for decision in observation.decisions {
            state.receiptClock = max(state.receiptClock, decision.received)
            outcomes.append(try enter(decision, source, &workspace, &transaction))
        }
        return outcomes
    }

    mutating func enter(
        _ decision: KeyedDecision, _ source: SourceID, _ workspace: inout Workspace,
        _ transaction: inout WriteTransaction
    ) throws -> DecisionOutcome {
        guard let dense = try admit(decision.identifier, &workspace, transaction) else {
            return DecisionOutcome(id: decision.id, purpose: decision.purpose, effect: .suppressed)
        }
        let node = workspace.nodeID(dense)
        var ledger = try transaction.ledger(of: node)
        let new = entry(decision, source, after: ledger.last)
        if ledger.contains(where: { $0.id == new.id }) {
            return DecisionOutcome(id: decision.id, purpose: decision.purpose, effect: .duplicate)
        }
        let stronger = ledger.filter { $0.purpose == new.purpose && !new.decision.outranks($0.decision) }
            .max { $1.decision.outranks($0.decision) }
        try transaction.put(Tables.consents, ConsentKey(node: node, sequence: UInt64(ledger.count) + 1), new)
        ledger.append(new)
        try workspace.noteLedger(dense, ledger, transaction)
        return DecisionOutcome(
            id: decision.id, purpose: decision.purpose,
            effect: stronger.map { .superseded(by: $0.id) } ?? .entered)
    }

    private func entry(_ decision: KeyedDecision, _ source: SourceID, after last: ConsentEntry?) -> ConsentEntry {
        let configuration = state.configuration
        return ConsentEntry(
            id: decision.id, purpose: state.purpose(named: configuration.purposes[decision.purpose].name) ?? 0,
            kind: decision.kind, scope: decision.scope,
            jurisdiction: decision.jurisdiction.flatMap {
                state.jurisdiction(named: configuration.jurisdictions[$0].name)
            },
            time: decision.time, received: decision.received, source: source, lifts: decision.lifts,
            notice: decision.notice, channel: decision.channel, evidence: decision.evidence,
            previous: last?.hash ?? .zeros)
    }
}
