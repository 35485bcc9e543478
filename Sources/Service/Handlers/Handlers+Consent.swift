internal import Engine
internal import Foundation
internal import GraphStore
internal import Identity
internal import Stitching
internal import Wire

extension Handlers {
    func decide(_ request: SelvedgeDecideRequest, _ call: Call) async throws(CallError) -> SelvedgeDecideResponse {
        try judge(call, .source(request.source))
        var message = SelvedgeObservation()
        message.source = request.source
        message.timeMs = request.hasTimeMs ? request.timeMs : now.milliseconds
        message.identifiers = request.identifiers
        message.decisions = request.decisions
        message.gpc = request.gpc
        guard !request.decisions.isEmpty || request.gpc else {
            throw CallError(.batchEmpty, "there is no decision", field: "decisions")
        }
        let observation: KeyedObservation
        do throws(Refusal) {
            observation = try keyed(message, receivedAt: now).get()
        } catch { throw CallError(error) }
        let report = try await writer.apply(.decide([observation]))
        guard let outcome = report.outcomes.first else { throw CallError(.internal, "a decision has no outcome") }
        if let refusal = outcome.refusal { throw CallError(refusal) }
        var response = SelvedgeDecideResponse()
        response.outcomes = messages(outcome.decisions, observation, call.grants)
        response.dropped = observation.droppedIdentifiers.map { SelvedgeRefusal($0) }
        return response
    }

    func check(
        _ request: SelvedgeConsentCheckRequest, _ call: Call
    ) async throws(CallError) -> SelvedgeConsentCheckResponse {
        let names = request.purpose.isEmpty ? purposeNames : [request.purpose]
        var requests: [ViewRequest] = []
        for name in names { requests.append(engine.request(try purposeNumber(name), at: now)) }
        let (identifier, leave) = try await audited(request.subject, request.look, call)
        let (engine, asked) = (engine, requests)
        return try await readers.read {
            var response = SelvedgeConsentCheckResponse()
            for request in asked {
                response.results.append(.init(try engine.check(identifier.key, request, under: leave)))
            }
            return response
        }
    }

    func ledger(_ request: SelvedgeLedgerRequest, _ call: Call) async throws(CallError) -> SelvedgeLedgerResponse {
        let (identifier, leave) = try await audited(request.subject, request.look, call)
        let (engine, moment) = (engine, now)
        return try await readers.read {
            var response = SelvedgeLedgerResponse()
            response.namespace = engine.store.configuration.namespaces[identifier.namespace].name
            response.key = try engine.stored(identifier).key.data
            response.entries = try engine.ledger(of: identifier.key, at: moment, under: leave).map {
                SelvedgeLedgerEntry($0)
            }
            return response
        }
    }

    func prove(_ request: SelvedgeProveRequest, _ call: Call) async throws(CallError) -> SelvedgeProveResponse {
        let (identifier, leave) = try await audited(request.subject, request.look, call)
        let (engine, moment) = (engine, now)
        return try await readers.read {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
            var response = SelvedgeProveResponse()
            for record in try engine.proof(of: identifier.key, at: moment, under: leave) {
                response.records.append(String(decoding: try encoder.encode(record), as: UTF8.self))
            }
            return response
        }
    }

    private func audited(
        _ subject: SelvedgeSubject, _ look: SelvedgeLook, _ call: Call
    ) async throws(CallError) -> (KeyedIdentifier, AuditedAccess) {
        let asked: KeyedIdentifier
        do throws(Refusal) {
            asked = try identifier(subject, field: "subject")
        } catch { throw CallError(error) }
        return (asked, try await access(look, [asked.key], call))
    }
}

extension SelvedgeLedgerEntry {
    init(_ entry: LedgerEntry) {
        self.init()
        sequence = UInt64(entry.sequence)
        id = entry.id
        purpose = entry.purpose
        decision = entry.decision
        scope = entry.scope
        jurisdiction = entry.jurisdiction ?? ""
        time = entry.time
        received = entry.received
        validUntil = entry.validUntil ?? ""
        state = entry.state.rawValue
        source = entry.source
        channel = entry.channel ?? ""
        lifts = entry.lifts
        evidenceSha256 = entry.evidenceSHA256 ?? ""
        guard let notice = entry.notice else { return }
        self.notice.id = notice.id
        self.notice.version = notice.version
        self.notice.language = notice.language
        self.notice.sha256 = notice.sha256 ?? ""
    }
}

extension SelvedgeConsentCheckResponse.Result {
    init(_ check: ConsentCheck) {
        self.init()
        purpose = check.purpose
        outcome = check.outcome
        reason = check.reason ?? ""
        judgedAt = check.judgedAt
        defaultDecision = check.standard
        jurisdictions = check.jurisdictions
        decisions = check.decisions.map { decisive in
            var message = SelvedgeConsentCheckResponse.Decisive()
            message.namespace = decisive.namespace
            message.key = Data(hexadecimal: decisive.key)
            message.entry = SelvedgeLedgerEntry(decisive.entry)
            return message
        }
    }
}
