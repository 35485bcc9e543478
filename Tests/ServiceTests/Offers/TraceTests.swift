import Foundation
import Identity
import Offers
import SwiftProtobuf
import TestSupport
import Testing
import Wire

/// Every refusal and every choice that a server tells of is computed again from the trace alone.
@Suite struct TraceTests {
    /// 10,000 traces, times `SELVEDGE_SCALE`.
    private static var traces: Int { max(100, Int(10_000 * TestScale.factor)) }

    @Test func tracesDeriveAgainFromWhatIsToldAlone() async throws {
        let setup = TestServer.Setup().with { $0.draw = { Double.random(in: 0..<1) } }
        try await OfferWorld.with(.wire, setup) { _, door in
            var generator = SeededGenerator(seed: 20_260_103)
            var (rules, offers): (Set<SelvedgeOfferRule>, Set<String>) = ([], [])
            for number in 0..<Self.traces {
                if number % 50 == 0 {
                    let catalogue = SelvedgeLoadOffersRequest.with { $0.yaml = Self.catalogue(&generator) }
                    #expect(await door.ask(.loadOffers, catalogue.bytes).failure == nil)
                }
                let question = Self.question(&generator)
                let made: SelvedgeDecideOfferResponse = try await door.ask(.decideOffer, question.bytes).message()
                try Self.rederive(made, number)
                rules.formUnion(made.trace.offers.map(\.rule))
                offers.insert(made.offer)
            }
            #expect(rules.count >= 9, "\(rules)")
            #expect(offers.count >= 4, "\(offers)")
        }
    }

    /// The shop's, changed a little.
    private static func catalogue(_ generator: inout SeededGenerator) -> String {
        let method = generator.pick(["{method: epsilon, epsilon: 0.5, floor: 0.01}", "{method: thompson, floor: 0.02}"])
        return """
            channels: {web: always, email: {quiet: "21:00-08:00"}, app: {quiet: "12:00-13:30"}}
            categories: [lamps, rugs]
            cohorts: [new, vip]
            currency: EUR
            purposes: [service, marketing]
            contact: {repeat_hours: \(generator.int(0...2)), caps: [{count: \(generator.int(2...9)), days: 1}]}
            objective: {purchase_value: \(generator.pick([0, 250, 100_000]))}
            holdout: \(generator.pick(["0", "0.3"]))
            exploration: \(method)
            offers:
              deep: {benefit: {percent: 60}, channels: [web], margin_floor: 30, purposes: [service]}
              ended: {benefit: message, channels: [web], ends: 2020-01-01T00:00:00Z}
              gift: {benefit: {gift: 100}, channels: [app], budget: \(generator.int(0...2) * 100), purposes: [service]}
              large: {benefit: {amount: 500}, channels: [web, email], minimum_basket: 8_000}
              rugs: {benefit: {percent: 5}, channels: [web, app], categories: [rugs], purposes: [service, marketing]}
              scarce: {benefit: {percent: 10}, channels: [web, email], inventory: {units: \(generator.int(0...40)), pressure: 40}, caps: [{count: 2, days: 7}], stacking_group: seasonal}
              vip: {benefit: {percent: 8}, channels: [email, app], cohorts: [vip], purposes: [service]}
              words: {benefit: message, channels: [email, web]}

            """
    }

    private static func question(_ generator: inout SeededGenerator) -> SelvedgeDecideOfferRequest {
        let person = generator.pick(["ada", "bob", "carol", "eve-\(generator.int(0...5))"])
        var request = Say.deciding(Say.email(person), generator.pick(["service", "service", "marketing"]))
        (request.trace, request.trial) = (true, generator.chance(70))
        request.basket = (0..<generator.int(0...3)).map { _ in
            .with {
                ($0.category, $0.quantity) = (
                    generator.pick(["lamps", "rugs", "", "other"]), UInt32(generator.int(0...4))
                )
                ($0.unitPrice, $0.unitCost) = (Int64(generator.int(0...6_000)), Int64(generator.int(0...4_000)))
            }
        }
        if generator.chance(30) { request.channels = [generator.pick(["web", "email", "app"])] }
        if generator.chance(30) { request.cohort = generator.pick(["new", "vip"]) }
        if generator.chance(20) { request.appliedGroups = ["seasonal"] }
        request.offsetMinutes = Int32(generator.int(-1_440...1_440))
        return request
    }

    // MARK: Deriving again

    private static func rederive(_ made: SelvedgeDecideOfferResponse, _ number: Int) throws {
        let trace = made.trace
        var quiet: UInt32 = 0
        for (place, channel) in trace.channels.enumerated() where channel.hasQuietFrom {
            let (from, until, minute) = (channel.quietFrom, channel.quietUntil, trace.localMinute)
            let isQuiet = from <= until ? (from..<until).contains(minute) : minute >= from || minute < until
            if isQuiet { quiet |= 1 << UInt32(place) }
        }
        var open: [String: UInt32] = [:]
        for offer in trace.offers {
            #expect(offer.quiet == quiet, "trace \(number), \(offer.offer)")
            let terms = EligibilityTerms(offer, isHeldOut: trace.heldOut)
            let rule = Eligibility.judge(terms)
            #expect(Int(rule?.rawValue ?? 0) == offer.rule.rawValue, "trace \(number), \(offer.offer)")
            #expect((rule?.explanation(terms) ?? "") == offer.why)
            if rule == nil { open[offer.offer] = terms.open }
        }
        try choose(made, open, number)
    }

    private static func choose(
        _ made: SelvedgeDecideOfferResponse, _ open: [String: UInt32], _ number: Int
    ) throws {
        let trace = made.trace
        let names = trace.channels.map(\.name)
        var candidates: [Candidate] = []
        for arm in trace.arms {
            var candidate = Candidate(arm: -1, value: 0, spread: 0, probability: arm.probability)
            if !arm.offer.isEmpty {
                let channel = try #require(names.firstIndex(of: arm.channel))
                #expect((open[arm.offer] ?? 0) >> UInt32(channel) & 1 == 1, "trace \(number), \(arm.offer)")
                let value = Valuation(ValueTerms(arm.terms))
                candidate = Candidate(
                    arm: 0, value: value.value, spread: value.spread, probability: value.probability)
                #expect(value.value == arm.value && value.error == arm.error && value.spread == arm.spread)
                #expect(value.probability == arm.probability)
            }
            candidates.append(candidate)
        }
        #expect(Set(trace.arms.map(\.offer)).subtracting([""]) == Set(open.keys), "trace \(number)")
        let method = try #require(Exploration.Method(rawValue: trace.method))
        ArmChances.fill(&candidates, Exploration(method: method, epsilon: trace.epsilon, floor: trace.floor))
        #expect(candidates.map(\.chance) == trace.arms.map(\.chance), "trace \(number)")
        let chosen = trace.arms[ArmChances.choose(candidates, draw: trace.draw)]
        #expect(chosen.offer == made.offer && chosen.variant == made.variant && chosen.channel == made.channel)
        #expect(chosen.chance == made.propensity && Int64(chosen.value.rounded()) == made.value)
        #expect(chosen.terms.discount == made.discount && chosen.terms.extra == made.extra)
    }
}

extension EligibilityTerms {
    fileprivate init(_ told: SelvedgeOfferCandidate, isHeldOut: Bool) {
        self.init()
        self.isHeldOut = isHeldOut
        now = told.nowMs
        if told.hasStartsMs { starts = told.startsMs }
        if told.hasEndsMs { ends = told.endsMs }
        (purposes, purpose, cohorts, cohort) = (told.purposes, told.purpose, told.cohorts, told.cohort)
        (channels, asked, quiet, capped) = (told.channels, told.asked, told.quiet, told.capped)
        (group, appliedGroups) = (told.group, told.appliedGroups)
        if told.hasStock { stock = told.stock }
        capUses = told.capUses
        if told.hasCapCount { capCount = told.capCount }
        if told.hasLastShownMs { lastShown = told.lastShownMs }
        repeatWindow = told.repeatWindowMs
        isExpectedBasket = told.expectedBasket
        (revenue, cost, eligible) = (told.revenue, told.cost, told.eligible)
        (minimumBasket, discount, extra) = (told.minimumBasket, told.discount, told.extra)
        if told.hasMarginFloor { marginFloor = told.marginFloor }
        if told.hasBudget { budget = told.budget }
    }
}

extension ValueTerms {
    fileprivate init(_ told: SelvedgeOfferArm.Terms) {
        self.init()
        (revenue, cost, discount, extra) = (told.revenue, told.cost, told.discount, told.extra)
        (probability, lift, liftError) = (told.probability, told.lift, told.liftError)
        (relevance, multiplier) = (told.relevance, told.multiplier)
        multiplierError = told.multiplierError
        (churnRisk, futureMargin) = (told.churnRisk, told.futureMargin)
        (purchaseValue, pressure, units) = (told.purchaseValue, told.pressure, told.units)
        confidence = told.confidence
    }
}
