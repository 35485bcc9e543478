internal import Foundation
internal import SwiftProtobuf
public import Wire

/// Models: how records of one person differ, and what people will do. Role admin.
extension SelvedgeClient {
    /// The linkage models that are kept, by version, and which of them links.
    public func models(deadline: Duration? = nil) async throws(SelvedgeError) -> [SelvedgeLinkageModelSummary] {
        let response: SelvedgeListModelsResponse = try await unary(
            .listModels, SelvedgeListModelsRequest(), deadline: deadline)
        return response.models
    }

    /// A linkage model, and how heavy the pairs are that it has found.
    ///
    /// - Parameter version: nil: the one that links, or else the newest.
    public func model(_ version: UInt32? = nil) async throws(SelvedgeError) -> SelvedgeShowModelResponse {
        try await only(stream(.showModel, SelvedgeShowModelRequest.with { if let version { $0.version = version } }))
    }

    /// Makes a linkage model of the records held and keeps it; nothing is linked by it before `link`.
    ///
    /// - Parameter known: a model made elsewhere, as `selvedge model export` writes it; empty: errors are learnt here.
    public func trainLinkage(from known: [UInt8] = []) async throws(SelvedgeError) -> SelvedgeTrainLinkageResponse {
        try await only(stream(.trainLinkage, SelvedgeTrainLinkageRequest.with { $0.from = Data(known) }))
    }

    /// Links all records by a model from now on.
    ///
    /// - Parameter model: its version; nil: the newest.
    public func link(model: UInt32? = nil) async throws(SelvedgeError) -> SelvedgeLinkResponse {
        try await only(stream(.link, SelvedgeLinkRequest.with { if let model { $0.model = model } }))
    }

    /// Links by likeness no more; models are kept.
    public func unlink() async throws(SelvedgeError) -> SelvedgeLinkResponse {
        try await only(stream(.link, SelvedgeLinkRequest.with { $0.none = true }))
    }

    /// How the weight of two records comes about under the model that links.
    public func compare(
        _ first: SelvedgeRecordName, _ second: SelvedgeRecordName, deadline: Duration? = nil
    ) async throws(SelvedgeError) -> SelvedgeCompareRecordsResponse {
        let request = SelvedgeCompareRecordsRequest.with { ($0.first, $0.second) = (first, second) }
        return try await unary(.compareRecords, request, deadline: deadline)
    }

    /// Pairs of records that a person decides, the likeliest first.
    ///
    /// - Parameter limit: most pairs, 1 to 100,000.
    public func reviews(limit: UInt32 = 50) -> MessageSequence<SelvedgeListReviewsResponse> {
        stream(.listReviews, SelvedgeListReviewsRequest.with { $0.limit = limit })
    }

    /// Says that two records that the model has found are one person's, or are not; by the caller's name.
    public func review(
        _ first: SelvedgeRecordName, _ second: SelvedgeRecordName, accept: Bool, reason: String = "review",
        deadline: Duration? = nil
    ) async throws(SelvedgeError) -> SelvedgeReviewResponse {
        let request = SelvedgeReviewRequest.with {
            ($0.first, $0.second, $0.accept, $0.reason) = (first, second, accept, reason)
        }
        return try await unary(.review, request, deadline: deadline)
    }

    /// Records that are like what somebody searches by, the likeliest first. Roles privacy and admin.
    ///
    /// - Parameters:
    ///   - attributes: a JSON object in UTF-8, such as `{"family_name":"Miller"}`.
    ///   - limit: most records, 1 to 1,000.
    public func search(
        _ attributes: [UInt8], limit: UInt32 = 20, by look: SelvedgeLook, deadline: Duration? = nil
    ) async throws(SelvedgeError) -> [SelvedgeSearchResponse.Found] {
        let request = SelvedgeSearchRequest.with {
            ($0.attributes, $0.limit, $0.look) = (Data(attributes), limit, look)
        }
        let response: SelvedgeSearchResponse = try await unary(.search, request, deadline: deadline)
        return response.found
    }

    /// Fits the models that scores and offers rest on, and keeps them unless it is a dry run.
    public func trainScores(
        _ request: SelvedgeTrainScoresRequest
    ) async throws(SelvedgeError) -> SelvedgeTrainScoresResponse {
        try await only(stream(.trainScores, request))
    }

    /// What offers came to: the object that `selvedge report --json` prints. Role offer or admin.
    ///
    /// - Parameter since: milliseconds since 1970, UTC: decisions before it are left out.
    public func offerReport(since: Int64? = nil) async throws(SelvedgeError) -> String {
        let request = SelvedgeOfferReportRequest.with { if let since { $0.sinceMs = since } }
        let response: SelvedgeOfferReportResponse = try await only(stream(.offerReport, request))
        return response.json
    }
}
