internal import SwiftProtobuf
public import Wire

/// Evidence comes in. All of it may be sent twice: what comes again changes nothing.
extension SelvedgeClient {
    /// Up to 1,000 observations in one transaction; returns when they are durable, with an outcome for each, in order.
    /// Role ingest for their sources.
    public func record(
        _ observations: [SelvedgeObservation], deadline: Duration? = nil
    ) async throws(SelvedgeError) -> [SelvedgeItemOutcome] {
        let request = SelvedgeRecordRequest.with { $0.observations = observations }
        let response: SelvedgeRecordResponse = try await unary(.record, request, deadline: deadline)
        return response.outcomes
    }

    /// A stream of batches that is acknowledged batch by batch. It is not opened again where it is lost: ``recordAll(_:window:acknowledged:)``
    /// sees to that.
    ///
    /// - Parameter deadline: of the stream; nil: the longest that the server allows, 10 minutes.
    public func recordStream(deadline: Duration? = nil) async throws(SelvedgeError) -> RecordStream {
        let connection = try await pool.lease(until: patience()).get()
        return RecordStream(
            try connection.open(.recordStream, nil, ends: false, deadline: deadline, isReserved: true))
    }

    /// Takes back a record, as of a time.
    ///
    /// - Parameter time: milliseconds since 1970, UTC: what is not later is as if it had never come; nil: now.
    public func retract(
        source: String, record: String, time: Int64? = nil, deadline: Duration? = nil
    ) async throws(SelvedgeError) -> SelvedgeRetractResponse {
        let request = SelvedgeRetractRequest.with {
            $0.record = .with { ($0.source, $0.recordID) = (source, record) }
            if let time { $0.timeMs = time }
        }
        return try await unary(.retract, request, deadline: deadline)
    }

    /// Takes back all that a source has said, as of a time. Role admin.
    public func retract(
        source: String, time: Int64? = nil, deadline: Duration? = nil
    ) async throws(SelvedgeError) -> SelvedgeRetractResponse {
        let request = SelvedgeRetractRequest.with {
            $0.source = source
            if let time { $0.timeMs = time }
        }
        return try await unary(.retract, request, deadline: deadline)
    }

    /// Says that two are one person or are not, or takes that back. Role admin.
    ///
    /// - Parameter reason: kept as it is, so without identifiers; at most 1,024 bytes.
    public func assert(
        _ first: SelvedgeSubject, _ claim: SelvedgeAssertRequest.Claim, _ second: SelvedgeSubject, reason: String,
        withdraw: Bool = false, deadline: Duration? = nil
    ) async throws(SelvedgeError) -> SelvedgeAssertResponse {
        let request = SelvedgeAssertRequest.with {
            $0.first = first
            $0.second = second
            $0.claim = claim
            $0.reason = reason
            $0.withdraw = withdraw
        }
        return try await unary(.assert, request, deadline: deadline)
    }
}
