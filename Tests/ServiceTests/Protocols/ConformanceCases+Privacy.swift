import Foundation
import SwiftProtobuf
import Testing
import Wire

/// What people may ask for under data protection law. One caller has every role here: what takes two has tests of its own.
extension ConformanceCase {
    private static func request(_ name: String, reason: String = "a test") -> SelvedgeRequestErasureRequest {
        .with { ($0.subject, $0.reason) = (Say.email(name), reason) }
    }

    private static let asked = [
        ConformanceCase("waits for another", .requestErasure, request("ada"), writes: true) {
            (answer: SelvedgeErasure) in
            #expect(answer.state == "requested" && answer.hash.count == 32 && answer.steps.count == 1)
            #expect(answer.number == 1 && !answer.due.isEmpty && !answer.overdue)
        },
        ConformanceCase(
            "no reason", .requestErasure, request("ada", reason: "").bytes, "INVALID_ARGUMENT missing_field",
            field: "reason", limit: 1_024),
        ConformanceCase(
            "nobody", .requestErasure, SelvedgeRequestErasureRequest.with { $0.reason = "a test" }.bytes,
            "INVALID_ARGUMENT missing_field", field: "subject"),
        ConformanceCase(
            "what would go", .planErasure,
            SelvedgePlanErasureRequest.with { ($0.subject, $0.look) = (Say.email("ada"), Say.look()) }
        ) { (answer: SelvedgePlanErasureResponse) in
            #expect(answer.held && answer.shared.isEmpty && answer.likely.isEmpty)
            #expect(answer.taken.map(\.namespace).sorted() == ["cookie", "email", "phone", "record"])
        },
        ConformanceCase(
            "no look", .planErasure, SelvedgePlanErasureRequest.with { $0.subject = Say.email("ada") }.bytes,
            "INVALID_ARGUMENT missing_field", field: "look.reason", limit: 1_024),
        ConformanceCase(
            "half a hash", .approve,
            SelvedgeApproveRequest.with { ($0.number, $0.reason, $0.hash) = (1, "a test", Data(count: 16)) }.bytes,
            "INVALID_ARGUMENT invalid_hash", field: "hash"),
        ConformanceCase(
            "what nobody asked for", .approve,
            SelvedgeApproveRequest.with { ($0.number, $0.reason, $0.hash) = (7, "a test", Data(count: 32)) }.bytes,
            "NOT_FOUND unknown_erasure"),
        ConformanceCase(
            "what nobody asked for", .reject,
            SelvedgeRejectRequest.with { ($0.number, $0.reason) = (7, "a test") }.bytes, "NOT_FOUND unknown_erasure"),
        ConformanceCase(
            "what nobody asked for", .erasureStatus, SelvedgeStatusRequest.with { $0.number = 7 }.bytes,
            "NOT_FOUND unknown_erasure"),
        ConformanceCase(
            "what nobody asked for", .certificate, SelvedgeCertificateRequest.with { $0.number = 7 }.bytes,
            "NOT_FOUND unknown_erasure"),
        ConformanceCase("garbage", .listErasures, garbage, "INVALID_ARGUMENT malformed_message"),
    ]

    private static func restriction(_ name: String) -> SelvedgeRestrictRequest {
        .with { ($0.subject, $0.reason) = (Say.email(name), "a test") }
    }

    private static let kept = [
        ConformanceCase("all of ada", .restrict, restriction("ada"), writes: true) { (answer: SelvedgePrivacyCount) in
            #expect(answer.count == 3)
        },
        ConformanceCase(
            "nobody", .restrict, SelvedgeRestrictRequest.with { $0.reason = "a test" }.bytes,
            "INVALID_ARGUMENT missing_field", field: "subject"),
        ConformanceCase(
            "to one purpose", .object,
            SelvedgeObjectRequest.with {
                ($0.subject, $0.purposes, $0.reason) = (Say.email("bob"), ["marketing"], "a test")
            }, writes: true
        ) { (answer: SelvedgePrivacyCount) in
            #expect(answer.count == 2)
        },
        ConformanceCase(
            "to a purpose that is none", .object,
            SelvedgeObjectRequest.with {
                ($0.subject, $0.purposes, $0.reason) = (Say.email("bob"), ["spying"], "a test")
            }.bytes, "INVALID_ARGUMENT unknown_purpose", field: "purpose"),
        ConformanceCase(
            "what there is not", .lift,
            SelvedgeLiftRequest.with {
                ($0.subject, $0.kind, $0.reason) = (Say.email("ada"), "restriction", "a test")
            }, writes: true
        ) { (answer: SelvedgePrivacyCount) in
            #expect(answer.count == 0)
        },
        ConformanceCase(
            "of no kind", .lift,
            SelvedgeLiftRequest.with { ($0.subject, $0.reason) = (Say.email("ada"), "a test") }.bytes,
            "INVALID_ARGUMENT missing_field", field: "kind"),
        ConformanceCase(
            "a new consent", .readmit,
            SelvedgeReadmitRequest.with {
                $0.identifier = Say.identifier("email", "dora@example.org")
                ($0.purposes, $0.source, $0.reason) = (["marketing"], "web", "a test")
            }, writes: true
        ) { (answer: SelvedgePrivacyCount) in
            #expect(answer.count == 1)
        },
        ConformanceCase(
            "no purpose", .readmit,
            SelvedgeReadmitRequest.with {
                $0.identifier = Say.identifier("email", "dora@example.org")
                ($0.source, $0.reason) = ("web", "a test")
            }.bytes, "INVALID_ARGUMENT missing_field", field: "purposes", limit: 32),
    ]

    private static let told = [
        ConformanceCase(
            "everything", .access,
            SelvedgeAccessRequest.with { ($0.subject, $0.look) = (Say.email("ada"), Say.look()) }, writes: true
        ) { (answer: SelvedgeAccessResponse) in
            let text = String(decoding: answer.document, as: UTF8.self)
            #expect(text.contains("selvedge.subject-access/1") && !text.contains("example.org"))
        },
        ConformanceCase(
            "of nobody", .access,
            SelvedgeAccessRequest.with { ($0.subject, $0.look) = (Say.email("nobody"), Say.look()) }.bytes,
            "NOT_FOUND unknown_subject"),
        ConformanceCase(
            "all of it", .scrub, SelvedgeScrubRequest.with { $0.reason = "a test" }, writes: true
        ) { (answer: SelvedgeScrubResponse) in
            #expect(answer.done && answer.rows > 10 && answer.generation == "gen-2" && answer.erasures.isEmpty)
        },
        ConformanceCase(
            "no reason", .scrub, [], "INVALID_ARGUMENT missing_field", field: "reason", limit: 1_024),
    ]

    static let rights = asked + kept + told
}
