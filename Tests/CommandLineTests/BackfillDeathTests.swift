import Foundation
import Glibc
import TestSupport
import Testing

/// Loads of generated traffic that are killed, or run out of disk: the store is the old one or the new one, and in the end
/// it is what recording gives.
@Suite("selvedge backfill, interrupted", .serialized) struct BackfillDeathTests {
    /// 40 kills, times `SELVEDGE_SCALE`.
    private static var kills: Int { max(4, Int(40 * TestScale.factor)) }

    /// A load, what the store holds before it, and what after.
    private struct Trial {
        let tool: Tool
        let load: [String]
        let before: String
        let after: String
        /// Seconds of a load that is left alone.
        let seconds: Double

        /// - Parameter people: of the traffic; a tenth of it is in the store before.
        init(people: Int) throws {
            tool = try Tool()
            let traffic = try GeneratedTraffic(people: people, seed: 11, in: tool)
            let earlier = try tool.file("earlier.jsonl", traffic.lines.prefix(traffic.lines.count / 10).joined())
            load = ["--rejects", tool.path + "/rejects.jsonl", traffic.file]
            let recorded = try GeneratedTraffic.record(traffic.file, in: tool)
            after = recorded
            try #require(tool.run(["init", "--data", tool.store] + tool.keys()).status == 0)
            _ = try tool.ask("record", "--rejects", tool.path + "/rejects.jsonl", earlier)
            before = try tool.ask("digest", "--content").out
            try FileManager.default.copyItem(atPath: tool.store, toPath: tool.path + "/earlier")
            let start = Date()
            let answer = try tool.run(["backfill", "--data", tool.store] + load)
            try #require(answer.status < 2, "\(answer.err)")
            seconds = Date().timeIntervalSince(start)
            try #require(before != after)
            try #require(tool.ask("digest", "--content").out == after)
        }

        /// The store as it was before the load.
        ///
        /// - Returns: bytes of its files.
        @discardableResult
        func begin() throws -> Int {
            try FileManager.default.removeItem(atPath: tool.store)
            try FileManager.default.createDirectory(atPath: tool.store, withIntermediateDirectories: false)
            return try fill()
        }

        /// Puts the store's files into its folder, which is empty.
        @discardableResult
        func fill() throws -> Int {
            var bytes = 0
            for name in try FileManager.default.contentsOfDirectory(atPath: tool.path + "/earlier") {
                try FileManager.default.copyItem(
                    atPath: tool.path + "/earlier/" + name, toPath: tool.store + "/" + name)
            }
            for name in try FileManager.default.subpathsOfDirectory(atPath: tool.store) {
                let attributes = try FileManager.default.attributesOfItem(atPath: tool.store + "/" + name)
                bytes += attributes[.size] as? Int ?? 0
            }
            return bytes
        }

        /// Whether the store is the new one. It is the old one else, and sound in both cases.
        func isLoaded(_ moment: String) throws -> Bool {
            #expect(try tool.ask("check").status == 0, "\(moment)")
            let digest = try tool.ask("digest", "--content").out
            #expect(digest == before || digest == after, "\(moment): neither the old store nor the new one")
            return digest == after
        }

        /// Goes on from where the load was, to the end.
        func goOn(_ moment: String) throws {
            let answer = try tool.run(["backfill", "--data", tool.store, "--resume"] + load)
            #expect(answer.status < 2, "\(moment): \(answer.err)")
            #expect(try isLoaded(moment), "\(moment): not all was loaded")
            let left = try FileManager.default.contentsOfDirectory(atPath: tool.store)
            #expect(left.filter { $0.hasPrefix("gen-") }.count == 1 && !left.contains("backfill"), "\(moment): \(left)")
        }
    }

    @Test func aLoadThatIsKilledGoesOnAndGivesWhatRecordingGives() throws {
        let trial = try Trial(people: 600)
        let tool = trial.tool
        var generator = SeededGenerator(seed: 20_260_102)
        var survived = 0
        for kill in 0..<Self.kills {
            try trial.begin()
            // Some are killed again while they go on.
            for again in 0...generator.int(0...2) {
                let resume = again > 0 ? ["--resume"] : []
                let run = try tool.start(["backfill", "--data", tool.store] + resume + trial.load)
                usleep(UInt32(trial.seconds * Double.random(in: 0..<1, using: &generator) * 1e6))
                run.signal(SIGKILL)
                _ = try run.finish()
                if try trial.isLoaded("kill \(kill).\(again)") { break }
                survived += 1
                let begun = FileManager.default.fileExists(atPath: tool.store + "/backfill")
                if !begun { break }
            }
            if FileManager.default.fileExists(atPath: tool.store + "/backfill") {
                try trial.goOn("kill \(kill)")
            } else {
                let answer = try tool.run(["backfill", "--data", tool.store] + trial.load)
                #expect(answer.status < 2, "kill \(kill): \(answer.err)")
                #expect(try trial.isLoaded("kill \(kill), anew"))
            }
        }
        // The kills came in the midst of the work.
        #expect(survived * 2 >= Self.kills, "\(survived) of \(Self.kills) kills came before the end")
    }

    /// No file may outgrow a limit that rises until the load gets through.
    @Test func aFileThatCannotGrowLosesNothing() throws {
        let trial = try Trial(people: 600)
        let tool = trial.tool
        var (limit, failures) = (512, 0)
        while true {
            try trial.begin()
            let answer = try tool.start(["backfill", "--data", tool.store] + trial.load, fileLimit: limit).finish()
            if answer.status < 2 { break }
            failures += 1
            Self.expectFull(answer, "\(limit) bytes")
            #expect(try !trial.isLoaded("\(limit) bytes"))
            try trial.goOn("\(limit) bytes")
            limit += max(512, limit / 512 * 512)
        }
        #expect(try trial.isLoaded("\(limit) bytes"))
        #expect(failures >= 8)
    }

    private static func expectFull(_ answer: Answer, _ moment: String) {
        #expect(answer.status == 3, "\(moment): \(answer.err)")
        // The store's files, or that of its data keys.
        let isTold = ["the disk is full; the store is as it was", "keys.slots: the file cannot grow; free disk space"]
            .contains { answer.err.contains($0) }
        #expect(isTold, "\(moment): \(answer.err)")
        #expect(!answer.err.contains(Tool.secret))
    }

    /// A disk that is full at every stage of the load, in turn; then somebody makes room.
    @Test(.enabled(if: geteuid() == 0, "mounting needs root")) func aDiskThatIsFullAtAnyStageLosesNothing() throws {
        let trial = try Trial(people: 600)
        let store = trial.tool.store
        let spare = 256 << 10
        var size = try trial.begin() + spare
        var places: Set<String> = []
        while true {
            // Sound: the strings live through the calls.
            try FileManager.default.removeItem(atPath: store)
            try FileManager.default.createDirectory(atPath: store, withIntermediateDirectories: false)
            try #require(unsafe mount("tmpfs", store, "tmpfs", 0, "mode=0700,size=\(size)") == 0)
            defer { unsafe umount2(store, Int32(MNT_DETACH)) }
            try trial.fill()
            let answer = try trial.tool.run(["backfill", "--data", store] + trial.load)
            if answer.status < 2 { break }
            Self.expectFull(answer, "\(size) bytes")
            #expect(try !trial.isLoaded("\(size) bytes"))
            places.insert(Self.place(of: answer))
            try #require(unsafe mount("tmpfs", store, "tmpfs", UInt(MS_REMOUNT), "size=\(1 << 30)") == 0)
            try trial.goOn("\(size) bytes")
            size += max(spare / 2, size / (TestScale.factor < 1 ? 24 : 40))
        }
        #expect(places.isSuperset(of: ["events", "links", "placed", "store"]), "\(places)")
    }

    /// What could not be written: the load's file without its number, or the store.
    private static func place(of answer: Answer) -> String {
        let line = answer.err.split(separator: "\n").last ?? ""
        let path = line.split(separator: ":").dropFirst().first ?? ""
        let name = path.split(separator: "/").last ?? ""
        return String(name.prefix { $0 != "-" })
    }
}

/// What the generator makes, and what recording makes of it.
struct GeneratedTraffic {
    let file: String
    let lines: [String]

    init(people: Int, seed: Int, in tool: Tool) throws {
        file = tool.path + "/traffic-\(seed).jsonl"
        try DamageProgram.simulate.demand([
            "--seed", "\(seed)", "--people", "\(people)", "--out", file, "--truth", tool.path + "/truth.csv",
            "--summary", tool.path + "/summary.json",
        ])
        lines = try String(contentsOfFile: file, encoding: .utf8).split(separator: "\n").map { $0 + "\n" }
    }

    /// Records a file into a store of its own; the digest of its content. Over-full components are evaluated anew.
    static func record(_ file: String, config: String? = nil, in tool: Tool) throws -> String {
        let store = tool.path + "/recorded-\(UUID().uuidString)"
        let configuration = config.map { ["--config", $0] } ?? []
        try #require(
            tool.run(["init", "--data", store] + tool.keys() + configuration).status == 0)
        let answer = try tool.run(["record", "--data", store, "--rejects", tool.path + "/rejects.jsonl", file])
        try #require(answer.status < 2, "\(answer.err)")
        let limited = try tool.run(["stats", "--json", "--data", store]).json()["component_limited"] as? Int
        if limited != 0 {
            let answer = try tool.run(["repartition", "--data", store])
            try #require(answer.status == 0, "\(answer.err)")
        }
        defer { try? FileManager.default.removeItem(atPath: store) }
        return try tool.run(["digest", "--content", "--data", store]).out
    }
}
