internal import SwiftProtobuf
public import Wire

/// Who is who, as far as a purpose may know.
extension SelvedgeClient {
    /// The profile behind an identifier, a record or a profile id. Role resolve.
    ///
    /// - Parameters:
    ///   - purpose: one of the configuration's, such as `marketing`.
    ///   - members: whether the answer names the members of the profile.
    ///   - deadline: of all attempts together; nil: the configuration's.
    public func resolve(
        _ subject: SelvedgeSubject, for purpose: String, members: Bool = false, deadline: Duration? = nil
    ) async throws(SelvedgeError) -> Resolution {
        let request = SelvedgeResolveRequest.with {
            $0.subject = subject
            $0.purpose = purpose
            $0.members = members
        }
        let response: SelvedgeResolveResponse = try await unary(.resolve, request, deadline: deadline)
        return try Resolution(response)
    }

    /// Up to 1,000 of them, in one snapshot; answers in the same order. Role resolve.
    public func resolve(
        _ subjects: [SelvedgeSubject], for purpose: String, members: Bool = false, deadline: Duration? = nil
    ) async throws(SelvedgeError) -> [Resolution] {
        let request = SelvedgeResolveBatchRequest.with {
            $0.subjects = subjects
            $0.purpose = purpose
            $0.members = members
        }
        let response: SelvedgeResolveBatchResponse = try await unary(.resolveBatch, request, deadline: deadline)
        guard response.results.count == subjects.count else { throw .unreadable }
        return try response.results.map { result throws(SelvedgeError) in try Resolution(result) }
    }

    /// The same as messages: with a look, whole profiles.
    package func resolveBatch(
        _ request: SelvedgeResolveBatchRequest
    ) async throws(SelvedgeError) -> [SelvedgeResolveResponse] {
        let response: SelvedgeResolveBatchResponse = try await unary(.resolveBatch, request)
        guard response.results.count == request.subjects.count else { throw .unreadable }
        return response.results
    }

    /// The whole profile, past consent; with a purpose also what it sees, and why. Roles privacy and admin.
    public func resolve(
        _ subject: SelvedgeSubject, by look: SelvedgeLook, purpose: String? = nil, members: Bool = true,
        deadline: Duration? = nil
    ) async throws(SelvedgeError) -> SelvedgeResolveResponse {
        let request = SelvedgeResolveRequest.with {
            $0.subject = subject
            $0.purpose = purpose ?? ""
            $0.members = members
            $0.look = look
        }
        return try await unary(.resolve, request, deadline: deadline)
    }

    /// Why two are one profile, or what keeps them apart. Role resolve, or privacy and admin with a look.
    public func explain(
        _ first: SelvedgeSubject, _ second: SelvedgeSubject, as question: Question, deadline: Duration? = nil
    ) async throws(SelvedgeError) -> SelvedgeExplainResponse {
        let request = SelvedgeExplainRequest.with {
            $0.first = first
            $0.second = second
            $0.purpose = question.purpose
            if let look = question.look { $0.look = look }
        }
        return try await unary(.explain, request, deadline: deadline)
    }

    /// What up to 1,000 observations would do, without doing it. Never repeated after it may have been carried out.
    public func simulate(
        _ observations: [SelvedgeObservation], as question: Question, deadline: Duration? = nil
    ) async throws(SelvedgeError) -> SelvedgeSimulateResponse {
        let request = SelvedgeSimulateRequest.with {
            $0.observations = observations
            $0.purpose = question.purpose
            if let look = question.look { $0.look = look }
        }
        return try await unary(.simulate, request, deadline: deadline)
    }

    /// What becomes of profiles, from a sequence number on. With `follow` it goes on past the end, and past lost
    /// connections and the deadlines of streams, until the reader stops.
    ///
    /// - Parameters:
    ///   - from: the first number; 0: the first that is kept.
    ///   - limit: ends after so many entries; 0: none.
    public func watch(
        from: UInt64 = 0, as question: Question, follow: Bool = false, limit: UInt64 = 0
    ) -> Watch {
        let request = SelvedgeWatchRequest.with {
            $0.from = from
            $0.purpose = question.purpose
            if let look = question.look { $0.look = look }
            $0.follow = follow
            $0.limit = limit
        }
        return Watch(client: self, request: request)
    }

    /// By what right a question is asked.
    public struct Question: Sendable {
        let purpose: String
        let look: SelvedgeLook?

        /// What the purpose may see is told.
        public static func purpose(_ purpose: String) -> Question { Question(purpose: purpose, look: nil) }

        /// All is told, and the audit says so; with a purpose, what that sees.
        public static func look(_ reason: String, purpose: String = "") -> Question {
            Question(purpose: purpose, look: SelvedgeLook(reason: reason))
        }
    }
}
