import Foundation
import TestSupport
import Testing

/// A recorder that is killed at random moments: what it acknowledged is there, and nothing is half-applied.
@Suite("Sudden death", .serialized) struct KillTests {
    private static let lineCount = 3_000
    private static let config = "limits: {group_records: 100}\n"

    /// 300 kills, times `SELVEDGE_SCALE` (0.1 where it is not set).
    private static var kills: Int {
        let scale = ProcessInfo.processInfo.environment["SELVEDGE_SCALE"].flatMap { Double($0) } ?? 0.1
        return max(3, Int(300 * scale))
    }

    /// Every event has a session of its own, so the number of sessions held tells how many lines are durable. Records
    /// replace each other.
    private static func lines(_ seed: UInt64) -> [Line] {
        var generator = SeededGenerator(seed: seed)
        return (0..<lineCount).map { number in
            var identifiers = [("cookie", "\(Tool.secret)-c\(generator.int(0...399))")]
            if generator.chance(33) {
                identifiers.append(("email", "\(Tool.secret)\(generator.int(0...199))@example.org"))
            }
            let session = "\(Tool.secret)-s\(number)"
            let isRecord = generator.chance(20)
            let record = isRecord ? "r\(generator.int(0...299))" : nil
            if !isRecord { identifiers.append(("session", session)) }
            let hour = 10 + number % 10
            let text = Lines.observation(
                identifiers, source: isRecord ? "crm" : "web", record: record, time: "2026-01-02T\(hour):00:00Z")
            return Line(text: text, session: isRecord ? nil : session)
        }
    }

    @Test func whatWasAcknowledgedSurvivesEveryKill() throws {
        let seed = ProcessInfo.processInfo.environment["SELVEDGE_SEED"].flatMap { UInt64($0) } ?? 20_260_102
        let tool = try Tool()
        let trial = try Trial(tool, Self.lines(seed), config: Self.config)
        var generator = SeededGenerator(seed: seed)
        var depths: Set<Int> = []
        for kill in 0..<Self.kills {
            let share = Double.random(in: 0..<1.05, using: &generator)
            let found = try trial.kill(after: share)
            let prefix = try trial.heldPrefix(sessions: found.sessions, atLeast: found.acknowledged)
            depths.insert(try #require(prefix, "seed \(seed), kill \(kill): no prefix with \(found.sessions) sessions"))
            try trial.goOn()
        }
        // The kills came at different moments, some in the midst of the work: at least a third of the 31 places at which a
        // recorder of 30 groups can be stopped, where there are kills enough.
        #expect(depths.count > min(Self.kills / 10, 10))
    }
}

/// A line of input.
private struct Line {
    var text: String
    /// Held once the line is durable; nil where the line is a record.
    var session: String?
}

/// Stores with the same keys, to be killed and compared.
private final class Trial {
    private let tool: Tool
    private let lines: [Line]
    private let file: String
    private let config: String
    /// Seconds of a run that is left alone, from its first group to its end.
    private var seconds = 0.0
    private var digests: [Int: String] = [:]

    init(_ tool: Tool, _ lines: [Line], config: String) throws {
        self.tool = tool
        self.lines = lines
        file = try tool.file("all.jsonl", lines.map(\.text).joined())
        self.config = try tool.file("selvedge.yaml", config)
        try make("whole")
        let start = Date()
        let answer = try tool.run(["record", "--data", store("whole"), file])
        seconds = Date().timeIntervalSince(start)
        try #require(answer.status == 0, "\(answer.err)")
        digests[lines.count] = try digest("whole")
    }

    private func store(_ name: String) -> String { tool.path + "/" + name }

    private func make(_ name: String) throws {
        try? FileManager.default.removeItem(atPath: store(name))
        let answer = try tool.run(["init", "--data", store(name), "--config", config] + tool.keys())
        try #require(answer.status == 0, "\(answer.err)")
    }

    private func digest(_ name: String) throws -> String {
        try tool.run(["digest", "--content", "--data", store(name)]).out
    }

    /// Records into a new store and kills it after a share of the time that all takes; the last line acknowledged, and the
    /// sessions held.
    func kill(after share: Double) throws -> (acknowledged: Int, sessions: Int) {
        try make("killed")
        let run = try tool.start(["record", "--data", store("killed"), "--acknowledge", file])
        usleep(UInt32(seconds * share * 1e6))
        run.signal(SIGKILL)
        let answer = try run.finish()
        let acknowledged = answer.lines.last { $0.hasPrefix("ack ") }.flatMap { Int($0.dropFirst(4)) } ?? 0
        let check = try tool.run(["check", "--data", store("killed")])
        #expect(check.status == 0, "\(check.err)")
        try resolve(upTo: acknowledged)
        let stats = try tool.run(["stats", "--json", "--data", store("killed")]).json()
        let sessions = (stats["identifiers"] as? [String: [String: Int]])?["session"]?["identifiers"] ?? 0
        return (acknowledged, sessions)
    }

    /// Some of the acknowledged lines, the last among them.
    private func resolve(upTo acknowledged: Int) throws {
        guard acknowledged > 0 else { return }
        let sessions = lines[..<acknowledged].compactMap(\.session)
        let asked = Set([0, sessions.count / 2, sessions.count - 1]).map { "session:\(sessions[$0])" }
        let answer = try tool.run(["resolve", "--purpose", "service", "--data", store("killed")] + asked)
        #expect(answer.status == 0)
        #expect(!answer.out.contains("generic"))
    }

    /// The number of lines of which the killed store is the whole effect; nil: of no number of lines. Whole groups first.
    func heldPrefix(sessions: Int, atLeast acknowledged: Int) throws -> Int? {
        let held = try digest("killed")
        var count = 0
        var candidates: [Int] = sessions == 0 ? [0] : []
        for (number, line) in lines.enumerated() {
            count += line.session == nil ? 0 : 1
            if count == sessions, number + 1 >= acknowledged { candidates.append(number + 1) }
        }
        candidates.sort { ($0 % 100 == 0 ? 0 : 1, $0) < ($1 % 100 == 0 ? 0 : 1, $1) }
        return try candidates.first { try expected($0) == held }
    }

    /// Records all again, over what the kill left: the next writer finds its way by itself.
    func goOn() throws {
        let answer = try tool.run(["record", "--data", store("killed"), file])
        try #require(answer.status == 0, "\(answer.err)")
        #expect(try digest("killed") == digests[lines.count])
    }

    private func expected(_ count: Int) throws -> String {
        if let known = digests[count] { return known }
        try make("prefix")
        let answer = try tool.run(["record", "--data", store("prefix")], input: lines[..<count].map(\.text).joined())
        try #require(answer.status == 0, "\(answer.err)")
        let digest = try digest("prefix")
        digests[count] = digest
        return digest
    }
}
