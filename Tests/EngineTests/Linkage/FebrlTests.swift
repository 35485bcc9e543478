import Engine
import Foundation
import GraphStore
import Identity
import Stitching
import TestSupport
import Testing

/// The whole recipe with a store: records as they are sent, training, linking, clusters. Truth is seen at the end alone.
@Suite("Febrl in a store") struct FebrlTests {
    /// Takes half a minute for each set: all of them where SELVEDGE_SCALE is 1.
    private static let isWanted = TestScale.factor >= 1

    @Test(
        .enabled(if: isWanted),
        arguments: [
            (set: "febrl3", without: true, least: 0.9995), (set: "febrl3", without: false, least: 0.9998),
            (set: "febrl4", without: true, least: 0.9995), (set: "febrl4", without: false, least: 0.9998),
        ])
    func theStoreReachesWhatFilesReach(set: String, without: Bool, least: Double) throws {
        let folder = FileManager.default.currentDirectoryPath + "/.data/febrl/"
        let path = folder + set + ".jsonl"
        try #require(
            FileManager.default.fileExists(atPath: path), "\(path) is missing: run tools/datasets")
        let store = try TemporaryStore(.builtIn)
        let engine = store.engine
        try record(path, without: without, engine)
        _ = try engine.train(now: EvidenceBuilder.time(hours: 0))
        try engine.link()
        let evaluation = try evaluate(folder + set + "_truth.csv", engine)
        let f1 = try #require(evaluation.agreement.f1)
        print("\(set), national_id \(without ? "left out" : "taken"): F1 \(f1) after clustering")
        for score in evaluation.thresholds ?? [] where score.isDefault {
            print("  at the default threshold \(score.f1)")
        }
        #expect(evaluation.notHeld == 0)
        #expect(f1 >= least)
    }

    private func record(_ path: String, without: Bool, _ engine: Engine) throws {
        let intake = try engine.intake { EvidenceBuilder.time(hours: 0) }
        var waiting: [KeyedObservation] = []
        for line in try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n") {
            var draft = try intake.draft(jsonLine: Array(line.utf8))
            // The set's own identifier would find every pair by itself.
            draft.identifiers = []
            if without, let attributes = draft.attributes {
                var object = try JSONSerialization.jsonObject(with: Data(attributes)) as? [String: Any] ?? [:]
                object["national_id"] = nil
                draft.attributes = Array(try JSONSerialization.data(withJSONObject: object))
            }
            waiting.append(try intake.key(draft, receivedAt: EvidenceBuilder.time(hours: 0)))
        }
        for start in stride(from: 0, to: waiting.count, by: 1_000) {
            try engine.apply(.record(Array(waiting[start..<min(start + 1_000, waiting.count)])))
        }
    }

    private func evaluate(_ path: String, _ engine: Engine) throws -> EvaluationOfRecords {
        let intake = try engine.intake { EvidenceBuilder.time(hours: 0) }
        var list = TruthOfRecords(try engine.state())
        for line in try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n").dropFirst() {
            let cells = line.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
            try list.add(source: cells[0], recordID: cells[1], truth: cells[2], intake: intake)
        }
        return try list.evaluate(engine)
    }
}
