import Foundation
import TestSupport
import Testing

/// Real records and generated traffic, loaded in many manners: always what recording one by one gives, in both digests.
@Suite("selvedge backfill, sets of data") struct BackfillSetsTests {
    private struct Made {
        let partition: String
        let content: String
    }

    /// Loads each group of inputs in one run of its own into a new store, over what was recorded before.
    private func load(_ tool: Tool, _ groups: [[String]], over recorded: String? = nil, config: String? = nil) throws
        -> Made
    {
        let store = tool.path + "/loaded-\(UUID().uuidString)"
        let configuration = config.map { ["--config", $0] } ?? []
        try #require(
            tool.run(["init", "--data", store] + tool.keys() + configuration).status == 0)
        defer { try? FileManager.default.removeItem(atPath: store) }
        let rejects = ["--rejects", tool.path + "/rejects.jsonl"]
        if let recorded { _ = try tool.run(["record", "--data", store] + rejects + [recorded]) }
        for group in groups {
            let answer = try tool.run(["backfill", "--data", store] + rejects + group)
            try #require(answer.status < 2, "\(answer.err)")
        }
        #expect(try tool.run(["check", "--data", store]).status == 0)
        return Made(
            partition: try tool.run(["digest", "--data", store]).out,
            content: try tool.run(["digest", "--content", "--data", store]).out)
    }

    // MARK: Real records

    private static let sets = [
        ("senzing", ["customers", "reference", "watchlist"]), ("febrl", ["febrl1"]), ("febrl", ["febrl2"]),
        ("febrl", ["febrl3"]),
    ]

    /// `tools/datasets` fetches them, and `tools/test` calls it.
    @Test(arguments: sets) func publicRecordsGiveWhatRecordingGives(folder: String, names: [String]) throws {
        let tool = try Tool()
        let root = try DataFolder.root()
        let files = names.map { "\(root)/\(folder)/\($0).jsonl" }
        let missing = files.filter { !FileManager.default.fileExists(atPath: $0) }
        try #require(missing.isEmpty, "run tools/datasets first: there is no \(missing)")
        let config = "\(root)/\(folder)/selvedge.yaml"
        let all = try tool.file("all.jsonl", files.map { try String(contentsOfFile: $0, encoding: .utf8) }.joined())
        let recorded = try GeneratedTraffic.record(all, config: config, in: tool)
        let backwards = try tool.file(
            "backwards.jsonl",
            String(contentsOfFile: all, encoding: .utf8).split(separator: "\n").reversed().joined(separator: "\n"))
        for groups in [[[all]], [files], files.reversed().map { [$0] }, [[backwards]]] {
            #expect(try load(tool, groups, config: config).content == recorded)
        }
    }

    // MARK: Generated traffic

    /// 40,000 people leave a million observations; times `SELVEDGE_SCALE`.
    @Test func trafficGivesWhatRecordingGivesHoweverItIsCut() throws {
        let tool = try Tool()
        let traffic = try GeneratedTraffic(people: max(500, Int(42_000 * TestScale.factor)), seed: 3, in: tool)
        let recorded = try GeneratedTraffic.record(traffic.file, in: tool)
        var generator = SeededGenerator(seed: 5)
        var partitions: Set<String> = []
        func expectSame(_ manner: String, _ groups: [[String]], over earlier: String? = nil) throws {
            let made = try load(tool, groups, over: earlier)
            #expect(made.content == recorded, "\(manner)")
            partitions.insert(made.partition)
        }
        for turn in 1...3 {
            let lines = traffic.lines.shuffled(using: &generator)
            let file = try tool.file("shuffled.jsonl", lines.joined())
            try expectSame("shuffled, \(turn)", [[file]])
            if turn < 3 { continue }
            var files: [String] = []
            for part in 0..<7 {
                let piece = lines[lines.count * part / 7..<lines.count * (part + 1) / 7]
                files.append(try tool.file("part-\(part).jsonl", piece.joined()))
            }
            try expectSame("in seven files", [files])
            try expectSame("in two halves", [Array(files[..<3]), Array(files[3...])])
            let first = try tool.file("first.jsonl", lines.prefix(lines.count / 20).joined())
            try expectSame("over a store that has data", [files], over: first)
        }
        #expect(partitions.count == 1)
    }
}

/// Where `tools/datasets` puts what it fetches.
enum DataFolder {
    static func root(from file: String = #filePath) throws -> String {
        var folder = URL(filePath: file).deletingLastPathComponent()
        while !FileManager.default.fileExists(atPath: folder.appending(path: "Package.swift").path()) {
            if folder.pathComponents.count <= 1 { throw CocoaError(.fileNoSuchFile) }
            folder = folder.deletingLastPathComponent().standardizedFileURL
        }
        return folder.appending(path: ".data").path()
    }
}
