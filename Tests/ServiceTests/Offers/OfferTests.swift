import Engine
import Foundation
import GraphStore
import Identity
import Service
import SwiftProtobuf
import TestSupport
import Testing
import Wire

/// Scores and offers of a running server.
@Suite struct OfferTests {
    // MARK: What may be known

    private static func scoring(_ subject: SelvedgeSubject, _ purpose: String = "marketing") -> [UInt8] {
        SelvedgeScoreRequest.with { ($0.subject, $0.purpose, $0.explain) = (subject, purpose, true) }.bytes
    }

    private static func tracing(_ subject: SelvedgeSubject, _ purpose: String = "marketing") -> [UInt8] {
        var request = Say.deciding(subject, purpose)
        request.trace = true
        return request.bytes
    }

    /// Unknown, denied and forged: byte by byte the same, and the same again once a consent is withdrawn.
    @Test func withdrawnForgedAndUnknownLookAlike() async throws {
        try await OfferWorld.with { server, wire in
            let doors = [wire, try server.door(.grpc)]
            let granted = Say.decide("ada", [Say.decision("marketing", "granted", at: Say.now - 2)])
            #expect(await wire.ask(.decide, granted.bytes).failure == nil)
            for door in doors {
                let card: SelvedgeScoreResponse = try await door.ask(.score, Self.scoring(Say.email("ada"))).message()
                #expect(card.basis == .person)
                let made: SelvedgeDecideOfferResponse = try await door.ask(
                    .decideOffer, Self.tracing(Say.email("ada"))
                ).message()
                #expect(
                    made.basis == .person && made.trace.offers.contains { $0.rule == .none && $0.offer == "scarce" })
            }
            let withdrawn = Say.decide("ada", [Say.decision("marketing", "withdrawn", at: Say.now - 1)])
            #expect(await wire.ask(.decide, withdrawn.bytes).failure == nil)
            let subjects = [
                Say.email("ada"), Say.email("carol"), Say.email("nobody"), Say.record("nowhere", "r"),
                .with { $0.profileID = "prf_" + String(repeating: "1", count: 26) },
            ]
            var (cards, offers): (Set<Reply>, Set<Reply>) = ([], [])
            for door in doors {
                for subject in subjects {
                    cards.insert(await door.ask(.score, Self.scoring(subject)))
                    offers.insert(await door.ask(.decideOffer, Self.tracing(subject)))
                }
            }
            #expect(cards.count == 1 && offers.count == 1)
            let card: SelvedgeScoreResponse = try #require(cards.first).message()
            let made: SelvedgeDecideOfferResponse = try #require(offers.first).message()
            #expect(card.basis == .generic && made.basis == .generic)
            #expect(made.trace.offers.first { $0.offer == "scarce" }?.rule == .consent)
            await doors[1].close()
        }
    }

    /// A view's own id leads to the same scores as its identifier.
    @Test func aProfileIDIsASubjectToo() async throws {
        try await OfferWorld.with { _, door in
            let shown: SelvedgeResolveResponse = try await door.ask(.resolve, Say.resolve(Say.email("ada")).bytes)
                .message()
            let subject = SelvedgeSubject.with { $0.profileID = shown.profileID }
            let byID = await door.ask(.score, Self.scoring(subject, "service"))
            #expect(byID == (await door.ask(.score, Self.scoring(Say.email("ada"), "service"))))
            let kept = Say.deciding(subject, trial: false)
            let made: SelvedgeDecideOfferResponse = try await door.ask(.decideOffer, kept.bytes).message()
            #expect(made.basis == .person && !made.decisionID.isEmpty)
        }
    }

    private static let policy = AuthorityUnderTest.text(
        tokens: "",
        principals: """
            principals:
              - id: billing
                roles: [score, offer, ingest, consent, admin]
                purposes: [service, marketing]
                sources: "*"
                generic_budget: 4
            """)

    @Test(arguments: DoorKind.allCases, [Wire.Method.score, .decideOffer])
    func genericAnswersCountTowardsTheBudget(kind: DoorKind, method: Wire.Method) async throws {
        try await TestServer.with(.init(policy: Self.policy)) { server in
            let token = try TokenDraft().signed(by: try await TokenForge.shared.value)
            let door = try server.door(kind, .init(token: token))
            try await OfferWorld.stock(server, door)
            func ask(_ name: String) async -> Reply {
                let isKept = name.hasSuffix("2")
                let decide = Say.deciding(Say.email(name), trial: !isKept).bytes
                return await door.ask(method, method == .score ? Self.scoring(Say.email(name), "service") : decide)
            }
            // The same subject again is none the more, and who is known is none.
            for name in ["n1", "n1", "ada", "n2", "n3", "n4", "n4", "n5"] {
                #expect(await ask(name).failure == nil, "\(name)")
            }
            #expect(await ask("ada").end == "RESOURCE_EXHAUSTED generic_budget")
            #expect(await ask("n1").end == "RESOURCE_EXHAUSTED generic_budget")
            await door.close()
        }
    }

    /// What is too long for the connection's own thread is answered all the same, and in the same words.
    @Test(arguments: DoorKind.allCases) func muchBehaviourIsReadAsLittleIs(kind: DoorKind) async throws {
        try await OfferWorld.with(kind) { _, door in
            let view = #"{"category":"rugs"},"#
            for visit in 0..<20 {
                var seen = Say.observation("email:ada@example.org", at: Say.now - Int64(visit) * 3_600_000)
                let views = String(String(repeating: view, count: 100).dropLast())
                seen.behaviour = Data("{\"views\":[\(views)]}".utf8)
                #expect(await door.ask(.record, Say.recording([seen]).bytes).failure == nil)
            }
            let card: SelvedgeScoreResponse = try await door.ask(.score, Self.scoring(Say.email("ada"), "service"))
                .message()
            #expect(card.basis == .person && card.facts.first { $0.kind == "view" }.map { $0.count >= 1_000 } == true)
            let made: SelvedgeDecideOfferResponse = try await door.ask(
                .decideOffer, Self.tracing(Say.email("ada"), "service")
            ).message()
            #expect(made.basis == .person && made.decisionID.isEmpty)
        }
    }

    // MARK: What became of it

    private static func decide(_ door: any Door, until offer: String) async throws -> SelvedgeDecideOfferResponse {
        for number in 0..<400 {
            let seen = Say.recording([Say.observation("email:p\(number)@example.org")])
            #expect(await door.ask(.record, seen.bytes).failure == nil)
            let question = Say.deciding(Say.email("p\(number)"), trial: false)
            let made: SelvedgeDecideOfferResponse = try await door.ask(.decideOffer, question.bytes).message()
            if made.offer == offer { return made }
        }
        throw Reply.NotAnswered(end: "\(offer) was never made")
    }

    private static func enter(
        _ door: any Door, _ outcomes: SelvedgeOfferOutcome...
    ) async throws -> [SelvedgeOfferOutcomeResponse.Effect] {
        let answer: SelvedgeOfferOutcomeResponse = try await door.ask(.offerOutcome, Say.outcomes(outcomes).bytes)
            .message()
        return answer.effects
    }

    private static func counters(_ door: any Door, _ offer: String) async throws -> SelvedgeCatalogueOffer {
        let catalogue: SelvedgeOfferCatalogue = try await door.ask(.showOffers, []).message()
        return try #require(catalogue.offers.first { $0.name == offer })
    }

    private static let random = TestServer.Setup().with { $0.draw = { Double.random(in: 0..<1) } }

    @Test(arguments: DoorKind.allCases) func anOutcomeCountsOnce(kind: DoorKind) async throws {
        try await OfferWorld.with(kind, Self.random) { _, door in
            let made = try await Self.decide(door, until: "scarce")
            #expect(made.variant == "warm" && made.tokens.map(\.name) == ["b", "headline"])
            #expect(made.expiresMs == Say.now + 1_800_000 && made.discount == 1_000)
            let held = try await Self.counters(door, "scarce")
            #expect(held.heldUnits >= 1 && held.usedUnits == 0)
            let bought = Say.outcome(made.decisionID, .bought, at: Say.now, order: "o-9", revenue: 9_000)
            let shown = Say.outcome(made.decisionID, .shown, at: Say.now)
            #expect(
                try await Self.enter(door, shown, bought, bought, shown) == [
                    .entered, .entered, .unchanged, .unchanged,
                ])
            #expect(try await Self.enter(door, bought, shown) == [.unchanged, .unchanged])
            let used = try await Self.counters(door, "scarce")
            #expect(used.usedUnits == 1 && used.heldUnits == held.heldUnits - 1 && used.late == 0)
        }
    }

    @Test func anOutcomeOfTomorrowEndsNothingThatIsHeld() async throws {
        try await OfferWorld.with(.wire, Self.random) { _, door in
            let made = try await Self.decide(door, until: "scarce")
            let held = try await Self.counters(door, "scarce")
            let late = Say.outcome(OfferWorld.unknownDecision, .shown, at: Say.now + 90 * 86_400_000)
            #expect(try await Self.enter(door, late) == [.unknown])
            #expect(try await Self.counters(door, "scarce") == held)
            #expect(try await Self.enter(door, Say.outcome(made.decisionID, .clicked, at: .max)) == [.entered])
            #expect(try await Self.counters(door, "scarce") == held)
        }
    }

    @Test func aDecisionHasSoManyPurchasesAndNoMore() async throws {
        try await OfferWorld.with(.wire, Self.random) { _, door in
            let made = try await Self.decide(door, until: "words")
            let list = (0..<70).map { Say.outcome(made.decisionID, .bought, order: "o-\($0)", revenue: 1) }
            let answer: SelvedgeOfferOutcomeResponse = try await door.ask(.offerOutcome, Say.outcomes(list).bytes)
                .message()
            #expect(answer.effects.count { $0 == .entered } == 64)
            #expect(answer.effects.suffix(6).allSatisfy { $0 == .tooMany })
            #expect(try await Self.enter(door, list[3]) == [.unchanged])
        }
    }

    // MARK: What is counted

    @Test func callsAreCountedByMethodAndPurpose() async throws {
        try await OfferWorld.with { server, wire in
            for door in [wire, try server.door(.grpc)] {
                _ = await door.ask(.score, Self.scoring(Say.email("ada"), "service"))
                _ = await door.ask(.decideOffer, Say.deciding(Say.email("nobody"), "marketing").bytes)
                _ = await door.ask(.decideOffer, Say.deciding(Say.email("ada"), trial: false).bytes)
            }
            let text = server.metrics.exposition(engine: server.engine, isReady: true)
            func count(_ method: String, _ purpose: String) -> Bool {
                text.contains(
                    "selvedge_call_duration_seconds_count{method=\"\(method)\",purpose=\"\(purpose)\"} 2\n")
            }
            #expect(count("Score/Score", "service") && count("Offer/Decide", "marketing"))
            #expect(count("Offer/Decide", "service"))
            #expect(text.contains("selvedge_generic_answers_total{purpose=\"marketing\"} 2\n"))
        }
    }
}

extension TestServer.Setup {
    func with(_ change: (inout TestServer.Setup) -> Void) -> TestServer.Setup {
        var setup = self
        change(&setup)
        return setup
    }
}
