package import GraphStore
package import Identity
package import LMDB
internal import Scoring
internal import Stitching

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
        _ observations: [KeyedObservation], store: Store, state: inout StoreState,
        transaction: inout WriteTransaction
    ) throws {
        try noteTraffic(observations, store, &state, &transaction)
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

    private static func noteTraffic(
        _ observations: [KeyedObservation], _ store: Store, _ state: inout StoreState,
        _ transaction: inout WriteTransaction
    ) throws {
        var summaries: [FactKey: TrafficSummary] = [:]
        for observation in observations {
            guard let sighting = observation.sighting, let source = state.source(named: observation.source) else {
                continue
            }
            let summary = TrafficSummary(sighting, at: observation.time, source: observation.source)
            for place in observation.identifiers.devices(state.configuration) {
                let stored = try store.storedKeys.stored(observation.identifiers[place].key, transaction)
                guard let row = try transaction.get(Tables.identifiers, stored) else { continue }
                let key = FactKey(node: row.node, kind: .traffic, source: source)
                if summaries[key] == nil { summaries[key] = summary } else { summaries[key]?.merge(summary) }
            }
        }
        guard !summaries.isEmpty else { return }
        var applier = Applier(state: state, store: store)
        try applier.loadLinkage(transaction)
        var devices: Set<NodeID> = []
        for (key, summary) in summaries.sorted(by: { $0.key < $1.key }) {
            if try TrafficBatch.write(summary, key, applier.sealedTraffic, &transaction) { devices.insert(key.node) }
        }
        try applier.refile(devices, &transaction)
        try applier.state.save(&transaction)
        state = applier.state
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
