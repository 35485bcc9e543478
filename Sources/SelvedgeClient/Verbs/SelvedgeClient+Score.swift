internal import SwiftProtobuf
public import Wire

/// What is estimated of people, as far as a purpose may know.
extension SelvedgeClient {
    /// Every score of a person as of now. Who is unknown, and whose consent the purpose does not have, has the basis `generic`:
    /// what the models say of everyone. Role score for the purpose.
    ///
    /// - Parameters:
    ///   - purpose: one of the configuration's, such as `marketing`.
    ///   - explain: whether each score comes with what it was computed from, and with what moves it.
    ///   - deadline: of all attempts together; nil: the configuration's.
    public func score(
        _ subject: SelvedgeSubject, for purpose: String, explain: Bool = false, deadline: Duration? = nil
    ) async throws(SelvedgeError) -> SelvedgeScoreResponse {
        let request = SelvedgeScoreRequest.with {
            ($0.subject, $0.purpose, $0.explain) = (subject, purpose, explain)
        }
        return try await unary(.score, request, deadline: deadline)
    }
}
