internal import Identity

/// Decides, again and again, with one catalogue: keeps the room for its sums, so that a decision allocates nothing.
///
/// A value of one thread. A decision is a function of situation, counters, effects and draw.
package struct Decider: Sendable {
    package let catalogue: CompiledCatalogue
    /// The fallback, then the arms that can be chosen.
    private var candidates: [Candidate] = []
    var contacts: ContactCounts

    package init(_ catalogue: CompiledCatalogue) {
        self.catalogue = catalogue
        candidates.reserveCapacity(catalogue.arms.count + 1)
        contacts = ContactCounts(catalogue)
    }

    /// - Parameter draw: a random number in 0..<1.
    package mutating func decide(
        _ situation: Situation, _ counters: Counters, _ effects: ArmEffects, draw: Double
    ) -> Decision {
        var recorder = NoRecorder()
        return decide(situation, counters, effects, draw: draw, &recorder)
    }

    /// The same decision, with all that it follows from.
    package mutating func trace(
        _ situation: Situation, _ counters: Counters, _ effects: ArmEffects, draw: Double
    ) -> (decision: Decision, trace: Trace) {
        var recorder = TraceRecorder()
        let decision = decide(situation, counters, effects, draw: draw, &recorder)
        let arms = zip(recorder.arms, candidates).map { arm, candidate in
            ArmTrace(
                arm: candidate.arm < 0 ? nil : catalogue.arms[Int(candidate.arm)], terms: arm,
                value: candidate.value, error: arm.map { Valuation($0).error } ?? 0, spread: candidate.spread,
                probability: candidate.probability,
                chance: candidate.chance)
        }
        let trace = Trace(
            header: TraceHeader(situation, catalogue, draw: draw), offers: recorder.offers, arms: arms,
            decision: decision)
        return (decision, trace)
    }

    private mutating func decide(
        _ situation: Situation, _ counters: Counters, _ effects: ArmEffects, draw: Double,
        _ recorder: inout some Recorder
    ) -> Decision {
        assert(situation.fault(in: catalogue) == nil, "a situation is checked before it is decided")
        precondition(draw >= 0 && draw < 1, "a draw is in 0..<1")
        precondition(counters.stock.count == catalogue.offers && counters.budget.count == catalogue.offers)
        precondition(effects.multipliers.count == catalogue.arms.count && effects.errors.count == catalogue.arms.count)
        contacts.count(situation, catalogue)
        let view = SituationView(situation, catalogue)
        candidates.removeAll(keepingCapacity: true)
        // The fallback is the first: worth nothing more than nothing, and always there.
        candidates.append(
            Candidate(arm: -1, value: 0, spread: 0, probability: situation.scores.purchaseProbability))
        recorder.arm(nil)
        for offer in 0..<catalogue.offers {
            let terms = Self.terms(offer, catalogue, situation, view, counters, contacts)
            let refusal = Eligibility.judge(terms)
            recorder.offer(offer, terms, refusal)
            if refusal == nil {
                Self.addArms(&candidates, offer, catalogue, terms, situation, view, effects, &recorder)
            }
        }
        ArmChances.fill(&candidates, catalogue.catalogue.exploration)
        return chosen(ArmChances.choose(candidates, draw: draw), situation, view, counters)
    }

    private func chosen(
        _ place: Int, _ situation: Situation, _ view: SituationView, _ counters: Counters
    ) -> Decision {
        let candidate = candidates[place]
        guard candidate.arm >= 0 else {
            return Decision(
                arm: nil, armNumber: nil, propensity: candidate.chance, discount: 0, extra: 0, value: 0,
                probability: candidate.probability, arms: candidates.count, isHeldOut: situation.isHeldOut)
        }
        let number = Int(candidate.arm)
        let arm = catalogue.arms[number]
        let terms = Self.terms(Int(arm.offer), catalogue, situation, view, counters, contacts)
        let decision = Decision(
            arm: arm, armNumber: number, propensity: candidate.chance, discount: terms.discount, extra: terms.extra,
            value: Int64(candidate.value.rounded()), probability: candidate.probability, arms: candidates.count,
            isHeldOut: false)
        requireInvariants(decision, arm, situation, view, counters)
        return decision
    }

    /// What must hold whatever the rules say: told from the situation, the counters and the catalogue again.
    private func requireInvariants(
        _ decision: Decision, _ arm: CompiledCatalogue.Arm, _ situation: Situation, _ view: SituationView,
        _ counters: Counters
    ) {
        let offer = Int(arm.offer)
        let row = catalogue.rows[offer]
        let paid = view.revenue - decision.discount
        precondition(!situation.isHeldOut, "who is held out gets no offer")
        precondition(
            paid > 0 && (paid - view.cost - decision.extra) * 10_000 >= row.marginFloor * paid,
            "an offer is never made below its margin floor")
        precondition(counters.stock[offer] > 0, "an offer is never made without stock")
        precondition(counters.budget[offer] >= decision.discount + decision.extra, "an offer never outruns its budget")
        precondition(contacts.haveRoom(row, channel: arm.channel, catalogue), "a cap is never passed")
        precondition(
            row.purposes == 0 || (situation.isPermitted && row.purposes & view.purpose != 0),
            "an offer that needs consent is never made without")
    }
}

/// Hears what a decision is made of.
protocol Recorder {
    mutating func offer(_ offer: Int, _ terms: EligibilityTerms, _ refusal: OfferRefusal?)
    mutating func arm(_ terms: ValueTerms?)
}

/// For a decision whose trace nobody asks for.
private struct NoRecorder: Recorder {
    @inline(__always)
    mutating func offer(_ offer: Int, _ terms: EligibilityTerms, _ refusal: OfferRefusal?) {}
    @inline(__always)
    mutating func arm(_ terms: ValueTerms?) {}
}

private struct TraceRecorder: Recorder {
    var offers: [OfferTrace] = []
    var arms: [ValueTerms?] = []

    mutating func offer(_ offer: Int, _ terms: EligibilityTerms, _ refusal: OfferRefusal?) {
        offers.append(OfferTrace(offer: offer, terms: terms, refusal: refusal))
    }

    mutating func arm(_ terms: ValueTerms?) { arms.append(terms) }
}
