package import GraphStore
package import Identity

/// Every change to a store. A command holds identity keys, never raw values; applied in the same order to the
/// same store it gives the same logical content on every machine.
package enum Command: Sendable {
    case record([KeyedObservation])
    /// Enters the decisions of observations, and none of their evidence.
    case decide([KeyedObservation])
    case retractRecord(source: String, record: IdentityKey, time: Timestamp)
    /// Takes back all that a source has said; its evidence must not be later than `time`.
    case retractSource(String, time: Timestamp)
    case assert(Assertion)
    case withdraw(Assertion)
    /// Evaluates what expires up to the time.
    case sweep(Timestamp)
    /// Deletes what is hidden at the time; what is older is refused from then on.
    case purge(Timestamp)
    /// A step under data protection law.
    case privacy(PrivacyCommand)
    /// A step of a rotation of the identity keys.
    case rotation(RotationStep)
    /// Keeps a linkage model, as its bytes.
    case keepModel([UInt8], time: Timestamp)
    /// Links all records by a model that is kept; nil: by none.
    case link(version: UInt32?)
    /// What is offered to whom.
    case offers(OfferCommand)
}

/// What somebody says of two identifiers or records.
package struct Assertion: Sendable {
    /// Index in the configuration's namespaces, and the key.
    package var first: KeyedIdentifier
    package var second: KeyedIdentifier
    package var claim: AssertionRow.Claim
    package var time: Timestamp
    package var author: String
    package var reason: String

    package init(
        first: KeyedIdentifier, second: KeyedIdentifier, claim: AssertionRow.Claim, time: Timestamp,
        author: String, reason: String
    ) {
        self.first = first
        self.second = second
        self.claim = claim
        self.time = time
        self.author = author
        self.reason = reason
    }
}
