internal import Identity

/// What all candidates of a decision share.
package struct TraceHeader: Hashable, Sendable {
    package var localMinute: Int
    /// By channel number.
    package var quiet: [QuietHours?]
    package var exploration: Exploration
    package var draw: Double
    package var isHeldOut: Bool

    init(_ situation: Situation, _ catalogue: CompiledCatalogue, draw: Double) {
        localMinute = situation.localMinute
        quiet = catalogue.quiet
        exploration = catalogue.catalogue.exploration
        self.draw = draw
        isHeldOut = situation.isHeldOut
    }
}

/// An offer of the catalogue, with the rule that excluded it or none.
package struct OfferTrace: Hashable, Sendable {
    package var offer: Int
    package var terms: EligibilityTerms
    package var refusal: OfferRefusal?
}

/// An arm that could be chosen; the fallback has no terms.
package struct ArmTrace: Hashable, Sendable {
    package var arm: CompiledCatalogue.Arm?
    package var terms: ValueTerms?
    package var value: Double
    package var error: Double
    package var spread: Double
    package var probability: Double
    package var chance: Double
}

/// Everything that a decision follows from: every offer with the terms of its rules, every arm with those of its value.
package struct Trace: Hashable, Sendable {
    package var header: TraceHeader
    /// All of the catalogue, in order.
    package var offers: [OfferTrace]
    /// The fallback, then what could be chosen.
    package var arms: [ArmTrace]
    package var decision: Decision
}

/// Where a trace and what follows from it differ.
package enum TraceFault: Error, Hashable, Sendable {
    case quiet(offer: Int)
    case refusal(offer: Int, said: OfferRefusal?, found: OfferRefusal?)
    /// An offer that can be made has no arm, or an arm's offer cannot be made, or its terms are not the offer's.
    case arm(Int)
    case value(arm: Int, said: Double, found: Double)
    case chance(arm: Int, said: Double, found: Double)
    case choice
}

extension Trace {
    /// Derives refusals, values, probabilities and the choice again, from nothing but this trace.
    ///
    /// - Throws: the first difference; every number must agree to the last bit.
    package func rederive() throws(TraceFault) {
        let quiet = ContactPolicy.quietChannels(header.quiet, minute: header.localMinute)
        for offer in offers {
            guard offer.terms.quiet == quiet, offer.terms.isHeldOut == header.isHeldOut else {
                throw .quiet(offer: offer.offer)
            }
            let found = Eligibility.judge(offer.terms)
            guard found == offer.refusal else {
                throw .refusal(offer: offer.offer, said: offer.refusal, found: found)
            }
        }
        try rederiveArms()
        try rederiveChoice()
    }

    private func rederiveArms() throws(TraceFault) {
        guard let fallback = arms.first, fallback.arm == nil, fallback.value == 0, fallback.spread == 0 else {
            throw .arm(0)
        }
        var made = Array(repeating: false, count: offers.count)
        for (index, trace) in arms.enumerated().dropFirst() {
            guard let arm = trace.arm, let terms = trace.terms, offers.indices.contains(Int(arm.offer)) else {
                throw .arm(index)
            }
            let offer = offers[Int(arm.offer)]
            guard offer.refusal == nil, offer.terms.open >> UInt32(truncatingIfNeeded: arm.channel) & 1 == 1,
                terms.revenue == offer.terms.revenue, terms.cost == offer.terms.cost,
                terms.discount == offer.terms.discount, terms.extra == offer.terms.extra
            else { throw .arm(index) }
            made[Int(arm.offer)] = true
            let found = Valuation(terms)
            guard found.value == trace.value, found.error == trace.error, found.spread == trace.spread,
                found.probability == trace.probability
            else {
                throw .value(arm: index, said: trace.value, found: found.value)
            }
        }
        for (index, offer) in offers.enumerated() where made[index] != (offer.refusal == nil) {
            throw .refusal(offer: index, said: offer.refusal, found: nil)
        }
    }

    private func rederiveChoice() throws(TraceFault) {
        var candidates = arms.map { Candidate(arm: 0, value: $0.value, spread: $0.spread) }
        ArmChances.fill(&candidates, header.exploration)
        for (index, arm) in arms.enumerated() where arm.chance != candidates[index].chance {
            throw .chance(arm: index, said: arm.chance, found: candidates[index].chance)
        }
        let place = ArmChances.choose(candidates, draw: header.draw)
        let chosen = arms[place]
        guard chosen.arm == decision.arm, chosen.chance == decision.propensity, arms.count == decision.arms,
            chosen.probability == decision.probability, decision.value == Int64(chosen.value.rounded()),
            decision.discount == chosen.terms?.discount ?? 0, decision.extra == chosen.terms?.extra ?? 0
        else { throw .choice }
    }
}

extension Trace {
    /// Why an offer was not made, in words; nil where it could be.
    package func explanation(offer: Int) -> String? {
        guard offers.indices.contains(offer), let refusal = offers[offer].refusal else { return nil }
        return refusal.explanation(offers[offer].terms)
    }
}
