internal import Engine
internal import Foundation
internal import GraphStore
internal import Identity
internal import Stitching
internal import SwiftProtobuf
internal import Wire

/// Access, restriction, objection, and what ends them.
extension Handlers {
    /// Bytes of a document in one message: well below the largest frame.
    private static let documentPiece = 256 << 10

    func subjectAccess(
        _ request: SelvedgeAccessRequest, _ stream: MessageStream, _ call: Call
    ) async throws(CallError) {
        let subject = try privacySubject(request.subject)
        let leave = try await access(request.look, audited(subject), call)
        let (engine, moment, isPage) = (engine, now, request.html)
        let principals = authority.principals(byPurpose: purposeNames)
        var rest = try await readers.read {
            let document = try engine.subjectAccess(of: subject, principals: principals, at: moment, under: leave)
            if isPage { return Data(document.html.utf8) }
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
            return try encoder.encode(document)
        }
        while !rest.isEmpty {
            var response = SelvedgeAccessResponse()
            response.document = Data(rest.prefix(Self.documentPiece))
            rest = rest.dropFirst(Self.documentPiece)
            try await send(response, stream)
        }
    }

    func restrict(_ request: SelvedgeRestrictRequest, _ call: Call) async throws(CallError) -> SelvedgePrivacyCount {
        try judge(call, .nothing)
        let act = try act(request.reason, "privacy", call)
        let subject = try privacySubject(request.subject)
        return try await count { try $0.restrict(subject, .restriction, act) }
    }

    func object(_ request: SelvedgeObjectRequest, _ call: Call) async throws(CallError) -> SelvedgePrivacyCount {
        try judge(call, .nothing)
        let act = try act(request.reason, "privacy", call)
        let subject = try privacySubject(request.subject)
        for name in request.purposes { _ = try purposeNumber(name) }
        let purposes = request.purposes.isEmpty ? nil : request.purposes
        return try await count { try $0.restrict(subject, .objection, purposes: purposes, act) }
    }

    func lift(_ request: SelvedgeLiftRequest, _ call: Call) async throws(CallError) -> SelvedgePrivacyCount {
        try judge(call, .nothing)
        let act = try act(request.reason, "privacy", call)
        let subject = try privacySubject(request.subject)
        guard let kind = RestrictionKind(rawValue: request.kind) else {
            throw CallError(.missingField, "say what is lifted: restriction or objection", field: "kind")
        }
        return try await count { try $0.lift(subject, kind, act) }
    }

    func readmit(_ request: SelvedgeReadmitRequest, _ call: Call) async throws(CallError) -> SelvedgePrivacyCount {
        try judge(call, .nothing)
        let act = try act(request.reason, "privacy", call)
        guard (1...32).contains(request.purposes.count) else {
            throw CallError(.missingField, "name 1 to 32 purposes that are granted", field: "purposes", limit: 32)
        }
        var message = SelvedgeObservation()
        message.source = request.source
        message.timeMs = act.time.milliseconds
        message.identifiers = [request.identifier]
        message.decisions = request.purposes.map { purpose in
            .with {
                ($0.purpose, $0.decision, $0.scope) = (purpose, "granted", "identifier")
                $0.namespace = request.identifier.namespace
            }
        }
        let observation: KeyedObservation
        do throws(Refusal) {
            observation = try keyed(message, receivedAt: act.time).get()
        } catch { throw CallError(error) }
        return try await count { engine in
            try engine.apply(.privacy(.readmit(observation, act))).outcomes.reduce(0) { $0 + $1.decisions.count }
        }
    }

    private func count(
        _ body: @escaping @Sendable (Engine) throws -> Int
    ) async throws(CallError) -> SelvedgePrivacyCount {
        let count = try await writer.perform(body)
        return .with { $0.count = UInt64(count) }
    }
}
