import Engine
import GraphStore
import Identity
import Offers
import Scoring
import Testing
import TestSupport

/// Decisions in the store: with stock, budget, caps and outcomes in one transaction each.
@Suite struct OfferTests {
    /// Decides for new people until an offer of a name is made.
    private static func make(_ offer: String, _ shop: OfferShop, from first: Int, hours: Int = 1) throws -> OfferAnswer
    {
        for number in first..<first + 400 {
            try shop.graph.see(("email", number))
            let answer = try shop.decide(number, hours: hours, draw: Double(number % 97) / 97)
            if answer.offer == offer { return answer }
        }
        throw Missing(offer: offer)
    }

    private struct Missing: Error { let offer: String }

    @Test func stockIsHeldUsedAndGivenBack() throws {
        let shop = try OfferShop()
        let first = try #require(try Self.make("scarce", shop, from: 1).id)
        let held = try shop.counters("scarce")
        #expect(held[.heldUnits] >= 1)
        #expect(try shop.outcome(first, .bought) == .entered)
        #expect(try shop.outcome(first, .bought) == .unchanged)
        #expect(try shop.counters("scarce")[.usedUnits] == 1)
        #expect(try shop.counters("scarce")[.heldUnits] == held[.heldUnits] - 1)
        try shop.engine.apply(.offers(.release(EvidenceBuilder.time(hours: 5))))
        let after = try shop.counters("scarce")
        #expect((after[.heldUnits], after[.usedUnits]) == (0, 1))
        try checkIntegrity(shop.engine)
    }

    @Test func whatWasGivenBackIsTakenAgainOrLate() throws {
        let shop = try OfferShop()
        let early = try #require(try Self.make("scarce", shop, from: 1).id)
        try shop.engine.apply(.offers(.release(EvidenceBuilder.time(hours: 5))))
        #expect(try shop.outcome(early, .redeemed, hours: 6) == .entered)
        let other = try #require(try Self.make("scarce", shop, from: 1_000, hours: 7).id)
        try shop.engine.apply(.offers(.release(EvidenceBuilder.time(hours: 9))))
        var number = 2_000
        while try shop.counters("scarce")[.usedUnits] < 20 {
            let next = try Self.make("scarce", shop, from: number, hours: 10)
            _ = try shop.outcome(try #require(next.id), .bought, hours: 10)
            number += 400
        }
        #expect(try shop.outcome(other, .bought, hours: 11) == .late)
        #expect(try shop.counters("scarce")[.usedUnits] == 20)
        #expect(try shop.counters("scarce")[.late] == 1)
        try checkIntegrity(shop.engine)
    }

    @Test func aBudgetAndAStockAreNeverOutrun() throws {
        let shop = try OfferShop()
        var generator = SeededGenerator(seed: 11)
        for number in 1...200 {
            try shop.graph.see(("email", number))
            let answer = try shop.decide(number, draw: Double.random(in: 0..<1, using: &generator))
            if let id = answer.id, generator.chance(50) { _ = try shop.outcome(id, generator.pick([.shown, .bought])) }
            let gift = try shop.counters("gift")
            #expect(gift[.heldMoney] + gift[.usedMoney] <= 1_000)
            let scarce = try shop.counters("scarce")
            #expect(scarce[.heldUnits] + scarce[.usedUnits] <= 20)
        }
        #expect(try shop.counters("gift")[.decisions] == 10)
        try checkIntegrity(shop.engine)
    }

    @Test func aCapHoldsOverAMerge() throws {
        let shop = try OfferShop(
            """
            channels: {web: always}
            currency: EUR
            purposes: [service]
            objective: {purchase_value: 100000}
            holdout: 0
            exploration: {method: epsilon, epsilon: 0.5, floor: 0.01}
            offers:
              twice: {benefit: {percent: 5}, channels: [web], caps: [{count: 2, days: 7}], purposes: [service]}
            """)
        for number in [1, 2] { try shop.graph.see(("email", number)) }
        var made = 0
        for (place, number) in [1, 2].enumerated() {
            while try shop.decide(number, draw: 0.999).offer == nil { made += 1 }
            #expect(made < 50, "person \(place)")
        }
        try shop.graph.see(("email", 1), ("email", 2))
        for step in 0..<40 {
            #expect(try shop.decide(1 + step % 2, draw: Double(step) / 40).offer == nil)
        }
        #expect(try shop.counters("twice")[.decisions] == 2)
        try checkIntegrity(shop.engine)
    }

    @Test func aClockBehindPassesNoCap() throws {
        let shop = try OfferShop(
            """
            channels: {web: always}
            currency: EUR
            purposes: [service]
            objective: {purchase_value: 100000}
            holdout: 0
            exploration: {method: epsilon, epsilon: 0.5, floor: 0.01}
            offers:
              twice: {benefit: {percent: 5}, channels: [web], caps: [{count: 2, days: 7}], purposes: [service]}
            """)
        try shop.graph.see(("email", 1))
        for step in 0..<60 { _ = try shop.decide(1, hours: 3, draw: Double(step) / 60) }
        #expect(try shop.counters("twice")[.decisions] == 2)
        for step in 0..<60 { #expect(try shop.decide(1, hours: 2, draw: Double(step) / 60).offer == nil) }
        #expect(try shop.counters("twice")[.decisions] == 2)
    }

    @Test func withoutConsentNothingOfAPersonIsKept() throws {
        let shop = try OfferShop()
        let answer = try shop.decide(7, draw: 0.3)
        #expect(answer.isGeneric)
        #expect(answer.offer == nil || answer.offer == "words")
        #expect(try shop.engine.decisionNodes() == [0])
        try checkIntegrity(shop.engine)
    }

    @Test func aForgedIDLeadsNowhere() throws {
        let shop = try OfferShop()
        try shop.graph.see(("email", 1))
        let id = try #require(try shop.decide(1, draw: 0.1).id)
        #expect(OfferDecisionID(id.description) == id)
        let forged = OfferDecisionID(high: id.high ^ 1, low: id.low)
        #expect(try shop.outcome(forged, .bought) == .unknown)
    }

    @Test func tracesDeriveAgainAndTriesKeepNothing() throws {
        let shop = try OfferShop()
        var generator = SeededGenerator(seed: 4)
        let before = try shop.engine.digest(.content)
        for number in 1...60 {
            var question = try shop.question(number % 9, draw: Double.random(in: 0..<1, using: &generator))
            question.wantsTrace = true
            let trace = try #require(try shop.engine.tryOffer(question).trace)
            try trace.rederive()
        }
        #expect(try shop.engine.digest(.content) == before)
        for number in 1...200 {
            if generator.chance(50) { try shop.graph.see(("email", number % 40)) }
            var question = try shop.question(number % 40, draw: Double.random(in: 0..<1, using: &generator))
            question.wantsTrace = true
            try #require(try shop.engine.apply(.offers(.decide([question]))).offers[0].trace).rederive()
        }
    }

    @Test func anErasedPersonLeavesNoDecisionAndTheCountersStayTrue() throws {
        let shop = try OfferShop()
        var bought = 0
        for number in 1...60 {
            try shop.graph.see(("email", number))
            let answer = try shop.decide(number, draw: Double(number) / 61)
            guard answer.offer != nil, let id = answer.id else { continue }
            if number % 2 == 0 {
                _ = try shop.outcome(id, .bought)
                bought += 1
            }
        }
        let used = try shop.counters("scarce")[.usedUnits]
        #expect(bought > 0)
        for number in 1...60 { try shop.erase(number) }
        #expect(try shop.engine.decisionNodes().allSatisfy { $0 == 0 })
        let after = try shop.counters("scarce")
        #expect((after[.usedUnits], after[.goneUnits], after[.heldUnits]) == (used, used, 0))
        #expect(try shop.engine.factNodes().isEmpty)
        try checkIntegrity(shop.engine)
    }

    @Test func aFieldThatCannotBeSoIsRefusedByName() throws {
        let shop = try OfferShop()
        var question = try shop.question(1, draw: 0.5)
        question.channels = ["pigeon"]
        let error = #expect(throws: EngineError.self) { try shop.engine.apply(.offers(.decide([question]))) }
        guard case .offerField("channels")? = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        let empty = try FactTests.graph()
        #expect(throws: EngineError.self) { try empty.engine.tryOffer(question) }
    }
}
