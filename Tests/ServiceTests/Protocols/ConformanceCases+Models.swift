import Foundation
import SwiftProtobuf
import Testing
import Wire

/// Models, reviews, the audit and what is read of all of the store, of a store without likeness and offers. What they tell of one
/// that has them is compared with the store itself by the tests of the command line.
extension ConformanceCase {
    private static let look = SelvedgeLook.with { $0.reason = "a test" }

    private static func comparing(_ first: String, _ second: String) -> SelvedgeCompareRecordsRequest {
        .with {
            $0.first = .with { ($0.source, $0.recordID) = ("crm", first) }
            $0.second = .with { ($0.source, $0.recordID) = ("crm", second) }
        }
    }

    private static func reviewing(accept: Bool?, reason: String = "a test") -> SelvedgeReviewRequest {
        .with {
            $0.first = .with { ($0.source, $0.recordID) = ("crm", "r1") }
            $0.second = .with { ($0.source, $0.recordID) = ("crm", "r2") }
            if let accept { $0.accept = accept }
            $0.reason = reason
        }
    }

    private static func searching(_ attributes: String, look: SelvedgeLook = look) -> SelvedgeSearchRequest {
        .with { ($0.attributes, $0.look) = (Data(attributes.utf8), look) }
    }

    static let models = [
        ConformanceCase("none yet", .listModels, SelvedgeListModelsRequest()) { (answer: SelvedgeListModelsResponse) in
            #expect(answer.models.isEmpty)
        },
        ConformanceCase("none yet", .showModel, [], "FAILED_PRECONDITION no_model"),
        ConformanceCase(
            "one that is not there", .showModel, SelvedgeShowModelRequest.with { $0.version = 7 }.bytes,
            "NOT_FOUND unknown_model"),
        ConformanceCase("of nothing", .trainLinkage, [], "FAILED_PRECONDITION cannot_train"),
        ConformanceCase(
            "from garbage", .trainLinkage, SelvedgeTrainLinkageRequest.with { $0.from = Data(garbage) }.bytes,
            "INVALID_ARGUMENT invalid_field", field: "from"),
        ConformanceCase("by nothing", .link, SelvedgeLinkRequest.with { $0.none = true }) {
            (answer: SelvedgeLinkResponse) in
            #expect(!answer.hasModel && answer.recordsEvaluated == 0 && answer.waiting == 0)
        },
        ConformanceCase("without a model", .link, [], "FAILED_PRECONDITION no_model"),
        ConformanceCase(
            "by one and by none", .link, SelvedgeLinkRequest.with { ($0.none, $0.model) = (true, 1) }.bytes,
            "INVALID_ARGUMENT invalid_field", field: "none"),
        ConformanceCase(
            "without a model", .compareRecords, comparing("r1", "r1").bytes, "FAILED_PRECONDITION no_model"),
        ConformanceCase(
            "no record", .compareRecords, comparing("", "r1").bytes, "INVALID_ARGUMENT empty_value",
            field: "first.record_id"),
        ConformanceCase("without a model", .listReviews, [], "FAILED_PRECONDITION no_model"),
        ConformanceCase(
            "too many", .listReviews, SelvedgeListReviewsRequest.with { $0.limit = 100_001 }.bytes,
            "INVALID_ARGUMENT invalid_field", field: "limit"),
        ConformanceCase(
            "what no model found", .review, reviewing(accept: true).bytes, "NOT_FOUND no_such_match"),
        ConformanceCase(
            "neither yes nor no", .review, reviewing(accept: nil).bytes, "INVALID_ARGUMENT missing_field",
            field: "accept"),
        ConformanceCase(
            "a long reason", .review,
            reviewing(accept: false, reason: String(repeating: "r", count: 1_025)).bytes,
            "INVALID_ARGUMENT value_too_long", field: "reason"),
        ConformanceCase(
            "without a model", .search, searching("{\"family_name\":\"Lovelace\"}").bytes,
            "FAILED_PRECONDITION no_model"),
        ConformanceCase(
            "by nothing", .search, searching("{}").bytes, "INVALID_ARGUMENT missing_field", field: "attributes"),
        ConformanceCase(
            "by what is not known", .search, searching("{\"shoe_size\":\"39\"}").bytes,
            "INVALID_ARGUMENT unknown_field", field: "attributes"),
        ConformanceCase(
            "without a reason", .search, searching("{\"family_name\":\"Lovelace\"}", look: SelvedgeLook()).bytes,
            "INVALID_ARGUMENT missing_field", field: "look.reason", limit: 1_024),
        ConformanceCase(
            "of nothing", .trainScores, SelvedgeTrainScoresRequest.with { $0.purpose = "service" }.bytes,
            "FAILED_PRECONDITION cannot_train"),
        ConformanceCase(
            "for nothing", .trainScores, [], "INVALID_ARGUMENT missing_field", field: "purpose"),
        ConformanceCase(
            "too far ahead", .trainScores,
            SelvedgeTrainScoresRequest.with { ($0.purpose, $0.horizonDays) = ("service", 9_999) }.bytes,
            "INVALID_ARGUMENT invalid_field", field: "horizon_days"),
        ConformanceCase(
            "in no money", .trainScores,
            SelvedgeTrainScoresRequest.with { ($0.purpose, $0.currency) = ("service", "euro") }.bytes,
            "INVALID_ARGUMENT invalid_field", field: "currency"),
        ConformanceCase("of nothing", .offerReport, SelvedgeOfferReportRequest()) {
            (answer: SelvedgeOfferReportResponse) in
            #expect(answer.json.contains("\"decisions\":0"))
        },
        ConformanceCase("garbage", .offerReport, garbage, "INVALID_ARGUMENT malformed_message"),
    ]

    static let warehouse = [
        ConformanceCase("links", .export, SelvedgeExportRequest.with { ($0.table, $0.look) = ("links", look) }) {
            reply in
            let messages = try reply.messages.map { try SelvedgeExportResponse(serializedBytes: $0) }
            #expect(messages.first?.head.hasPrefix("left,right,kind") == true)
            let rows = messages.flatMap(\.rows)
            #expect(rows.count >= 5 && rows.allSatisfy { $0.line.last == UInt8(ascii: "\n") && !$0.key.isEmpty })
            #expect(!rows.contains { String(decoding: $0.line, as: UTF8.self).contains("example.org") })
        },
        ConformanceCase(
            "no table", .export, SelvedgeExportRequest.with { $0.look = look }.bytes,
            "INVALID_ARGUMENT invalid_field", field: "table"),
        ConformanceCase(
            "as a picture", .export,
            SelvedgeExportRequest.with { ($0.table, $0.format, $0.look) = ("nodes", "png", look) }.bytes,
            "INVALID_ARGUMENT invalid_field", field: "format"),
        ConformanceCase(
            "without a reason", .export, SelvedgeExportRequest.with { $0.table = "nodes" }.bytes,
            "INVALID_ARGUMENT missing_field", field: "look.reason", limit: 1_024),
        ConformanceCase("as it is", .repartition, SelvedgeRepartitionRequest.with { $0.dryRun = true }) {
            (answer: SelvedgeRepartitionResponse) in
            #expect(answer.json.contains("\"applied\":false") && answer.json.contains("\"profiles_before\":"))
        },
        ConformanceCase(
            "another configuration", .repartition,
            SelvedgeRepartitionRequest.with { $0.configuration = "limits: {hub_limit_default: 3}" }.bytes,
            "INVALID_ARGUMENT invalid_field", field: "configuration"),
        ConformanceCase(
            "another, and to take it", .repartition,
            SelvedgeRepartitionRequest.with { $0.configuration = "controller: Another Shop" }.bytes,
            "FAILED_PRECONDITION cannot_repartition"),
        ConformanceCase("from the first", .listAudit, SelvedgeListAuditRequest()) { reply in
            let messages = try reply.messages.map { try SelvedgeListAuditResponse(serializedBytes: $0) }
            #expect(reply.failure == nil && messages.allSatisfy { !$0.entries.isEmpty })
        },
        ConformanceCase(
            "too many", .listAudit, SelvedgeListAuditRequest.with { $0.limit = 100_001 }.bytes,
            "INVALID_ARGUMENT invalid_field", field: "limit"),
        ConformanceCase("whole", .verifyAudit, SelvedgeVerifyAuditRequest(), writes: true) {
            (answer: SelvedgeVerifyAuditResponse) in
            #expect(answer.whole && answer.fault.isEmpty && answer.key.count == 32)
        },
        ConformanceCase(
            "beside a head of another store", .verifyAudit,
            SelvedgeVerifyAuditRequest.with { $0.heads = Data(repeating: 1, count: 128) }, writes: true
        ) { (answer: SelvedgeVerifyAuditResponse) in
            #expect(!answer.whole && !answer.fault.isEmpty)
        },
        ConformanceCase(
            "half a head", .verifyAudit, SelvedgeVerifyAuditRequest.with { $0.heads = Data(count: 64) }.bytes,
            "INVALID_ARGUMENT invalid_field", field: "heads"),
        ConformanceCase("none of them", .showKeys, SelvedgeShowKeysRequest()) { (answer: SelvedgeShowKeysResponse) in
            #expect(answer.identityVersion == 1 && !answer.rotationUnderWay && answer.auditKey.count == 32)
        },
        ConformanceCase("garbage", .showKeys, garbage, "INVALID_ARGUMENT malformed_message"),
        ConformanceCase("a file in pieces", .privacyLedger, SelvedgePrivacyLedgerRequest()) { reply in
            let messages = try reply.messages.map { try SelvedgePrivacyLedgerResponse(serializedBytes: $0) }
            #expect(messages.count > 1 && messages.dropLast().allSatisfy { !$0.done && !$0.piece.isEmpty })
            #expect(messages.last?.done == true)
        },
        ConformanceCase("garbage", .privacyLedger, garbage, "INVALID_ARGUMENT malformed_message"),
    ]
}
