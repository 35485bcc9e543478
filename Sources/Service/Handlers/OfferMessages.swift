internal import Engine
internal import GraphStore
internal import Identity
internal import Offers
internal import Scoring
internal import SwiftProtobuf
internal import Wire

extension SelvedgeDecideOfferResponse {
    init(_ answer: OfferAnswer) {
        self.init()
        basis = SelvedgeScoreBasis(isGeneric: answer.isGeneric)
        decisionID = answer.id?.description ?? ""
        offer = answer.offer ?? ""
        variant = answer.variant ?? ""
        channel = answer.channel ?? ""
        tokens = answer.tokens.sorted { $0.key < $1.key }.map { name, text in
            .with { ($0.name, $0.text) = (name, text) }
        }
        propensity = answer.propensity
        arms = UInt32(clamping: answer.arms)
        discount = answer.discount
        extra = answer.extra
        value = answer.value
        probability = answer.probability
        expiresMs = answer.expires?.milliseconds ?? 0
        catalogueVersion = answer.catalogueVersion
        modelVersion = answer.modelVersion
        currency = answer.currency.description
        if let trace = answer.trace, let catalogue = answer.catalogue { self.trace = .init(trace, catalogue) }
    }
}

extension SelvedgeOfferTrace {
    fileprivate init(_ trace: Trace, _ catalogue: Catalogue) {
        self.init()
        let header = trace.header
        localMinute = UInt32(clamping: header.localMinute)
        channels = catalogue.channels.map { channel in
            .with { message in
                message.name = channel.name
                guard let quiet = channel.quiet else { return }
                message.quietFrom = UInt32(clamping: quiet.from)
                message.quietUntil = UInt32(clamping: quiet.until)
            }
        }
        method = header.exploration.method.rawValue
        epsilon = header.exploration.epsilon
        floor = header.exploration.floor
        draw = header.draw
        heldOut = header.isHeldOut
        offers = trace.offers.map { offer in
            var message = SelvedgeOfferCandidate(offer.terms)
            message.offer = catalogue.offers[offer.offer].name
            message.rule = offer.refusal.flatMap { SelvedgeOfferRule(rawValue: Int($0.rawValue)) } ?? .none
            message.why = trace.explanation(offer: offer.offer) ?? ""
            return message
        }
        arms = trace.arms.map { SelvedgeOfferArm($0, catalogue) }
    }
}

extension SelvedgeOfferCandidate {
    fileprivate init(_ terms: EligibilityTerms) {
        self.init()
        nowMs = terms.now
        if terms.starts != .min { startsMs = terms.starts }
        if terms.ends != .max { endsMs = terms.ends }
        (purposes, purpose, cohorts, cohort) = (terms.purposes, terms.purpose, terms.cohorts, terms.cohort)
        (channels, asked, quiet, capped) = (terms.channels, terms.asked, terms.quiet, terms.capped)
        (group, appliedGroups) = (terms.group, terms.appliedGroups)
        if terms.stock != .max { stock = terms.stock }
        capUses = terms.capUses
        if terms.capCount != .max { capCount = terms.capCount }
        if terms.lastShown != .min { lastShownMs = terms.lastShown }
        repeatWindowMs = terms.repeatWindow
        expectedBasket = terms.isExpectedBasket
        (revenue, cost, eligible) = (terms.revenue, terms.cost, terms.eligible)
        (minimumBasket, discount, extra) = (terms.minimumBasket, terms.discount, terms.extra)
        if terms.marginFloor != .min { marginFloor = terms.marginFloor }
        if terms.budget != .max { budget = terms.budget }
    }
}

extension SelvedgeOfferArm {
    fileprivate init(_ trace: ArmTrace, _ catalogue: Catalogue) {
        self.init()
        if let arm = trace.arm {
            let offer = catalogue.offers[Int(arm.offer)]
            self.offer = offer.name
            variant = offer.variants[Int(arm.variant)].name
            channel = catalogue.channels[Int(arm.channel)].name
        }
        (value, error, spread) = (trace.value, trace.error, trace.spread)
        (probability, chance) = (trace.probability, trace.chance)
        if let terms = trace.terms { self.terms = Terms(terms) }
    }
}

extension SelvedgeOfferArm.Terms {
    fileprivate init(_ terms: ValueTerms) {
        self.init()
        (revenue, cost, discount, extra) = (terms.revenue, terms.cost, terms.discount, terms.extra)
        (probability, lift, liftError) = (terms.probability, terms.lift, terms.liftError)
        (relevance, multiplier) = (terms.relevance, terms.multiplier)
        multiplierError = terms.multiplierError
        (churnRisk, futureMargin) = (terms.churnRisk, terms.futureMargin)
        (purchaseValue, pressure, units) = (terms.purchaseValue, terms.pressure, terms.units)
        confidence = terms.confidence
    }
}

extension SelvedgeOfferCatalogue {
    init(_ catalogue: Catalogue) {
        self.init()
        currency = catalogue.currency.description
        channels = catalogue.channels.map(\.name)
        holdout = catalogue.holdout
        offers = catalogue.offers.map { SelvedgeCatalogueOffer($0) }
    }
}

extension SelvedgeCatalogueOffer {
    fileprivate init(_ offer: Offer) {
        self.init()
        name = offer.name
        switch offer.benefit {
        case .percent(let points): basisPoints = UInt32(clamping: points)
        case .amount(let money): amount = money
        case .gift(let cost): gift = cost
        case .message: words = true
        }
        if let inventory = offer.inventory { units = inventory.units }
        if let budget = offer.budget { self.budget = budget }
    }

    /// What is held and used of it.
    mutating func count(_ counters: CounterRow) {
        decisions = counters[.decisions]
        (heldUnits, usedUnits) = (counters[.heldUnits], counters[.usedUnits])
        (heldMoney, usedMoney) = (counters[.heldMoney], counters[.usedMoney])
        late = counters[.late]
    }
}
