import Foundation
import TestSupport
import Testing

/// `repartition` as an operator runs it: what it says, what it refuses, and sudden death on the way.
@Suite struct RepartitionCommandTests {
    private static let first = "namespaces: {device_id: {hub_limit: 5}}\n"
    private static let second = "namespaces: {device_id: {hub_limit: 2}, cookie: {time_to_live: 20d}}\n"

    private static func lines(_ seed: UInt64, _ count: Int) -> String {
        var generator = SeededGenerator(seed: seed)
        return (0..<count).map { number in
            var identifiers = [("device_id", "\(Tool.secret)-d\(generator.int(0...count / 6))")]
            if generator.chance(60) {
                identifiers.append(("email", "\(Tool.secret)\(generator.int(0...count / 5))@example.org"))
            }
            if generator.chance(50) {
                identifiers.append(("cookie", "\(Tool.secret)-c\(generator.int(0...count / 3))"))
            }
            let record = generator.chance(15) ? "r\(generator.int(0...count / 8))" : nil
            let day = String(format: "%02d", generator.int(1...28))
            return Lines.observation(
                identifiers, source: record == nil ? "web" : "crm", record: record, time: "2026-02-\(day)T10:00:00Z")
        }.joined()
    }

    /// Stores of one key under the two configurations, with the same lines.
    private static func stores(_ tool: Tool, lines: String) throws -> (store: String, expected: String) {
        let file = try tool.file("all.jsonl", lines)
        let configs = [try tool.file("first.yaml", first), try tool.file("second.yaml", second)]
        let paths = [tool.path + "/store", tool.path + "/expected"]
        for (path, config) in zip(paths, configs) {
            try #require(
                tool.run(["init", "--data", path, "--config", config] + tool.keys()).status == 0)
            try #require(tool.run(["record", "--data", path, file]).status == 0)
        }
        return (paths[0], paths[1])
    }

    private static func digests(_ tool: Tool, _ store: String) throws -> [String] {
        try [[], ["--content"]].map { try tool.run(["digest", "--data", store] + $0).out }
    }

    @Test func theStoreIsWhatItWouldHaveBeen() throws {
        let tool = try Tool()
        let (store, expected) = try Self.stores(tool, lines: Self.lines(1, 1_500))
        let config = tool.path + "/second.yaml"
        let before = try Self.digests(tool, store)
        let dry = try tool.run(["repartition", "--data", store, "--config", config, "--dry-run", "--json"])
        #expect(dry.status == 0)
        #expect(try Self.digests(tool, store) == before)
        let done = try tool.run(["repartition", "--data", store, "--config", config, "--json"])
        #expect(done.status == 0)
        #expect(dry.out.replacing("\"applied\":false", with: "\"applied\":true") == done.out)
        #expect(try done.json()["split"] as? Int ?? 0 > 0)
        #expect(try Self.digests(tool, store) == Self.digests(tool, expected))
        #expect(try tool.run(["check", "--data", store]).status == 0)
        let again = try tool.run(["repartition", "--data", store, "--config", config])
        #expect(again.out.hasSuffix("nothing to do\n"))
    }

    @Test func suddenDeathOnTheWayCostsNothing() throws {
        let tool = try Tool()
        let (store, expected) = try Self.stores(tool, lines: Self.lines(2, 6_000))
        let config = tool.path + "/second.yaml"
        let before = try Self.digests(tool, store)
        var generator = SeededGenerator(seed: 3)
        for _ in 0..<max(4, Int(40 * TestScale.factor)) {
            let run = try tool.start(["repartition", "--data", store, "--config", config])
            usleep(UInt32(generator.int(20_000...700_000)))
            run.signal(SIGKILL)
            let answer = try run.finish()
            guard answer.status != 0 else { break }
            #expect(try Self.digests(tool, store) == before, "the store is as it was until all is done")
        }
        #expect(try tool.run(["repartition", "--data", store, "--config", config]).status == 0)
        #expect(try Self.digests(tool, store) == Self.digests(tool, expected))
        #expect(try tool.run(["check", "--data", store]).status == 0)
        let generations = try FileManager.default.contentsOfDirectory(atPath: store).filter { $0.hasPrefix("gen-") }
        #expect(generations == ["gen-2"])
    }

    @Test func whatCannotBeIsRefusedWithTheReason() throws {
        let tool = try Tool.withStore()
        try #require(tool.ask("record", "-", input: Lines.person).status == 0)
        let config = try tool.file("new.yaml", "namespaces: {phone: {normaliser: opaque}}\n")
        let answer = try tool.run(["repartition", "--data", tool.store, "--config", config])
        #expect(answer.status == 1)
        #expect(answer.err.contains("namespaces.phone.normaliser"))
        #expect(try tool.ask("check").status == 0)
    }
}
