import Erasure
import Foundation
import TestSupport
import Testing

@Suite struct CertificateTests {
    private static func time(_ hours: Int64) -> CertificateTime {
        CertificateTime(milliseconds: 1_767_323_045_000 + hours * 3_600_000)
    }

    private static func certificate() -> ErasureCertificate {
        var report = ScanReport()
        report.files = [
            .init(path: "gen-4/data.mdb", bytes: 1_000_000, hits: 0), .init(path: "keys.slots", bytes: 4_224, hits: 0),
        ]
        report.skipped = [.init(path: "socket", reason: .special)]
        let steps = ErasureCertificate.State.allCases.enumerated().map {
            ErasureCertificate.Step($1, at: time(Int64($0)))
        }
        return ErasureCertificate(
            reference: 17, requestHash: (0..<32).map { UInt8($0) }, requester: "anna", approver: "bert", steps: steps,
            removals: [.init(what: "records", count: 3), .init(what: "key_slots", count: 50)],
            sharedIdentifiersKept: 2,
            search: .init(report, needles: 212, rows: 5_000, rowHits: 0, started: time(7), ended: time(8)),
            canaries: CanaryProof(
                counts: CanaryField.Place.allCases.map { .init(place: $0, planted: 100, seen: 100) }),
            pending: [], toolVersion: "1.0", issued: time(9))
    }

    // MARK: Verdicts

    @Test func aWholeErasureIsErased() {
        var certificate = Self.certificate()
        #expect(certificate.verdict == .erased)
        certificate.pending = [.backups(count: 2, until: Self.time(1_000))]
        #expect(certificate.verdict == .erasedWithPending)
    }

    private static let doubts:
        [(doubt: ErasureCertificate.Doubt, change: @Sendable (inout ErasureCertificate) -> Void)] = [
            (.stepMissing, { _ = $0.steps.popLast() }), (.stepMissing, { $0.steps.swapAt(1, 2) }),
            (.stepMissing, { $0.steps[3].time = $0.steps[0].time }), (.notSearched, { $0.search = nil }),
            (.notProvenToSee, { $0.canaries = nil }), (.notProvenToSee, { $0.canaries?.counts[2].seen = 99 }),
            (.notProvenToSee, { $0.canaries?.counts = [] }), (.found, { $0.search?.hits = 1 }),
            (.found, { $0.search?.rowHits = 1 }), (.samePrincipal, { $0.approver = "anna" }),
        ]

    @Test(arguments: doubts.indices) func nothingIsSaidToBeErasedThatIsNotProven(_ index: Int) {
        let (doubt, change) = Self.doubts[index]
        var certificate = Self.certificate()
        change(&certificate)
        #expect(certificate.verdict == .notProven([doubt]))
        #expect(certificate.text.contains("NOT PROVEN"))
        #expect(!certificate.text.contains("The person is erased"))
        #expect(certificate.json.contains("\"verdict\":\"not_proven\""))
    }

    // MARK: Words

    @Test func theWordsSayWhatTheNumbersAre() {
        var certificate = Self.certificate()
        certificate.pending = [
            .backups(count: 2, until: Self.time(1_000)), .feedEntries(count: 1, until: Self.time(20)),
            .scrub(by: Self.time(30)), .freedBlocks, .readers(count: 4),
        ]
        let text = certificate.text
        for piece in [
            "Certificate of erasure 17", "made by anna, approved by bert", "2026-01-02T03:04:05Z  requested",
            "Removed from records: 3", "kept without their links to the person: 2", "It found 600 of 600",
            "in pages that the store had freed: 100 of 100", "2 files with 1004224 bytes",
            "212 values", "5000 rows", "Backups made before hold the person: 2", "blocks that belong to no file",
            "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f",
        ] { #expect(text.contains(piece), "\(piece)") }
        certificate.approver = nil
        #expect(certificate.text.contains("who may act alone"))
        #expect(certificate.verdict == .erasedWithPending)
    }

    @Test(
        arguments: [
            (0, "1970-01-01T00:00:00Z"), (-1, "1969-12-31T23:59:59Z"), (951_782_400_000, "2000-02-29T00:00:00Z"),
            (4_102_444_799_999, "2099-12-31T23:59:59Z"), (-62_135_596_800_000, "0001-01-01T00:00:00Z"),
        ] as [(Int64, String)]) func timesAreWrittenInUTC(milliseconds: Int64, text: String)
    {
        #expect(CertificateTime(milliseconds: milliseconds).text == text)
    }

    @Test func timesAreThoseOfFoundation() {
        var generator = SeededGenerator(seed: 1)
        let formatter = ISO8601DateFormatter()
        for _ in 0..<500 {
            let seconds = Int64(generator.int(-2_000_000_000...4_000_000_000))
            let expected = formatter.string(from: Date(timeIntervalSince1970: TimeInterval(seconds)))
            #expect(CertificateTime(milliseconds: seconds * 1_000).text == expected)
        }
    }

    // MARK: JSON

    @Test func theJSONObeysItsSchema() throws {
        var certificates = [Self.certificate()]
        for (_, change) in Self.doubts {
            var certificate = Self.certificate()
            change(&certificate)
            certificates.append(certificate)
        }
        certificates[0].pending = [
            .backups(count: 2, until: Self.time(1_000)), .feedEntries(count: 1, until: Self.time(20)),
            .scrub(by: Self.time(30)), .freedBlocks, .readers(count: 4),
        ]
        certificates[0].requester = "anna \"the\\first\"\n\u{1}ä"
        let schema = try JSONSerialization.jsonObject(with: Data(ErasureCertificate.schema.utf8))
        for certificate in certificates {
            let object = try JSONSerialization.jsonObject(with: Data(certificate.json.utf8))
            #expect(SchemaCheck.problems(object, schema, "$") == [])
            #expect((object as? [String: Any])?["requester"] as? String == certificate.requester)
        }
    }

    @Test func theSchemaRefusesWhatIsNot() throws {
        let schema = try JSONSerialization.jsonObject(with: Data(ErasureCertificate.schema.utf8))
        let whole = Self.certificate().json
        for (piece, other) in [
            ("\"files\":2", "\"files\":\"2\""), ("\"verdict\":\"erased\"", "\"verdict\":\"fine\""),
            ("\"reference\":\"17\",", ""), ("\"tool_version\"", "\"version\""),
            ("\"state\":\"fenced\"", "\"state\":\"f\""),
        ] {
            let changed = whole.replacingOccurrences(of: piece, with: other)
            #expect(changed != whole)
            let object = try JSONSerialization.jsonObject(with: Data(changed.utf8))
            #expect(!SchemaCheck.problems(object, schema, "$").isEmpty, "\(piece)")
        }
    }
}

/// As much of JSON Schema as the certificate's uses.
enum SchemaCheck {
    static func problems(_ value: Any, _ schema: Any, _ path: String) -> [String] {
        guard let schema = schema as? [String: Any] else { return ["\(path): no schema"] }
        var problems: [String] = []
        if let allowed = schema["enum"] as? [Any] {
            if !allowed.contains(where: { ($0 as? NSObject) == (value as? NSObject) }) {
                problems.append("\(path): enum")
            }
        }
        switch schema["type"] as? String {
        case "object":
            guard let object = value as? [String: Any] else { return problems + ["\(path): no object"] }
            let properties = schema["properties"] as? [String: Any] ?? [:]
            for name in schema["required"] as? [String] ?? [] where object[name] == nil {
                problems.append("\(path).\(name): missing")
            }
            for (name, inner) in object {
                guard let known = properties[name] else {
                    problems.append("\(path).\(name): unknown")
                    continue
                }
                problems += Self.problems(inner, known, "\(path).\(name)")
            }
        case "array":
            guard let array = value as? [Any] else { return problems + ["\(path): no array"] }
            for (index, inner) in array.enumerated() {
                problems += Self.problems(inner, schema["items"] ?? [:], "\(path)[\(index)]")
            }
        case "string": if !(value is String) { problems.append("\(path): no string") }
        case "integer": if value is String || !(value is NSNumber) { problems.append("\(path): no integer") }
        default: problems.append("\(path): a type that this check does not know")
        }
        return problems
    }
}
