package import GraphStore
package import Identity
package import LMDB

/// The ordinary recorder, lent by the program: a load has what is not plain recorded as anything else is.
package struct EvidenceRecorder: Sendable {
    /// Records observations inside a transaction; says which were refused.
    package typealias Record =
        @Sendable (
            _ observations: [KeyedObservation], _ store: Store, _ state: inout StoreState,
            _ transaction: inout WriteTransaction
        ) throws -> [Refusal]
    /// Evaluates what expires up to a time, inside a transaction.
    package typealias Sweep =
        @Sendable (
            _ time: Timestamp, _ store: Store, _ state: inout StoreState, _ transaction: inout WriteTransaction
        ) throws -> Void

    /// Notes what events tell of behaviour whose links are there already, inside a transaction.
    package typealias NoteFacts =
        @Sendable (
            _ observations: [KeyedObservation], _ store: Store, _ state: inout StoreState,
            _ transaction: inout WriteTransaction
        ) throws -> Void

    package let record: Record
    package let sweep: Sweep
    package let noteFacts: NoteFacts

    package init(record: @escaping Record, sweep: @escaping Sweep, noteFacts: @escaping NoteFacts) {
        self.record = record
        self.sweep = sweep
        self.noteFacts = noteFacts
    }
}
