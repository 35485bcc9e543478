import Engine
import Erasure
import Foundation
import GraphStore
import Identity
import LMDB
import Stitching
import TestSupport
import Testing

/// The proof as a whole: 10,000 people, 1,000 of whom are erased; a tenth of both by default (SELVEDGE_SCALE).
@Suite struct ErasureProofTests {
    private struct Stopped: Error {}

    private static let time = EvidenceBuilder.time(hours: 300)
    private static let act = PrivacyAct(by: "alice", reason: "a test", at: time)
    private static let yaml =
        TestGraph.plain + "privacy: {approvals: 1, scrub_identifiers: 0}\n"

    private static var people: Int { Int(10_000 * TestScale.factor) }
    private static func isErased(_ number: Int) -> Bool { number % 10 == 1 }

    // MARK: The people

    /// Everything that is said of somebody: a record with attributes of 100 bytes to 4 KB, events, behaviour, decisions, a claim.
    private static func evidence(_ number: Int, _ builder: EvidenceBuilder) -> [Command] {
        var generator = SeededGenerator(seed: UInt64(number))
        let hours = number % 200
        var record = builder.record(number, [("email", number), ("login", number)], hours: hours)
        let text = (0..<generator.int(100...4_000)).map { _ in UInt8(generator.int(97...122)) }
        record.record?.attributes = Array("{\"a\":\"".utf8) + text + Array("\"}".utf8)
        var seen = builder.event([("email", number), ("device", number)], hours: hours)
        seen.behaviour = Array(#"{"views":[{"category":"tea"}]}"#.utf8)
        var commands: [Command] = [
            .record([
                record, seen,
                builder.event([("login", number), ("cookie", number)], hours: 199),
            ])
        ]
        if number.isMultiple(of: 3) { commands.append(.decide([decision(number, builder)])) }
        if number.isMultiple(of: 7) {
            commands.append(
                .assert(
                    builder.assertion(
                        .same, builder.identifier("email", number), builder.identifier("device", number), hours: hours))
            )
        }
        return commands
    }

    private static func decision(_ number: Int, _ builder: EvidenceBuilder) -> KeyedObservation {
        var observation = builder.event([("email", number)], hours: number % 200)
        let id = EvidenceBuilder.key("decision", number)
        observation.decisions = [
            KeyedDecision(
                id: DecisionID(high: id.high, low: id.low), identifier: builder.identifier("email", number),
                purpose: number % 4, kind: number.isMultiple(of: 2) ? .denied : .granted, scope: .profile,
                jurisdiction: nil, time: observation.time, received: observation.time)
        ]
        return observation
    }

    private static func fill(_ engine: Engine, _ numbers: [Int], _ builder: EvidenceBuilder) throws {
        var batch: [KeyedObservation] = []
        var rest: [Command] = []
        for number in numbers {
            for command in evidence(number, builder) {
                if case .record(let observations) = command { batch += observations } else { rest.append(command) }
            }
        }
        for start in stride(from: 0, to: batch.count, by: 600) {
            try engine.apply(.record(Array(batch[start..<min(start + 600, batch.count)])))
        }
        for command in rest { try engine.apply(command) }
        try engine.apply(.sweep(EvidenceBuilder.time(hours: 200)))
    }

    // MARK: Nothing is left

    @Test func afterAThousandErasuresNothingOfThemIsLeft() throws {
        let directory = try TemporaryDirectory()
        let configuration = try Configuration(yaml: Self.yaml, file: "test")
        let builder = EvidenceBuilder(configuration)
        let path = directory.path + "/store"
        let numbers = Array(1...Self.people)
        let store = OpenedStore(try TemporaryStore.engine(at: path, configuration))
        try Self.fill(store.engine, numbers, builder)
        var generator = SeededGenerator(seed: 20_260_601)
        var erasures: [UInt64] = []
        for number in numbers where Self.isErased(number) {
            let subject = PrivacySubject.key(builder.identifier(["email", "login", "device"][number % 3], number))
            erasures.append(try store.engine.requestErasure(of: subject, Self.act).number)
            try carryOut(erasures[erasures.count - 1], store, &generator)
        }
        let needles = try erasures.flatMap { try store.engine.patterns(ofErasure: $0) }.compactMap { Needle($0) }
        // Four identifiers and a record each, by key and by profile id; nonce and tag of the record and of what was done.
        #expect(needles.count == erasures.count * 14)
        let content = try store.engine.digest(.content)
        let before = try search(store, path, needles)
        #expect(before.report.hitCount > 0, "deleted bytes are in the file until it is scrubbed")
        try scrub(store, &generator)
        #expect(try store.engine.overwriteOldGenerations() == 0)
        let after = try search(store, path, needles)
        print(
            "\(needles.count) needles: \(before.report.hitCount) hits before the scrub, \(after.report.hitCount) after")
        #expect(after.report.hitCount == 0)
        #expect(after.proof.isWhole && after.proof.planted >= 1_000)
        for erasure in erasures {
            try store.engine.verifyErasure(erasure, fileHits: after.report.hitCount, at: Self.time)
        }
        try compare(store.engine, content, numbers, builder)
    }

    /// Stopped at random, the store opened anew after each stop.
    private func carryOut(_ number: UInt64, _ store: OpenedStore, _ generator: inout SeededGenerator) throws {
        for _ in 0..<100 {
            var rest = generator.chance(20) ? generator.int(0...4) : 100
            do {
                try store.engine.runErasure(number, at: Self.time) {
                    if rest == 0 { throw Stopped() }
                    rest -= 1
                }
                return
            } catch is Stopped { try store.reopen() }
        }
        throw PropertyFailure("erasure \(number) never ends")
    }

    private func scrub(_ store: OpenedStore, _ generator: inout SeededGenerator) throws {
        for _ in 0..<100 {
            var rest = generator.int(0...6)
            do {
                _ = try store.engine.scrub(Self.act, options: TemporaryStore.options, pieceBytes: 1 << 20) { _ in
                    if rest == 0 { throw Stopped() }
                    rest -= 1
                }
                return
            } catch is Stopped { try store.reopen() }
        }
        throw PropertyFailure("the scrub never ends")
    }

    /// Of the closed store, as closing LMDB's files in this process would drop its locks.
    private func search(
        _ store: OpenedStore, _ path: String, _ needles: [Needle]
    ) throws -> (proof: CanaryProof, report: ScanReport) {
        let scratch = try TemporaryDirectory()
        store.close()
        var random = SystemRandomNumberGenerator()
        let found = try ProvenScan.run(path, for: needles, scratch: scratch.path, using: &random)
        try store.reopen()
        return found
    }

    private func compare(_ engine: Engine, _ content: Digest, _ numbers: [Int], _ builder: EvidenceBuilder) throws {
        #expect(try engine.digest(.content) == content)
        // Under the same keys: what was done is compared by a keyed hash.
        let directory = try TemporaryDirectory()
        try Store.create(
            directory: directory.path + "/other", configuration: builder.configuration, keyFile: nil,
            keysOf: engine.store.directory, random: SystemRandom(), options: TemporaryStore.options)
        let other = try Engine(
            directory: directory.path + "/other", mode: .write(program: "tests"), options: TemporaryStore.options)
        try Self.fill(other, numbers.filter { !Self.isErased($0) }, builder)
        #expect(try other.digest(.content) == content)
        #expect(try other.digest(.partition) == engine.digest(.partition))
        for number in numbers {
            let expected = Self.isErased(number) ? 0 : 5
            #expect(try engine.resolve(EvidenceBuilder.key("cookie", number))?.members.count ?? 0 == expected)
        }
        try checkIntegrity(engine)
    }

    // MARK: Nobody comes back

    /// 1,000 attempts of each kind in full.
    @Test func noAttemptBringsAnybodyBack() throws {
        let directory = try TemporaryDirectory()
        let configuration = try Configuration(yaml: Self.yaml, file: "test")
        let builder = EvidenceBuilder(configuration)
        let path = directory.path + "/store"
        let engine = try TemporaryStore.engine(at: path, configuration)
        let people = max(20, Int(1_000 * TestScale.factor))
        try Self.fill(engine, Array(1...people), builder)
        let keys = try BackupKeys(at: engine.store.backupKeysPath, keyRing: engine.store.keyRing)
        let backup = directory.path + "/backup"
        _ = try engine.store.backUp(
            to: backup, keys: keys, at: Self.time, expires: EvidenceBuilder.time(hours: 2_000), random: SystemRandom())
        for number in 1...people {
            let subject = PrivacySubject.key(builder.identifier("email", number))
            try engine.runErasure(try engine.requestErasure(of: subject, Self.act).number, at: Self.time)
        }
        let empty = try engine.digest(.content)
        for number in 1...people { try attempt(number, engine, builder) }
        try checkGone(engine, people)
        #expect(try held(engine) == 0)
        #expect(try engine.digest(.partition) == TemporaryStore(configuration).engine.digest(.partition))
        let ledger = directory.path + "/ledger"
        _ = try PrivacyLedger.write(engine.store, to: ledger, random: SystemRandom())
        _ = try Store.restore(
            from: backup, to: directory.path + "/restored", keyFile: path + "/root.key",
            keysPath: engine.store.backupKeysPath, options: TemporaryStore.options)
        let restored = try Engine(
            directory: directory.path + "/restored", mode: .write(program: "tests"), isRestoring: true,
            options: TemporaryStore.options)
        _ = try restored.replayLedger(Self.act) {
            try PrivacyLedger.forEach(inFile: ledger, restored.store.keyRing, $0)
        }
        try checkGone(restored, people)
        #expect(try held(restored) == 0)
        #expect(try restored.digest(.content) == empty)
        try checkIntegrity(engine)
        try checkIntegrity(restored)
    }

    /// By an event, a record, the same evidence again, a decision, a claim that joins somebody to another, a merge.
    private func attempt(_ number: Int, _ engine: Engine, _ builder: EvidenceBuilder) throws {
        let others = ["email", "login", "device", "cookie"]
        try engine.apply(.record([builder.event([(others[number % 4], number)], hours: 210)]))
        try engine.apply(.record([builder.record(number, [("email", number)], hours: 210, version: 1)]))
        for command in Self.evidence(number, builder) {
            do { try engine.apply(command) } catch EngineError.suppressed {} catch EngineError.unknownRecord {}
        }
        try engine.apply(.decide([Self.decision(number, builder)]))
        for claim in [AssertionRow.Claim.same, .different] {
            do {
                try engine.apply(
                    .assert(
                        builder.assertion(
                            claim, builder.identifier("email", number), builder.identifier("login", number), hours: 211)
                    ))
                Issue.record("a claim on somebody erased was taken")
            } catch EngineError.suppressed {}
        }
        try engine.apply(
            .record([builder.event([("email", number), ("login", number), ("device", number)], hours: 212)]))
    }

    private func checkGone(_ engine: Engine, _ people: Int) throws {
        for number in 1...people {
            for namespace in ["email", "login", "device", "cookie"] {
                let key = EvidenceBuilder.key(namespace, number)
                #expect(try engine.resolve(key) == nil)
                #expect(try engine.suppression(of: key)?.cause == .erased)
            }
        }
    }

    private func held(_ engine: Engine) throws -> Int {
        try engine.store.environment.read { try $0.count(Tables.identifiers) }
    }
}
