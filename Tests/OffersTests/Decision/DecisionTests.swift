import Foundation
import Identity
import Offers
import Scoring
import Testing

@Suite struct DecisionTests {
    /// 10,000 decisions of random shops, people and counters: what may be chosen is what the rules say in words, every
    /// trace gives its decision again, and no choice breaks an invariant (the decider traps on one).
    @Test(arguments: Seeds.some(50)) func choicesFollowFromTheirTraces(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        var refusals: Set<OfferRefusal> = []
        for _ in 0..<20 {
            let shop = try Shop(&generator)
            var decider = Decider(shop.compiled)
            for _ in 0..<10 {
                let situation = shop.situation(&generator)
                try #require(situation.fault(in: shop.compiled) == nil)
                let counters = shop.counters(&generator)
                let effects = Self.effects(shop, &generator)
                let draw = generator.uniform()
                let (decision, trace) = decider.trace(situation, counters, effects, draw: draw)
                #expect(decider.decide(situation, counters, effects, draw: draw) == decision, "seed \(seed)")
                #expect(throws: Never.self, "seed \(seed)") { try trace.rederive() }
                let naive = NaiveDecision(shop: shop, situation: situation, counters: counters).arms()
                #expect(Set(trace.arms.compactMap(\.arm)) == naive, "seed \(seed)")
                #expect(trace.offers.count == shop.compiled.offers && trace.arms.count == naive.count + 1)
                #expect(decision.arm.map { naive.contains($0) } ?? true)
                #expect(abs(trace.arms.reduce(0) { $0 + $1.chance } - 1) < 1e-9)
                refusals.formUnion(trace.offers.compactMap(\.refusal))
            }
        }
        #expect(refusals.count >= 8, "too little is refused to tell anything: \(refusals)")
    }

    static func effects(_ shop: Shop, _ generator: inout SeededGenerator) -> ArmEffects {
        let records = shop.compiled.arms.map { _ in
            var record = ArmRecord()
            record.exposures = Int.random(in: 0...50, using: &generator)
            record.responses = Int.random(in: 0...record.exposures, using: &generator)
            record.baseline = 0.3 * Double(record.exposures)
            record.lift = 0.1 * generator.uniform() * Double(record.exposures)
            record.variance = 0.2 * Double(record.exposures)
            return record
        }
        return ArmEffects(records, fallback: ArmRecord())
    }

    /// A trace whose terms, refusal, value, chance or choice was changed no longer gives its decision.
    @Test(arguments: Seeds.some(20)) func aTraceThatWasChangedIsFound(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        var found = 0
        for _ in 0..<20 {
            let shop = try Shop(&generator, offers: 8)
            var decider = Decider(shop.compiled)
            let effects = Self.effects(shop, &generator)
            let counters = shop.counters(&generator)
            let trace = decider.trace(
                shop.situation(&generator), counters, effects, draw: generator.uniform()
            ).trace
            for change in Self.changes {
                var other = trace
                change(&other)
                if other == trace { continue }
                #expect(throws: TraceFault.self, "seed \(seed)") { try other.rederive() }
                found += 1
            }
        }
        #expect(found > 50)
    }

    static let changes: [@Sendable (inout Trace) -> Void] = [
        { $0.offers[0].refusal = $0.offers[0].refusal == nil ? .stock : nil },
        { $0.offers[1].refusal = $0.offers[1].refusal.map { $0 == .stock ? .budget : .stock } },
        { trace in
            for index in trace.offers.indices where trace.offers[index].refusal == nil {
                trace.offers[index].terms.stock = 0
                return
            }
        },
        { trace in
            for index in trace.offers.indices where trace.offers[index].refusal == nil {
                trace.offers[index].terms.budget = trace.offers[index].terms.spend - 1
                return
            }
        },
        { $0.arms[$0.arms.count - 1].value += 1 }, { $0.arms[$0.arms.count - 1].chance *= 0.5 },
        { $0.decision.propensity *= 0.5 }, { $0.decision.discount += 1 }, { $0.offers[0].terms.quiet ^= 1 },
        { if $0.arms.count > 1 { $0.arms.removeLast() } },
    ]

    @Test func everyRefusalSaysWhy() {
        for refusal in OfferRefusal.allCases { #expect(!refusal.explanation(EligibilityTerms()).isEmpty) }
        var terms = EligibilityTerms()
        terms.stock = 0
        #expect(Eligibility.judge(terms) == .channel)
        terms.channels = 1
        terms.asked = 1
        #expect(Eligibility.judge(terms) == .stock)
        #expect(OfferRefusal.stock.explanation(terms) == "0 are left")
    }

    @Test func thereIsAlwaysAFallback() throws {
        let catalogue = try Catalogue(
            currency: try #require(Shop.euro), channels: [Channel(name: "web")], offers: [])
        var decider = Decider(CompiledCatalogue(catalogue))
        let scores = ProfileScores(purchaseProbability: 0.1, orderValue: 100, marginShare: 0.3)
        let situation = Situation(
            now: Shop.now, channels: 1, purpose: nil, isPermitted: false, currency: catalogue.currency, scores: scores)
        let decision = decider.decide(situation, Counters(stock: [], budget: []), ArmEffects(arms: 0), draw: 0.999)
        #expect(decision.arm == nil && decision.propensity == 1 && decision.arms == 1)
    }

    @Test func whatCannotBeIsNamed() throws {
        var generator = SeededGenerator(seed: 8)
        let shop = try Shop(&generator, offers: 4)
        let good = Situation(
            now: Shop.now, channels: 1, purpose: 0, isPermitted: true, currency: shop.catalogue.currency,
            scores: ProfileScores(purchaseProbability: 0.1, orderValue: 100, marginShare: 0.3))
        #expect(good.fault(in: shop.compiled) == nil)
        func fault(_ change: (inout Situation) -> Void) -> String? {
            var other = good
            change(&other)
            return other.fault(in: shop.compiled)
        }
        #expect(fault { $0.basket = [BasketLine(quantity: -1, unitPrice: 1, unitCost: 1)] } == "basket")
        #expect(fault { $0.basket = [BasketLine(quantity: .max, unitPrice: .max, unitCost: 1)] } == "basket")
        #expect(fault { $0.basket = [BasketLine(category: 5, quantity: 1, unitPrice: 1, unitCost: 1)] } == "basket")
        let dollar = try #require(Currency("USD"))
        #expect(fault { $0.currency = dollar } == "currency")
        #expect(fault { $0.purpose = 2 } == "purpose")
        #expect(fault { $0.cohort = -1 } == "cohort")
        #expect(
            fault { $0.contacts = [Contact(offer: 0, channel: 0, time: Timestamp(milliseconds: .max / 4))] }
                == "contacts")
        #expect(fault { $0.scores.purchaseProbability = .nan } == "scores.purchase_probability")
        #expect(fault { $0.scores.affinity = [1] } == "scores.affinity")
        #expect(fault { $0.scores.lifts.deep.error = -1 } == "scores.lifts")
    }
}

@Suite struct ValuationTests {
    @Test func whoWouldHaveBoughtAnywayHasTheDiscountToo() {
        var terms = ValueTerms()
        terms.revenue = 10_000
        terms.cost = 6_000
        terms.discount = 1_000
        terms.probability = 0.2
        terms.lift = 0.05
        // 0.25 · 3,000 - 0.2 · 4,000
        #expect(Valuation(terms).value == -50)
        terms.lift = 0.1
        #expect(abs(Valuation(terms).value - 100) < 1e-9)
        terms.churnRisk = 0.5
        terms.futureMargin = 2_000
        #expect(abs(Valuation(terms).value - 200) < 1e-9)
        terms.purchaseValue = 100
        #expect(abs(Valuation(terms).value - 210) < 1e-9)
        terms.purchaseValue = 0
        terms.pressure = 300
        terms.units = 1
        #expect(abs(Valuation(terms).value - 230) < 1e-9)
        terms.liftError = 0.02
        #expect(abs(Valuation(terms).error - 0.02 * (3_000 + 1_000 + 300)) < 1e-9)
        #expect(Valuation(terms).spread == 0)
        terms.multiplierError = 0.2
        #expect(abs(Valuation(terms).spread - 0.02 * 4_300) < 1e-9)
        terms.multiplierError = 0
        terms.confidence = 0.25
        #expect(abs(Valuation(terms).error - 0.04 * 4_300) < 1e-9)
        terms.lift = 5
        #expect(Valuation(terms).probability == 1)
    }

    @Test func effectsThatFollowAreThoseMadeAnew() {
        var generator = SeededGenerator(seed: 21)
        func record() -> ArmRecord {
            var record = ArmRecord()
            record.exposures = Int.random(in: 0..<1_000, using: &generator)
            record.responses = Int.random(in: 0...record.exposures, using: &generator)
            record.baseline = Double(record.exposures) * generator.uniform()
            record.lift = Double(record.exposures) * (generator.uniform() - 0.3)
            record.variance = Double(record.exposures) * 0.25 * generator.uniform()
            return record
        }
        var records = (0..<50).map { _ in ArmRecord() }
        var fallback = ArmRecord()
        var effects = ArmEffects(arms: 50)
        for _ in 0..<500 {
            if Bool.random(using: &generator) {
                fallback = record()
                effects.update(fallback: fallback)
            } else {
                let arm = Int.random(in: 0..<50, using: &generator)
                records[arm] = record()
                effects.update(arm, records[arm])
            }
            #expect(effects == ArmEffects(records, fallback: fallback))
        }
    }

    @Test func armsLearnFromWhatWasExpectedOfThem() {
        var terms = ValueTerms()
        terms.probability = 0.1
        terms.lift = 0.1
        var generator = SeededGenerator(seed: 6)
        var records = Array(repeating: ArmRecord(), count: 3)
        var fallback = ArmRecord()
        // The first is never shown, the second lifts twice as much as scored, the third not at all; and everyone
        // buys a half more than scored.
        for _ in 0..<20_000 {
            records[1].add(terms, responded: generator.uniform() < 0.15 + 0.2)
            records[2].add(terms, responded: generator.uniform() < 0.15)
            var none = terms
            none.lift = 0
            fallback.add(none, responded: generator.uniform() < 0.15)
        }
        let effects = ArmEffects(records, fallback: fallback)
        #expect(effects.multipliers[0] == 1 && effects.errors[0] == ArmEffects.priorError)
        #expect(abs(effects.multipliers[1] - 2) < 0.15 && abs(effects.multipliers[2]) < 0.15, "\(effects)")
        #expect(effects.errors[1] < 0.05)
        var half = records[1]
        half.merge(records[2])
        #expect(half.exposures == 40_000 && half.responses == records[1].responses + records[2].responses)
    }
}
