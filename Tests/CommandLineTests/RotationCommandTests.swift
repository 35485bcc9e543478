import Foundation
import TestSupport
import Testing

/// Identity keys rotated by the command line and by a server: killed at any moment, with others recording and reading.
@Suite("Rotation", .serialized) struct RotationCommandTests {
    private static let people = 300
    private static let lines = (0..<people).map { number in
        Lines.observation([("email", email(number)), ("cookie", "\(Tool.secret)-c\(number)")])
            + Lines.observation([("email", email(number))], source: "crm", record: "r\(number)")
    }
    private static let act = ["--by", "alice", "--reason", "yearly"]

    private static func email(_ number: Int) -> String { "\(Tool.secret)\(number)@example.org" }

    private static func store(_ tool: Tool) throws {
        try #require(try tool.run(["init", "--data", tool.store] + tool.keys()).status == 0)
        try #require(try tool.ask("record", input: lines.joined()).status == 0)
    }

    private static func rotate(_ tool: Tool, _ store: String, rows: Int = 2_000) throws -> Answer {
        try tool.run(["keys", "rotate", "identity", "--json", "--data", store, "--piece-rows", "\(rows)"] + act)
    }

    private static func profiles(_ tool: Tool, in store: String) throws -> [String] {
        let asked = (0..<people).map { "email:\(email($0))" }
        let answer = try tool.run(["resolve", "--data", store, "--purpose", "service"] + asked)
        try #require(answer.status == 0, "\(answer.err)")
        return answer.lines.filter { !$0.hasPrefix(" ") }.map(String.init)
    }

    /// 40 kills, times `SELVEDGE_SCALE`. After each of them everybody is found as before, what is recorded in between is of
    /// the same people, and the end is that of a rotation that nobody has disturbed.
    @Test func aKillAtAnyMomentIsGoneOnFrom() throws {
        let scale = ProcessInfo.processInfo.environment["SELVEDGE_SCALE"].flatMap { Double($0) } ?? 0.1
        let kills = max(4, Int(40 * scale))
        let seed: UInt64 = 20_261_123
        var generator = SeededGenerator(seed: seed)
        let tool = try Tool()
        try Self.store(tool)
        let before = try Self.profiles(tool, in: tool.store)
        let start = Date()
        let whole = tool.path + "/whole"
        try FileManager.default.copyItem(atPath: tool.store, toPath: whole)
        let first = try Self.rotate(tool, whole, rows: 3)
        try #require(first.status == 0, "\(first.err)")
        let seconds = Date().timeIntervalSince(start)
        var killed = 0
        var isUnderWay = 0
        var round = 0
        // Until one of them has met a rotation half done.
        while round < kills || (isUnderWay == 0 && round < kills + 60) {
            round += 1
            let run = try tool.start(
                ["keys", "rotate", "identity", "--data", tool.store, "--piece-rows", "3"] + Self.act)
            usleep(UInt32(seconds * Double.random(in: 0..<1, using: &generator) * 1e6))
            run.signal(SIGKILL)
            if try run.finish().status == -SIGKILL { killed += 1 }
            let shown = try tool.run(["keys", "show", "--json", "--data", tool.store]).json()
            if shown["rotation_under_way"] as? Bool == true { isUnderWay += 1 }
            #expect(try Self.profiles(tool, in: tool.store) == before, "seed \(seed)")
            #expect(try tool.ask("check").status == 0)
            try #require(try tool.ask("record", input: Self.lines.joined()).status == 0)
        }
        #expect(killed > 0 && isUnderWay > 0)
        let end = try Self.rotate(tool, tool.store)
        try #require(end.status == 0, "\(end.err)")
        #expect(try Self.profiles(tool, in: tool.store) == before)
        #expect(try tool.ask("check").status == 0)
        // The same evidence under the same keys, rotated as often without a kill.
        let version = try #require(try end.json()["version"] as? Int)
        let other = tool.path + "/other"
        try #require(try tool.run(["init", "--data", other, "--keys-of", tool.store]).status == 0)
        try #require(try tool.run(["record", "--data", other], input: Self.lines.joined()).status == 0)
        for _ in 1..<version { try #require(try Self.rotate(tool, other).status == 0) }
        let digests = try [tool.store, other].map { try tool.run(["digest", "--content", "--data", $0]).out }
        #expect(digests[0] == digests[1])
    }

    /// A server rotates while it is asked and told; what it is killed over it takes up at its next start.
    @Test func aServerRotatesWhileItServes() throws {
        let tool = try Tool()
        try Self.store(tool)
        let before = try Self.profiles(tool, in: tool.store)
        var server = try ServerRun(tool)
        var address = try #require(server.addresses["wire"])
        let rotation = try tool.start(
            ["keys", "rotate", "identity", "--json", "--server", address, "--reason", "yearly"])
        let asked = (0..<Self.people).map { "email:\(Self.email($0))" }
        var rounds = 0
        while rotation.process.isRunning || rounds < 3 {
            let answer = try tool.run(["resolve", "--server", address, "--purpose", "service"] + asked)
            #expect(answer.lines.filter { !$0.hasPrefix(" ") }.map(String.init) == before)
            try #require(try tool.run(["record", "--server", address], input: Self.lines.joined()).status == 0)
            rounds += 1
        }
        let end = try rotation.finish()
        try #require(end.status == 0, "\(end.err)")
        #expect(try end.json()["version"] as? Int == 2)
        let next = try tool.start(
            ["keys", "rotate", "identity", "--server", address, "--reason", "yearly"])
        usleep(20_000)
        try server.end(by: SIGKILL)
        _ = try next.finish()
        server = try ServerRun(tool)
        address = try #require(server.addresses["wire"])
        var shown: [String: Any] = [:]
        for _ in 0..<100 {
            shown = try tool.run(["keys", "show", "--json", "--data", tool.store]).json()
            if shown["rotation_under_way"] as? Bool == false { break }
            usleep(100_000)
        }
        #expect(shown["rotation_under_way"] as? Bool == false)
        let answer = try tool.run(["resolve", "--server", address, "--purpose", "service"] + asked)
        #expect(answer.lines.filter { !$0.hasPrefix(" ") }.map(String.init) == before)
        try server.end()
        #expect(try tool.ask("check").status == 0)
        let entries = try tool.run(["audit", "list", "--data", tool.store]).out
        #expect(entries.contains("keys rotate identity"))
    }
}
