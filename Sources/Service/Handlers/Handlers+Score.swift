internal import Engine
internal import GraphStore
internal import Identity
internal import NIOCore
internal import Scoring
internal import SwiftProtobuf
internal import Wire

/// Scores, and what they share with offers: a question of a person for a purpose, whose answer may be generic.
extension Handlers {
    /// Who is asked about, and for what.
    struct PersonQuestion {
        var subject: ViewSubject
        /// By which budgets tell subjects apart.
        var mark: UInt64
        /// The purpose: the store's number, and its place in the configuration.
        var number: UInt8
        var place: Int
    }

    /// - Throws: where the caller may not ask it, or it is none.
    func person(
        _ subject: SelvedgeSubject, _ purpose: String, _ method: Method, _ grants: Grants, _ budget: PrincipalBudget
    ) throws(CallError) -> PersonQuestion {
        let moment = now
        try grants.admits(method, at: moment).check()
        guard let place = purposeNames.firstIndex(of: purpose) else { throw unknownPurpose(isGiven: !purpose.isEmpty) }
        let number = try purposeNumber(purpose)
        try grants.decide(method, .view(purpose: purpose, look: false), at: moment).check()
        try checkBudget(budget, at: moment)
        do throws(Refusal) {
            let key = try key(subject)
            return PersonQuestion(subject: key.view, mark: key.budgetMark, number: number, place: place)
        } catch { throw CallError(error) }
    }

    /// An answer in which nothing of the person is.
    func answeredGeneric(_ asked: PersonQuestion, _ budget: PrincipalBudget) {
        budget.count(asked.mark, at: now)
        metrics.answeredGeneric(purpose: asked.place)
    }

    /// Decodes the message of a short read.
    func decode<M: SwiftProtobuf.Message>(_ message: Span<UInt8>, as type: M.Type = M.self) throws(CallError) -> M {
        do {
            return try M(serializedBytes: message.bytes)
        } catch {
            throw CallError(
                .malformedMessage, "the message is no \(M.protoMessageName); encode it as its .proto file says")
        }
    }

    // MARK: Score

    /// - Returns: the purpose's place; nil where there is much to read: nothing was written then.
    func scoreShort(
        _ message: Span<UInt8>, _ caller: Caller, _ turn: inout Turn, into out: inout ByteBuffer
    ) throws(CallError) -> Int? {
        let request: SelvedgeScoreRequest = try decode(message)
        let asked = try person(request.subject, request.purpose, .score, caller.grants, caller.budget)
        let answer: ScoreAnswer
        do {
            let view = self.request(asked.number, &turn)
            answer = try turn.reading.score(asked.subject, view, length: .short)
        } catch is LongRead {
            return nil
        } catch {
            throw CallError(store: error)
        }
        if answer.card.basis == .generic { answeredGeneric(asked, caller.budget) }
        out.writeImmutableBuffer(try encode(SelvedgeScoreResponse(answer, explains: request.explain)))
        return asked.place
    }

    func score(_ request: SelvedgeScoreRequest, _ call: Call) async throws(CallError) -> SelvedgeScoreResponse {
        let asked = try person(request.subject, request.purpose, .score, call.grants, call.budget)
        call.purpose.place = asked.place
        let (engine, view) = (engine, engine.request(asked.number, at: now))
        let answer = try await readers.read { try engine.reading().score(asked.subject, view) }
        if answer.card.basis == .generic { answeredGeneric(asked, call.budget) }
        return SelvedgeScoreResponse(answer, explains: request.explain)
    }
}

extension SelvedgeScoreBasis {
    init(isGeneric: Bool) { self = isGeneric ? .generic : .person }
}

extension SelvedgeScoreResponse {
    init(_ answer: ScoreAnswer, explains: Bool) {
        self.init()
        let card = answer.card
        basis = SelvedgeScoreBasis(isGeneric: card.basis == .generic)
        confidence = card.confidence.value
        modelVersion = card.modelVersion
        trainedBeforeMs = Int64(answer.trainedBefore) * 86_400_000
        currency = answer.currency.description
        horizonDays = UInt32(clamping: answer.horizonDays)
        estimates = answer.estimates.map { SelvedgeEstimate($0, $1, explains: explains) }
        declared = answer.declared
        facts = FactKind.allCases.compactMap { kind in
            answer.facts[kind].map { count in .with { ($0.kind, $0.count) = (kind.name, UInt64(count)) } }
        }
        missing = answer.refusals.sorted { $0.key < $1.key }.map { name, reason in
            .with { ($0.name, $0.reason) = (name, reason) }
        }
    }
}

extension SelvedgeEstimate {
    fileprivate init(_ name: String, _ score: Score, explains: Bool) {
        self.init()
        self.name = name
        value = score.value
        lower = score.interval.lower
        upper = score.interval.upper
        basis = SelvedgeScoreBasis(isGeneric: score.basis == .generic)
        baseline = score.baseline
        guard explains else { return }
        contributions = score.contributions.map { part in .with { ($0.name, $0.amount) = (part.name, part.amount) } }
        inputs = score.inputs.map { input in .with { ($0.name, $0.amount) = (input.name, input.value) } }
    }
}
