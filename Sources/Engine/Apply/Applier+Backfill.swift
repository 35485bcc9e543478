package import GraphStore
package import Identity
package import LMDB
internal import Scoring

/// Recording for whoever has a transaction of his own: a load builds a store that nobody serves yet.
extension Applier {
    /// Records observations and keeps the state; says which were refused.
    package static func record(
        _ observations: [KeyedObservation], store: Store, state: inout StoreState,
        transaction: inout WriteTransaction
    ) throws -> [Refusal] {
        var applier = Applier(state: state, store: store)
        let report = try applier.apply(.record(observations), &transaction)
        state = applier.state
        return report.outcomes.compactMap(\.refusal)
    }

    /// Notes what events tell of behaviour, whose links are there already.
    package static func noteFacts(
        _ observations: [KeyedObservation], store: Store, state: StoreState, transaction: inout WriteTransaction
    ) throws {
        let maker = FactMaker(store.keyRing)
        var logs: [FactKey: FactLog] = [:]
        for observation in observations {
            let log = try maker.log(of: observation)
            guard !log.isEmpty, let source = state.source(named: observation.source),
                let place = observation.identifiers.strongest(state.configuration),
                let row = try transaction.get(
                    Tables.identifiers, store.storedKeys.stored(observation.identifiers[place].key, transaction))
            else { continue }
            logs[FactKey(node: row.node, kind: .events, source: source), default: FactLog()].merge(log)
        }
        let sealer = SealedFacts(store.keyRing, store.sealing)
        for (key, log) in logs.sorted(by: { $0.key < $1.key }) {
            guard let merged = try FactBatch.merged(log, false, key, sealer, transaction).log else { continue }
            try transaction.put(Tables.facts, key, try sealer.row(merged, key, &transaction))
        }
    }

    /// Evaluates what expires up to `time`.
    package static func sweep(
        to time: Timestamp, store: Store, state: inout StoreState, transaction: inout WriteTransaction
    ) throws {
        var applier = Applier(state: state, store: store)
        _ = try applier.apply(.sweep(time), &transaction)
        state = applier.state
    }
}
