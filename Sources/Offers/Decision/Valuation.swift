internal import Glibc

/// The terms of an arm's value. Money in minor units.
package struct ValueTerms: Hashable, Sendable {
    package var revenue: Int64 = 0
    package var cost: Int64 = 0
    package var discount: Int64 = 0
    package var extra: Int64 = 0
    /// Of a purchase without an offer.
    package var probability = 0.0
    /// What the discount's depth adds to it, as scored.
    package var lift = 0.0
    package var liftError = 0.0
    /// How much the person's affinity to what is offered exceeds everyone's.
    package var relevance = 1.0
    /// How much of the lift scored this arm brings.
    package var multiplier = 1.0
    package var multiplierError = 0.0
    package var churnRisk = 0.0
    package var futureMargin = 0.0
    /// What one more purchase is worth to the shop beside.
    package var purchaseValue = 0.0
    /// What it is worth to sell a unit now, and how many a purchase would take.
    package var pressure = 0.0
    package var units = 0.0
    package var confidence = 1.0

    package init() {}
}

/// An arm's worth against making no offer.
package struct Valuation: Hashable, Sendable {
    /// Incremental margin, in minor units.
    package var value: Double
    /// Of the value, for this person.
    package var error: Double
    /// The part of the error that other people's responses to this arm will lessen: what exploration is for. What is
    /// not known of the person would be explored anew with everyone, and never be learnt.
    package var spread: Double
    /// Of a purchase with the offer.
    package var probability: Double

    /// The expected incremental margin, from its terms alone:
    ///
    ///     p₁ = p₀ + lift · relevance · multiplier, within 0...1
    ///     value = p₁ · M₁ - p₀ · M₀ + (p₁ - p₀) · (churn risk · future margin + purchase value + pressure · units)
    ///
    /// M₀ and M₁ are the basket's margins without and with the offer: whoever would have bought anyway has the
    /// discount too. The error is that of p₁, times the value's slope, over √confidence (not below a tenth); the
    /// spread that of the multiplier alone.
    @inline(__always)
    package init(_ terms: ValueTerms) {
        let before = Double(terms.revenue - terms.cost)
        let after = before - Double(terms.discount) - Double(terms.extra)
        let added = terms.lift * terms.relevance * terms.multiplier
        let with = min(max(terms.probability + added, 0), 1)
        let gain = terms.churnRisk * terms.futureMargin + terms.purchaseValue + terms.pressure * terms.units
        probability = with
        value = with * after - terms.probability * before + (with - terms.probability) * gain
        let ofLift = terms.liftError * terms.relevance * terms.multiplier
        let ofArm = terms.lift * terms.relevance * terms.multiplierError
        let widening = 1 / max(terms.confidence, 0.01).squareRoot()
        spread = abs((after + gain) * ofArm)
        error = abs(after + gain) * (ofLift * ofLift + ofArm * ofArm).squareRoot() * widening
    }
}
