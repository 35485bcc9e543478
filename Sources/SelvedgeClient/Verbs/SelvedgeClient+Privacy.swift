internal import SwiftProtobuf
public import Wire

/// What people may ask for under data protection law. Every act is an entry of the audit by the caller's name; reasons have 1 to
/// 1,024 bytes.
extension SelvedgeClient {
    /// Asks for a person to be erased. Role privacy.
    ///
    /// - Parameter only: the one identifier, and nothing that is joined to it.
    public func requestErasure(
        of subject: SelvedgeSubject, only: Bool = false, reason: String, deadline: Duration? = nil
    ) async throws(SelvedgeError) -> SelvedgeErasure {
        let request = SelvedgeRequestErasureRequest.with {
            ($0.subject, $0.only, $0.reason) = (subject, only, reason)
        }
        return try await unary(.requestErasure, request, deadline: deadline)
    }

    /// What an erasure would take, and what it would leave. Role privacy.
    ///
    /// - Parameter also: members joined by likeness alone that would go too.
    public func planErasure(
        of subject: SelvedgeSubject, only: Bool = false, also: [SelvedgeSubject] = [], by look: SelvedgeLook,
        deadline: Duration? = nil
    ) async throws(SelvedgeError) -> SelvedgePlanErasureResponse {
        let request = SelvedgePlanErasureRequest.with {
            ($0.subject, $0.only, $0.also, $0.look) = (subject, only, also, look)
        }
        return try await unary(.planErasure, request, deadline: deadline)
    }

    /// Approves a request, as somebody else than the requester; the person is out of sight when this returns. Role approve.
    ///
    /// - Parameter hash: as it was shown with the request, 32 bytes.
    public func approve(
        _ number: UInt64, hash: [UInt8], also: [SelvedgeSubject] = [], reason: String, deadline: Duration? = nil
    ) async throws(SelvedgeError) -> SelvedgeErasure {
        var request = SelvedgeApproveRequest()
        request.number = number
        request.hash.append(contentsOf: hash)
        request.also = also
        request.reason = reason
        return try await unary(.approve, request, deadline: deadline)
    }

    /// Rejects a request that has not begun. Roles privacy and approve.
    public func reject(
        _ number: UInt64, reason: String, deadline: Duration? = nil
    ) async throws(SelvedgeError) -> SelvedgeErasure {
        try await unary(
            .reject, SelvedgeRejectRequest.with { ($0.number, $0.reason) = (number, reason) }, deadline: deadline)
    }

    /// How far an erasure has come. Roles privacy and approve.
    public func erasure(_ number: UInt64, deadline: Duration? = nil) async throws(SelvedgeError) -> SelvedgeErasure {
        try await unary(.erasureStatus, SelvedgeStatusRequest.with { $0.number = number }, deadline: deadline)
    }

    /// All erasures, those that are due first. Roles privacy and approve.
    public func erasures(overdue: Bool = false) -> MessageSequence<SelvedgeListResponse> {
        stream(.listErasures, SelvedgeListRequest.with { $0.overdue = overdue })
    }

    /// The certificate of an erasure that is done. Roles privacy and approve.
    public func certificate(
        _ number: UInt64, deadline: Duration? = nil
    ) async throws(SelvedgeError) -> SelvedgeCertificateResponse {
        try await unary(.certificate, SelvedgeCertificateRequest.with { $0.number = number }, deadline: deadline)
    }

    /// Everything that is held on a person: a JSON document, or a page of HTML, in UTF-8. Role privacy.
    public func access(
        to subject: SelvedgeSubject, html: Bool = false, by look: SelvedgeLook
    ) async throws(SelvedgeError) -> [UInt8] {
        let request = SelvedgeAccessRequest.with { ($0.subject, $0.html, $0.look) = (subject, html, look) }
        let pieces: MessageSequence<SelvedgeAccessResponse> = stream(.access, request)
        var document: [UInt8] = []
        var iterator = pieces.makeAsyncIterator()
        while let piece = try await iterator.next(isolation: nil) { document += piece.document }
        return document
    }

    /// Keeps what is held on a person and uses it for nothing. Role privacy.
    ///
    /// - Returns: how many identifiers are kept from use.
    public func restrict(
        _ subject: SelvedgeSubject, reason: String, deadline: Duration? = nil
    ) async throws(SelvedgeError) -> UInt64 {
        let request = SelvedgeRestrictRequest.with { ($0.subject, $0.reason) = (subject, reason) }
        let response: SelvedgePrivacyCount = try await unary(.restrict, request, deadline: deadline)
        return response.count
    }

    /// Enters an objection to purposes, or to all where none is named. Role privacy.
    ///
    /// - Returns: how many identifiers are kept from them.
    public func object(
        _ subject: SelvedgeSubject, to purposes: [String] = [], reason: String, deadline: Duration? = nil
    ) async throws(SelvedgeError) -> UInt64 {
        let request = SelvedgeObjectRequest.with {
            ($0.subject, $0.purposes, $0.reason) = (subject, purposes, reason)
        }
        let response: SelvedgePrivacyCount = try await unary(.object, request, deadline: deadline)
        return response.count
    }

    /// Ends a restriction or an objection. Role privacy.
    ///
    /// - Parameter kind: `restriction` or `objection`.
    /// - Returns: how many identifiers are used again.
    public func lift(
        _ subject: SelvedgeSubject, kind: String, reason: String, deadline: Duration? = nil
    ) async throws(SelvedgeError) -> UInt64 {
        let request = SelvedgeLiftRequest.with { ($0.subject, $0.kind, $0.reason) = (subject, kind, reason) }
        let response: SelvedgePrivacyCount = try await unary(.lift, request, deadline: deadline)
        return response.count
    }

    /// Enters a new consent of a person who was erased or has objected: the identifier may come back. Role privacy.
    ///
    /// - Returns: how many decisions were entered.
    public func readmit(
        _ identifier: SelvedgeIdentifier, purposes: [String], source: String, reason: String,
        deadline: Duration? = nil
    ) async throws(SelvedgeError) -> UInt64 {
        let request = SelvedgeReadmitRequest.with {
            ($0.identifier, $0.purposes, $0.source, $0.reason) = (identifier, purposes, source, reason)
        }
        let response: SelvedgePrivacyCount = try await unary(.readmit, request, deadline: deadline)
        return response.count
    }

    /// Builds the store's files anew, so that nothing that was deleted is left in them; the last message says what was done.
    /// Role admin.
    public func scrub(reason: String) -> MessageSequence<SelvedgeScrubResponse> {
        stream(.scrub, SelvedgeScrubRequest.with { $0.reason = reason })
    }
}
