import Engine
import Foundation
import GraphStore
import Identity
import LMDB
import Stitching
import TestSupport
import Testing

/// Identity keys go to their next version while everything else goes on.
@Suite struct RotationTests {
    private let directory: TemporaryDirectory
    private var path: String { directory.path + "/store" }
    private static let act = PrivacyAct(by: "alice", reason: "yearly", at: EvidenceBuilder.time(hours: 0))

    init() throws { directory = try TemporaryDirectory() }

    private func create(_ configuration: Configuration, keysOf other: String? = nil, at path: String? = nil) throws {
        try Store.create(
            directory: path ?? self.path, configuration: configuration, keyFile: nil, keysOf: other,
            random: SystemRandom(), options: TemporaryStore.options)
    }

    private func open(_ path: String? = nil) throws -> Engine {
        try Engine(directory: path ?? self.path, mode: .write(program: "tests"), options: TemporaryStore.options)
    }

    private static func apply(_ step: Step, _ engine: Engine) throws {
        switch step {
        case .observe(let observation): try engine.apply(.record([observation]))
        case .retractRecord(let source, let record, let time):
            try engine.apply(.retractRecord(source: source, record: record, time: time))
        case .retractSource(let source, let time): try engine.apply(.retractSource(source, time: time))
        case .assert(let assertion): try engine.apply(.assert(assertion))
        case .decide(let observation): try engine.apply(.decide([observation]))
        }
    }

    private static let scenarios = max(Int(300 * TestScale.factor), 25)

    /// A store whose keys were rotated while evidence came, stopped and opened anew now and then, holds what a store holds to
    /// which all of it came after: nothing is wrong, and nothing is missed.
    @Test(arguments: 0..<scenarios) func aRotationAmongCommandsIsARotationBefore(number: Int) throws {
        let seed = UInt64(7_000 + number)
        let scenario = try Scenario(seed: seed)
        var generator = SeededGenerator(seed: seed)
        try create(scenario.configuration)
        var engine: Engine? = try open()
        var begun = false
        for index in scenario.order(&generator) {
            if let engine { try Self.apply(scenario.steps[index], engine) }
            guard generator.chance(40) else { continue }
            if !begun, generator.chance(20) {
                try engine?.beginRotation(Self.act, random: SystemRandom())
                begun = true
            }
            if begun { try engine?.rotatePiece(rows: generator.int(1...4)) }
            if generator.chance(15) {
                engine = nil
                engine = try open()
            }
        }
        let rotated = try #require(engine)
        if !begun { try rotated.beginRotation(Self.act, random: SystemRandom()) }
        while try rotated.rotatePiece(rows: generator.int(1...9)).stage != nil {}
        let other = directory.path + "/other"
        try create(scenario.configuration, keysOf: path, at: other)
        let expected = try open(other)
        _ = try expected.rotateIdentity(Self.act)
        for index in scenario.order(&generator) { try Self.apply(scenario.steps[index], expected) }
        for engine in [rotated, expected] {
            try engine.apply(.sweep(scenario.asOf))
            try checkIntegrity(engine)
            #expect(try engine.keyVersion().newest == 2, "seed \(seed)")
        }
        #expect(try rotated.digest(.partition) == expected.digest(.partition), "seed \(seed)")
        #expect(try rotated.digest(.content) == expected.digest(.content), "seed \(seed)")
        for key in scenario.keys.sorted() {
            let found = try [rotated, expected].map { try $0.resolve(key).map { Set($0.members.map(\.key)) } }
            #expect(found[0] == found[1], "seed \(seed)")
        }
    }

    /// A store of people, each with a record whose attributes say who it is.
    private func people(_ count: Int) throws -> Engine {
        try create(try Configuration(yaml: TestGraph.plain + TestGraph.purposes, file: "test"))
        let engine = try open()
        for number in 0..<count { try Self.hold(number, engine) }
        return engine
    }

    private static func hold(_ number: Int, _ engine: Engine) throws {
        let builder = EvidenceBuilder(engine.store.configuration)
        var record = builder.record(number, [("email", number), ("login", number)])
        record.record?.attributes = Array("{\"number\":\(number)}".utf8)
        try engine.apply(.record([record, builder.event([("email", number), ("device", number)])]))
    }

    private static func attributes(_ number: Int, _ engine: Engine) throws -> [String?] {
        let subject = PrivacySubject.key(EvidenceBuilder(engine.store.configuration).identifier("device", number))
        let access = try engine.access(
            by: "bob", role: .privacy, action: "privacy access", reason: "test",
            subjects: [EvidenceBuilder.key("device", number)], at: EvidenceBuilder.time(hours: 1))
        return try engine.subjectAccess(of: subject, at: EvidenceBuilder.time(hours: 1), under: access)
            .records.map(\.attributes)
    }

    @Test func everybodyIsFoundWithAllThatIsHeldAfterEveryPiece() throws {
        let engine = try people(12)
        let profiles = try (0..<12).map { try engine.resolve(EvidenceBuilder.key("login", $0)).map(\.anchor) }
        try engine.beginRotation(Self.act, random: SystemRandom())
        var stages: Set<KeyVersion.Stage> = []
        var isOver = false
        while !isOver {
            for number in 0..<12 {
                #expect(try engine.resolve(EvidenceBuilder.key("login", number))?.anchor == profiles[number])
                #expect(try Self.attributes(number, engine) == ["{\"number\":\(number)}"])
            }
            try checkIntegrity(engine)
            let progress = try engine.rotatePiece(rows: 7)
            if let stage = progress.stage { stages.insert(stage) } else { isOver = true }
        }
        #expect(stages == Set(KeyVersion.Stage.allCases))
        #expect(try engine.keyVersion().rotation == nil)
        try checkIntegrity(engine)
    }

    /// No key of the first version is left in any table that has keys.
    @Test func noOldKeyIsLeft() throws {
        let engine = try people(10)
        try engine.apply(
            .retractRecord(
                source: "crm", record: EvidenceBuilder.recordKey(3, source: "crm"), time: EvidenceBuilder.time(hours: 2)
            ))
        _ = try engine.rotateIdentity(Self.act, rows: 5)
        var old = Set((0..<10).map { EvidenceBuilder.recordKey($0, source: "crm") })
        for number in 0..<10 {
            for name in ["email", "login", "device"] { old.insert(EvidenceBuilder.key(name, number)) }
        }
        try engine.store.environment.read { transaction in
            for key in old {
                #expect(try !transaction.contains(Tables.identifiers, key))
                #expect(try !transaction.contains(Tables.records, RecordKey(source: SourceID(0), key: key)))
            }
            try transaction.scan(Tables.components) { _, payload in
                guard case .component(let component) = try ComponentCodec.decode(payload, version: 1) else {
                    return .proceed
                }
                #expect(component.members.allSatisfy { !old.contains($0.key) })
                return .proceed
            }
        }
        // The tombstone holds: what it retracted does not come back.
        let builder = EvidenceBuilder(engine.store.configuration)
        let outcome = try engine.apply(.record([builder.record(3, [("email", 3)], hours: 1)])).outcomes[0]
        #expect(outcome.kind == .refused)
    }

    @Test func aBeginningThatWasKilledIsTakenUp() throws {
        let engine = try people(3)
        // The key of the next version is written down, and then the process ends.
        try StoreKeys(directory: path).change(random: SystemRandom()) {
            try $0.adding(KeyName(.identity, version: 2), random: SystemRandom())
        }
        #expect(try engine.resolve(EvidenceBuilder.key("email", 1)) != nil)
        let keys = try StoreKeys(directory: path).load().names
        let report = try engine.rotateIdentity(Self.act)
        #expect(report.version == 2)
        #expect(try StoreKeys(directory: path).load().names == keys)
        #expect(report.before.content != report.after.content)
        #expect(report.profilesChanged == 0)
    }

    @Test func keysAreRotatedAgainAndAgain() throws {
        var engine: Engine? = try people(5)
        for version in 2...4 {
            let report = try #require(try engine?.rotateIdentity(Self.act, rows: 4))
            #expect(Int(report.version) == version)
            for number in 0..<5 { #expect(try engine?.resolve(EvidenceBuilder.key("email", number)) != nil) }
            engine = nil
            engine = try open()
            for number in 0..<5 {
                if let engine { #expect(try Self.attributes(number, engine) == ["{\"number\":\(number)}"]) }
            }
        }
        let last = try #require(engine)
        // What comes now is the same person as before.
        let before = try last.resolve(EvidenceBuilder.key("email", 2))?.anchor
        try Self.hold(2, last)
        #expect(try last.resolve(EvidenceBuilder.key("email", 2))?.anchor == before)
        try checkIntegrity(last)
    }

    /// Rows of `suppressions` are of the version of their time, and are heeded in every later one.
    @Test func whoIsSuppressedStaysSo() throws {
        let engine = try people(2)
        let builder = EvidenceBuilder(engine.store.configuration)
        for (number, rotates) in [(50, true), (51, true), (52, false)] {
            let subject = PrivacySubject.key(builder.identifier("cookie", number))
            try engine.restrict(subject, .objection, purposes: ["ads"], Self.act)
            if rotates { _ = try engine.rotateIdentity(Self.act) }
        }
        for number in 50...52 {
            let outcome = try engine.apply(.record([builder.event([("cookie", number)])])).outcomes[0]
            #expect(outcome.refusal?.reason == .suppressed, "\(number)")
            #expect(try engine.suppression(of: EvidenceBuilder.key("cookie", number))?.cause == .objected)
        }
        let versions = try engine.store.environment.read { try GraphStore.Suppressions($0) }.versions
        #expect(versions == [1: 1, 2: 1, 3: 1])
        try engine.lift(.key(builder.identifier("cookie", 50)), .objection, Self.act)
        #expect(try engine.apply(.record([builder.event([("cookie", 50)])])).outcomes[0].refusal == nil)
        #expect(try engine.apply(.record([builder.event([("cookie", 51)])])).outcomes[0].refusal != nil)
    }

    @Test func whatNamesKeysWaitsForTheEnd() throws {
        let engine = try people(4)
        let subject = PrivacySubject.key(EvidenceBuilder(engine.store.configuration).identifier("email", 1))
        try engine.beginRotation(Self.act, random: SystemRandom())
        #expect(throws: EngineError.self) { try engine.requestErasure(of: subject, Self.act) }
        #expect(throws: EngineError.self) { try engine.restrict(subject, .objection, purposes: ["ads"], Self.act) }
        _ = try engine.rotateIdentity(Self.act)
        try engine.requestErasure(of: subject, Self.act)
        #expect(throws: EngineError.self) { try engine.beginRotation(Self.act, random: SystemRandom()) }
    }

    /// Readers on threads of their own, and records by way of the committer, while pieces come between: everybody is found
    /// always, and everything that was acknowledged is there.
    @Test func resolvesAndRecordsGoOn() throws {
        let engine = try people(40)
        let committer = try GroupCommitter(engine: engine)
        let missed = Counter()
        let isOver = Counter()
        let readers = try (0..<2).map { _ in
            try JoinedThread {
                while isOver.value == 0 {
                    for number in 0..<40 where (try? engine.resolve(EvidenceBuilder.key("email", number))) ?? nil == nil
                    {
                        missed.add()
                    }
                }
            }
        }
        let builder = EvidenceBuilder(engine.store.configuration)
        let writer = try JoinedThread {
            for number in 0..<300 {
                let event = builder.event([("email", number % 60), ("cookie", number)], hours: number % 24)
                if (try? committer.commit(.record([event])))?.outcomes[0].refusal != nil { missed.add() }
            }
        }
        let report = try engine.rotateIdentity(Self.act, rows: 3, commit: { try committer.commit($0) })
        writer.join()
        isOver.add()
        for reader in readers { reader.join() }
        committer.stop()
        #expect(missed.value == 0)
        #expect(report.version == 2)
        for number in 0..<300 {
            let pair = try [("cookie", number), ("email", number % 60)].map {
                try engine.resolve(EvidenceBuilder.key($0.0, $0.1))?.anchor
            }
            #expect(pair[0] != nil && pair[0] == pair[1])
        }
        try checkIntegrity(engine)
    }

    private final class Counter: @unchecked Sendable {
        // Guarded by `lock`.
        private var count = 0
        private let lock = NSLock()

        var value: Int { lock.withLock { count } }

        func add() { lock.withLock { count += 1 } }
    }
}
