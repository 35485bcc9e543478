internal import Engine
internal import GraphStore
internal import Identity
internal import NIOCore
internal import Offers
internal import Scoring
internal import SwiftProtobuf
internal import Wire

/// What people are offered, and what became of it.
extension Handlers {
    /// How much of the writer's queue a decision takes: it is some ten times an observation's work.
    private static let decisionWeight = 10
    private static let longestName = 128
    private static let longestOrderID = 256
    private static let mostChannels = 32
    private static let mostGroups = 64

    // MARK: Decide

    /// Answers a trial on the caller's own thread.
    ///
    /// - Returns: the purpose's place; nil for a decision that is kept, and where there is much to read: nothing was written
    ///   then.
    func decideShort(
        _ message: Span<UInt8>, _ caller: Caller, _ turn: borrowing Turn, into out: inout ByteBuffer
    ) throws(CallError) -> Int? {
        let request: SelvedgeDecideOfferRequest = try decode(message)
        guard request.trial else { return nil }
        let asked = try person(request.subject, request.purpose, .decideOffer, caller.grants, caller.budget)
        let question = try question(request, asked)
        let answer: OfferAnswer
        do {
            answer = try turn.reading.tryOffer(question, length: .short)
        } catch is LongRead {
            return nil
        } catch {
            throw CallError(store: error)
        }
        if answer.isGeneric { answeredGeneric(asked, caller.budget) }
        out.writeImmutableBuffer(try encode(SelvedgeDecideOfferResponse(answer)))
        return asked.place
    }

    func decideOffer(
        _ request: SelvedgeDecideOfferRequest, _ call: Call
    ) async throws(CallError) -> SelvedgeDecideOfferResponse {
        let asked = try person(request.subject, request.purpose, .decideOffer, call.grants, call.budget)
        call.purpose.place = asked.place
        let question = try question(request, asked)
        let answer = try await answer(question, isTrial: request.trial)
        if answer.isGeneric { answeredGeneric(asked, call.budget) }
        return SelvedgeDecideOfferResponse(answer)
    }

    private func answer(_ question: OfferQuestion, isTrial: Bool) async throws(CallError) -> OfferAnswer {
        let engine = engine
        if isTrial { return try await readers.read { try engine.reading().tryOffer(question) } }
        // What cannot be asked is refused here, and not among others in their transaction.
        do { try engine.reading().check(question) } catch { throw CallError(store: error) }
        let report = try await writer.apply(.offers(.decide([question])), weight: Self.decisionWeight)
        guard let answer = report.offers.first else { throw CallError(.internal, "a decision has no answer") }
        return answer
    }

    private func question(
        _ request: SelvedgeDecideOfferRequest, _ asked: PersonQuestion
    ) throws(CallError) -> OfferQuestion {
        // The moment that goes forward only, as consent is judged by it.
        let moment = Timestamp(milliseconds: engine.request(asked.number, at: now).now)
        var question = OfferQuestion(about: asked.subject, purpose: asked.number, now: moment, draw: draw())
        question.channels = try names(request.channels, "channels", most: Self.mostChannels)
        question.appliedGroups = try names(request.appliedGroups, "applied_groups", most: Self.mostGroups)
        if !request.cohort.isEmpty { question.cohort = try name(request.cohort, "cohort") }
        guard (-1_440...1_440).contains(request.offsetMinutes) else {
            throw CallError(.invalidField, "an offset is at most a day", field: "offset_minutes", limit: 1_440)
        }
        question.offsetMinutes = Int(request.offsetMinutes)
        let longest = OfferQuestion.longestHold
        guard request.holdSeconds <= UInt32(longest) else {
            throw CallError(
                .invalidField, "a hold is at most \(longest) seconds", field: "hold_seconds", limit: Int(longest))
        }
        if request.holdSeconds > 0 { question.holdSeconds = Int32(request.holdSeconds) }
        question.wantsTrace = request.trace
        guard request.basket.count <= BasketLine.mostLines else {
            throw CallError(
                .batchTooLarge, "the basket has \(request.basket.count) lines, its limit is \(BasketLine.mostLines)",
                field: "basket", limit: BasketLine.mostLines)
        }
        for (index, line) in request.basket.enumerated() { question.basket.append(try self.line(line, index)) }
        return question
    }

    private func line(_ line: SelvedgeBasketLine, _ index: Int) throws(CallError) -> OfferQuestion.Line {
        let field = "basket[\(index)]"
        var made = OfferQuestion.Line(unitPrice: line.unitPrice, unitCost: line.unitCost)
        if !line.product.isEmpty { made.product = try name(line.product, "\(field).product") }
        if !line.category.isEmpty { made.category = try name(line.category, "\(field).category") }
        let quantity = line.hasQuantity ? line.quantity : 1
        guard let whole = Int32(exactly: quantity) else {
            throw CallError(
                .invalidField, "a quantity is at most \(Int32.max)", field: "\(field).quantity", limit: Int(Int32.max))
        }
        made.quantity = whole
        return made
    }

    private func names(_ list: [String], _ field: String, most: Int) throws(CallError) -> [String] {
        guard list.count <= most else {
            throw CallError(.batchTooLarge, "at most \(most) can be named", field: field, limit: most)
        }
        for (index, text) in list.enumerated() { _ = try name(text, "\(field)[\(index)]") }
        return list
    }

    private func name(_ text: String, _ field: String, most: Int = longestName) throws(CallError) -> String {
        guard text.utf8.count <= most else {
            var error = CallError(invalid: "value_too_long", "it has more than \(most) bytes; shorten it", field: field)
            error.limit = UInt64(most)
            throw error
        }
        return text
    }

    // MARK: Outcome

    func offerOutcome(
        _ request: SelvedgeOfferOutcomeRequest, _ call: Call
    ) async throws(CallError) -> SelvedgeOfferOutcomeResponse {
        try judge(call, .nothing)
        guard !request.outcomes.isEmpty else {
            throw CallError(.batchEmpty, "there is no outcome", field: "outcomes")
        }
        guard request.outcomes.count <= limits.batch else { throw tooLarge(request.outcomes.count, field: "outcomes") }
        var outcomes: [OfferOutcome] = []
        let moment = now
        for (index, message) in request.outcomes.enumerated() {
            outcomes.append(try outcome(message, "outcomes[\(index)]", at: moment))
        }
        let report = try await writer.apply(.offers(.outcomes(outcomes)), weight: outcomes.count)
        return .with { $0.effects = report.effects.map { SelvedgeOfferOutcomeResponse.Effect($0) } }
    }

    private func outcome(
        _ message: SelvedgeOfferOutcome, _ field: String, at moment: Timestamp
    ) throws(CallError) -> OfferOutcome {
        guard let id = OfferDecisionID(message.decisionID) else {
            throw CallError(
                invalid: "invalid_characters", "a decision's id is dec_ and 26 characters",
                field: "\(field).decision_id")
        }
        guard let kind = OutcomeKind(message.kind) else {
            throw CallError(
                .missingField, "say what became of it: shown, clicked, redeemed, bought or returned",
                field: "\(field).kind")
        }
        let time = message.hasTimeMs ? min(Timestamp(milliseconds: message.timeMs), moment) : moment
        var outcome = OfferOutcome(decision: id, kind: kind, time: time)
        let order = try name(message.orderID, "\(field).order_id", most: Self.longestOrderID)
        if !order.isEmpty {
            outcome.amount = Outcomes.Amount(
                id: FactMaker.orderID(order, engine.store.keyRing), revision: time.milliseconds,
                revenue: message.revenue, discount: message.discount, margin: message.margin)
        } else if message.revenue != 0 || message.discount != 0 || message.margin != 0 {
            throw CallError(
                .missingField, "money goes with the id of an order, by which it counts once",
                field: "\(field).order_id")
        }
        if let fault = outcome.fault {
            throw CallError(
                .invalidField, "a time is not before 1970, money at most \(BasketLine.largestAmount)",
                field: "\(field).\(fault == "time" ? "time_ms" : fault)")
        }
        return outcome
    }

    // MARK: The catalogue

    func loadOffers(_ request: SelvedgeLoadOffersRequest, _ call: Call) async throws(CallError)
        -> SelvedgeOfferCatalogue
    {
        try judge(call, .nothing)
        let text = request.yaml
        let read: Result<Catalogue, CallError> = try await readers.read {
            do {
                return .success(try Engine.catalogue(text, file: "catalogue"))
            } catch {
                return .failure(CallError(.invalidCatalogue, "\(error)", field: "yaml"))
            }
        }
        var message = SelvedgeOfferCatalogue(try read.get())
        guard !request.check else { return message }
        let report = try await writer.apply(.offers(.loadCatalogue(Array(text.utf8), time: now)))
        message.version = UInt32(clamping: report.number)
        return message
    }

    func showOffers(_ request: SelvedgeShowOffersRequest, _ call: Call) async throws(CallError)
        -> SelvedgeOfferCatalogue
    {
        try judge(call, .nothing)
        let engine = engine
        return try await readers.read {
            guard let (version, catalogue) = try engine.catalogue() else { throw EngineError.noCatalogue }
            var message = SelvedgeOfferCatalogue(catalogue)
            message.version = version
            for (index, entry) in try engine.offerCounters().enumerated() where index < message.offers.count {
                message.offers[index].count(entry.counters)
            }
            return message
        }
    }
}

extension OutcomeKind {
    init?(_ kind: SelvedgeOfferOutcome.Kind) {
        switch kind {
        case .shown: self = .shown
        case .clicked: self = .clicked
        case .redeemed: self = .redeemed
        case .bought: self = .bought
        case .returned: self = .returned
        case .unspecified, .UNRECOGNIZED: return nil
        }
    }
}

extension SelvedgeOfferOutcomeResponse.Effect {
    init(_ effect: OutcomeEffect) {
        switch effect {
        case .entered: self = .entered
        case .unchanged: self = .unchanged
        case .late: self = .late
        case .unknown: self = .unknown
        case .tooMany: self = .tooMany
        }
    }
}
