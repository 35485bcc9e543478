extension Decider {
    /// The terms of the value of what was decided, for its evaluation later: as the trace would show them. Of the fallback
    /// those of a purchase without an offer.
    package mutating func valueTerms(
        of decision: Decision, _ situation: Situation, _ counters: Counters, _ effects: ArmEffects
    ) -> ValueTerms {
        let view = SituationView(situation, catalogue)
        var fallback = ValueTerms()
        fallback.revenue = view.revenue
        fallback.cost = view.cost
        fallback.probability = situation.scores.purchaseProbability
        guard let arm = decision.arm, let number = decision.armNumber else { return fallback }
        contacts.count(situation, catalogue)
        let terms = Self.terms(Int(arm.offer), catalogue, situation, view, counters, contacts)
        var candidates: [Candidate] = []
        var recorder = TermsRecorder()
        Self.addArms(&candidates, Int(arm.offer), catalogue, terms, situation, view, effects, &recorder)
        guard let place = candidates.firstIndex(where: { Int($0.arm) == number }) else { return fallback }
        return recorder.terms[place]
    }
}

/// Keeps the terms of arms, in order.
private struct TermsRecorder: Recorder {
    var terms: [ValueTerms] = []
    mutating func offer(_ offer: Int, _ terms: EligibilityTerms, _ refusal: OfferRefusal?) {}
    mutating func arm(_ terms: ValueTerms?) { if let terms { self.terms.append(terms) } }
}
