package import Identity

/// A change to what is offered, and to what became of it.
package enum OfferCommand: Sendable {
    /// Keeps score models, as their bytes, under the next version: `CommandReport.number`.
    case keepScores([UInt8], time: Timestamp)
    /// Keeps a catalogue of offers, YAML that was read without an error, under the next version.
    case loadCatalogue([UInt8], time: Timestamp)
    /// Decides each, with what it reserves; the answers are in `CommandReport.offers`.
    case decide([OfferQuestion])
    /// Enters what became of decisions; the effects are in `CommandReport.effects`.
    case outcomes([OfferOutcome])
    /// Gives back what is held past its time; how many are in `CommandReport.number`.
    case release(Timestamp)
}
