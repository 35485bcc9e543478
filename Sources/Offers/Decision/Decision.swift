/// What was decided, with the probability by which it was.
package struct Decision: Hashable, Sendable {
    /// The number of the offer, of its variant, and of the channel; nil is the fallback: no offer.
    package var arm: CompiledCatalogue.Arm?
    /// The arm's place among the catalogue's; nil for the fallback.
    package var armNumber: Int?
    /// The probability of this choice, given the situation.
    package var propensity: Double
    /// What is taken off the basket, or off the one to be expected, and what the shop pays beside. Minor units.
    package var discount: Int64
    package var extra: Int64
    /// The incremental margin to be expected, rounded to minor units; 0 for the fallback.
    package var value: Int64
    /// Of a purchase, with what was decided.
    package var probability: Double
    /// How many arms could be chosen, the fallback included.
    package var arms: Int
    package var isHeldOut: Bool
}
