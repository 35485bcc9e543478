internal import SwiftProtobuf
public import Wire

/// What people are offered, and what became of it.
extension SelvedgeClient {
    /// Decides what to offer a person now. Returns when the decision and what it holds of stock and budget are durable; a trial
    /// keeps nothing. Role offer for the purpose.
    ///
    /// A decision that may have been made is never asked for again: it would be another, and hold as much once more.
    public func decideOffer(
        _ request: SelvedgeDecideOfferRequest, deadline: Duration? = nil
    ) async throws(SelvedgeError) -> SelvedgeDecideOfferResponse {
        try await unary(.decideOffer, request, deadline: deadline)
    }

    /// The same in few words: for a basket, on any of the catalogue's channels.
    ///
    /// - Parameters:
    ///   - basket: empty: the order to be expected.
    ///   - trial: keeps nothing and holds nothing; it has no id.
    ///   - trace: whether the answer holds all that it follows from.
    public func decideOffer(
        to subject: SelvedgeSubject, for purpose: String, basket: [SelvedgeBasketLine] = [], trial: Bool = false,
        trace: Bool = false, deadline: Duration? = nil
    ) async throws(SelvedgeError) -> SelvedgeDecideOfferResponse {
        let request = SelvedgeDecideOfferRequest.with {
            ($0.subject, $0.purpose, $0.basket) = (subject, purpose, basket)
            ($0.trial, $0.trace) = (trial, trace)
        }
        return try await decideOffer(request, deadline: deadline)
    }

    /// Enters what became of up to 1,000 decisions; returns when it is durable. The same again changes nothing. Role offer.
    ///
    /// - Returns: one effect for each, in order.
    public func enterOutcomes(
        _ outcomes: [SelvedgeOfferOutcome], deadline: Duration? = nil
    ) async throws(SelvedgeError) -> [SelvedgeOfferOutcomeResponse.Effect] {
        let request = SelvedgeOfferOutcomeRequest.with { $0.outcomes = outcomes }
        let response: SelvedgeOfferOutcomeResponse = try await unary(.offerOutcome, request, deadline: deadline)
        guard response.effects.count == outcomes.count else { throw .unreadable }
        return response.effects
    }

    /// Puts a catalogue of offers into the store, as a new version. Role admin.
    ///
    /// - Parameters:
    ///   - yaml: as the article on offers tells it.
    ///   - check: reads it and says what is wrong with it; loads nothing.
    public func loadOffers(
        yaml: String, check: Bool = false, deadline: Duration? = nil
    ) async throws(SelvedgeError) -> SelvedgeOfferCatalogue {
        let request = SelvedgeLoadOffersRequest.with { ($0.yaml, $0.check) = (yaml, check) }
        return try await unary(.loadOffers, request, deadline: deadline)
    }

    /// The catalogue in use, and what is left of stock and budget. Roles offer and admin.
    public func showOffers(deadline: Duration? = nil) async throws(SelvedgeError) -> SelvedgeOfferCatalogue {
        try await unary(.showOffers, SelvedgeShowOffersRequest(), deadline: deadline)
    }
}

extension SelvedgeBasketLine {
    /// Money in minor units of the catalogue's currency.
    public init(
        product: String = "", category: String = "", quantity: UInt32 = 1, unitPrice: Int64, unitCost: Int64
    ) {
        self.init()
        (self.product, self.category, self.quantity) = (product, category, quantity)
        (self.unitPrice, self.unitCost) = (unitPrice, unitCost)
    }
}

extension SelvedgeOfferOutcome {
    /// What became of a decision.
    ///
    /// - Parameters:
    ///   - time: milliseconds since 1970, UTC; nil: now.
    ///   - order: of a purchase or a return: by its id it counts once.
    ///   - revenue: what was paid, in minor units, below zero for a return; `margin`: what the shop keeps of it.
    public init(
        decision: String, _ kind: Kind, time: Int64? = nil, order: String = "", revenue: Int64 = 0,
        discount: Int64 = 0, margin: Int64 = 0
    ) {
        self.init()
        (decisionID, self.kind, orderID) = (decision, kind, order)
        if let time { timeMs = time }
        (self.revenue, self.discount, self.margin) = (revenue, discount, margin)
    }
}
