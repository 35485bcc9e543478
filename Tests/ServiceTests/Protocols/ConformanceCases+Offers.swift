import Foundation
import SwiftProtobuf
import Testing
import Wire

/// Scores and offers. Choices are drawn by one half.
extension ConformanceCase {
    private static func scoring(_ subject: SelvedgeSubject, _ purpose: String = "service") -> SelvedgeScoreRequest {
        .with { ($0.subject, $0.purpose, $0.explain) = (subject, purpose, true) }
    }

    private static let scores = [
        ConformanceCase("somebody who has bought", .score, scoring(Say.email("ada"))) {
            (answer: SelvedgeScoreResponse) in
            #expect(answer.basis == .person && answer.modelVersion == 1 && answer.currency == "EUR")
            #expect(answer.facts.map(\.kind) == ["order"] && answer.facts.first?.count == 4)
            let names = answer.estimates.map(\.name)
            #expect(names.contains("active") && names.contains("affinity: lamps"))
            for one in answer.estimates {
                #expect(one.lower <= one.value && one.value <= one.upper, "\(one.name)")
                let moved = one.contributions.reduce(0) { $0 + $1.amount }
                #expect(abs(one.baseline + moved - one.value) < 1e-6 * max(1, abs(one.value)), "\(one.name)")
            }
        }.shop,
        ConformanceCase(
            "nobody known", .score, SelvedgeScoreRequest.with { ($0.subject, $0.purpose) = (Say.email("x"), "service") }
        ) { (answer: SelvedgeScoreResponse) in
            #expect(answer.basis == .generic && answer.facts.isEmpty && answer.confidence == 1)
            #expect(answer.estimates.allSatisfy { $0.basis == .generic && $0.contributions.isEmpty })
        }.shop,
        ConformanceCase(
            "no models", .score, scoring(Say.email("ada")).bytes, "FAILED_PRECONDITION no_scores"),
        ConformanceCase(
            "a purpose that is none", .score, scoring(Say.email("ada"), "spying").bytes,
            "INVALID_ARGUMENT unknown_purpose", field: "purpose"),
        ConformanceCase(
            "nobody", .score, SelvedgeScoreRequest.with { $0.purpose = "service" }.bytes,
            "INVALID_ARGUMENT missing_field", field: "subject"),
        ConformanceCase("garbage", .score, garbage, "INVALID_ARGUMENT malformed_message"),
    ]

    private static func deciding(_ change: (inout SelvedgeDecideOfferRequest) -> Void) -> SelvedgeDecideOfferRequest {
        var request = Say.deciding(Say.email("ada"))
        change(&request)
        return request
    }

    private static let decisions = [
        ConformanceCase("a trial", .decideOffer, deciding { $0.trace = true }) {
            (answer: SelvedgeDecideOfferResponse) in
            #expect(answer.basis == .person && answer.decisionID.isEmpty && answer.expiresMs == 0)
            #expect(answer.trace.offers.map(\.offer) == ["gift", "scarce", "words"])
            #expect(answer.trace.arms.count == Int(answer.arms) && answer.trace.draw == 0.5)
        }.shop,
        ConformanceCase("kept", .decideOffer, deciding { $0.trial = false }, writes: true) {
            (answer: SelvedgeDecideOfferResponse) in
            #expect(answer.basis == .person && answer.decisionID.hasPrefix("dec_") && answer.decisionID.count == 30)
            #expect(answer.offer.isEmpty == (answer.expiresMs == 0) && answer.propensity > 0)
        }.shop,
        ConformanceCase("nobody known", .decideOffer, deciding { $0.subject = Say.email("x") }) {
            (answer: SelvedgeDecideOfferResponse) in
            #expect(answer.basis == .generic && ["", "words"].contains(answer.offer))
        }.shop,
        ConformanceCase("no catalogue", .decideOffer, deciding { _ in }.bytes, "FAILED_PRECONDITION no_catalogue"),
        ConformanceCase(
            "no catalogue, kept", .decideOffer, deciding { $0.trial = false }.bytes,
            "FAILED_PRECONDITION no_catalogue"),
        ConformanceCase("garbage", .decideOffer, garbage, "INVALID_ARGUMENT malformed_message"),
    ]

    private static func wrong(
        _ name: String, _ code: String, _ field: String, limit: UInt64 = 0,
        _ change: (inout SelvedgeDecideOfferRequest) -> Void
    ) -> [ConformanceCase] {
        [true, false].map { isTrial in
            let request = deciding {
                change(&$0)
                $0.trial = isTrial
            }
            let title = isTrial ? "\(name), a trial" : name
            return ConformanceCase(
                title, .decideOffer, request.bytes, "INVALID_ARGUMENT \(code)", field: field, limit: limit
            ).shop
        }
    }

    private static let wrongs: [ConformanceCase] = [
        wrong("a channel of no catalogue", "invalid_field", "channels") { $0.channels = ["pigeon"] },
        wrong("33 channels", "batch_too_large", "channels", limit: 32) {
            $0.channels = Array(repeating: "web", count: 33)
        },
        wrong("a cohort of no catalogue", "invalid_field", "cohort") { $0.cohort = "nobody" },
        wrong("a long cohort", "value_too_long", "cohort", limit: 128) {
            $0.cohort = String(repeating: "c", count: 129)
        },
        wrong("65 groups", "batch_too_large", "applied_groups", limit: 64) {
            $0.appliedGroups = Array(repeating: "g", count: 65)
        },
        wrong("a long name in the basket", "value_too_long", "basket[0].product", limit: 128) {
            $0.basket[0].product = String(repeating: "p", count: 129)
        },
        wrong("1,001 lines", "batch_too_large", "basket", limit: 1_000) {
            $0.basket = Array(repeating: $0.basket[0], count: 1_001)
        },
        wrong("a price below zero", "invalid_field", "basket") { $0.basket[0].unitPrice = -1 },
        wrong("a price beyond sums", "invalid_field", "basket") { $0.basket[0].unitPrice = .max },
        wrong("too many of one", "invalid_field", "basket[0].quantity", limit: UInt64(Int32.max)) {
            $0.basket[0].quantity = .max
        },
        wrong("a hold of more than a week", "invalid_field", "hold_seconds", limit: 604_800) {
            $0.holdSeconds = 604_801
        },
        wrong("more than a day off", "invalid_field", "offset_minutes", limit: 1_440) { $0.offsetMinutes = -1_441 },
        wrong("no purpose", "missing_field", "purpose") { $0.purpose = "" },
    ].flatMap { $0 }

    private static func entering(_ change: (inout SelvedgeOfferOutcome) -> Void) -> [UInt8] {
        var outcome = Say.outcome(OfferWorld.unknownDecision, .bought, order: "o-1", revenue: 100)
        change(&outcome)
        return Say.outcomes([Say.outcome(OfferWorld.unknownDecision, .shown), outcome]).bytes
    }

    private static let outcomes = [
        ConformanceCase(
            "of no decision", .offerOutcome, Say.outcomes([Say.outcome(OfferWorld.unknownDecision, .shown)]),
            writes: true
        ) { (answer: SelvedgeOfferOutcomeResponse) in
            #expect(answer.effects == [.unknown])
        }.shop,
        ConformanceCase("none", .offerOutcome, [], "INVALID_ARGUMENT batch_empty", field: "outcomes"),
        ConformanceCase(
            "1,001", .offerOutcome,
            Say.outcomes(Array(repeating: Say.outcome(OfferWorld.unknownDecision, .shown), count: 1_001)).bytes,
            "INVALID_ARGUMENT batch_too_large", field: "outcomes", limit: 1_000),
        ConformanceCase(
            "an id that is none", .offerOutcome, entering { $0.decisionID = "prf_1" },
            "INVALID_ARGUMENT invalid_characters", field: "outcomes[1].decision_id"),
        ConformanceCase(
            "nothing became of it", .offerOutcome, entering { $0.kind = .unspecified },
            "INVALID_ARGUMENT missing_field", field: "outcomes[1].kind"),
        ConformanceCase(
            "money without an order", .offerOutcome, entering { $0.orderID = "" },
            "INVALID_ARGUMENT missing_field", field: "outcomes[1].order_id"),
        ConformanceCase(
            "a long order", .offerOutcome, entering { $0.orderID = String(repeating: "o", count: 257) },
            "INVALID_ARGUMENT value_too_long", field: "outcomes[1].order_id", limit: 256),
        ConformanceCase(
            "money beyond sums", .offerOutcome, entering { $0.margin = .min }, "INVALID_ARGUMENT invalid_field",
            field: "outcomes[1].margin"),
        ConformanceCase(
            "before 1970", .offerOutcome, entering { $0.timeMs = -1 }, "INVALID_ARGUMENT invalid_field",
            field: "outcomes[1].time_ms"),
    ]

    private static let catalogues = [
        ConformanceCase(
            "whole", .loadOffers, SelvedgeLoadOffersRequest.with { $0.yaml = OfferWorld.catalogue }, writes: true
        ) { (answer: SelvedgeOfferCatalogue) in
            #expect(answer.version == 1 && answer.channels == ["email", "web"] && answer.offers.count == 3)
        },
        ConformanceCase(
            "only read", .loadOffers,
            SelvedgeLoadOffersRequest.with { ($0.yaml, $0.check) = (OfferWorld.catalogue, true) }, writes: true
        ) { (answer: SelvedgeOfferCatalogue) in
            #expect(answer.version == 0 && answer.offers.map(\.name) == ["gift", "scarce", "words"])
        },
        ConformanceCase(
            "not whole", .loadOffers,
            SelvedgeLoadOffersRequest.with { $0.yaml = OfferWorld.catalogue + "more: 1\n" }.bytes,
            "INVALID_ARGUMENT invalid_catalogue", field: "yaml"),
        ConformanceCase("as loaded", .showOffers, SelvedgeShowOffersRequest()) { (answer: SelvedgeOfferCatalogue) in
            #expect(answer.version == 1 && answer.currency == "EUR" && answer.holdout == 0)
            #expect(answer.offers.map(\.gives) == [.gift(100), .basisPoints(1_000), .words(true)])
            #expect(answer.offers[1].units == 20 && !answer.offers[1].hasBudget && answer.offers[1].heldUnits == 0)
        }.shop,
        ConformanceCase("none was loaded", .showOffers, [], "FAILED_PRECONDITION no_catalogue"),
    ]

    static let offers = scores + decisions + wrongs + outcomes + catalogues
}
