import Foundation
import Testing

/// Decisions from the command line, and what they come to.
@Suite("selvedge consent") struct ConsentTests {
    private static let email = "email:\(Lines.email)"
    private static let cookie = "cookie:\(Tool.secret)-cookie"
    private static let role = ["--role", "privacy", "--by", "office", "--reason", "request 7"]

    private func filled() throws -> Tool {
        let tool = try Tool.withStore()
        try tool.ask("record", input: Lines.person)
        return tool
    }

    /// Enters a decision of source cmp and returns its acknowledgement.
    @discardableResult
    private func decide(
        _ tool: Tool, _ purpose: String, _ decision: String, _ rest: String...,
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws -> [String: Any] {
        let answer = try tool.run(
            [
                "consent", "decide", "--json", "--data", tool.store, "--source", "cmp", "--purpose", purpose,
                "--decision", decision,
            ] + rest)
        #expect(answer.status == 0, "\(answer.err)", sourceLocation: sourceLocation)
        return try answer.json()
    }

    private func ask(_ tool: Tool, _ command: String, _ rest: [String]) throws -> Answer {
        try tool.run(["consent", command, "--data", tool.store] + rest)
    }

    private func check(_ tool: Tool, _ purpose: String, _ identifier: String) throws -> String {
        let answer = try ask(tool, "check", ["--purpose", purpose, identifier])
        #expect(answer.status == 0, "\(answer.err)")
        return answer.out.trimmingCharacters(in: .newlines)
    }

    // MARK: Decide and check

    @Test func aGrantPermitsAndAWithdrawalMakesItGenericAgain() throws {
        let tool = try filled()
        #expect(try check(tool, "marketing", Self.email) == "generic")
        let grant = try decide(tool, "marketing", "granted", "--scope", "profile", Self.email)
        #expect(grant["effect"] as? String == "entered")
        #expect(try check(tool, "marketing", Self.email) == "permitted")
        #expect(try check(tool, "marketing", Self.cookie) == "permitted")
        #expect(try check(tool, "analytics", Self.email) == "generic")
        try decide(tool, "marketing", "withdrawn", "--scope", "profile", Self.cookie)
        #expect(try check(tool, "marketing", Self.email) == "generic")
        #expect(try check(tool, "service", Self.email) == "permitted")
    }

    @Test func aLateWithdrawalIsAcknowledgedAsChangingNothingAndARepeatedOneAsDuplicate() throws {
        let tool = try filled()
        let grant = try decide(tool, "marketing", "granted", "--scope", "profile", Self.email)
        let late = ["--time", "2026-02-01T00:00:00Z"]
        let first = try decide(tool, "marketing", "withdrawn", late[0], late[1], Self.email)
        #expect(first["effect"] as? String == "superseded")
        #expect(first["superseded_by"] as? String == grant["id"] as? String)
        let second = try decide(tool, "marketing", "withdrawn", late[0], late[1], Self.email)
        #expect(second["effect"] as? String == "duplicate" && second["id"] as? String == first["id"] as? String)
        let text = try ask(
            tool, "decide",
            ["--source", "cmp", "--purpose", "marketing", "--decision", "denied", late[0], late[1], Self.email])
        #expect(text.out.contains("changes nothing: a later decision is held"))
        #expect(try check(tool, "marketing", Self.email) == "permitted")
    }

    @Test func severalPurposesAndIdentifiersAreDecidedAtOnceOrNoneIs() throws {
        let tool = try filled()
        let arguments = [
            "--source", "cmp", "--purpose", "marketing", "--purpose", "link_devices", "--decision", "denied",
            Self.email,
        ]
        let answer = try ask(tool, "decide", ["--json"] + arguments + [Self.cookie])
        #expect(answer.status == 0 && answer.lines.count == 4)
        let refused = try ask(tool, "decide", arguments + ["login:\(Tool.secret)", "email:\(Tool.secret)"])
        #expect(refused.status == 1)
        #expect(refused.err.contains("identifier 3: invalid_email"))
        #expect(try tool.ask("stats", "--json").json()["decisions"] as? Int == 4)
    }

    @Test func aDialogOfTheFrameworkDecidesOnAllThatItKnows() throws {
        let tool = try filled()
        let names = "purpose_1,purpose_2,purpose_3,purpose_4,purpose_7"
        let answer = try ask(tool, "decide", ["--json", "--source", "cmp", "--tcf", names, Self.email])
        #expect(answer.status == 0, "\(answer.err)")
        let said = answer.lines.compactMap { line in
            (try? JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]).flatMap { $0 }
        }
        let decisions = Dictionary(
            uniqueKeysWithValues: said.map { ($0["purpose"] as? String ?? "", $0["decision"] as? String ?? "") })
        #expect(decisions["marketing"] == "granted" && decisions["analytics"] == "denied")
        #expect(decisions["security"] == nil)
    }

    @Test func aGrantThatNamesADenialTakesItBack() throws {
        let tool = try filled()
        let denial = try #require(
            try decide(tool, "marketing", "denied", "--scope", "profile", Self.cookie)["id"] as? String)
        try decide(tool, "marketing", "granted", "--scope", "profile", Self.email)
        #expect(try check(tool, "marketing", Self.email) == "generic")
        try decide(tool, "marketing", "granted", "--scope", "profile", "--lift", denial, Self.email)
        #expect(try check(tool, "marketing", Self.email) == "permitted")
        let ledger = try ask(tool, "ledger", ["--json"] + Self.role + [Self.cookie]).json()
        #expect((ledger["entries"] as? [[String: Any]])?.first?["state"] as? String == "lifted")
    }

    @Test func whatATimeToComeWillHaveEndedIsGenericThen() throws {
        let tool = try filled()
        try decide(tool, "marketing", "granted", "--scope", "profile", Self.email)
        let later = ["--purpose", "marketing", "--at", "2199-01-01T00:00:00Z", Self.email]
        #expect(try ask(tool, "check", later).out == "generic\n")
        #expect(try tool.run(["resolve", "--data", tool.store] + later).out == "generic\n")
        #expect(
            try ask(tool, "check", ["--purpose", "marketing", "--at", "2000-01-01T00:00:00Z", Self.email]).out
                == "permitted\n")
    }

    @Test func theRolesAreToldTheReasonAndWhatDecides() throws {
        let tool = try filled()
        let denial = try decide(tool, "marketing", "denied", "--scope", "profile", "--jurisdiction", "DE", Self.cookie)
        let json = try ask(tool, "check", ["--json", "--purpose", "marketing"] + Self.role + [Self.email]).json()
        #expect(json["reason"] as? String == "denied_for_profile" && json["outcome"] as? String == "generic")
        #expect(json["default"] as? String == "denied" && json["jurisdictions"] as? [String] == ["GDPR"])
        let decisions = json["decisions"] as? [[String: Any]]
        #expect(decisions?.count == 1 && decisions?.first?["id"] as? String == denial["id"] as? String)
        #expect(decisions?.first?["namespace"] as? String == "cookie")
        let standard = try ask(tool, "check", ["--purpose", "analytics"] + Self.role + [Self.email]).out
        #expect(standard.contains("generic: not_granted") && standard.contains("nobody has decided"))
        let unknown = try ask(tool, "check", ["--purpose", "service"] + Self.role + ["login:\(Tool.secret)"]).out
        #expect(unknown.hasPrefix("generic: unknown"))
    }

    // MARK: In bulk

    @Test func aFileOfDecisionsIsEnteredAndItsEvidenceIsNot() throws {
        let tool = try filled()
        let before = try tool.ask("stats", "--json").json()["active_links"] as? Int
        let line = """
            {"source":"cmp","time":"2026-03-01T00:00:00Z","identifiers":[\
            {"namespace":"cookie","value":"\(Tool.secret)-cookie"},{"namespace":"login","value":"\(Tool.secret)"}]
            """.trimmingCharacters(in: .newlines)
        let lines = [
            line + ",\"consents\":[{\"purpose\":\"marketing\",\"decision\":\"granted\",\"namespace\":\"cookie\"}]}",
            line + ",\"gpc\":1}", line + ",\"consents\":[{\"purpose\":\"none\",\"decision\":\"granted\"}]}",
            "\(Tool.secret)",
        ]
        let input = lines.joined(separator: "\n") + "\n"
        let answer = try tool.run(["consent", "decide", "--data", tool.store, "--file", "-", "--json"], input: input)
        #expect(answer.status == 1)
        #expect(answer.err.contains("stdin:3: unknown_purpose") && answer.err.contains("stdin:4: malformed_json"))
        let json = try answer.json()
        // Of the GPC signal: marketing and enrichment, on the cookie alone; the first marketing grant is older.
        #expect((json["decisions"] as? [String: Int]) == ["entered": 3])
        #expect(answer.lines.count == 4)
        #expect(try tool.ask("stats", "--json").json()["active_links"] as? Int == before)
        let file = try tool.file("again.jsonl", lines[0] + "\n")
        let again = try tool.run(["consent", "decide", "--data", tool.store, "--file", file, "--quiet"])
        #expect(again.status == 0 && again.out.contains("decisions: duplicate 1"))
        #expect(again.lines.count == 2)
    }

    @Test func recordTellsOfDecisionsToo() throws {
        let tool = try Tool.withStore()
        let line = """
            {"source":"web","time":"2026-03-01T00:00:00Z","identifiers":[{"namespace":"cookie","value":"\(Tool.secret)"}],\
            "consents":[{"purpose":"marketing","decision":"granted"}]}

            """
        let answer = try tool.ask("record", "--by-item", input: line + line)
        #expect(
            answer.lines[0].contains("\"effect\":\"entered\"") && answer.lines[1].contains("\"effect\":\"duplicate\""))
        #expect(answer.out.contains("decisions: duplicate 1, entered 1"))
        #expect(try check(tool, "marketing", "cookie:\(Tool.secret)") == "permitted")
    }

    // MARK: Ledger and proof

    @Test func theLedgerTellsAllInOrderAndWhatIsInForce() throws {
        let tool = try filled()
        try decide(tool, "marketing", "granted", "--scope", "profile", Self.email)
        try decide(tool, "marketing", "denied", "--time", "2026-02-01T00:00:00Z", Self.email)
        try decide(tool, "analytics", "granted", "--time", "2024-02-01T00:00:00Z", Self.email)
        let answer = try ask(tool, "ledger", ["--json"] + Self.role + [Self.email])
        let entries = try #require(answer.json()["entries"] as? [[String: Any]])
        #expect(entries.compactMap { $0["state"] as? String } == ["in_force", "superseded", "expired"])
        #expect(entries.compactMap { $0["sequence"] as? Int } == [1, 2, 3])
        let text = try ask(tool, "ledger", Self.role + [Self.email])
        #expect(text.lines.count == 4 && text.out.contains("superseded"))
        #expect(try ask(tool, "ledger", Self.role + ["login:\(Tool.secret)"]).out == "no decision is held\n")
    }

    @Test func aProofIsAChainThatVerifiesByItself() throws {
        let tool = try filled()
        let notice = try tool.file("notice.txt", "We would like to write to you.\n")
        try decide(
            tool, "marketing", "granted", "--scope", "profile", "--jurisdiction", "US-CA", "--notice-id", "banner",
            "--notice-version", "3", "--language", "en", "--notice-file", notice, "--channel", "web",
            "--evidence-file", notice, Self.email)
        try decide(tool, "marketing", "withdrawn", Self.email)
        try decide(tool, "analytics", "denied", Self.email)
        let answer = try ask(tool, "prove", Self.role + ["--pretty", Self.email])
        let records = try #require(
            try JSONSerialization.jsonObject(with: Data(answer.out.utf8)) as? [[String: Any]])
        try #require(records.count == 3)
        let types = records.map { ($0["event"] as? [String: Any])?["type"] as? String }
        #expect(types == ["consent_given", "consent_withdrawn", "consent_refused"])
        let processing = try #require(records[0]["processing"] as? [String: Any])
        #expect(processing["legal_basis"] as? String == "consent" && processing["jurisdiction"] as? String == "CPRA")
        #expect((processing["rights"] as? [String])?.contains("opt_out_of_sale_or_sharing") == true)
        let sha256 = try sha256(ofFile: notice)
        #expect((processing["notice"] as? [String: Any])?["sha256"] as? String == sha256)
        #expect(records[0]["evidence_sha256"] as? String == sha256)
        try verify(records, tool)
        let one = try ask(
            tool, "prove", Self.role + ["--decision", try #require(records[1]["record_id"] as? String), Self.email])
        #expect(try (JSONSerialization.jsonObject(with: Data(one.out.utf8)) as? [Any])?.count == 1)
        let none = String(repeating: "0", count: 32)
        #expect(try ask(tool, "prove", Self.role + ["--decision", none, Self.email]).status == 1)
    }

    /// As the article says: by nothing but the export.
    private func verify(_ records: [[String: Any]], _ tool: Tool) throws {
        var previous = String(repeating: "0", count: 64)
        for record in records {
            let digits = Array(try #require(record["record_bytes"] as? String))
            let bytes = stride(from: 0, to: digits.count, by: 2).compactMap {
                UInt8(String(digits[$0...$0 + 1]), radix: 16)
            }
            let file = tool.path + "/record"
            try Data(bytes).write(to: URL(filePath: file))
            #expect(try sha256(ofFile: file) == record["record_sha256"] as? String)
            #expect(record["previous_record_sha256"] as? String == previous)
            #expect(String(digits[72..<136]) == previous)
            #expect(String(digits[..<32]) == record["record_id"] as? String)
            previous = try #require(record["record_sha256"] as? String)
        }
    }

    /// By a program that knows nothing of ours.
    private func sha256(ofFile path: String) throws -> String {
        let process = Process()
        let output = Pipe()
        process.executableURL = URL(filePath: "/usr/bin/sha256sum")
        process.arguments = [path]
        process.standardOutput = output
        try process.run()
        let data = try output.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        return String(decoding: data.prefix(64), as: UTF8.self)
    }
}
