import Engine
import Foundation
import GraphStore
import Identity
import LMDB
import Stitching
import TestSupport
import Testing

/// Backups: one moment of a store, sealed, readable until they expire; and nobody who was erased since comes back with one.
@Suite struct BackupTests {
    private static let act = PrivacyAct(by: "alice", reason: "a test", at: EvidenceBuilder.time(hours: 30))
    private static let now = EvidenceBuilder.time(hours: 20)
    private static let expires = EvidenceBuilder.time(hours: 20 + 24 * 30)

    /// A store, a directory for what is made of it, and some people.
    private struct World {
        let directory = try? TemporaryDirectory()
        let configuration: Configuration
        let engine: Engine
        let builder: EvidenceBuilder
        let root: String

        init(people: Int, _ yaml: String = TestGraph.plain + "privacy: {approvals: 1}\n") throws {
            guard let directory else { throw PropertyFailure("no temporary directory") }
            root = directory.path
            configuration = try Configuration(yaml: yaml, file: "test")
            builder = EvidenceBuilder(configuration)
            engine = try TemporaryStore.engine(at: root + "/live", configuration)
            for number in 1...people {
                var record = builder.record(number, [("email", number), ("login", number)], hours: 1)
                record.record?.attributes = Array(repeating: UInt8(ascii: "a"), count: 100 + number * 37 % 4_000)
                let seen = builder.event([("email", number), ("device", number)], hours: 2)
                try engine.apply(.record([record, seen]))
            }
        }

        func backUp(_ name: String) throws -> String {
            let keys = try BackupKeys(at: engine.store.backupKeysPath, keyRing: engine.store.keyRing)
            let path = root + "/" + name
            _ = try engine.store.backUp(
                to: path, keys: keys, at: BackupTests.now, expires: BackupTests.expires, random: SystemRandom())
            return path
        }

        /// A store of the backup, open, with what the ledger says done again; nil: without a ledger.
        func restore(_ path: String, _ name: String, ledger: String?) throws -> (engine: Engine, report: ReplayReport) {
            let target = root + "/" + name
            let keys = engine.store.backupKeysPath
            _ = try Store.restore(
                from: path, to: target, keyFile: root + "/live/root.key", keysPath: keys,
                options: TemporaryStore.options)
            #expect(throws: BackupError.self) { try Engine(directory: target, mode: .read) }
            let restored = try Engine(
                directory: target, mode: .write(program: "tests"), isRestoring: true, options: TemporaryStore.options)
            var report = ReplayReport()
            if let ledger {
                report = try restored.replayLedger(BackupTests.act) {
                    try PrivacyLedger.forEach(inFile: ledger, restored.store.keyRing, $0)
                }
            }
            try Store.endRestore(target)
            return (restored, report)
        }

        func erase(_ number: Int) throws {
            let request = try engine.requestErasure(of: .key(builder.identifier("email", number)), BackupTests.act)
            try engine.runErasure(request.number, at: BackupTests.act.time)
        }
    }

    @Test func whatIsRestoredIsWhatWas() throws {
        let world = try World(people: 300)
        let path = try world.backUp("one")
        let digest = try world.engine.digest(.content)
        // What comes later is not in it.
        try world.engine.apply(.record([world.builder.event([("email", 900), ("login", 900)])]))
        let (restored, _) = try world.restore(path, "again", ledger: nil)
        #expect(try restored.digest(.content) == digest)
        #expect(try world.engine.digest(.content) != digest)
        try checkIntegrity(restored)
        let anchor = { (engine: Engine) in try engine.resolve(EvidenceBuilder.key("email", 7))?.anchor }
        #expect(try anchor(restored) == anchor(world.engine))
    }

    @Test func nothingInItCanBeReadWithoutItsKey() throws {
        let world = try World(people: 50)
        let path = try world.backUp("one")
        let bytes = [UInt8](try #require(FileManager.default.contents(atPath: path)))
        for number in 1...50 {
            let key = EvidenceBuilder.key("email", number)
            var pattern: [UInt8] = []
            for word in [key.high, key.low] {
                for shift in stride(from: UInt64(56), through: 0, by: -8) {
                    pattern.append(UInt8(truncatingIfNeeded: word >> shift))
                }
            }
            #expect(Data(bytes).range(of: Data(pattern)) == nil)
        }
        let keys = try BackupKeys(at: world.engine.store.backupKeysPath, keyRing: world.engine.store.keyRing)
        #expect(try keys.pending()?.count == 1)
        #expect(try keys.expire(at: Self.now) == 0)
        let end = try #require(try keys.pending()?.until)
        #expect(end >= Self.expires)
        #expect(try keys.expire(at: end) == 1)
        #expect(try keys.pending() == nil)
        #expect(throws: BackupError.expired(path: path)) { try world.restore(path, "late", ledger: nil) }
        #expect(!FileManager.default.fileExists(atPath: world.root + "/late/STORE"))
    }

    @Test func oneOfADayIsUnderTheKeyOfThatDay() throws {
        let world = try World(people: 3)
        let (one, two) = (try world.backUp("one"), try world.backUp("two"))
        let keys = try BackupKeys(at: world.engine.store.backupKeysPath, keyRing: world.engine.store.keyRing)
        #expect(try keys.pending()?.count == 2)
        // The same rows under the same key are other bytes: each file is bound to an id of its own.
        #expect(FileManager.default.contents(atPath: one) != FileManager.default.contents(atPath: two))
    }

    /// Flipped anywhere, cut off anywhere, with something behind it: refused, and no store is left.
    @Test func whatIsAlteredIsRefused() throws {
        let world = try World(people: 40)
        let path = try world.backUp("one")
        let bytes = [UInt8](try #require(FileManager.default.contents(atPath: path)))
        var random = SeededGenerator(seed: 5)
        var refused = 0
        func attempt(_ altered: [UInt8], _ what: String) throws {
            let other = world.root + "/altered"
            try Data(altered).write(to: URL(fileURLWithPath: other))
            do {
                _ = try Store.restore(
                    from: other, to: world.root + "/no", keyFile: world.root + "/live/root.key",
                    keysPath: world.engine.store.backupKeysPath, options: TemporaryStore.options)
                Issue.record("\(what) was taken")
            } catch { refused += 1 }
            #expect(!FileManager.default.fileExists(atPath: world.root + "/no/CURRENT"), "\(what)")
            #expect(!FileManager.default.fileExists(atPath: world.root + "/no/RESTORING"), "\(what)")
        }
        for _ in 0..<Int(1_000 * TestScale.factor) {
            var altered = bytes
            // The id of the key and the times are in the head, the first 100 bytes or so: hit them more often.
            let place = random.chance(30) ? random.int(0...120) : random.int(0...bytes.count - 1)
            altered[place] ^= UInt8(1 << random.int(0...7))
            try attempt(altered, "a flip at \(place)")
        }
        for _ in 0..<Int(200 * TestScale.factor) {
            let count = random.int(0...bytes.count - 1)
            try attempt(Array(bytes[..<count]), "\(count) bytes of it")
        }
        try attempt(bytes + [0], "one with a byte behind it")
        #expect(refused == Int(1_000 * TestScale.factor) + Int(200 * TestScale.factor) + 1)
    }

    // MARK: What was done since

    @Test func whoWasErasedSinceDoesNotComeBack() throws {
        let world = try World(people: 120)
        let path = try world.backUp("one")
        for number in stride(from: 1, through: 120, by: 5) { try world.erase(number) }
        let ledger = world.root + "/ledger"
        _ = try PrivacyLedger.write(world.engine.store, to: ledger, random: SystemRandom())
        let (restored, report) = try world.restore(path, "again", ledger: ledger)
        #expect(report.erasedAgain == 24 * 4)
        for number in 1...120 {
            let isErased = number % 5 == 1
            #expect(try (restored.resolve(EvidenceBuilder.key("email", number)) == nil) == isErased)
            #expect(try (restored.suppression(of: EvidenceBuilder.key("email", number)) != nil) == isErased)
        }
        #expect(try restored.digest(.content) == world.engine.digest(.content))
        try checkIntegrity(restored)
        // Nor by the same evidence again.
        try restored.apply(.record([world.builder.event([("email", 1), ("device", 1)], hours: 5)]))
        #expect(try restored.resolve(EvidenceBuilder.key("email", 1)) == nil)
    }

    /// A number that was given since is not given to somebody else: a profile id leads to one person for ever.
    @Test func profileIdsAreNotGivenAnew() throws {
        let world = try World(people: 5)
        let path = try world.backUp("one")
        try world.engine.apply(.record([world.builder.event([("email", 50), ("login", 50)])]))
        let later = try #require(try world.engine.resolve(EvidenceBuilder.key("email", 50))).anchor
        let ledger = world.root + "/ledger"
        _ = try PrivacyLedger.write(world.engine.store, to: ledger, random: SystemRandom())
        let (restored, _) = try world.restore(path, "again", ledger: ledger)
        try restored.apply(.record([world.builder.event([("email", 51), ("login", 51)])]))
        let other = try #require(try restored.resolve(EvidenceBuilder.key("email", 51))).anchor
        #expect(other > later)
        #expect(try restored.resolve(restored.profileID(later)) == nil)
    }

    @Test func whatWasRestrictedSinceStaysRestricted() throws {
        let world = try World(people: 5)
        let path = try world.backUp("one")
        try world.engine.restrict(.key(world.builder.identifier("email", 2)), .restriction, Self.act)
        try world.engine.restrict(.key(world.builder.identifier("email", 3)), .objection, Self.act)
        let ledger = world.root + "/ledger"
        _ = try PrivacyLedger.write(world.engine.store, to: ledger, random: SystemRandom())
        let (restored, report) = try world.restore(path, "again", ledger: ledger)
        #expect(report.restrictions > 1 && report.erasedAgain == 0)
        let rows = { (engine: Engine) in
            try engine.store.environment.read { snapshot in
                var rows: [NodeID: RestrictionRow] = [:]
                try snapshot.scan(Tables.restrictions) { node, payload in
                    rows[node] = try RestrictionCodec.decode(payload, version: RestrictionCodec.version)
                    return .proceed
                }
                return rows
            }
        }
        #expect(try rows(restored) == rows(world.engine))
        #expect(try restored.digest(.content) == world.engine.digest(.content))
        try checkIntegrity(restored)
    }

    @Test func aLedgerOfAnotherStoreIsRefused() throws {
        let (world, other) = (try World(people: 2), try World(people: 2))
        let path = try world.backUp("one")
        let ledger = other.root + "/ledger"
        _ = try PrivacyLedger.write(other.engine.store, to: ledger, random: SystemRandom())
        #expect(throws: BackupError.otherStore(path: ledger)) {
            try world.restore(path, "again", ledger: ledger)
        }
        #expect(throws: (any Error).self) { try Engine(directory: world.root + "/again", mode: .read) }
        #expect(throws: BackupError.exists(path: path)) { try world.backUp("one") }
    }
}
