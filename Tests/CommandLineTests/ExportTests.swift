import Foundation
import TestSupport
import Testing

/// The graph as files for a warehouse.
@Suite struct ExportTests {
    private static let config = """
        namespaces: {device_id: {hub_limit: 2}, cookie: {time_to_live: 10d}}

        """

    private static func evidence() -> [String] {
        let secret = Tool.secret
        return [
            Lines.observation([("email", "\(secret)1@example.org"), ("phone", "+4930\(1_234_501)")]),
            Lines.observation(
                [("email", "\(secret)1@example.org"), ("cookie", "\(secret)-c1")], time: "2026-01-05T00:00:00Z"),
            Lines.observation([("email", "\(secret)1@example.org"), ("device_id", "\(secret)-d")]),
            Lines.observation([("email", "\(secret)2@example.org"), ("device_id", "\(secret)-d")]),
            Lines.observation([("email", "\(secret)3@example.org"), ("device_id", "\(secret)-d")]),
            Lines.observation(
                [("email", "\(secret)2@example.org"), ("phone", "+4930\(1_234_502)")], source: "crm", record: "r,\"1\""),
            Lines.observation([("cookie", "\(secret)-c9")]),
        ]
    }

    private static func store(_ lines: [String]) throws -> Tool {
        let tool = try Tool()
        let config = try tool.file("selvedge.yaml", Self.config)
        try #require(
            tool.run(["init", "--data", tool.store, "--config", config]).status == 0)
        try #require(tool.ask("record", "-", input: lines.joined()).status == 0)
        try #require(tool.ask("sweep", "--as-of", "2026-01-13T12:00:00Z").status == 0)
        return tool
    }

    private static func rows(_ tool: Tool, _ table: String) throws -> [[String: Any]] {
        let answer = try tool.ask("export", "--table", table, "--format", "jsonl")
        try #require(answer.status == 0, "\(answer.err)")
        return try answer.lines.map {
            try #require(JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
        }
    }

    private static func token(_ tool: Tool, _ identifier: String) throws -> String {
        try tool.ask("key", identifier).out.trimmingCharacters(in: .whitespacesAndNewlines)
    }

    @Test func nodesTellWhatTheyAre() throws {
        let tool = try Self.store(Self.evidence())
        let rows = try Self.rows(tool, "nodes")
        #expect(rows.count == 9)
        let tokens = rows.compactMap { $0["token"] as? String }
        #expect(tokens == tokens.sorted())
        func row(_ identifier: String) throws -> [String: Any] {
            let token = try Self.token(tool, identifier)
            return try #require(rows.first { $0["token"] as? String == token })
        }
        let hub = try row("device_id:\(Tool.secret)-d")
        #expect(hub["hub"] as? String == "hub")
        #expect(hub["state"] as? String == "active")
        let lapsed = try row("cookie:\(Tool.secret)-c9")
        #expect(lapsed["state"] as? String == "expired")
        #expect(lapsed["profile_id"] is NSNull)
        let email = try row("email:\(Tool.secret)2@example.org")
        #expect(email["records"] as? Int == 1)
        let record = try row("record:crm:r,\"1\"")
        #expect(record["namespace"] as? String == "record")
        #expect(record["profile_id"] as? String == email["profile_id"] as? String)
    }

    @Test func linksTellTheirStateAndTheirSource() throws {
        let tool = try Self.store(Self.evidence())
        let rows = try Self.rows(tool, "links")
        let states = Dictionary(grouping: rows) { "\($0["kind"] ?? "") \($0["state"] ?? "") \($0["reason"] ?? "")" }
            .mapValues(\.count)
        #expect(states["deterministic suspended hub"] == 3)
        #expect(states["deterministic suspended expired"] == 1)
        #expect(states["record active <null>"] == 1)
        // Of the address and the phone on the web, the address and the cookie, and the two of the record.
        #expect(states["deterministic active <null>"] == 3)
        #expect(rows.allSatisfy { $0["left"] as? String ?? "" <= $0["right"] as? String ?? "" })
        let keys = rows.map { "\($0["left"] ?? "")\($0["right"] ?? "")" }
        #expect(keys == keys.sorted())
        #expect(Set(rows.compactMap { $0["source"] as? String }) == ["crm", "web"])
    }

    /// The same evidence in another order: the same files but for the ids of profiles.
    @Test func theOrderOfArrivalDoesNotShow() throws {
        let lines = Self.evidence()
        let config = Self.config
        let tool = try Tool()
        var files: [String] = []
        for (number, order) in [lines, lines.reversed()].enumerated() {
            let store = tool.path + "/store\(number)"
            let file = try tool.file("selvedge.yaml", config)
            try #require(
                tool.run(["init", "--data", store, "--config", file] + tool.keys()).status == 0)
            try #require(tool.run(["record", "--data", store, "-"], input: order.joined()).status == 0)
            files.append(try tool.run(["export", "--data", store, "--table", "links"]).out)
        }
        #expect(files[0] == files[1])
        #expect(files[0].hasPrefix("left,right,kind,state,reason,source,first_seen,last_seen,days,records\n"))
    }

    @Test func profilesAndDecisionsAreCounted() throws {
        let tool = try Self.store(Self.evidence())
        let email = "email:\(Tool.secret)1@example.org"
        let decided = try tool.run([
            "consent", "decide", "--data", tool.store, "--source", "web", "--purpose", "marketing", "--decision",
            "granted",
            "--channel", "a \"form\", signed", email,
        ])
        try #require(decided.status == 0, "\(decided.err)")
        let profiles = try Self.rows(tool, "profiles")
        let counts = profiles.compactMap { $0["identifiers"] as? Int }
        // Two addresses with what is theirs, the third address, and the hub.
        #expect(counts.sorted() == [1, 1, 2, 3])
        let consents = try tool.ask("export", "--table", "consents").lines
        try #require(consents.count == 2)
        #expect(consents[1].hasPrefix(try Self.token(tool, email) + ",1,"))
        #expect(consents[1].contains(",\"a \"\"form\"\", signed\","))
        #expect(consents[1].contains(",granted,"))
    }

    @Test func filesAreForTheirOwnerAloneAndTheLookIsOnRecord() throws {
        let tool = try Self.store(Self.evidence())
        let out = tool.path + "/warehouse/today"
        let answer = try tool.ask("export", "--out", out, "--by", "ann", "--reason", "nightly", "--json")
        #expect(answer.status == 0)
        let rows = try #require(try answer.json()["rows"] as? [String: Int])
        #expect(rows == ["nodes": 9, "links": 8, "profiles": 4, "consents": 0])
        let names = try FileManager.default.contentsOfDirectory(atPath: out)
        #expect(names.sorted() == ["consents.csv", "links.csv", "nodes.csv", "profiles.csv"])
        for name in names {
            let attributes = try FileManager.default.attributesOfItem(atPath: "\(out)/\(name)")
            #expect(attributes[.posixPermissions] as? Int == 0o600)
        }
        let stats = try tool.ask("stats", "--json").json()
        #expect(stats["audit_entries"] as? Int == 1)
    }

    @Test(arguments: [[], ["--table", "edges"], ["--table", "nodes", "--format", "xml"], ["--out", ""]])
    func whatIsNoExportIsWrongUsage(arguments: [String]) throws {
        let tool = try Self.store([])
        #expect(try tool.run(["export", "--data", tool.store] + arguments).status == 2)
    }
}
