import Backfill
import Engine
import Foundation
import GraphStore
import Identity
import LMDB
import Stitching
import TestSupport
import Testing

/// One load: what it refuses, what it leaves behind, and what it says.
@Suite struct BackfillRunTests {
    private let directory: TemporaryDirectory
    private let builder: EvidenceBuilder
    private var store: String { directory.path + "/store" }

    init() throws {
        directory = try TemporaryDirectory()
        builder = try EvidenceBuilder(yaml: TestGraph.plain)
        try Loading.makeStore(directory.path + "/store", builder.configuration)
    }

    /// Pairs of an e-mail and a device, ten of a person.
    private func events(_ count: Int) -> [KeyedObservation] {
        (0..<count).map { builder.event([("email", $0 / 10), ("device", $0 / 5)], hours: $0 % 500) }
    }

    private func digests() throws -> [Digest] {
        let engine = try Loading.engine(store)
        return [try engine.digest(.partition), try engine.digest(.content)]
    }

    @Test func theReportCountsWhatIsThere() throws {
        let report = try Loading.load(events(100), into: store)
        #expect(report.observations == 100)
        #expect(report.identifiers.map(\.namespace) == ["email", "device"] || report.identifiers.count == 2)
        #expect(report.identifiers.map(\.new).reduce(0, +) == 30)
        #expect(report.components == 10)
        #expect(report.profiles == 10)
        #expect(report.links == 20)
        #expect(report.largestComponents == Array(repeating: 3, count: 10))
        let again = try Loading.load(events(100), into: store)
        #expect(again.identifiers.map(\.known).reduce(0, +) == 30)
        #expect(again.components == 10)
        #expect(again.links == 20)
    }

    @Test func newIdentifiersAreNumberedByFirstSightingNamespaceAndKey() throws {
        let observations = events(200).shuffled()
        try Loading.load(observations, into: store)
        var first: [IdentityKey: Timestamp] = [:]
        for observation in observations {
            for identifier in observation.identifiers {
                first[identifier.key] = min(first[identifier.key] ?? observation.time, observation.time)
            }
        }
        let engine = try Loading.engine(store)
        var rows: [(node: NodeID, time: Timestamp, namespace: NamespaceID, key: IdentityKey)] = []
        try engine.store.environment.read { transaction in
            try transaction.scan(Tables.identifiers) { key, payload in
                let row = try IdentifierCodec.decode(payload, version: IdentifierCodec.version)
                rows.append((row.node, first[key] ?? Timestamp(milliseconds: 0), row.namespace, key))
                return .proceed
            }
        }
        let inOrder = rows.sorted { ($0.time, $0.namespace, $0.key) < ($1.time, $1.namespace, $1.key) }
        #expect(inOrder.map(\.node.rawValue) == Array(1...UInt64(rows.count)))
    }

    @Test func aDryRunChangesNothing() throws {
        let before = try digests()
        let report = try Loading.load(events(50), into: store, .init(options: BackfillOptions(isDryRun: true)))
        #expect(report.identifiers.map(\.new).reduce(0, +) == 15)
        #expect(try digests() == before)
        #expect(!FileManager.default.fileExists(atPath: store + "/backfill"))
        #expect(FileManager.default.fileExists(atPath: store + "/gen-1"))
    }

    @Test func nothingIsLeftBehind() throws {
        try Loading.load(events(50), into: store)
        let names = try FileManager.default.contentsOfDirectory(atPath: store).sorted()
        #expect(names == ["CURRENT", "STORE", "gen-2", "keys.bundle", "keys.slots", "root.key", "writer.lock"])
    }

    @Test func anAbandonedLoadIsNotThrownAwaySilently() throws {
        let killed = Loading.Manner(steps: 3)
        #expect(throws: Loading.Killed.self) { try Loading.load(events(50), into: store, killed) }
        #expect(throws: BackfillError.abandoned(directory: store + "/backfill")) {
            try Loading.load(events(50), into: store)
        }
        try Loading.load(events(50), into: store, .init(options: BackfillOptions(restart: true)))
        #expect(throws: BackfillError.nothingToResume(directory: store + "/backfill")) {
            try Loading.load(events(50), into: store, .init(options: BackfillOptions(resume: true)))
        }
    }

    @Test func anInputThatHasChangedIsRefusedAtResume() throws {
        #expect(throws: Loading.Killed.self) { try Loading.load(events(50), into: store, .init(steps: 3)) }
        let resume = Loading.Manner(options: BackfillOptions(resume: true))
        #expect(throws: BackfillError.changed("input made up")) { try Loading.load(events(60), into: store, resume) }
    }

    @Test func aStoreThatWasWrittenBetweenKillAndResumeIsLookedIntoAgain() throws {
        let observations = events(200)
        #expect(throws: Loading.Killed.self) { try Loading.load(observations, into: store, .init(steps: 400)) }
        do {
            let engine = try Loading.engine(store)
            try engine.apply(.record(Array(observations[..<50])))
        }
        try Loading.load(observations, into: store, .init(options: BackfillOptions(resume: true)))
        let loaded = try digests()
        let engine = try Loading.engine(store)
        try checkIntegrity(engine)
        try engine.apply(.record(observations))
        #expect([try engine.digest(.partition), try engine.digest(.content)] == loaded)
    }

    @Test func aSecondWriterIsRefused() throws {
        let engine = try Loading.engine(store)
        #expect(throws: LMDBError.self) { try Loading.load(events(10), into: store) }
        withExtendedLifetime(engine) {}
    }

    @Test func attributesAreNotSpilledInTheClear() throws {
        let secret = "needle-in-a-haystack"
        var record = builder.record(1, [("email", 1)])
        record.record?.attributes = Array("{\"name\":\"\(secret)\"}".utf8)
        let inputs = [InputSignature(name: "made up", digest: [])]
        let run = try BackfillRun(directory: store, inputs: inputs, options: BackfillOptions())
        try run.writer().append(record)
        try run.checkpoint([InputPosition(input: 0)])
        let folder = store + "/backfill"
        let names = try FileManager.default.contentsOfDirectory(atPath: folder)
        #expect(names.contains("observations-0"))
        for name in names {
            let content = try Data(contentsOf: URL(filePath: folder + "/" + name))
            #expect(content.range(of: Data(secret.utf8)) == nil, "\(name)")
        }
        let report = try run.finish(recorder: Loading.recorder)
        #expect(report.replayed == 1)
    }

    @Test func aSpillThatWasCutIsRefused() throws {
        #expect(throws: Loading.Killed.self) { try Loading.load(events(50), into: store, .init(steps: 3)) }
        let path = store + "/backfill/events-0"
        let bytes = try Data(contentsOf: URL(filePath: path))
        try bytes.dropLast(8).write(to: URL(filePath: path))
        #expect(throws: BackfillError.self) {
            try Loading.load(events(50), into: store, .init(options: BackfillOptions(resume: true)))
        }
        #expect(FileManager.default.fileExists(atPath: store + "/gen-1"))
    }

    @Test func aFlippedByteOfTheCheckpointIsRefused() throws {
        #expect(throws: Loading.Killed.self) { try Loading.load(events(50), into: store, .init(steps: 3)) }
        let path = store + "/backfill/checkpoint"
        var bytes = try Data(contentsOf: URL(filePath: path))
        bytes[bytes.count - 9] ^= 1
        try bytes.write(to: URL(filePath: path))
        #expect(throws: BackfillError.damaged(path: path, problem: "it is not what was written")) {
            try Loading.load(events(50), into: store, .init(options: BackfillOptions(resume: true)))
        }
    }
}
