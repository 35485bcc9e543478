import Foundation
import SwiftProtobuf
import Testing
import Wire

/// Questions: each door gives the same bytes.
extension ConformanceCase {
    static let garbage: [UInt8] = [0xFF, 0xFF, 0xFF]

    private static func resolved(_ name: String, _ request: SelvedgeResolveRequest, members: Int) -> ConformanceCase {
        ConformanceCase(name, .resolve, request) { (answer: SelvedgeResolveResponse) in
            #expect(answer.outcome == .profile)
            #expect(answer.profileID.hasPrefix("prf_") && answer.profileID.count == 30)
            #expect(Int(answer.memberCount) == members)
            #expect(answer.members.count == (request.members ? members : 0))
        }
    }

    private static func generic(_ name: String, _ request: SelvedgeResolveRequest) -> ConformanceCase {
        ConformanceCase(name, .resolve, request) { (answer: SelvedgeResolveResponse) in
            #expect(answer == .with { $0.outcome = .generic })
        }
    }

    static let resolves = [
        resolved("an identifier", Say.resolve(Say.email("ada")), members: 4),
        resolved("with its members", Say.resolve(Say.email("ada"), members: true), members: 4),
        resolved("a record", Say.resolve(Say.record("crm", "r1"), members: true), members: 4),
        resolved("by consent", Say.resolve(Say.email("bob"), "marketing"), members: 2),
        generic("unknown", Say.resolve(Say.email("nobody"))),
        generic("nobody has consented", Say.resolve(Say.email("ada"), "marketing")),
        generic("withdrawn", Say.resolve(Say.email("carol"), "marketing")),
        generic("a record that is unknown", Say.resolve(Say.record("crm", "r9"))),
        generic(
            "a profile id that was forged",
            Say.resolve(.with { $0.profileID = "prf_" + String(repeating: "1", count: 26) })),
        ConformanceCase(
            "a look sees past consent", .resolve,
            SelvedgeResolveRequest.with {
                ($0.subject, $0.purpose, $0.look, $0.members) = (Say.email("carol"), "marketing", Say.look(), true)
            }
        ) { (answer: SelvedgeResolveResponse) in
            #expect(answer.outcome == .profile && answer.members.count == 2)
            #expect(answer.view.purpose == "marketing" && answer.view.members.isEmpty)
            #expect(!answer.view.reason.isEmpty)
        },
        ConformanceCase("garbage", .resolve, garbage, "INVALID_ARGUMENT malformed_message"),
        ConformanceCase(
            "no purpose", .resolve, Say.resolve(Say.email("ada"), "").bytes, "INVALID_ARGUMENT missing_field",
            field: "purpose"),
        ConformanceCase(
            "a purpose that is unknown", .resolve, Say.resolve(Say.email("ada"), "spying").bytes,
            "INVALID_ARGUMENT unknown_purpose", field: "purpose"),
        ConformanceCase(
            "no subject", .resolve, Say.resolve(.init()).bytes, "INVALID_ARGUMENT missing_field", field: "subject"),
        ConformanceCase(
            "no e-mail address", .resolve, Say.resolve(Say.subject("email", "ada")).bytes,
            "INVALID_ARGUMENT invalid_email", field: "subject.identifier"),
        ConformanceCase(
            "a namespace that is unknown", .resolve, Say.resolve(Say.subject("fax", "1")).bytes,
            "INVALID_ARGUMENT unknown_namespace", field: "subject.identifier.namespace"),
        ConformanceCase(
            "no profile id", .resolve, Say.resolve(.with { $0.profileID = "prf_1" }).bytes,
            "INVALID_ARGUMENT invalid_characters", field: "subject.profile_id"),
        ConformanceCase(
            "a look without a reason", .resolve,
            SelvedgeResolveRequest.with { ($0.subject, $0.look) = (Say.email("ada"), .init()) }.bytes,
            "INVALID_ARGUMENT missing_field", field: "look.reason", limit: 1_024),
    ]

    static let batches = [
        ConformanceCase(
            "each in its place", .resolveBatch,
            Say.batch([Say.email("ada"), Say.email("nobody"), Say.subject("fax", "1"), Say.email("bob")])
        ) { (answer: SelvedgeResolveBatchResponse) in
            #expect(answer.results.map(\.outcome) == [.profile, .generic, .refused, .profile])
            #expect(answer.results[2].refusal.reason == "unknown_namespace")
        },
        ConformanceCase(
            "as many as may be", .resolveBatch, Say.batch((0..<1_000).map { Say.email("n\($0)") })
        ) { (answer: SelvedgeResolveBatchResponse) in
            #expect(answer.results.count == 1_000)
            #expect(answer.results.allSatisfy { $0.outcome == .generic })
        },
        ConformanceCase(
            "one too many", .resolveBatch, Say.batch((0...1_000).map { Say.email("n\($0)") }).bytes,
            "INVALID_ARGUMENT batch_too_large", field: "subjects", limit: 1_000),
        ConformanceCase(
            "none", .resolveBatch, Say.batch([]).bytes, "INVALID_ARGUMENT batch_empty", field: "subjects"),
        ConformanceCase("garbage", .resolveBatch, garbage, "INVALID_ARGUMENT malformed_message"),
        ConformanceCase(
            "a purpose that is unknown", .resolveBatch, Say.batch([Say.email("ada")], "spying").bytes,
            "INVALID_ARGUMENT unknown_purpose", field: "purpose"),
    ]

    private static func explain(_ first: SelvedgeSubject, _ second: SelvedgeSubject, _ purpose: String = "service")
        -> SelvedgeExplainRequest
    { .with { ($0.first, $0.second, $0.purpose) = (first, second, purpose) } }

    private static func simulate(_ observations: [SelvedgeObservation]) -> SelvedgeSimulateRequest {
        .with { ($0.observations, $0.purpose) = (observations, "service") }
    }

    static let questions = [
        ConformanceCase(
            "one profile", .explain, explain(Say.email("ada"), Say.subject("cookie", "ada-1"))
        ) { (answer: SelvedgeExplainResponse) in
            #expect(answer.relation == "one_profile" && !answer.path.isEmpty && !answer.text.isEmpty)
        },
        ConformanceCase("garbage", .explain, garbage, "INVALID_ARGUMENT malformed_message"),
        ConformanceCase(
            "no purpose", .explain, explain(Say.email("ada"), Say.email("bob"), "").bytes,
            "INVALID_ARGUMENT missing_field", field: "purpose"),
        ConformanceCase(
            "half a question", .explain, explain(Say.email("ada"), .init()).bytes, "INVALID_ARGUMENT missing_field",
            field: "second"),
        ConformanceCase(
            "two would be one", .simulate, simulate([Say.observation("email:ada@example.org", "device_id:eve-1")])
        ) { (answer: SelvedgeSimulateResponse) in
            #expect(answer.results.count == 1 && answer.results[0].before.count == 2)
            #expect(answer.results[0].outcome.kind == .merged)
        },
        ConformanceCase(
            "none", .simulate, simulate([]).bytes, "INVALID_ARGUMENT batch_empty", field: "observations"),
        ConformanceCase(
            "one too many", .simulate,
            simulate(Array(repeating: Say.observation("cookie:c"), count: 1_001)).bytes,
            "INVALID_ARGUMENT batch_too_large", field: "observations", limit: 1_000),
        ConformanceCase(
            "the feed to its end", .watch, SelvedgeWatchRequest.with { $0.purpose = "service" }
        ) { (answer: SelvedgeWatchResponse) in
            #expect(answer.entries.filter { $0.kind == "created" }.count == 4)
            #expect(answer.next > answer.entries.last?.sequence ?? .max)
        },
        ConformanceCase(
            "one entry", .watch, SelvedgeWatchRequest.with { ($0.purpose, $0.limit) = ("service", 1) }
        ) { (answer: SelvedgeWatchResponse) in
            #expect(answer.entries.count == 1)
        },
        ConformanceCase("garbage", .watch, garbage, "INVALID_ARGUMENT malformed_message"),
        ConformanceCase(
            "a purpose that is unknown", .watch, SelvedgeWatchRequest.with { $0.purpose = "spying" }.bytes,
            "INVALID_ARGUMENT unknown_purpose", field: "purpose"),
    ]

    private static func consent(_ purpose: String = "marketing") -> SelvedgeConsentCheckRequest {
        .with { ($0.subject, $0.purpose, $0.look) = (Say.email("carol"), purpose, Say.look()) }
    }

    static let privacy = [
        ConformanceCase("one purpose", .consentCheck, consent()) { (answer: SelvedgeConsentCheckResponse) in
            #expect(answer.results.count == 1 && answer.results[0].outcome == "generic")
            #expect(!answer.results[0].decisions.isEmpty)
        },
        ConformanceCase("all purposes", .consentCheck, consent("")) { (answer: SelvedgeConsentCheckResponse) in
            #expect(answer.results.count > 3)
        },
        ConformanceCase(
            "no look", .consentCheck,
            SelvedgeConsentCheckRequest.with { $0.subject = Say.email("carol") }.bytes,
            "INVALID_ARGUMENT missing_field", field: "look.reason", limit: 1_024),
        ConformanceCase(
            "all decisions", .ledger,
            SelvedgeLedgerRequest.with { ($0.subject, $0.look) = (Say.email("carol"), Say.look()) }
        ) { (answer: SelvedgeLedgerResponse) in
            #expect(answer.entries.map(\.decision) == ["granted", "withdrawn"])
        },
        ConformanceCase(
            "no subject", .ledger, SelvedgeLedgerRequest.with { $0.look = Say.look() }.bytes,
            "INVALID_ARGUMENT missing_field", field: "subject"),
        ConformanceCase(
            "proofs", .prove,
            SelvedgeProveRequest.with { ($0.subject, $0.look) = (Say.email("carol"), Say.look()) }
        ) { (answer: SelvedgeProveResponse) in
            #expect(answer.records.count == 2 && answer.records.allSatisfy { $0.hasPrefix("{") })
        },
        ConformanceCase(
            "no look", .prove, SelvedgeProveRequest.with { $0.subject = Say.email("carol") }.bytes,
            "INVALID_ARGUMENT missing_field", field: "look.reason", limit: 1_024),
    ]

    static let administration = [
        ConformanceCase("the store", .describe, SelvedgeDescribeRequest()) { (answer: SelvedgeDescribeResponse) in
            #expect(answer.purposes.contains("marketing") && answer.namespaces.contains("email"))
            #expect(Set(answer.sources) == ["web", "crm"])
        },
        ConformanceCase("counts", .stats, SelvedgeStatsRequest()) { (answer: SelvedgeStatsResponse) in
            #expect(answer.json.hasPrefix("{") && !answer.json.contains("example.org"))
        },
        ConformanceCase(
            "of the content", .digest, SelvedgeDigestRequest.with { $0.content = true }
        ) { (answer: SelvedgeDigestResponse) in
            #expect(answer.digest.sha256.count == 32)
        },
        ConformanceCase("the whole store", .check, SelvedgeCheckRequest()) { (answer: SelvedgeCheckResponse) in
            #expect(answer.done && answer.total == 0 && answer.problems.isEmpty)
        },
        ConformanceCase("its records", .clusters, SelvedgeClustersRequest()) { (answer: SelvedgeClustersResponse) in
            #expect(answer.rows.count == 1 && answer.rows[0].source == "crm")
        },
        ConformanceCase(
            "a pseudonym", .key, SelvedgeKeyRequest.with { $0.subject = Say.email("nobody") }
        ) { (answer: SelvedgeKeyResponse) in
            #expect(answer.namespace == "email" && answer.key.count == 16)
        },
        ConformanceCase(
            "no subject", .key, [], "INVALID_ARGUMENT missing_field", field: "subject"),
        ConformanceCase("a server that serves", .health, GRPCHealthCheckRequest()) {
            (answer: GRPCHealthCheckResponse) in
            #expect(answer.status == .serving)
        },
        ConformanceCase(
            "a service that is unknown", .health, GRPCHealthCheckRequest.with { $0.service = "spying" }.bytes,
            "NOT_FOUND unknown_record", field: "service"),
    ]
}
