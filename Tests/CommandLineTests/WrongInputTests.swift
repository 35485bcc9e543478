import Foundation
import Testing

/// Every command with wrong input: the exit code says what kind, and what was typed is not repeated.
@Suite("Wrong input") struct WrongInputTests {
    struct Wrong: Sendable {
        var status: Int32
        var arguments: [String]
        init(_ status: Int32, _ arguments: String...) {
            self.status = status
            self.arguments = arguments
        }
    }

    private static let email = "email:\(Lines.email)"

    private static let usage: [Wrong] = [
        Wrong(2, "init", email), Wrong(2, "init", "--kee-file=\(Lines.email)"), Wrong(2, "init", "--config"),
        Wrong(2, "record", "a.jsonl", email), Wrong(2, "record", "--acknowlege"), Wrong(2, "record", "--rejects"),
        Wrong(2, "retract"), Wrong(2, "retract", "--source", email),
        Wrong(2, "retract", "--source", "web", "--time", Tool.secret),
        Wrong(2, "assert", "alike", email, email, "--by", "me"), Wrong(2, "assert", "same", email, email),
        Wrong(2, "assert", "same", email, "--by", "me"), Wrong(2, "assert", "same", email, email, "--by", ""),
        Wrong(2, "sweep", "--as-of", Tool.secret), Wrong(2, "sweep", email), Wrong(2, "sweep", "--as-of"),
        Wrong(2, "purge", "--as-of", "2026-01-01"), Wrong(2, "purge", email), Wrong(2, "purge", "--force"),
        Wrong(2, "resolve"), Wrong(2, "resolve", email), Wrong(2, "resolve", "--purpose", Tool.secret, email),
        Wrong(2, "resolve", "--purpose"), Wrong(2, "resolve", email, "--\(Tool.secret)"),
        Wrong(2, "resolve", "--purpose", "link_devices", email),
        Wrong(2, "resolve", "--purpose", "service", "--by", "me", email),
        Wrong(2, "resolve", "--role", "privacy", email), Wrong(2, "resolve", "--role", "privacy", "--by", "me", email),
        Wrong(2, "resolve", "--role", "root", "--by", "me", "--reason", "a", email),
        Wrong(2, "explain", email), Wrong(2, "explain", email, email, email), Wrong(2, "explain", "--why", email),
        Wrong(2, "simulate", "a", email), Wrong(2, "simulate", "--write", "a"),
        Wrong(2, "clusters", email), Wrong(2, "clusters", "--out"),
        Wrong(2, "digest", "--as-of", email), Wrong(2, "digest", email), Wrong(2, "digest", "--contents"),
        Wrong(2, "check", email), Wrong(2, "check", "--repair"), Wrong(2, "check", "--json=\(Lines.email)"),
        Wrong(2, "stats", email), Wrong(2, "stats", "--verbose"), Wrong(2, "stats", "-x\(Tool.secret)"),
        Wrong(2, "evaluate"), Wrong(2, "evaluate", "--truth"), Wrong(2, "evaluate", email, "--truth", "a"),
        Wrong(2, "key"), Wrong(2, "key", email, email), Wrong(2, "key", "--hex", email),
    ]

    private static let role = ["--role", "privacy", "--by", "me", "--reason", "a"]

    /// Wrong usage of `consent` and `watch`.
    private static let usageOfConsent: [[String]] = [
        ["consent"], ["consent", Tool.secret], ["consent", "decide"], ["consent", "decide", email],
        ["consent", "decide", "--source", "cmp", email],
        ["consent", "decide", "--source", "cmp", "--purpose", "marketing", email],
        ["consent", "decide", "--source", "cmp", "--purpose", "marketing", "--decision", "granted"],
        ["consent", "decide", "--source", "cmp", "--purpose", "marketing", "--decision", "maybe", email],
        ["consent", "decide", "--source", "cmp", "--purpose", "none", "--decision", "granted", email],
        [
            "consent", "decide", "--source", "cmp", "--purpose", "a", "--decision", "granted", "--tcf", "purpose_1",
            email,
        ],
        ["consent", "decide", "--purpose", "marketing", "--decision", "granted", email],
        ["consent", "decide", "--source", email, "--purpose", "marketing", "--decision", "granted", email],
        ["consent", "decide", "--file", "a", "--source", "cmp"], ["consent", "decide", "--file", "a", email],
        ["consent", "decide", "--source", "cmp", "--tcf", "purpose_1", "--language", "de", email],
        ["consent", "decide", "--source", "cmp", "--tcf", "purpose_1", "--scope", Tool.secret, email],
        ["consent", "check", email], ["consent", "check", "--purpose", "marketing"],
        ["consent", "check", "--purpose", Tool.secret, email],
        ["consent", "check", "--purpose", "marketing", "--role", "privacy", email],
        ["consent", "check", "--purpose", "marketing", "--at", Tool.secret, email],
        ["consent", "ledger", email], ["consent", "ledger"] + role, ["consent", "prove", email],
        ["consent", "ledger", "--role", "privacy", "--by", "me", email],
        ["consent", "prove", "--decision", email] + role + [email],
        ["watch"], ["watch", email], ["watch", "--purpose", Tool.secret], ["watch", "--purpose", "service"] + role,
        ["watch", "--purpose", "service", "--from", "0"], ["watch", "--purpose", "service", "--limit", "0"],
        ["watch", "--role", "privacy"], ["explain", "--purpose", Tool.secret, email, email],
        ["simulate", "--purpose", Tool.secret], ["simulate", "--purpose", "service"] + role,
    ]

    private static let refusedByConsent: [[String]] = [
        ["consent", "decide", "--source", "cmp", "--tcf", "purpose_1", Tool.secret],
        ["consent", "decide", "--source", "cmp", "--tcf", "purpose_1", "record:crm:r2"],
        ["consent", "decide", "--source", "cmp", "--tcf", "purpose_1", "cookie:null"],
        ["consent", "decide", "--source", "cmp", "--tcf", "purpose_99", email],
        ["consent", "decide", "--source", "cmp", "--tcf", "purpose_1", "--jurisdiction", "XX", email],
        ["consent", "decide", "--source", "cmp", "--tcf", "purpose_1", "--lift", Tool.secret, email],
        ["consent", "decide", "--source", "cmp", "--tcf", "purpose_1", "--evidence-sha256", Tool.secret, email],
        ["consent", "decide", "--source", "cmp", "--tcf", "purpose_1", "--evidence-file", "/no/such/file", email],
        ["consent", "decide", "--file", "/no/such/file"],
        ["consent", "check", "--purpose", "service", Tool.secret], ["consent", "ledger"] + role + [Tool.secret],
        ["watch", "--purpose", "service", "--from", "99"],
    ]

    private static let refused: [Wrong] = [
        Wrong(1, "record", email), Wrong(1, "record", "/no/such/file"), Wrong(1, "record", "/"),
        Wrong(1, "record", "-", "--rejects", "/no/such/folder/file"),
        Wrong(1, "retract", "--source", "none"),
        Wrong(1, "retract", "--source", "web", "--time", "2199-01-01T00:00:00Z"),
        Wrong(1, "retract", "--source", "web", "--record", "\u{200b}"),
        Wrong(1, "retract", "--source", "web", "--time", "2020-01-01T00:00:00Z"),
        Wrong(1, "assert", "same", email, email, "--by", "me"), Wrong(1, "assert", "same", "x:y", email, "--by", "me"),
        Wrong(1, "assert", "same", "record:crm:\(Tool.secret)", email, "--by", "me"),
        Wrong(1, "assert", "same", "cookie:\(Tool.secret)", email, "--by", "me", "--withdraw"),
        Wrong(1, "sweep", "--as-of", "2020-01-01T00:00:00Z"), Wrong(1, "purge", "--as-of", "2030-01-01T00:00:00Z"),
        Wrong(1, "resolve", "--purpose", "service", Tool.secret),
        Wrong(1, "resolve", "--purpose", "service", "email:\(Tool.secret)"),
        Wrong(1, "resolve", "--purpose", "service", "\(Tool.secret):\(Tool.secret)"),
        Wrong(1, "resolve", "--purpose", "service", "email#md5:\(Tool.secret)"),
        Wrong(1, "resolve", "--purpose", "service", "record:\(Tool.secret)"),
        Wrong(1, "resolve", "--purpose", "service", "phone:\(Tool.secret)"),
        Wrong(1, "explain", email, "nothing"), Wrong(1, "explain", "nothing", email),
        Wrong(1, "explain", email, "cookie:null"),
        Wrong(1, "simulate", email), Wrong(1, "simulate", "/no/such/file"), Wrong(1, "simulate", "/"),
        Wrong(1, "clusters", "--out", "/no/such/folder/file"), Wrong(1, "clusters", "--out", "/"),
        Wrong(1, "digest", "--as-of", "2020-01-01T00:00:00Z"),
        Wrong(1, "evaluate", "--truth", email), Wrong(1, "evaluate", "--truth", "/dev/null"),
        Wrong(1, "evaluate", "--truth", "/"),
        Wrong(1, "key", Tool.secret), Wrong(1, "key", "email:\(Tool.secret)"), Wrong(1, "key", "cookie:anonymous"),
    ]

    private static let troubled: [Wrong] =
        [
            "record", "sweep", "purge", "check", "digest", "stats", "clusters", "simulate",
        ].map { Wrong(3, $0) } + [
            Wrong(3, "retract", "--source", "web"), Wrong(3, "resolve", "--purpose", "service", email),
            Wrong(3, "assert", "same", email, email, "--by", "me"),
            Wrong(3, "explain", email, email), Wrong(3, "key", email),
            Wrong(3, "evaluate", "--truth", "/dev/null"),
        ]

    private static func check(_ wrong: [Wrong], _ tool: Tool) throws {
        for wrong in wrong {
            let answer = try tool.run([wrong.arguments[0], "--data", tool.store] + wrong.arguments.dropFirst())
            #expect(answer.status == wrong.status, "\(wrong.arguments): \(answer.err)")
            #expect(answer.err.contains("selvedge: ") && !answer.err.contains("Fatal error"), "\(wrong.arguments)")
        }
    }

    @Test func wrongUsageEndsWithTwo() throws { try Self.check(Self.usage, Tool.withStore()) }

    /// Runs commands that have commands of their own on a store.
    private static func check(_ commands: [[String]], status: Int32, _ tool: Tool) throws {
        for command in commands {
            let depth = command[0] == "consent" ? 2 : 1
            let place = command.count < depth ? [] : ["--data", tool.store]
            let answer = try tool.run(Array(command.prefix(depth)) + place + command.dropFirst(depth))
            #expect(answer.status == status, "\(command): \(answer.err)")
            #expect(answer.out.isEmpty && answer.err.contains("selvedge: "), "\(command): \(answer.out)")
        }
    }

    @Test func wrongUsageOfConsentEndsWithTwo() throws {
        try Self.check(Self.usageOfConsent, status: 2, Tool.withStore())
    }

    @Test func whatConsentRefusesEndsWithOneAndEntersNothing() throws {
        let tool = try Tool.withStore()
        try tool.ask("record", input: Lines.person)
        try Self.check(Self.refusedByConsent, status: 1, tool)
        #expect(try tool.ask("stats", "--json").json()["decisions"] as? Int == 0)
    }

    @Test func consentOfAMissingStoreEndsWithThree() throws {
        let tool = try Tool()
        let commands = Self.refusedByConsent.filter {
            $0.contains("check") || $0.contains("ledger") || $0[0] == "watch"
        }
        try Self.check(commands + [["consent", "decide", "--file", "/dev/null"]], status: 3, tool)
        #expect(!FileManager.default.fileExists(atPath: tool.store))
    }

    @Test func refusedInputEndsWithOneAndChangesNothing() throws {
        let tool = try Tool.withStore()
        try tool.ask("record", input: Lines.person)
        let before = try tool.ask("digest", "--content").out
        try Self.check(Self.refused, tool)
        #expect(try tool.ask("digest", "--content").out == before)
    }

    @Test func aMissingStoreEndsWithThreeAndIsNotMade() throws {
        let tool = try Tool()
        try Self.check(Self.troubled, tool)
        #expect(!FileManager.default.fileExists(atPath: tool.store))
    }

    @Test(arguments: [
        "", "stats", "resolve \(email)", "--data \(email)", email, "\(Tool.secret) --help-me", "resolve \(Lines.email)",
    ])
    func aBareOrMistakenCommandEndsWithTwo(_ line: String) throws {
        let tool = try Tool()
        let answer = try tool.run(line.split(separator: " ").map(String.init))
        #expect(answer.status == 2)
        #expect(answer.out.isEmpty && !answer.err.isEmpty)
    }

    @Test(arguments: ["--help", "help record", "evaluate --help", "help"])
    func helpIsAnAnswer(_ line: String) throws {
        let answer = try Tool().run(line.split(separator: " ").map(String.init))
        #expect(answer.status == 0)
        #expect(answer.out.contains("OVERVIEW") && answer.err.isEmpty)
    }
}
