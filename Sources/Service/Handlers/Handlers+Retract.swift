internal import Engine
internal import GraphStore
internal import Identity
internal import Stitching
internal import Wire

extension Handlers {
    func retract(_ request: SelvedgeRetractRequest, _ call: Call) async throws(CallError) -> SelvedgeRetractResponse {
        let received = now
        let time = request.hasTimeMs ? Timestamp(milliseconds: request.timeMs) : received
        let hours = engine.store.configuration.limits.futureSkewHours
        guard Timestamp.accepted.contains(time.milliseconds),
            time.milliseconds - received.milliseconds <= Int64(hours) * 3_600_000
        else {
            throw CallError(
                invalid: "time_in_future", "a time from 1970 to \(hours) hours after receipt", field: "time_ms")
        }
        let command: Command
        switch request.what {
        case nil: throw CallError(.missingField, "give a record or a source", field: "what")
        case .record(let name)?:
            try judge(call, .source(name.source))
            do throws(Refusal) {
                let key = try intake.recordKey(source: name.source, recordID: name.recordID)
                command = .retractRecord(source: name.source, record: key, time: time)
            } catch { throw CallError(error) }
        case .source(let source)?:
            try judge(call, .wholeSource)
            command = .retractSource(source, time: time)
        }
        let report = try await writer.apply(command)
        var response = SelvedgeRetractResponse()
        if call.grants.roles.contains(.admin) {
            response.records = UInt32(clamping: report.recordsRetracted)
            response.componentsEvaluated = UInt64(report.componentsEvaluated)
        }
        return response
    }

    func assert(_ request: SelvedgeAssertRequest, _ call: Call) async throws(CallError) -> SelvedgeAssertResponse {
        try judge(call, .nothing)
        let claim: AssertionRow.Claim
        switch request.claim {
        case .same: claim = .same
        case .different: claim = .different
        default: throw CallError(.missingField, "say whether they are the same or different", field: "claim")
        }
        guard request.reason.utf8.count <= AssertionRow.reasonBytes else {
            throw CallError(
                invalid: "value_too_long", "a reason is at most \(AssertionRow.reasonBytes) bytes", field: "reason")
        }
        let assertion: Assertion
        do throws(Refusal) {
            assertion = Assertion(
                first: try identifier(request.first, field: "first"),
                second: try identifier(request.second, field: "second"), claim: claim, time: now,
                author: call.grants.principal.name.limited(to: AssertionRow.authorBytes), reason: request.reason)
        } catch { throw CallError(error) }
        _ = try await writer.apply(request.withdraw ? .withdraw(assertion) : .assert(assertion))
        let engine = engine
        return try await readers.read {
            var response = SelvedgeAssertResponse()
            let profiles = try [assertion.first, assertion.second].map { end in
                try engine.anchor(of: end.key).map { engine.profileID($0).description } ?? ""
            }
            response.firstProfileID = profiles[0]
            response.secondProfileID = profiles[1]
            return response
        }
    }
}

extension String {
    /// The longest beginning of at most so many bytes of UTF-8.
    func limited(to bytes: Int) -> String {
        var text = self
        while text.utf8.count > bytes { text.removeLast() }
        return text
    }
}
