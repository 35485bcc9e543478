package import Identity

/// What became of one decision.
package struct DecisionOutcome: Hashable, Sendable {
    package enum Effect: Hashable, Sendable {
        /// It is the identifier's latest for its purpose.
        case entered
        /// It is in the ledger and changes nothing: a later one, or at the same time a more restrictive one, is there.
        case superseded(by: DecisionID)
        /// The ledger has it already.
        case duplicate
        /// Its identifier is suppressed: it is not entered. Who may not know that is told that it was.
        case suppressed
    }

    package var id: DecisionID
    /// Where the purpose stands in the configuration.
    package var purpose: Int
    package var effect: Effect

    package init(id: DecisionID, purpose: Int, effect: Effect) {
        self.id = id
        self.purpose = purpose
        self.effect = effect
    }
}
