import Foundation
import Testing

/// Every command over a server says what it says of the store itself.
@Suite("--server", .serialized) struct ServerCommandsTests {
    /// A store, and a copy of it that a server serves.
    private final class Pair {
        let tool: Tool
        let server: ServerRun
        let copy: String
        var address: String { server.addresses["wire"] ?? "" }

        init(_ lines: String = Lines.person) throws {
            tool = try Tool.withStore()
            let answer = try tool.ask("record", input: lines)
            try #require(answer.status == 0, "\(answer.err)")
            copy = tool.path + "/copy"
            try FileManager.default.copyItem(atPath: tool.store, toPath: copy)
            server = try Self.serve(tool, copy)
        }

        static func serve(_ tool: Tool, _ copy: String) throws -> ServerRun {
            try ServerRun(tool, data: copy, others: ["--grpc-listen", "none", "--http-listen", "none"])
        }

        /// The same command both ways.
        func both(_ one: Case, json: Bool) throws -> (store: Answer, server: Answer) {
            let format = json ? ["--json"] : []
            return (
                try tool.run(
                    one.command + ["--data", tool.store] + format + one.store + one.arguments, input: one.input),
                try tool.run(
                    one.command + ["--server", address] + format + one.server + one.arguments, input: one.input)
            )
        }

        deinit {
            if server.run.process.isRunning { server.run.signal(SIGKILL) }
        }
    }

    struct Case: Sendable {
        var command: [String]
        /// Options with --data alone, and with --server alone.
        var store: [String] = []
        var server: [String] = []
        var arguments: [String] = []
        var input = ""

        /// A look past consent.
        static func look(_ command: String..., arguments: [String], input: String = "") -> Case {
            Case(
                command: command, store: ["--role", "admin", "--by", "office", "--reason", "request 7"],
                server: ["--reason", "request 7"], arguments: arguments, input: input)
        }

        static func plain(_ command: String..., arguments: [String] = [], input: String = "") -> Case {
            Case(command: command, arguments: arguments, input: input)
        }
    }

    private static let email = "email:\(Lines.email)"
    private static let cookie = "cookie:\(Tool.secret)-cookie"
    private static let more =
        Lines.observation([("phone", Lines.phone), ("email", "\(Tool.secret)2@example.org")]) + "{\"x\":1}\n\n"
        + Lines.observation([("email", "\(Tool.secret)-none")])
        + Lines.observation([("email", "test@test.com"), ("cookie", "\(Tool.secret)-2")])
    private static let decided = ["--source", "cmp", "--time", "2026-02-03T00:00:00Z"]

    private static let reads: [Case] = [
        .plain(
            "resolve", arguments: ["--purpose", "service", email, "cookie:none", "record:crm:r2", "nope:x", "prf_x"]),
        .plain("resolve", arguments: ["--purpose", "marketing", email]),
        .look("resolve", arguments: ["--purpose", "marketing", email, cookie]),
        .plain("key", arguments: [email]), .plain("key", arguments: ["email:\(Tool.secret)"]),
        .plain("explain", arguments: ["--purpose", "service", email, "record:crm:r2"]),
        .look("explain", arguments: [email, "record:crm:r2"]), .look("explain", arguments: [email, "cookie:none"]),
        .plain("simulate", arguments: ["--purpose", "service"], input: more),
        .look("simulate", arguments: [], input: more),
        .look("watch", arguments: []), .plain("watch", arguments: ["--purpose", "service", "--limit", "1"]),
        .look("watch", arguments: ["--from", "99"]),
        .plain("clusters"), .plain("digest"), .plain("digest", arguments: ["--content"]), .plain("check"),
    ]

    /// Of a store that holds people without an identifier in common. What is asked after the review is not told by a clock.
    private static let models: [Case] = [
        .plain("model", "list"), .plain("link"), .plain("review", "list"),
        .plain("repartition", arguments: ["--dry-run"]), .plain("repartition"), .plain("train", "linkage"),
        .plain("link", arguments: ["--model", "7"]), .plain("link"), .plain("model", "show"),
        .plain("model", "show", arguments: ["record:crm:r0-0", "record:crm:r0-1"]),
        .plain("model", "show", arguments: ["record:crm:r0-0", "email:x"]),
        .plain("model", "show", arguments: ["--model", "9"]), .plain("review", "list"),
        .look("resolve", arguments: ["--fuzzy", "{\"given_name\":\"anna\",\"family_name\":\"miller\"}"]),
        .look("resolve", arguments: ["--fuzzy", "{\"shoe_size\":\"39\"}"]),
        Case(
            command: ["review", "accept"], store: ["--by", "office"],
            arguments: ["record:crm:r0-0", "record:crm:r0-1"]),
        Case(
            command: ["review", "reject"], store: ["--by", "office"],
            arguments: ["record:crm:r0-0", "record:crm:none"]),
        .plain("link", arguments: ["--none"]), .plain("train", "scores", arguments: ["--purpose", "service"]),
        .plain("report"),
        .look("export", arguments: ["--table", "nodes"]),
        .look("export", arguments: ["--table", "profiles", "--format", "jsonl"]), .plain("digest"),
    ]

    private static let changes: [Case] = [
        .plain("record", arguments: ["--by-item"], input: more),
        .plain("record", arguments: ["--acknowledge"], input: more),
        Case(command: ["assert"], store: ["--by", "office"], arguments: ["same", email, "cookie:\(Tool.secret)-2"]),
        Case(
            command: ["assert"], store: ["--by", "office"],
            arguments: ["same", email, "cookie:\(Tool.secret)-2", "--withdraw"]),
        .plain(
            "consent", "decide",
            arguments: decided + [
                "--purpose", "marketing", "--purpose", "analytics", "--decision", "granted", "--scope", "profile",
                email,
                cookie,
            ]),
        .plain("consent", "decide", arguments: decided + ["--tcf", "purpose_1", email]),
        .plain("consent", "decide", arguments: decided + ["--purpose", "none", "--decision", "granted", email]),
        .plain("consent", "check", arguments: ["--purpose", "marketing", email]),
        .look("consent", "check", arguments: ["--purpose", "marketing", email]),
        .look("consent", "prove", arguments: ["--decision", String(repeating: "0", count: 32), email]),
        .plain("retract", arguments: ["--source", "crm", "--record", "r2", "--time", "2026-02-03T00:00:00Z"]),
        .plain("retract", arguments: ["--source", "crm", "--time", "2026-02-03T00:00:00Z"]),
        .plain("retract", arguments: ["--source", "crm", "--time", "2150-01-01T00:00:00Z"]),
        .plain("sweep", arguments: ["--as-of", "2026-03-01T00:00:00Z"]),
        .plain("sweep", arguments: ["--as-of", "2026-01-01T00:00:00Z"]), .plain("purge"),
        .plain("digest", arguments: ["--as-of", "2027-01-01T00:00:00Z"]),
    ]

    /// Without what a clock tells.
    private static func timeless(_ text: String) -> String {
        let rates = text.replacing(/in [0-9.]+ s, [0-9]+ a second|"(rate|seconds)":[0-9.e-]+/) { _ in "-" }
        return rates.replacing(/judged at \S+|"(judged_at|received)":"[^"]+"/) { _ in "-" }
    }

    private func expectSame(_ cases: [Case], of lines: String = Lines.person) throws {
        let pair = try Pair(lines)
        for one in cases {
            for json in [false, true] {
                let (store, server) = try pair.both(one, json: json)
                let said = "\(one.command) \(one.arguments.count): \(store.err) / \(server.err)"
                #expect(store.status == server.status, "\(said)")
                #expect(Self.timeless(store.out) == Self.timeless(server.out), "\(said)")
            }
        }
        try pair.server.end()
    }

    @Test func whatIsAskedIsAnsweredAlike() throws { try expectSame(Self.reads) }

    @Test func whatIsChangedIsToldAlike() throws { try expectSame(Self.changes) }

    @Test func modelsAreMadeUsedAndShownAlike() throws {
        try expectSame(Self.models, of: Town(people: 200).observations)
    }

    @Test func theAuditAndTheKeysAreThoseOfTheServersStore() throws {
        let pair = try Pair()
        let place = ["--server", pair.address]
        let exported = try pair.tool.run(
            ["export", "--table", "nodes", "--reason", "request 7"] + place)
        #expect(exported.status == 0, "\(exported.err)")
        #expect(try pair.tool.run(["export", "--table", "nodes"] + place).err.contains("--reason"))
        let listed = try pair.tool.run(["audit", "list"] + place)
        #expect(listed.out.contains("Admin/Export") && listed.out.contains("request 7"))
        #expect(try pair.tool.run(["audit", "verify"] + place).out.contains("the audit is whole: 1 entry"))
        let keys = try pair.tool.run(["keys", "show", "--json"] + place).json()
        #expect(keys["identity_version"] as? Int == 1)
        #expect((keys["audit_key"] as? String)?.count == 64)
        let ledger = pair.tool.path + "/ledger"
        #expect(try pair.tool.run(["privacy", "ledger", "--to", ledger] + place).status == 0)
        #expect(try Data(contentsOf: URL(fileURLWithPath: ledger)).count > 64)
        #expect(try pair.tool.run(["privacy", "ledger", "--to", ledger] + place).err.contains("name another"))
        #expect(try pair.tool.run(["scrub"] + place).out.contains("rows in gen-"))
        let other = try pair.tool.file("other.yaml", "controller: Another Shop\n")
        let changed = try pair.tool.run(["repartition", "--dry-run", "--config", other] + place)
        #expect(changed.status == 0 && changed.out.contains("nothing was written"), "\(changed.err)")
        let taken = try pair.tool.run(["repartition", "--config", other] + place)
        #expect(taken.status == 1 && taken.err.contains("stop it"))
        try pair.server.end()
    }

    @Test func recordsAreEvaluatedAlikeAndIdentifiersNotAtAll() throws {
        let pair = try Pair()
        let list = "source,record_id,truth\ncrm,\"r,\"\"1\"\"\",a\nCRM,r2,a\ncrm,none,b\ncrm,r2,a\n"
        let records = try pair.tool.file("records.csv", list)
        let (store, server) = try pair.both(.plain("evaluate", arguments: ["--truth", records]), json: true)
        #expect(store.status == 0 && store.out == server.out)
        let people = try pair.tool.file("people.csv", "namespace,value,person\nemail,\(Lines.email),a\n")
        let answer = try pair.tool.run(["evaluate", "--server", pair.address, "--truth", people])
        #expect(answer.status == 1 && answer.err.contains("use --data"))
        try pair.server.end()
    }

    @Test func theLedgerAndItsProofAreThoseOfTheServersStore() throws {
        let pair = try Pair()
        let grant = Self.decided + ["--purpose", "marketing", "--decision", "granted", Self.email]
        #expect(try pair.tool.run(["consent", "decide", "--server", pair.address] + grant).status == 0)
        let look = ["--reason", "request 7", "--json", Self.email]
        let ledger = try pair.tool.run(["consent", "ledger", "--server", pair.address] + look)
        #expect(try (ledger.json()["entries"] as? [Any])?.count == 1)
        #expect(try (ledger.json()["identifier"] as? [String: String])?["key"]?.count == 32)
        let proof = try pair.tool.run(["consent", "prove", "--server", pair.address] + look)
        #expect(proof.status == 0 && proof.out.hasPrefix("[{\"event\":{"))
        try pair.server.end()
    }

    @Test func statisticsAreReadable() throws {
        let pair = try Pair()
        let (store, server) = try pair.both(.plain("stats"), json: true)
        for name in ["identifiers", "profiles", "sources", "clock"] {
            #expect(
                try NSDictionary(dictionary: [name: #require(store.json()[name])]) == [
                    name: #require(server.json()[name])
                ])
        }
        #expect(try pair.both(.plain("stats"), json: false).server.out.contains("largest profiles"))
        try pair.server.end()
    }

    private static let usage: [(arguments: [String], text: String)] = [
        (["stats"], "--data DIR or --server ADDRESS is required"),
        (["stats", "--data", "a", "--server", "127.0.0.1:1"], "not both"),
        (["stats", "--server", "192.0.2.1:1"], "use tls://"), (["stats", "--server", "127.0.0.1"], "port is missing"),
        (["stats", "--data", "a", "--token-file", "t"], "go with --server"),
        (["stats", "--server", "127.0.0.1:1", "--certificate", "c"], "go together"),
        (["stats", "--server", "127.0.0.1:1", "--accept-normaliser"], "goes with --data"),
        (["key", "--server", "unix:x", email], "absolute"),
        (
            ["resolve", "--server", "127.0.0.1:1", "--role", "admin", "--by", "me", "--reason", "a", email],
            "credentials"
        ),
        (["resolve", "--server", "127.0.0.1:1", email], "--purpose is required"),
        (["explain", "--server", "127.0.0.1:1", email, cookie], "--reason TEXT"),
        (["assert", "--server", "127.0.0.1:1", "same", email, cookie, "--by", "me"], "leave --by out"),
        (["consent", "ledger", "--server", "127.0.0.1:1", email], "--reason TEXT is required"),
        (
            ["resolve", "--server", "127.0.0.1:1", "--purpose", "service", "--at", "2026-01-01T00:00:00Z", email],
            "--at goes with --data"
        ),
        (["init", "--data", "x", "--server", "127.0.0.1:1"], "Unknown option '--server'"),
    ]

    @Test(arguments: usage) func wrongUsageIsSaidBeforeAnyServerIsAsked(arguments: [String], text: String) throws {
        let answer = try Tool().run(arguments)
        #expect(answer.status == 2, "\(answer.err)")
        #expect(answer.err.contains(text), "\(answer.err)")
    }

    @Test func aServerThatIsNotThereIsTroubleAndWhatItRefusesIsNot() throws {
        let gone = try Tool().run(["stats", "--server", "127.0.0.1:1"])
        #expect(gone.status == 3 && gone.err.contains("the server:"), "\(gone.err)")
        let pair = try Pair()
        let many = String(repeating: Lines.observation([("email", Lines.email)]), count: 1_001)
        let answer = try pair.tool.run(
            ["simulate", "--server", pair.address, "--purpose", "service"], input: many)
        #expect(answer.status == 1 && answer.err.contains("all that a server takes"), "\(answer.err)")
        let unknown = try pair.tool.run(["resolve", "--server", pair.address, "--purpose", "none", Self.email])
        #expect(unknown.status == 2 && unknown.err.contains("service"))
        try pair.server.end()
    }

    @Test func theEnvironmentNamesTheServerWhereNothingElseDoes() throws {
        let pair = try Pair()
        let variable = ["SELVEDGE_SERVER": "tcp://" + pair.address]
        #expect(try pair.tool.start(["key", Self.email], environment: variable).finish().status == 0)
        let local = try pair.tool.start(["stats", "--json", "--data", pair.tool.store], environment: variable).finish()
        #expect(local.status == 0, "\(local.err)")
        try pair.server.end()
    }

    @Test func aWatchThatFollowsEndsAtASignalAndSaysWhereToGoOn() throws {
        let pair = try Pair()
        let run = try pair.tool.start(
            ["watch", "--server", pair.address, "--purpose", "service", "--follow"])
        #expect(waitUntil(seconds: 20) { run.output.contains("created") })
        let person = Lines.observation([("email", "\(Tool.secret)3@example.org")])
        #expect(try pair.tool.run(["record", "--server", pair.address], input: person).status == 0)
        #expect(waitUntil(seconds: 20) { run.output.split(separator: "\n").count == 2 })
        run.signal(SIGINT)
        let answer = try run.finish()
        #expect(answer.status == 130 && answer.lines.last?.hasPrefix("next ") == true, "\(answer.out)")
        try pair.server.end()
    }

    /// The server is killed under a recording and started again: the recording goes on, and all of it is there.
    @Test func aRecordingCutShortIsRepeatedAndNothingIsLostOrTwice() throws {
        let lines = (0..<30_000).map { number in
            Lines.observation(
                [("email", "\(Tool.secret)\(number % 9_000)@example.org"), ("cookie", "\(Tool.secret)-c\(number)")])
        }.joined()
        let pair = try Pair()
        let first = try pair.tool.start(
            ["record", "--server", pair.address, "--acknowledge", "-"], input: Lines.person + lines)
        #expect(waitUntil(seconds: 60) { first.output.contains("ack") || !first.process.isRunning })
        pair.server.run.signal(SIGKILL)
        let cut = try first.finish()
        #expect(cut.status == 3 && cut.err.contains("are durable, later ones may be or not"), "\(cut.err)")
        let again = try Pair.serve(pair.tool, pair.copy)
        let address = again.addresses["wire"] ?? ""
        let repeated = try pair.tool.run(["record", "--server", address, "--json"], input: Lines.person + lines)
        #expect(try repeated.json()["durable_line"] as? Int == 30_003, "\(repeated.err)")
        #expect(try pair.tool.ask("record", input: lines).status == 0)
        let digest = try pair.tool.run(["digest", "--content", "--server", address])
        #expect(try digest.out == pair.tool.ask("digest", "--content").out)
        #expect(try pair.tool.run(["check", "--server", address]).status == 0)
        try again.end()
    }
}
