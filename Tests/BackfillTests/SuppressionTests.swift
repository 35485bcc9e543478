import Backfill
import Engine
import GraphStore
import Identity
import LMDB
import TestSupport
import Testing

/// A load brings nobody back who was erased.
@Suite struct SuppressionTests {
    private static let yaml = TestGraph.plain + "privacy: {approvals: 1}\n"
    private static let act = PrivacyAct(by: "alice", reason: "a test", at: EvidenceBuilder.time(hours: 0))

    private static func erase(_ number: Int, in directory: String) throws {
        let engine = try Loading.engine(directory)
        let subject = PrivacySubject.key(EvidenceBuilder(engine.store.configuration).identifier("email", number))
        let request = try engine.requestErasure(of: subject, act)
        try engine.runErasure(request.number, at: EvidenceBuilder.time(hours: 1))
    }

    @Test func whoWasErasedIsLeftOutOfALoad() throws {
        let directory = try TemporaryDirectory()
        let path = directory.path + "/store"
        let configuration = try Configuration(yaml: Self.yaml, file: "test")
        try Loading.makeStore(path, configuration)
        let builder = EvidenceBuilder(configuration)
        let observations = (1...60).flatMap { number in
            [
                builder.event([("email", number), ("login", number)], hours: number),
                builder.event([("login", number), ("device", number % 7)], hours: number),
                builder.record(number, [("email", number)], hours: number),
            ]
        }
        try Loading.load(observations, into: path)
        for number in [3, 4, 30] { try Self.erase(number, in: path) }
        let report = try Loading.load(observations, into: path)
        #expect(report.refused[RefusalReason.suppressed.rawValue, default: 0] >= 3)
        let engine = try Loading.engine(path)
        for number in [3, 4, 30] {
            for namespace in ["email", "login"] {
                #expect(try engine.resolve(EvidenceBuilder.key(namespace, number)) == nil)
            }
        }
        #expect(try engine.resolve(EvidenceBuilder.key("email", 5)) != nil)
        try checkIntegrity(engine)
    }

    @Test func aLoadThatWasStoppedDoesNotBringBackWhoWasErasedSince() throws {
        let directory = try TemporaryDirectory()
        let path = directory.path + "/store"
        let configuration = try Configuration(yaml: Self.yaml, file: "test")
        try Loading.makeStore(path, configuration)
        let builder = EvidenceBuilder(configuration)
        let observations = (1...40).map { builder.event([("email", $0), ("login", $0)], hours: $0) }
        var manner = Loading.Manner()
        (manner.piece, manner.rows) = (10, 20)
        #expect(throws: Loading.Killed.self) { try Loading.load(observations, into: path, manner) }
        try Self.erase(3, in: path)
        manner = Loading.Manner()
        manner.options.resume = true
        #expect(throws: BackfillError.self) { try Loading.load(observations, into: path, manner) }
        manner = Loading.Manner()
        manner.options.restart = true
        try Loading.load(observations, into: path, manner)
        #expect(try Loading.engine(path).resolve(EvidenceBuilder.key("email", 3)) == nil)
    }
}
