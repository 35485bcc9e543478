import Foundation
import Testing

/// What a purpose may see, and who may see past it.
@Suite("Views") struct ViewTests {
    private static let email = "email:\(Lines.email)"
    private static let cookie = "cookie:\(Tool.secret)-cookie"
    private static let role = ["--role", "privacy", "--by", "office", "--reason", "request 7"]

    /// Sources with purposes of their own: what fraud says is for security alone.
    private static let configuration = """
        sources:
          fraud: {party: third, purposes: [security]}
        """

    private func filled(config: String? = nil) throws -> Tool {
        let tool = try Tool.withStore(config: config)
        try tool.ask("record", input: Lines.person)
        return tool
    }

    private func deny(_ tool: Tool, _ identifier: String) throws {
        let answer = try tool.run([
            "consent", "decide", "--data", tool.store, "--source", "cmp", "--purpose", "marketing", "--decision",
            "denied", identifier,
        ])
        #expect(answer.status == 0, "\(answer.err)")
    }

    // MARK: Generic

    @Test func unknownDeniedHiddenAndForgedAreTheSameBytes() throws {
        let tool = try filled()
        let known = try tool.ask("resolve", "--json", "--purpose", "service", Self.email).json()["profile"] as? String
        try deny(tool, Self.cookie)
        // A login of long ago, whose session has expired: its identifiers are held and hidden.
        try tool.ask(
            "record",
            input: Lines.observation([("session", "\(Tool.secret)-old")], time: "2023-01-02T03:04:05Z"))
        let asked = [
            Self.cookie, Self.email, "login:\(Tool.secret)", "session:\(Tool.secret)-old", "record:crm:r2",
            "record:crm:none", try #require(known), "prf_0000000000000000000000000z",
        ]
        for json in [[], ["--json"]] {
            var answers: Set<String> = []
            for identifier in asked {
                let answer = try tool.run(
                    ["resolve", "--data", tool.store, "--purpose", "marketing", identifier] + json)
                #expect(answer.status == 0 && answer.err.isEmpty)
                answers.insert(answer.out)
            }
            #expect(answers.count == 1, "\(answers)")
        }
        for identifier in asked.dropLast(2) {
            let answer = try tool.run(
                ["consent", "check", "--json", "--data", tool.store, "--purpose", "marketing", identifier])
            #expect(answer.out == "{\"outcome\":\"generic\",\"purpose\":\"marketing\"}\n")
        }
    }

    @Test func manyAnswersDifferInTheirNumberAlone() throws {
        let tool = try filled()
        try deny(tool, Self.email)
        let answer = try tool.ask(
            "resolve", "--json", "--purpose", "marketing", Self.email, "login:\(Tool.secret)", Self.cookie)
        let lines = answer.lines.enumerated().map { $1.replacing("\"argument\":\($0 + 1),", with: "") }
        #expect(lines.count == 3 && Set(lines).count == 1)
    }

    @Test func aMissingPurposeIsAnsweredWithThoseThereAre() throws {
        let tool = try filled()
        let answer = try tool.ask("resolve", Self.email)
        #expect(answer.status == 2 && answer.out.isEmpty)
        #expect(answer.err.contains("analytics, enrichment, marketing, personalization, security, service"))
        #expect(try tool.ask("watch").status == 2)
        #expect(try tool.run(["consent", "check", "--data", tool.store, Self.email]).status == 2)
    }

    // MARK: Sources

    @Test func whatASourceMayNotServeIsSeenByNoOtherPurpose() throws {
        let tool = try filled(config: Self.configuration)
        let device = ("device_id", "\(Tool.secret)-device")
        try tool.ask("record", input: Lines.observation([("email", Lines.email), device], source: "fraud"))
        let name = "device_id:\(device.1)"
        let whole = try tool.ask("resolve", "--json", "--purpose", "security", Self.email).json()
        #expect((whole["members"] as? [Any])?.count == 6)
        let part = try tool.ask("resolve", "--json", "--purpose", "service", Self.email).json()
        #expect((part["members"] as? [Any])?.count == 5)
        #expect(try tool.ask("resolve", "--purpose", "service", name).out == "generic\n")
        let seen = try tool.ask("explain", "--json", "--purpose", "security", Self.email, name)
        #expect(try seen.json()["relation"] as? String == "one_profile")
        let hidden = try tool.ask("explain", "--json", "--purpose", "service", Self.email, name)
        let unknown = try tool.ask("explain", "--json", "--purpose", "service", Self.email, "device_id:\(Tool.secret)")
        #expect(try hidden.json()["relation"] as? String == "generic")
        #expect(hidden.out.count == unknown.out.count)
    }

    @Test func aSimulationThroughAViewTellsNoMoreThanTheView() throws {
        let tool = try filled()
        let line = Lines.observation([("email", Lines.email), ("login", "\(Tool.secret)-login")])
        let file = try tool.file("a.jsonl", line)
        let seen = try tool.ask("simulate", "--json", "--purpose", "service", file).json()
        #expect(seen["outcome"] as? String == "accepted")
        #expect((seen["before"] as? [[String: Any]])?.compactMap { $0["members"] as? Int } == [5])
        #expect((seen["after"] as? [String: Any])?["members"] as? Int == 6)
        let blind = try tool.ask("simulate", "--json", "--purpose", "marketing", file).json()
        #expect(blind["outcome"] as? String == "accepted")
        #expect((blind["before"] as? [Any])?.isEmpty == true && blind["after"] == nil)
        #expect(
            try tool.ask("simulate", "--json", "--purpose", "marketing", input: "{}\n").json()["outcome"] as? String
                == "refused")
        #expect(try tool.ask("simulate", "--json", file).json()["outcome"] as? String == "joined")
    }

    // MARK: Past consent

    @Test func aRoleSeesTheWholeProfileAndTheReason() throws {
        let tool = try filled()
        try deny(tool, Self.cookie)
        let json = try tool.run(
            ["resolve", "--json", "--data", tool.store, "--purpose", "marketing"] + Self.role + [Self.cookie]
        ).json()
        #expect((json["members"] as? [Any])?.count == 5)
        let view = json["view"] as? [String: Any]
        #expect(view?["outcome"] as? String == "generic" && view?["reason"] as? String == "denied_for_identifier")
        let text = try tool.run(["resolve", "--data", tool.store, "--purpose", "service"] + Self.role + [Self.email])
        #expect(text.out.contains("for service: prf_"))
        let whole = try tool.run(["resolve", "--data", tool.store] + Self.role + ["login:\(Tool.secret)"])
        #expect(whole.out == "generic\n")
    }

    @Test func everyLookIsInTheAudit() throws {
        let tool = try filled()
        func entries() throws -> Int { try tool.ask("stats", "--json").json()["audit_entries"] as? Int ?? -1 }
        #expect(try entries() == 0)
        let looks =
            [
                ["resolve", "--data", tool.store], ["consent", "ledger", "--data", tool.store],
                ["consent", "prove", "--data", tool.store],
                ["consent", "check", "--data", tool.store, "--purpose", "service"],
            ].map { $0 + Self.role + [Self.email] } + [
                ["watch", "--data", tool.store] + Self.role,
                ["explain", "--data", tool.store, Self.email, Self.cookie],
                ["simulate", "--data", tool.store, try tool.file("a.jsonl", Lines.person)],
            ]
        for (index, look) in looks.enumerated() {
            #expect(try tool.run(look).status == 0, "\(look[0])")
            #expect(try entries() == index + 1, "\(look)")
        }
        try tool.ask("resolve", "--purpose", "service", Self.email)
        try tool.ask("explain", "--purpose", "service", Self.email, Self.cookie)
        #expect(try entries() == looks.count)
        #expect(try tool.ask("check").status == 0)
    }

    @Test func whereTheAuditCannotBeWrittenNothingIsShown() throws {
        let tool = try filled()
        let process = Process()
        let input = Pipe()
        process.executableURL = URL(filePath: Tool.executable)
        process.arguments = ["record", "--data", tool.store]
        process.standardInput = input
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
        // Once this line is seen, the recorder has the lock; asking without a role takes none.
        let line = Lines.observation([("login", "\(Tool.secret)-held")])
        try input.fileHandleForWriting.write(contentsOf: Data(line.utf8))
        let end = Date(timeIntervalSinceNow: 30)
        let question = ["resolve", "--data", tool.store, "--purpose", "service", "login:\(Tool.secret)-held"]
        while try tool.run(question).out == "generic\n", Date() < end { usleep(10_000) }
        for command in [["resolve"], ["consent", "ledger"], ["consent", "prove"]] {
            let answer = try tool.run(command + ["--data", tool.store] + Self.role + [Self.email])
            #expect(answer.status == 3 && answer.out.isEmpty)
            #expect(answer.err.contains("process \(process.processIdentifier)"))
        }
        let watch = try tool.run(["watch", "--data", tool.store] + Self.role)
        #expect(watch.status == 3 && watch.out.isEmpty)
        #expect(try tool.ask("explain", Self.email, Self.cookie).status == 3)
        #expect(try tool.ask("resolve", "--purpose", "service", Self.email).status == 0)
        try input.fileHandleForWriting.close()
        process.waitUntilExit()
    }

    // MARK: The feed

    @Test func theFeedGoesOnWhereItsReaderStopped() throws {
        let tool = try filled()
        let whole = try tool.run(["watch", "--json", "--data", tool.store] + Self.role)
        #expect(whole.status == 0)
        let next = try #require(whole.json()["next"] as? Int)
        try deny(tool, Self.email)
        let rest = try tool.run(["watch", "--json", "--data", tool.store, "--from", "\(next)"] + Self.role)
        #expect(rest.lines.count == 2 && rest.out.contains("consent_changed"))
        let one = try tool.run(["watch", "--json", "--data", tool.store, "--limit", "1"] + Self.role)
        #expect(one.lines.count == 2)
        #expect(try one.json()["next"] as? Int == 2)
        #expect(try tool.ask("watch", "--purpose", "marketing").out == "next \(next + 1)\n")
        #expect(try tool.ask("watch", "--purpose", "service").out.contains("created"))
        let ahead = try tool.ask("watch", "--purpose", "service", "--from", "1000")
        #expect(ahead.status == 1 && ahead.err.contains("has not come so far"))
    }

    @Test func aFollowerSeesWhatComesAndLetsOthersWrite() throws {
        let tool = try filled()
        let run = try tool.start(["watch", "--data", tool.store, "--follow"] + Self.role)
        let end = Date(timeIntervalSinceNow: 30)
        while !run.output.contains("created"), Date() < end { usleep(10_000) }
        try deny(tool, Self.email)
        while !run.output.contains("consent_changed"), Date() < end { usleep(10_000) }
        run.signal(SIGTERM)
        let answer = try run.finish()
        #expect(answer.status == 128 + SIGTERM)
        #expect(answer.out.contains("consent_changed") && answer.lines.last?.hasPrefix("next ") == true)
    }

    @Test func aReaderThatFellBehindIsTold() throws {
        let tool = try Tool.withStore(config: "limits: {feed_days: 1}\n")
        try tool.ask("record", input: Lines.observation([("cookie", "\(Tool.secret)1")]))
        try tool.ask("record", input: Lines.observation([("cookie", "\(Tool.secret)2")], time: "2026-03-02T03:04:05Z"))
        let behind = try tool.ask("watch", "--purpose", "service", "--from", "1")
        #expect(behind.status == 1 && behind.err.contains("the feed begins at 2"))
        #expect(try tool.ask("watch", "--purpose", "service").out.contains("2  "))
    }
}
