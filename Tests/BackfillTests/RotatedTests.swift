import Backfill
import Engine
import GraphStore
import Identity
import LMDB
import TestSupport
import Testing

/// A load into a store whose identity keys were rotated: the same as recording, and nobody comes back.
@Suite struct RotatedTests {
    private static let act = PrivacyAct(by: "alice", reason: "yearly", at: EvidenceBuilder.time(hours: 0))

    private static func create(_ path: String, _ configuration: Configuration, keysOf other: String? = nil) throws {
        try Store.create(
            directory: path, configuration: configuration, keyFile: nil, keysOf: other, random: SystemRandom(),
            options: TemporaryStore.options)
    }

    private static func observations(_ builder: EvidenceBuilder) -> [KeyedObservation] {
        (1...80).flatMap { number in
            var order = builder.event([("email", number), ("email", number + 1)], hours: number)
            order.behaviour = Array(#"{"views":[{"category":"tea"}]}"#.utf8)
            return [
                builder.event([("email", number), ("login", number)], hours: number), order,
                builder.event([("login", number), ("device", number % 7)], hours: number),
                builder.record(number, [("email", number)], hours: number),
            ]
        }
    }

    @Test func aLoadIsWhatRecordingIs() throws {
        let directory = try TemporaryDirectory()
        let (loaded, recorded) = (directory.path + "/loaded", directory.path + "/recorded")
        let configuration = try Configuration(yaml: TestGraph.plain, file: "test")
        let observations = Self.observations(EvidenceBuilder(configuration))
        try Self.create(loaded, configuration)
        do {
            let engine = try Loading.engine(loaded)
            try engine.apply(.record(Array(observations.prefix(90))))
            _ = try engine.rotateIdentity(Self.act, rows: 11)
        }
        try Self.create(recorded, configuration, keysOf: loaded)
        try Loading.load(observations, into: loaded)
        let engines = (try Loading.engine(loaded), try Loading.engine(recorded))
        try engines.1.apply(.record(Array(observations.prefix(90))))
        _ = try engines.1.rotateIdentity(Self.act)
        try engines.1.apply(.record(observations))
        #expect(try engines.0.keyVersion().newest == 2)
        #expect(try engines.0.digest(.partition) == engines.1.digest(.partition))
        #expect(try engines.0.digest(.content) == engines.1.digest(.content))
        #expect(try engines.0.resolve(EvidenceBuilder.key("email", 70)) != nil)
        try checkIntegrity(engines.0)
    }

    @Test func aLoadInTheMiddleOfARotationIsRefused() throws {
        let directory = try TemporaryDirectory()
        let path = directory.path + "/store"
        let configuration = try Configuration(yaml: TestGraph.plain, file: "test")
        let observations = Self.observations(EvidenceBuilder(configuration))
        try Self.create(path, configuration)
        do {
            let engine = try Loading.engine(path)
            try engine.apply(.record(observations))
            try engine.beginRotation(Self.act, random: SystemRandom())
            try engine.rotatePiece(rows: 10)
        }
        #expect(throws: BackfillError.rotationUnderWay) { try Loading.load(observations, into: path) }
        _ = try Loading.engine(path).rotateIdentity(Self.act)
        try Loading.load(observations, into: path)
    }

    /// What was spilled has keys of the version of then.
    @Test func aLoadThatWasStoppedDoesNotGoOnAfterARotation() throws {
        let directory = try TemporaryDirectory()
        let path = directory.path + "/store"
        let configuration = try Configuration(yaml: TestGraph.plain, file: "test")
        let observations = Self.observations(EvidenceBuilder(configuration))
        try Self.create(path, configuration)
        var manner = Loading.Manner()
        (manner.piece, manner.rows) = (10, 20)
        #expect(throws: Loading.Killed.self) { try Loading.load(observations, into: path, manner) }
        _ = try Loading.engine(path).rotateIdentity(Self.act)
        manner = Loading.Manner()
        manner.options.resume = true
        #expect(throws: BackfillError.self) { try Loading.load(observations, into: path, manner) }
        manner = Loading.Manner()
        manner.options.restart = true
        try Loading.load(observations, into: path, manner)
        #expect(try Loading.engine(path).resolve(EvidenceBuilder.key("email", 3)) != nil)
    }

    /// What was erased under one version is left out under every later one: 1,000 people in full.
    @Test func nobodyWhoWasErasedComesBackByALoad() throws {
        let directory = try TemporaryDirectory()
        let path = directory.path + "/store"
        let yaml = TestGraph.plain + "privacy: {approvals: 1, scrub_identifiers: 0}\n"
        let configuration = try Configuration(yaml: yaml, file: "test")
        let builder = EvidenceBuilder(configuration)
        let people = max(20, Int(1_000 * TestScale.factor))
        let observations = (1...people).flatMap { number in
            [
                builder.event([("email", number), ("login", number)], hours: number % 90),
                builder.record(number, [("email", number)], hours: number % 90),
            ]
        }
        try Self.create(path, configuration)
        try Loading.load(observations, into: path)
        do {
            let engine = try Loading.engine(path)
            for number in 1...people {
                if number == people / 2 { _ = try engine.rotateIdentity(Self.act) }
                let subject = PrivacySubject.key(builder.identifier("email", number))
                let request = try engine.requestErasure(of: subject, Self.act)
                try engine.runErasure(request.number, at: EvidenceBuilder.time(hours: 100))
            }
        }
        try Loading.load(observations, into: path)
        let engine = try Loading.engine(path)
        for number in 1...people {
            for namespace in ["email", "login"] {
                #expect(try engine.resolve(EvidenceBuilder.key(namespace, number)) == nil)
            }
        }
        #expect(try engine.store.environment.read { try $0.count(Tables.identifiers) } == 0)
        try checkIntegrity(engine)
    }
}
