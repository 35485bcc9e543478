package import Identity
package import Stitching

/// What became of one item of a batch: always one of these, with its reason.
package struct ItemOutcome: Sendable {
    package enum Kind: String, Sendable, CaseIterable {
        /// A profile that was not there before.
        case created
        /// New identifiers in a profile that was.
        case joined
        /// Profiles became one.
        case merged
        /// Nothing new about who is who: the evidence is folded in.
        case unchanged
        case refused
    }

    package var kind: Kind
    /// Why it was refused.
    package var refusal: Refusal?
    /// The profile of its first identifier after the batch; nil where that is hidden or there is none.
    package var profile: ProfileID?
    /// What became of its decisions, in the order sent.
    package var decisions: [DecisionOutcome] = []
    /// Identifiers that were left out, such as placeholders, while the rest was taken.
    package var dropped: [Refusal]

    package init(kind: Kind, refusal: Refusal? = nil, profile: ProfileID? = nil, dropped: [Refusal] = []) {
        self.kind = kind
        self.refusal = refusal
        self.profile = profile
        self.dropped = dropped
    }

    package static func refused(_ refusal: Refusal) -> ItemOutcome { ItemOutcome(kind: .refused, refusal: refusal) }
}

/// What an administrative command did.
package struct CommandReport: Sendable {
    package var outcomes: [ItemOutcome] = []
    /// Records taken back.
    package var recordsRetracted = 0
    /// Components evaluated again.
    package var componentsEvaluated = 0
    /// The number that an act under data protection law was given, or of identifiers that it changed.
    package var number: UInt64 = 0
    /// Identifiers and decisions that were left out because they are suppressed.
    package var suppressed = 0
    /// Of decisions, and of what became of some, in the order asked.
    package var offers: [OfferAnswer] = []
    package var effects: [OutcomeEffect] = []
    /// Facts of behaviour that were older than what is kept of their identifier and source.
    package var factsRefused = 0
    /// Whether a step that comes in pieces is done.
    package var isComplete = true

    package init() {}
}
