import GraphStore
import Identity
import LMDB
import Stitching
import TestSupport
import Testing

@Suite struct AuditVerifierTests {
    /// An audit as its table holds it, with its heads.
    struct Log {
        var rows: [(sequence: UInt64, bytes: [UInt8])]
        var heads: [AuditHead?]
        let keyRing: KeyRing
        let publicKey: VerifyingKey

        func verdict() -> AuditVerdict {
            var verifier = AuditVerifier(keyRing: keyRing, publicKey: publicKey, heads: heads)
            for row in rows { verifier.take(sequence: row.sequence, bytes: row.bytes) }
            return verifier.finish()
        }
    }

    private static let ring = Result { try KeyRing(bundle: KeyBundle(random: SystemRandom())) }

    /// - Parameter older: entries at the beginning that are of the first format.
    static func log(entries: Int, headEvery: Int, older: Int = 0, seed: UInt64) throws -> Log {
        let keyRing = try ring.get()
        let key = try keyRing.auditSigningKey()
        var generator = SeededGenerator(seed: seed)
        var log = Log(rows: [], heads: [], keyRing: keyRing, publicKey: key.publicKey)
        let directory = try TemporaryDirectory()
        let environment = try Environment(
            directory: directory.path, tables: [Tables.audit.declaration],
            options: Environment.Options(mapSize: 1 << 28, growthStep: 1 << 20))
        try environment.write { transaction in
            for number in 0..<entries {
                let draft = AuditLog.Draft(
                    time: Timestamp(milliseconds: Int64(number)), principal: "p\(generator.int(0...9))",
                    role: "privacy",
                    action: generator.pick(["resolve", "explain", "erase"]), reason: "reason \(generator.next())",
                    subjects: (0..<generator.int(0...3)).map { _ in
                        IdentityKey(high: generator.next(), low: generator.next())
                    })
                var (sequence, entry) = try AuditLog.enter(draft, keyRing: keyRing, &transaction)
                if number < older {
                    entry.code = nil
                    try transaction.put(Tables.audit, sequence, entry)
                }
                log.rows.append((sequence, entry.bytes))
                if (number + 1).isMultiple(of: headEvery) {
                    let end = try #require(try AuditLog.end(transaction, keyRing: keyRing))
                    log.heads.append(
                        try AuditHead(
                            number: UInt64(log.heads.count), count: end.count, time: Timestamp(milliseconds: 0),
                            chain: end.chain, key: key))
                }
            }
        }
        return log
    }

    private static func broken(_ entry: UInt64, _ problem: AuditFault.Problem) -> AuditVerdict {
        .broken(AuditFault(place: .entry(entry), problem: problem))
    }

    private static let trials = max(Int(1_000 * TestScale.factor), 200)

    @Test(arguments: [(0, 3), (1, 1), (40, 7), (41, 1)]) func whatWasWrittenIsWhole(entries: Int, every: Int) throws {
        for older in [0, entries / 2, entries] {
            let log = try Self.log(entries: entries, headEvery: every, older: older, seed: 1)
            #expect(
                log.verdict()
                    == .whole(entries: UInt64(entries), heads: log.heads.count, uncovered: UInt64(entries % every)))
        }
    }

    @Test(arguments: [0, 12, 40]) func everyFlipIsNamed(older: Int) throws {
        let log = try Self.log(entries: 40, headEvery: 8, older: older, seed: 2)
        var generator = SeededGenerator(seed: 20)
        for trial in 0..<Self.trials {
            var changed = log
            let place = generator.int(0...39)
            let offset = generator.int(0...changed.rows[place].bytes.count - 1)
            changed.rows[place].bytes[offset] ^= 1 << UInt8(generator.int(0...7))
            guard case .broken(let fault) = changed.verdict() else {
                Issue.record("trial \(trial): the flip of byte \(offset) of entry \(place + 1) was not seen")
                continue
            }
            #expect(fault.place == .entry(UInt64(place + 1)), "trial \(trial), byte \(offset), \(fault)")
        }
    }

    @Test(arguments: [0, 12]) func everyDropIsNamed(older: Int) throws {
        let log = try Self.log(entries: 40, headEvery: 8, older: older, seed: 3)
        var generator = SeededGenerator(seed: 30)
        for trial in 0..<Self.trials {
            var changed = log
            let place = generator.int(0...38)
            let count = generator.int(1...39 - place)
            changed.rows.removeSubrange(place..<place + count)
            #expect(changed.verdict() == Self.broken(UInt64(place + 1), .missing), "trial \(trial)")
            // The rest renumbered, so that there is no gap: the first that moved is named.
            for index in place..<changed.rows.count { changed.rows[index].sequence -= UInt64(count) }
            guard case .broken(let fault) = changed.verdict() else {
                Issue.record("trial \(trial): the drop of \(count) from \(place + 1) was not seen")
                continue
            }
            // Of the first format an entry does not bear its number: the one before the gap may be in doubt.
            let named: [AuditFault.Place] = [.entry(UInt64(place + 1))] + (place < older ? [.entry(UInt64(place))] : [])
            #expect(named.contains(fault.place), "trial \(trial), \(fault)")
        }
    }

    @Test func everyReorderIsNamed() throws {
        let log = try Self.log(entries: 40, headEvery: 8, seed: 4)
        var generator = SeededGenerator(seed: 40)
        for trial in 0..<Self.trials {
            var changed = log
            let first = generator.int(0...38)
            let second = generator.int(first + 1...39)
            let bytes = changed.rows[first].bytes
            changed.rows[first].bytes = changed.rows[second].bytes
            changed.rows[second].bytes = bytes
            #expect(changed.verdict() == Self.broken(UInt64(first + 1), .altered), "trial \(trial)")
        }
    }

    @Test func everyCutUpToTheLastHeadIsNamed() throws {
        let log = try Self.log(entries: 45, headEvery: 8, seed: 5)
        for left in 0..<45 {
            var changed = log
            changed.rows.removeLast(45 - left)
            // The last head speaks of entry 40; what came after has no witness yet.
            let expected =
                left < 40
                ? Self.broken(UInt64(left + 1), .cutOff)
                : .whole(entries: UInt64(left), heads: 5, uncovered: UInt64(left - 40))
            #expect(changed.verdict() == expected, "cut to \(left)")
        }
    }

    @Test func whoHoldsTheChainsKeyCannotRewriteWhatIsSigned() throws {
        // The same entries written anew with another reason: every code fits, the heads do not.
        let log = try Self.log(entries: 20, headEvery: 5, seed: 6)
        var forged = try Self.log(entries: 20, headEvery: 5, seed: 7)
        forged.heads = log.heads
        #expect(forged.verdict() == Self.broken(5, .notAsSigned))
    }

    @Test func everyFlippedHeadIsNamed() throws {
        let log = try Self.log(entries: 20, headEvery: 5, seed: 8)
        var generator = SeededGenerator(seed: 80)
        for trial in 0..<Self.trials {
            var changed = log
            let place = generator.int(0...3)
            var bytes = try #require(log.heads[place]).bytes
            bytes[generator.int(0...127)] ^= 1 << UInt8(generator.int(0...7))
            changed.heads[place] = AuditHead(bytes)
            #expect(
                changed.verdict() == .broken(AuditFault(place: .head(place), problem: .headAltered)), "trial \(trial)")
        }
        var dropped = log
        dropped.heads.remove(at: 1)
        #expect(dropped.verdict() == .broken(AuditFault(place: .head(1), problem: .headAltered)))
    }

    @Test func anotherStoresHeadsAreNotItsOwn() throws {
        var log = try Self.log(entries: 6, headEvery: 3, seed: 9)
        let stranger = try KeyRing(bundle: KeyBundle(random: SystemRandom())).auditSigningKey()
        log.heads[1] = try AuditHead(
            number: 1, count: 6, time: Timestamp(milliseconds: 0), chain: #require(log.heads[1]).chain, key: stranger)
        #expect(log.verdict() == .broken(AuditFault(place: .head(1), problem: .headAltered)))
    }
}
