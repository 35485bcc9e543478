import SwiftProtobuf
import Testing
import Wire

/// Changes: each door makes them in a store of its own.
extension ConformanceCase {
    private typealias Kind = SelvedgeItemOutcome.Kind

    static let recording = [
        ConformanceCase(
            "each in its place", .record,
            Say.recording([
                Say.observation("email:dora@example.org", "cookie:dora-1"), Say.observation("email:dora"),
                Say.observation("email:ada@example.org", "cookie:ada-2"),
                Say.observation("email:ada@example.org", "cookie:ada-1"),
                Say.observation("email:ada@example.org", "device_id:eve-1"),
            ]), writes: true
        ) { (answer: SelvedgeRecordResponse) in
            #expect(answer.outcomes.map(\.kind) == [.created, .refused, .joined, .unchanged, .merged])
            #expect(answer.outcomes[1].refusal.reason == "invalid_email")
            #expect(answer.outcomes[1].refusal.field == "identifiers[0].value")
            #expect(answer.outcomes[0].profileID.hasPrefix("prf_"))
        },
        ConformanceCase(
            "one identifier too many", .record,
            Say.recording([Say.crowd(16), Say.crowd(17), Say.observation("cookie:c")]), writes: true
        ) { (answer: SelvedgeRecordResponse) in
            #expect(answer.outcomes.map(\.kind).map { $0 == .refused } == [false, true, false])
            #expect(answer.outcomes[1].refusal.reason == "too_many_identifiers")
            #expect(answer.outcomes[1].refusal.field == "identifiers")
        },
        ConformanceCase("none", .record, [], "INVALID_ARGUMENT batch_empty", field: "observations"),
        ConformanceCase("garbage", .record, garbage, "INVALID_ARGUMENT malformed_message"),
        ConformanceCase(
            "one too many", .record,
            Say.recording(Array(repeating: Say.observation("cookie:c"), count: 1_001)).bytes,
            "INVALID_ARGUMENT batch_too_large", field: "observations", limit: 1_000),
        ConformanceCase(
            "a record", .retract,
            SelvedgeRetractRequest.with { $0.record = .with { ($0.source, $0.recordID) = ("crm", "r1") } }, writes: true
        ) { (answer: SelvedgeRetractResponse) in
            #expect(answer.records == 1)
        },
        ConformanceCase(
            "a whole source", .retract, SelvedgeRetractRequest.with { $0.source = "crm" }, writes: true
        ) { (answer: SelvedgeRetractResponse) in
            #expect(answer.records == 1)
        },
        ConformanceCase("nothing", .retract, [], "INVALID_ARGUMENT missing_field", field: "what"),
        ConformanceCase(
            "a source that is unknown", .retract, SelvedgeRetractRequest.with { $0.source = "fax" }.bytes,
            "INVALID_ARGUMENT unknown_source"),
        ConformanceCase(
            "tomorrow's", .retract,
            SelvedgeRetractRequest.with { ($0.source, $0.timeMs) = ("crm", Say.now + 90_000_000) }.bytes,
            "INVALID_ARGUMENT time_in_future", field: "time_ms"),
    ]

    private static func claim(
        _ claim: SelvedgeAssertRequest.Claim, reason: String = "a test", withdraw: Bool = false
    ) -> SelvedgeAssertRequest {
        .with {
            ($0.first, $0.second, $0.claim) = (Say.email("ada"), Say.email("bob"), claim)
            ($0.reason, $0.withdraw) = (reason, withdraw)
        }
    }

    static let asserting = [
        ConformanceCase("one person", .assert, claim(.same), writes: true) { (answer: SelvedgeAssertResponse) in
            #expect(answer.firstProfileID.hasPrefix("prf_") && answer.firstProfileID == answer.secondProfileID)
        },
        ConformanceCase("two persons", .assert, claim(.different), writes: true) { (answer: SelvedgeAssertResponse) in
            #expect(answer.firstProfileID != answer.secondProfileID)
        },
        ConformanceCase(
            "no claim", .assert, claim(.unspecified).bytes, "INVALID_ARGUMENT missing_field", field: "claim"),
        ConformanceCase(
            "a long reason", .assert, claim(.same, reason: String(repeating: "r", count: 1_025)).bytes,
            "INVALID_ARGUMENT value_too_long", field: "reason"),
        ConformanceCase(
            "taking back what was not said", .assert, claim(.same, withdraw: true).bytes,
            "NOT_FOUND no_such_assertion"),
        ConformanceCase(
            "a consent", .decide,
            Say.decide("ada", [Say.decision("marketing", "granted"), Say.decision("analytics", "denied")]), writes: true
        ) { (answer: SelvedgeDecideResponse) in
            #expect(answer.outcomes.map(\.effect) == ["entered", "entered"])
            #expect(answer.outcomes.map(\.purpose) == ["marketing", "analytics"])
            #expect(answer.outcomes.allSatisfy { $0.id.count == 32 })
        },
        ConformanceCase(
            "the same consent again", .decide,
            Say.decide("bob", [Say.decision("marketing", "granted", at: consented + 1)]), writes: true
        ) { (answer: SelvedgeDecideResponse) in
            #expect(answer.outcomes.map(\.effect) == ["duplicate"])
        },
        ConformanceCase(
            "an older one", .decide,
            Say.decide("carol", [Say.decision("marketing", "denied", at: consented - 1)]), writes: true
        ) { (answer: SelvedgeDecideResponse) in
            #expect(answer.outcomes.map(\.effect) == ["superseded"])
            #expect(answer.outcomes.allSatisfy { $0.supersededBy.count == 32 })
        },
        ConformanceCase(
            "none", .decide, Say.decide("ada", []).bytes, "INVALID_ARGUMENT batch_empty", field: "decisions"),
        ConformanceCase(
            "a purpose that is unknown", .decide, Say.decide("ada", [Say.decision("spying", "granted")]).bytes,
            "INVALID_ARGUMENT unknown_purpose", field: "decisions[0].purpose"),
        ConformanceCase(
            "neither yes nor no", .decide, Say.decide("ada", [Say.decision("marketing", "perhaps")]).bytes,
            "INVALID_ARGUMENT invalid_decision", field: "decisions[0].decision"),
    ]

    static let clock = [
        ConformanceCase("to now", .sweep, SelvedgeSweepRequest(), writes: true) { (answer: SelvedgeSweepResponse) in
            #expect(answer.clock.hasPrefix("2027-01-15T08:00:00"))
        },
        ConformanceCase(
            "into the past", .sweep, SelvedgeSweepRequest.with { $0.asOfMs = 1 }.bytes,
            "FAILED_PRECONDITION before_clock"),
        ConformanceCase("what is past", .purge, SelvedgePurgeRequest(), writes: true) {
            (answer: SelvedgePurgeResponse) in
            #expect(!answer.horizon.isEmpty)
        },
        ConformanceCase("garbage", .purge, garbage, "INVALID_ARGUMENT malformed_message"),
        ConformanceCase("a file in pieces", .backup, SelvedgeBackupRequest.with { $0.reason = "a test" }) { reply in
            let messages = try reply.messages.map { try SelvedgeBackupResponse(serializedBytes: $0) }
            #expect(messages.count > 1 && messages.dropLast().allSatisfy { !$0.done && !$0.piece.isEmpty })
            let last = try #require(messages.last)
            #expect(last.done && last.rows > 10 && last.expiresMs - last.takenMs >= 30 * 86_400_000)
        },
        ConformanceCase(
            "for ever", .backup, SelvedgeBackupRequest.with { ($0.reason, $0.expiresDays) = ("a test", 9_999) }.bytes,
            "INVALID_ARGUMENT invalid_expiry", field: "expires_days"),
        ConformanceCase(
            "no reason", .backup, [], "INVALID_ARGUMENT missing_field", field: "reason", limit: 1_024),
        ConformanceCase("all of them", .rotateKeys, SelvedgeRotateKeysRequest.with { $0.reason = "a test" }) { reply in
            let messages = try reply.messages.map { try SelvedgeRotateKeysResponse(serializedBytes: $0) }
            #expect(messages.dropLast().allSatisfy { !$0.done })
            let last = try #require(messages.last)
            #expect(last.done && last.version == 2 && last.contentBefore != last.contentAfter)
        },
        ConformanceCase(
            "no reason", .rotateKeys, [], "INVALID_ARGUMENT missing_field", field: "reason", limit: 1_024),
    ]
}
