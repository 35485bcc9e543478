internal import SwiftProtobuf
public import Wire

/// What people have decided. From the acknowledgement of a decision on every resolve obeys it.
extension SelvedgeClient {
    /// Enters decisions; returns when they are durable. Role consent for the source.
    public func decide(
        _ request: SelvedgeDecideRequest, deadline: Duration? = nil
    ) async throws(SelvedgeError) -> SelvedgeDecideResponse {
        try await unary(.decide, request, deadline: deadline)
    }

    /// What a purpose may see of an identifier's profile, and by which decisions. Roles privacy and admin.
    ///
    /// - Parameter purpose: nil: all of the configuration's.
    public func check(
        _ subject: SelvedgeSubject, purpose: String? = nil, by look: SelvedgeLook, deadline: Duration? = nil
    ) async throws(SelvedgeError) -> [SelvedgeConsentCheckResponse.Result] {
        let request = SelvedgeConsentCheckRequest.with {
            $0.subject = subject
            $0.purpose = purpose ?? ""
            $0.look = look
        }
        let response: SelvedgeConsentCheckResponse = try await unary(.consentCheck, request, deadline: deadline)
        return response.results
    }

    /// All decisions on one identifier, in the order in which they were entered. Roles privacy and admin.
    public func ledger(
        _ subject: SelvedgeSubject, by look: SelvedgeLook, deadline: Duration? = nil
    ) async throws(SelvedgeError) -> [SelvedgeLedgerEntry] {
        try await ledgerNamed(subject, by: look, deadline: deadline).entries
    }

    /// The same, with the identity key that it is the ledger of.
    package func ledgerNamed(
        _ subject: SelvedgeSubject, by look: SelvedgeLook, deadline: Duration? = nil
    ) async throws(SelvedgeError) -> SelvedgeLedgerResponse {
        let request = SelvedgeLedgerRequest.with { ($0.subject, $0.look) = (subject, look) }
        return try await unary(.ledger, request, deadline: deadline)
    }

    /// The same as proofs, chained by hash: JSON objects (ISO/IEC TS 27560). Roles privacy and admin.
    public func prove(
        _ subject: SelvedgeSubject, by look: SelvedgeLook, deadline: Duration? = nil
    ) async throws(SelvedgeError) -> [String] {
        let request = SelvedgeProveRequest.with { ($0.subject, $0.look) = (subject, look) }
        let response: SelvedgeProveResponse = try await unary(.prove, request, deadline: deadline)
        return response.records
    }
}
