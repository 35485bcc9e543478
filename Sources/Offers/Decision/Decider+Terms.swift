internal import Identity

// The terms of an offer's rules and of its arms' values. Static, so that nothing but what is named is looked at.
extension Decider {
    @inline(__always)
    static func terms(
        _ offer: Int, _ catalogue: CompiledCatalogue, _ situation: Situation, _ view: SituationView,
        _ counters: Counters, _ contacts: ContactCounts
    ) -> EligibilityTerms {
        let row = catalogue.rows[offer]
        var terms = EligibilityTerms()
        terms.isHeldOut = situation.isHeldOut
        terms.now = situation.now.milliseconds
        terms.starts = row.starts
        terms.ends = row.ends
        terms.purposes = row.purposes
        terms.purpose = view.purpose
        terms.cohorts = row.cohorts
        terms.cohort = view.cohort
        terms.channels = row.channels
        terms.asked = situation.channels
        terms.quiet = view.quiet
        terms.group = row.group
        terms.appliedGroups = situation.appliedGroups
        terms.stock = counters.stock[offer]
        contacts.addCaps(row, catalogue, &terms)
        terms.lastShown = contacts.lastShown[offer]
        terms.repeatWindow = catalogue.repeatMilliseconds
        if Eligibility.standing(terms) != nil { return terms }
        terms.isExpectedBasket = view.isExpected
        terms.revenue = view.revenue
        terms.cost = view.cost
        terms.minimumBasket = row.minimumBasket
        terms.marginFloor = row.marginFloor
        terms.budget = counters.budget[offer]
        terms.eligible =
            row.isNarrow ? eligibleAmount(offer, row.categories, catalogue, situation, view) : view.revenue
        switch row.benefit {
        // To the customer's favour by less than one minor unit, never past the price.
        case .percent: terms.discount = (max(terms.eligible, 0) * row.amount + 9_999) / 10_000
        case .amount: terms.discount = min(row.amount, max(terms.eligible, 0))
        case .gift: terms.extra = row.amount
        case .message: break
        }
        return terms
    }

    /// What the lines come to that an offer applies to; of an expected basket the share by the person's affinity, and
    /// all of it where that is not known, or where products alone are named.
    private static func eligibleAmount(
        _ offer: Int, _ categories: Range<Int32>, _ catalogue: CompiledCatalogue, _ situation: Situation,
        _ view: SituationView
    ) -> Int64 {
        if view.isExpected {
            if situation.scores.affinity.isEmpty || categories.isEmpty { return view.revenue }
            var share = 0.0
            for index in categories { share += situation.scores.affinity[Int(catalogue.categories[Int(index)])] }
            return Int64((Double(view.revenue) * min(share, 1)).rounded())
        }
        var sum: Int64 = 0
        for line in situation.basket where catalogue.applies(offer, line) {
            sum += line.unitPrice * Int64(line.quantity)
        }
        return sum
    }

    @inline(__always)
    static func addArms(
        _ candidates: inout [Candidate], _ offer: Int, _ catalogue: CompiledCatalogue, _ terms: EligibilityTerms,
        _ situation: Situation, _ view: SituationView, _ effects: ArmEffects, _ recorder: inout some Recorder
    ) {
        let row = catalogue.rows[offer]
        var value = ValueTerms()
        value.revenue = terms.revenue
        value.cost = terms.cost
        value.discount = terms.discount
        value.extra = terms.extra
        value.probability = situation.scores.purchaseProbability
        var band = row.band
        if row.benefit == .amount {
            band = DepthBand.number(basisPoints: Int(terms.discount * 10_000 / max(terms.revenue, 1)))
        }
        let lift = situation.scores.lifts[band]
        value.lift = lift.mean
        value.liftError = lift.error
        if !row.categories.isEmpty { value.relevance = relevance(row.categories, catalogue, situation.scores) }
        value.churnRisk = situation.scores.churnRisk
        value.futureMargin = situation.scores.futureMargin
        value.purchaseValue = Double(catalogue.catalogue.objective.purchaseValue)
        if row.units > 0 {
            value.pressure = Double(row.pressure) * min(1, Double(terms.stock) / Double(row.units))
            value.units = 1
        }
        value.confidence = situation.scores.confidence
        let open = terms.open
        for index in row.arms {
            let number = Int(index)
            if open >> UInt32(truncatingIfNeeded: catalogue.arms[number].channel) & 1 == 0 { continue }
            value.multiplier = effects.multipliers[number]
            value.multiplierError = effects.errors[number]
            let valuation = Valuation(value)
            candidates.append(
                Candidate(
                    arm: index, value: valuation.value, spread: valuation.spread, probability: valuation.probability))
            recorder.arm(value)
        }
    }

    /// How much more than everyone the person turns to the offer's categories: a fifth to five times.
    private static func relevance(
        _ categories: Range<Int32>, _ catalogue: CompiledCatalogue, _ scores: ProfileScores
    ) -> Double {
        if scores.affinity.isEmpty { return 1 }
        var own = 0.0
        var all = 0.0
        for index in categories {
            let category = Int(catalogue.categories[Int(index)])
            own += scores.affinity[category]
            all += scores.popularity[category]
        }
        return all > 0 ? min(max(own / all, 0.2), 5) : 1
    }
}

/// What of a situation is the same for every offer.
struct SituationView {
    let purpose: UInt64
    let cohort: UInt64
    let quiet: UInt32
    let isExpected: Bool
    private(set) var revenue: Int64 = 0
    private(set) var cost: Int64 = 0

    init(_ situation: Situation, _ catalogue: CompiledCatalogue) {
        purpose = situation.isPermitted ? situation.purpose.map { 1 << UInt64($0) } ?? 0 : 0
        cohort = situation.isPermitted ? situation.cohort.map { 1 << UInt64($0) } ?? 0 : 0
        quiet = ContactPolicy.quietChannels(catalogue.quiet, minute: situation.localMinute)
        isExpected = situation.basket.isEmpty
        if isExpected {
            revenue = Int64(situation.scores.orderValue.rounded())
            cost = Int64((situation.scores.orderValue * (1 - situation.scores.marginShare)).rounded())
        } else {
            for line in situation.basket {
                revenue += line.unitPrice * Int64(line.quantity)
                cost += line.unitCost * Int64(line.quantity)
            }
        }
    }
}
