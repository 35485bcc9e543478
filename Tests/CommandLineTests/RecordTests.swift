import Foundation
import Testing

@Suite("selvedge record") struct RecordTests {
    @Test func aFileAndStandardInputGiveTheSame() throws {
        let tool = try Tool.withStore()
        let file = try tool.file("a.jsonl", Lines.person)
        let first = try tool.ask("record", file)
        #expect(first.status == 0)
        #expect(first.out.contains("recorded 3 observations"))
        let digest = try tool.ask("digest", "--content").out
        for arguments in [[], ["-"]] {
            #expect(try tool.run(["record", "--data", tool.store] + arguments, input: Lines.person).status == 0)
            #expect(try tool.ask("digest", "--content").out == digest)
        }
    }

    @Test func aRefusedLineIsNamedAndTheOthersAreRecorded() throws {
        let tool = try Tool.withStore()
        let bad = [
            "{\"source\":\"web\",\"time\":\"2026-01-02\",\"identifiers\":[]}\n",
            "\(Tool.secret) is no JSON\n",
            Lines.observation([("email", "\(Tool.secret)@@example.org")]),
            Lines.observation([("\(Tool.secret)", "x")]),
        ]
        let file = try tool.file("a.jsonl", bad[0] + Lines.person + "\n" + bad[1...].joined())
        let rejects = tool.path + "/rejects.jsonl"
        let answer = try tool.ask("record", file, "--json", "--rejects", rejects)
        #expect(answer.status == 1)
        #expect(answer.err.contains("\(file):1: invalid_time at time: "))
        #expect(answer.err.contains("\(file):8: unknown_namespace at identifiers[0].namespace: "))
        let json = try answer.json()
        #expect(json["recorded"] as? Int == 3)
        #expect(json["refused"] as? Int == 4)
        #expect(json["durable_line"] as? Int == 8)
        #expect((json["refusals"] as? [[String: Any]])?.compactMap { $0["line"] as? Int } == [1, 6, 7, 8])
        let listed = try String(contentsOfFile: rejects, encoding: .utf8)
        #expect(listed.split(separator: "\n").count == 4)
        #expect(!listed.contains(Tool.secret))
    }

    @Test func manyRefusalsAreCountedAndTwentyAreNamed() throws {
        let tool = try Tool.withStore()
        let answer = try tool.ask("record", input: String(repeating: "nothing\n", count: 30))
        #expect(answer.status == 1)
        #expect(answer.err.split(separator: "\n").filter { $0.hasPrefix("stdin:") }.count == 20)
        #expect(answer.out.contains("malformed_json 30"))
    }

    @Test func eachItemsOutcomeIsTold() throws {
        let tool = try Tool.withStore()
        let lines =
            Lines.observation([("cookie", "\(Tool.secret)1")]) + Lines.observation([("login", "\(Tool.secret)2")])
            + Lines.observation([("cookie", "\(Tool.secret)1"), ("login", "\(Tool.secret)2")])
            + Lines.observation([("cookie", "\(Tool.secret)1"), ("email", "test@test.com")]) + "{}\n"
        let answer = try tool.ask("record", "--by-item", input: lines)
        #expect(answer.status == 1)
        let outcomes = answer.lines.prefix(5).compactMap { line in
            (try? JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])?["outcome"] as? String
        }
        #expect(outcomes == ["created", "created", "merged", "unchanged", "refused"])
        #expect(answer.lines[3].contains("\"dropped\""))
    }

    @Test func acknowledgementsFollowTheGroups() throws {
        let tool = try Tool.withStore(config: "limits: {group_records: 10}\n")
        let lines = (0..<25).map { Lines.observation([("session", "\(Tool.secret)\($0)")]) }.joined()
        let answer = try tool.ask("record", "--acknowledge", input: lines)
        #expect(answer.lines.prefix(3) == ["ack 10", "ack 20", "ack 25"])
    }

    @Test(arguments: [400, 200_000, 600_000])
    func aLongLineIsTakenOrRefusedAndTheNextOneIsRead(_ length: Int) throws {
        let tool = try Tool.withStore()
        let long = Lines.observation([("cookie", "\(Tool.secret)\(String(repeating: "x", count: length))")])
        let answer = try tool.ask("record", "--json", input: long + Lines.person)
        let json = try answer.json()
        #expect(json["recorded"] as? Int == (length == 400 ? 4 : 3))
        #expect(json["durable_line"] as? Int == 4)
        let reason = length == 200_000 ? "value_too_long" : "too_large"
        #expect((json["reasons"] as? [String: Int]) == (length == 400 ? [:] : [reason: 1]))
    }

    @Test func windowsLineEndsAndAByteOrderMarkAreTaken() throws {
        let tool = try Tool.withStore()
        let lines = "\u{feff}" + Lines.person.replacingOccurrences(of: "\n", with: "\r\n") + "\r\n"
        let answer = try tool.ask("record", input: String(lines.unicodeScalars))
        #expect(answer.status == 0, "\(answer.err)")
    }

    @Test func aSignalEndsTheRecordingAfterTheGroup() throws {
        let tool = try Tool.withStore(config: "limits: {group_records: 50}\n")
        let lines = (0..<60_000).map { Lines.observation([("session", "\(Tool.secret)\($0)")]) }.joined()
        let file = try tool.file("a.jsonl", lines)
        let run = try tool.start(["record", "--data", tool.store, "--acknowledge", file])
        while !run.output.contains("ack"), run.process.isRunning { usleep(1_000) }
        run.signal(SIGTERM)
        let answer = try run.finish()
        #expect(answer.status == 128 + SIGTERM)
        let last = try #require(answer.lines.last { $0.hasPrefix("ack ") }?.dropFirst(4))
        #expect(answer.err.contains("lines up to \(last) are durable"))
        let stats = try tool.ask("stats", "--json").json()
        let held = (stats["identifiers"] as? [String: [String: Int]])?["session"]?["identifiers"]
        #expect(held == Int(last))
        // It was a clean end: the next writer has nothing to check.
        #expect(try tool.ask("sweep").err.isEmpty)
    }
}
