internal import Engine
internal import Foundation
internal import GraphStore
internal import Identity
internal import Stitching
internal import SwiftProtobuf
internal import Wire

/// Requests for erasure, by the caller's own name: who asks and who approves are whom the connection has proven.
extension Handlers {
    func requestErasure(
        _ request: SelvedgeRequestErasureRequest, _ call: Call
    ) async throws(CallError) -> SelvedgeErasure {
        try judge(call, .nothing)
        let act = try act(request.reason, "privacy", call)
        let (subject, isOnly) = (try privacySubject(request.subject), request.only)
        let status = try await writer.perform { engine in
            let status = try engine.requestErasure(of: subject, isOnly: isOnly, act)
            return status.state == .approved ? try engine.fenceErasure(status.number, at: act.time) : status
        }
        if status.state == .fenced { erasures.wake() }
        return SelvedgeErasure(status, at: now)
    }

    func planErasure(
        _ request: SelvedgePlanErasureRequest, _ call: Call
    ) async throws(CallError) -> SelvedgePlanErasureResponse {
        let subject = try privacySubject(request.subject)
        let also = try keys(request.also)
        let leave = try await access(request.look, audited(subject), call)
        let (engine, isOnly) = (engine, request.only)
        let plan = try await readers.read {
            try engine.planErasure(of: subject, isOnly: isOnly, also: also, under: leave)
        }
        func items(_ list: [ErasurePlan.Item]) -> [SelvedgePlanErasureResponse.Item] {
            list.map { item in .with { ($0.namespace, $0.key) = (item.namespace, item.key.data) } }
        }
        var response = SelvedgePlanErasureResponse()
        response.held = plan.isHeld
        response.taken = items(plan.taken)
        response.shared = items(plan.shared)
        response.likely = items(plan.likely)
        response.recordsTrimmed = UInt32(clamping: plan.trimmed)
        return response
    }

    /// Approved and fenced: from the answer on nobody sees the person.
    func approve(_ request: SelvedgeApproveRequest, _ call: Call) async throws(CallError) -> SelvedgeErasure {
        try judge(call, .nothing)
        let act = try act(request.reason, "approve", call)
        guard let hash = Digest(Array(request.hash)) else {
            throw CallError(invalid: "invalid_hash", "a request's hash has 32 bytes", field: "hash")
        }
        let (number, also) = (request.number, try keys(request.also))
        let status = try await writer.perform { engine in
            try engine.approveErasure(number, hash: hash, also: also, act)
            return try engine.fenceErasure(number, at: act.time)
        }
        erasures.wake()
        return SelvedgeErasure(status, at: now)
    }

    func reject(_ request: SelvedgeRejectRequest, _ call: Call) async throws(CallError) -> SelvedgeErasure {
        try judge(call, .nothing)
        let role: AuditWord = call.grants.roles.contains(.privacy) ? "privacy" : "approve"
        let act = try act(request.reason, role, call)
        let number = request.number
        let status = try await writer.perform { try $0.rejectErasure(number, act) }
        return SelvedgeErasure(status, at: now)
    }

    func erasureStatus(_ request: SelvedgeStatusRequest, _ call: Call) async throws(CallError) -> SelvedgeErasure {
        try judge(call, .nothing)
        let (engine, number) = (engine, request.number)
        return SelvedgeErasure(try await readers.read { try engine.erasure(number) }, at: now)
    }

    func certificate(
        _ request: SelvedgeCertificateRequest, _ call: Call
    ) async throws(CallError) -> SelvedgeCertificateResponse {
        try judge(call, .nothing)
        let (engine, number) = (engine, request.number)
        return try await readers.read {
            let row = try engine.erasure(number).row
            guard row.state == .certified else { throw EngineError.wrongState(number, row.state) }
            return .with { ($0.text, $0.json) = (row.certificate, row.certificateJSON) }
        }
    }

    /// Erasures in one message.
    private static let listPiece = 100

    func listErasures(_ request: SelvedgeListRequest, _ stream: MessageStream, _ call: Call) async throws(CallError) {
        try judge(call, .nothing)
        let engine = engine
        let moment = now
        var rest = try await readers.read { try engine.erasures() }[...]
        if request.overdue { rest = rest.filter { $0.isOverdue(at: moment) }[...] }
        while !rest.isEmpty {
            var response = SelvedgeListResponse()
            response.erasures = rest.prefix(Self.listPiece).map { SelvedgeErasure($0, at: moment) }
            rest = rest.dropFirst(Self.listPiece)
            try await send(response, stream)
        }
    }

    func scrub(_ request: SelvedgeScrubRequest, _ stream: MessageStream, _ call: Call) async throws(CallError) {
        try judge(call, .nothing)
        let act = try act(request.reason, "admin", call)
        let (report, left): (ScrubReport, Int)
        do { (report, left) = try await erasures.scrub(act) } catch { throw CallError(store: error) }
        var response = SelvedgeScrubResponse()
        response.rows = UInt64(report.rows)
        response.done = true
        response.generation = report.generation
        response.erasures = report.erasures
        response.oldGenerations = UInt32(left)
        try await send(response, stream)
    }

    // MARK: What an act takes

    /// - Throws: `missing_field` where there is no reason.
    func act(_ reason: String, _ role: AuditWord, _ call: Call) throws(CallError) -> PrivacyAct {
        guard (1...1_024).contains(reason.utf8.count) else {
            throw CallError(
                .missingField, "give a reason of 1 to 1,024 bytes: it is kept in the audit", field: "reason",
                limit: 1_024)
        }
        return PrivacyAct(
            by: call.grants.principal.name.limited(to: AssertionRow.authorBytes), role: role, reason: reason, at: now)
    }

    func privacySubject(_ subject: SelvedgeSubject) throws(CallError) -> PrivacySubject {
        do throws(Refusal) {
            guard case .profileID = subject.kind else { return .key(try identifier(subject, field: "subject")) }
            guard case .profile(let id) = try key(subject), let node = engine.node(of: id) else {
                throw Refusal(
                    reason: .invalidCharacters, field: "subject.profile_id",
                    advice: "the profile id is none of this store: name an identifier of the person")
            }
            return .node(node)
        } catch { throw CallError(error) }
    }

    func audited(_ subject: PrivacySubject) -> [IdentityKey] {
        guard case .key(let identifier) = subject else { return [] }
        return [identifier.key]
    }

    private func keys(_ subjects: [SelvedgeSubject]) throws(CallError) -> [IdentityKey] {
        var keys: [IdentityKey] = []
        for (index, subject) in subjects.enumerated() {
            do throws(Refusal) {
                keys.append(try identifier(subject, field: "also[\(index)]").key)
            } catch { throw CallError(error) }
        }
        return keys
    }
}

extension SelvedgeErasure {
    init(_ status: ErasureStatus, at now: Timestamp) {
        self.init()
        let row = status.row
        number = status.number
        state = row.state.description
        due = row.due.description
        overdue = status.isOverdue(at: now)
        only = row.isOnly
        hash = Data(row.requestHash.bytes)
        reason = row.reason
        steps = row.steps.map { step in
            .with { ($0.state, $0.time, $0.by) = (step.state.description, step.time.description, step.principal) }
        }
        identifiers = row.counts.identifiers
        records = row.counts.records
        shared = row.counts.shared
        likely = row.counts.likely
    }
}
