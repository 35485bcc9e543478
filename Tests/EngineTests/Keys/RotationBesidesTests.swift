import Engine
import Foundation
import GraphStore
import Identity
import LMDB
import Scoring
import Stitching
import TestSupport
import Testing

/// What a rotation of the identity keys must leave as it was: behaviour, offers' places, erasures, backups.
@Suite struct RotationBesidesTests {
    private static let act = PrivacyAct(by: "alice", reason: "yearly", at: EvidenceBuilder.time(hours: 30))

    // MARK: Behaviour

    /// A delivery that comes again after a rotation, or in the middle of one, is known again: by its own id, by all that it
    /// holds, and by the identifier that it lay on where several are as strong.
    @Test func whatWasDoneIsNotCountedTwice() throws {
        let graph = try FactTests.graph()
        let builder = graph.builder
        func events(_ number: Int) -> [KeyedObservation] {
            let (first, second) = (2 * number, 2 * number + 1)
            return [
                FactTests.event(builder, [("email", first), ("email", second)], FactTests.view("tea")),
                FactTests.event(builder, [("email", second)], FactTests.order("o\(number)"), id: "d\(number)"),
                FactTests.event(
                    builder, [("login", first), ("login", second), ("cookie", number)], FactTests.view("milk")),
            ]
        }
        let people = 20
        for number in 0..<people { try graph.engine.apply(.record(events(number))) }
        let nodes = Set(try graph.engine.factNodes().map(\.node))
        let logs = try (0..<people).map { try FactTests.log(graph, "email", 2 * $0) }
        #expect(logs.contains { ($0?.facts.count ?? 0) > 0 })
        try graph.engine.beginRotation(Self.act, random: SystemRandom())
        var isOver = false
        while !isOver {
            for number in 0..<people { try graph.engine.apply(.record(events(number))) }
            #expect(Set(try graph.engine.factNodes().map(\.node)) == nodes)
            isOver = try graph.engine.rotatePiece(rows: 40).stage == nil
        }
        for number in 0..<people {
            try graph.engine.apply(.record(events(number)))
            #expect(try FactTests.log(graph, "email", 2 * number) == logs[number])
        }
        #expect(Set(try graph.engine.factNodes().map(\.node)) == nodes)
        try checkIntegrity(graph.engine)
    }

    // MARK: Erasure

    /// A person is erased between two rotations and after both; what is looked for is what the store holds then.
    @Test func whoIsErasedAfterARotationStaysSoAfterTheNext() throws {
        let graph = try TestGraph(adding: "privacy: {approvals: 1, scrub_identifiers: 0}\n")
        for number in 1...30 {
            var record = graph.builder.record(number, [("email", number), ("login", number)])
            record.record?.attributes = Array("{\"a\":\"\(number)\"}".utf8)
            try graph.engine.apply(
                .record([record, graph.builder.event([("email", number), ("device", number)], hours: 1)]))
        }
        for (round, erased) in [1...5, 6...10, 11...15].enumerated() {
            _ = try graph.engine.rotateIdentity(Self.act, rows: 7)
            for number in erased {
                let subject = PrivacySubject.key(graph.builder.identifier("device", number))
                let request = try graph.engine.requestErasure(of: subject, Self.act)
                // Four of the person's nodes, by key and by profile id; the record's nonce and tag.
                #expect(try graph.engine.runErasure(request.number, at: Self.act.time).state == .deleted)
                #expect(try graph.engine.patterns(ofErasure: request.number).count == 10)
                #expect(try graph.engine.nodeRows(ofErasure: request.number).isEmpty)
            }
            for number in 1...30 {
                let isGone = number <= erased.upperBound
                #expect(try (graph.engine.resolve(EvidenceBuilder.key("login", number)) == nil) == isGone)
                let row = try graph.engine.suppression(of: EvidenceBuilder.key("email", number))
                #expect((row?.cause == .erased) == isGone)
                if isGone { #expect(row.map { Int($0.keyVersion) } == (number - 1) / 5 + 2) }
            }
            let again = try graph.engine.apply(
                .record([graph.builder.event([("email", 1), ("login", 1)], hours: 3 + round)]))
            #expect(again.outcomes[0].refusal?.reason == .suppressed)
            try checkIntegrity(graph.engine)
        }
    }

    /// Of identifiers that nobody names the keys of then are gone: they are lifted by the objection that they are of.
    @Test func anObjectionOfBeforeARotationIsLiftedWhole() throws {
        let graph = try TestGraph(adding: TestGraph.purposes)
        let subject = PrivacySubject.key(graph.builder.identifier("email", 1))
        for number in 1...2 {
            try graph.engine.apply(
                .record([graph.builder.event([("email", number), ("login", number), ("device", number)])]))
            try graph.engine.restrict(
                .key(graph.builder.identifier("email", number)), .objection, purposes: ["ads"], Self.act)
        }
        _ = try graph.engine.rotateIdentity(Self.act)
        try graph.engine.lift(subject, .objection, Self.act)
        for name in ["email", "login", "device"] {
            #expect(try graph.engine.suppression(of: EvidenceBuilder.key(name, 1)) == nil)
            #expect(try graph.engine.suppression(of: EvidenceBuilder.key(name, 2))?.cause == .objected)
        }
        try checkIntegrity(graph.engine)
    }

    // MARK: Backup

    /// A store with people, whose backup is older than what is done to it afterwards.
    private struct World {
        let directory: TemporaryDirectory
        let engine: Engine
        let builder: EvidenceBuilder
        var path: String { directory.path }

        init(people: Int) throws {
            directory = try TemporaryDirectory()
            let yaml = TestGraph.plain + "privacy: {approvals: 1}\n"
            let configuration = try Configuration(yaml: yaml, file: "test")
            builder = EvidenceBuilder(configuration)
            engine = try TemporaryStore.engine(at: directory.path + "/live", configuration)
            for number in 1...people { try hold(number) }
        }

        func hold(_ number: Int) throws {
            let record = builder.record(number, [("email", number), ("login", number)], hours: 1)
            try engine.apply(.record([record, builder.event([("email", number), ("device", number)], hours: 2)]))
        }

        func erase(_ number: Int) throws {
            let subject = PrivacySubject.key(builder.identifier("email", number))
            let request = try engine.requestErasure(of: subject, RotationBesidesTests.act)
            try engine.runErasure(request.number, at: RotationBesidesTests.act.time)
        }

        func backUp() throws {
            let keys = try BackupKeys(at: engine.store.backupKeysPath, keyRing: engine.store.keyRing)
            _ = try engine.backUp(
                to: path + "/backup", RotationBesidesTests.act, keys: keys, expires: EvidenceBuilder.time(hours: 2_000))
        }

        /// By the ledger of now.
        func restore() throws -> (engine: Engine, report: ReplayReport) {
            let ledger = path + "/ledger"
            _ = try PrivacyLedger.write(engine.store, to: ledger, random: SystemRandom())
            _ = try Store.restore(
                from: path + "/backup", to: path + "/again", keyFile: path + "/live/root.key",
                keysPath: engine.store.backupKeysPath, options: TemporaryStore.options)
            let restored = try Engine(
                directory: path + "/again", mode: .write(program: "tests"), isRestoring: true,
                options: TemporaryStore.options)
            let report = try restored.replayLedger(RotationBesidesTests.act) {
                try PrivacyLedger.forEach(inFile: ledger, restored.store.keyRing, $0)
            }
            try Store.endRestore(path + "/again")
            return (restored, report)
        }
    }

    /// Backed up under the first version, or in the middle of the rotation to the second; then erased under each version up to
    /// the third, the last of which may not be all there yet.
    @Test(arguments: [false, true], [false, true])
    func aBackupOfBeforeARotationBringsNobodyBack(isHalfway: Bool, isLiveHalfway: Bool) throws {
        let world = try World(people: 40)
        let engine = world.engine
        try world.erase(1)
        if isHalfway {
            try engine.beginRotation(Self.act, random: SystemRandom())
            for _ in 0..<5 { try engine.rotatePiece(rows: 9) }
        }
        try world.backUp()
        if !isHalfway { try world.erase(2) }
        _ = try engine.rotateIdentity(Self.act)
        try world.erase(3)
        try engine.restrict(.key(world.builder.identifier("email", 5)), .restriction, Self.act)
        if isLiveHalfway {
            try engine.beginRotation(Self.act, random: SystemRandom())
            for _ in 0..<6 { try engine.rotatePiece(rows: 8) }
        } else {
            _ = try engine.rotateIdentity(Self.act)
            try world.erase(4)
        }
        let (restored, report) = try world.restore()
        let erased = [1] + (isHalfway ? [] : [2]) + [3] + (isLiveHalfway ? [] : [4])
        #expect(report.erasedAgain == (erased.count - 1) * 4)
        if isLiveHalfway { while try engine.rotatePiece().stage != nil {} }
        #expect(try restored.keyVersion().newest == 3 && restored.keyVersion().rotation == nil)
        #expect(try restored.digest(.content) == engine.digest(.content))
        for number in 1...40 {
            let isErased = erased.contains(number)
            for name in ["email", "login", "device"] {
                let key = EvidenceBuilder.key(name, number)
                #expect(try (restored.resolve(key) == nil) == isErased)
                #expect(try (restored.suppression(of: key)?.cause == .erased) == isErased)
            }
        }
        for number in erased {
            try restored.apply(.record([world.builder.event([("email", number), ("login", number)], hours: 9)]))
            #expect(try restored.resolve(EvidenceBuilder.key("email", number)) == nil)
        }
        try checkIntegrity(restored)
        try checkIntegrity(engine)
    }

    /// A retraction of a source or a record that came after the backup holds in what is restored.
    @Test(arguments: [false, true]) func whatWasRetractedSinceStaysRetracted(rotates: Bool) throws {
        let world = try World(people: 12)
        let engine = world.engine
        try world.backUp()
        try engine.apply(
            .retractRecord(
                source: "crm", record: EvidenceBuilder.recordKey(3, source: "crm"), time: EvidenceBuilder.time(hours: 5)
            ))
        if rotates { _ = try engine.rotateIdentity(Self.act, rows: 6) }
        try engine.apply(.retractSource("web", time: EvidenceBuilder.time(hours: 6)))
        let (restored, report) = try world.restore()
        #expect(report.retractions == 2)
        #expect(try restored.digest(.content) == engine.digest(.content))
        #expect(try restored.resolve(EvidenceBuilder.key("device", 2)) == nil)
        let late = try restored.apply(.record([world.builder.record(3, [("email", 3)], hours: 4, version: 7)]))
        #expect(late.outcomes[0].refusal?.reason == .retracted)
        try checkIntegrity(restored)
    }

    @Test func backupsAndRestoresAreInTheAudit() throws {
        let world = try World(people: 3)
        try world.backUp()
        let (restored, _) = try world.restore()
        func words(_ engine: Engine) throws -> [String] {
            var words: [String] = []
            try engine.forEachAuditEntry { each in
                words.append("\(each.entry.action)")
                return true
            }
            return words
        }
        #expect(try words(world.engine).filter { $0 == "backup" }.count == 1)
        #expect(try words(restored).last == "restore")
    }
}
