package import GraphStore
package import Identity
package import LMDB

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

    /// Evaluates what expires up to `time`.
    package static func sweep(
        to time: Timestamp, store: Store, state: inout StoreState, transaction: inout WriteTransaction
    ) throws {
        var applier = Applier(state: state, store: store)
        _ = try applier.apply(.sweep(time), &transaction)
        state = applier.state
    }
}
