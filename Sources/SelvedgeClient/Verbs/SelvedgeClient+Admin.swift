internal import SwiftProtobuf
public import Wire

/// The store itself. Role admin, but for health. Times are milliseconds since 1970, UTC.
extension SelvedgeClient {
    /// Whether the server serves. Needs no credentials.
    ///
    /// - Parameter service: such as `selvedge.v1.Identity`; empty: the server as a whole.
    public func health(
        service: String = "", deadline: Duration? = nil
    ) async throws(SelvedgeError) -> GRPCHealthCheckResponse.ServingStatus {
        let request = GRPCHealthCheckRequest.with { $0.service = service }
        let response: GRPCHealthCheckResponse = try await unary(.health, request, deadline: deadline)
        return response.status
    }

    /// What the store is: its purposes, namespaces, sources, clock.
    public func describe(deadline: Duration? = nil) async throws(SelvedgeError) -> SelvedgeDescribeResponse {
        try await unary(.describe, SelvedgeDescribeRequest(), deadline: deadline)
    }

    /// Counts what the store holds: the object that `selvedge stats --json` prints.
    public func stats() async throws(SelvedgeError) -> String {
        let response: SelvedgeStatsResponse = try await only(stream(.stats, SelvedgeStatsRequest()))
        return response.json
    }

    /// A hash of the partition, or of all logical content: 32 bytes.
    ///
    /// - Parameter asOf: as if swept until then; nil: at the clock.
    public func digest(content: Bool = false, asOf: Int64? = nil) async throws(SelvedgeError) -> [UInt8] {
        let request = SelvedgeDigestRequest.with {
            $0.content = content
            if let asOf { $0.asOfMs = asOf }
        }
        let response: SelvedgeDigestResponse = try await only(stream(.digest, request))
        return Array(response.digest.sha256)
    }

    /// Reads every page and row of the store and says what is wrong.
    public func checkStore() -> MessageSequence<SelvedgeCheckResponse> { stream(.check, SelvedgeCheckRequest()) }

    /// Every record with its profile, for the warehouse.
    public func clusters(by look: SelvedgeLook) -> MessageSequence<SelvedgeClustersResponse> {
        stream(.clusters, SelvedgeClustersRequest.with { $0.look = look })
    }

    /// The identity key of an identifier.
    public func key(
        of subject: SelvedgeSubject, deadline: Duration? = nil
    ) async throws(SelvedgeError) -> SelvedgeKeyResponse {
        try await unary(.key, SelvedgeKeyRequest.with { $0.subject = subject }, deadline: deadline)
    }

    /// Moves the clock and hides what has expired.
    ///
    /// - Parameter asOf: nil: now, or the clock if that is later.
    public func sweep(asOf: Int64? = nil) async throws(SelvedgeError) -> SelvedgeSweepResponse {
        try await only(stream(.sweep, SelvedgeSweepRequest.with { if let asOf { $0.asOfMs = asOf } }))
    }

    /// Deletes what is hidden; it cannot be taken back.
    ///
    /// - Parameter asOf: nil: the clock.
    public func purge(asOf: Int64? = nil) async throws(SelvedgeError) -> SelvedgePurgeResponse {
        try await only(stream(.purge, SelvedgePurgeRequest.with { if let asOf { $0.asOfMs = asOf } }))
    }

    /// One moment of the store as a sealed file, in pieces; the last message says what it is of.
    ///
    /// - Parameter expiresDays: until nobody can read it, 1 to 3,650.
    public func backup(reason: String, expiresDays: UInt32 = 30) -> MessageSequence<SelvedgeBackupResponse> {
        stream(.backup, SelvedgeBackupRequest.with { ($0.reason, $0.expiresDays) = (reason, expiresDays) })
    }

    /// Brings every identity key to its next version, or goes on with that; the last message says what was done.
    public func rotateKeys(reason: String) -> MessageSequence<SelvedgeRotateKeysResponse> {
        stream(.rotateKeys, SelvedgeRotateKeysRequest.with { $0.reason = reason })
    }

    /// Of a stream of one message.
    func only<Response>(_ messages: MessageSequence<Response>) async throws(SelvedgeError) -> Response {
        var iterator = messages.makeAsyncIterator()
        guard let first = try await iterator.next(isolation: nil) else { throw .unreadable }
        return first
    }
}
