import Foundation
import LMDB
import Synchronization
import Testing

@Suite("Transactions")
struct TransactionTests {
    private struct OnPurpose: Error {}

    @Test func aWriteSeesItsOwnWritesAndOthersDoNotBeforeTheCommit() throws {
        let directory = try TemporaryDirectory()
        let store = try directory.open()
        try store.write { transaction in
            try transaction.put(Tables.numbers, 1, [1, 2, 3])
            #expect(try transaction.get(Tables.numbers, 1) == [1, 2, 3])
            #expect(try store.read { try $0.get(Tables.numbers, 1) } == nil)
            #expect(try length(Tables.numbers, 1, in: transaction) == 3)
        }
        #expect(try store.read { try $0.get(Tables.numbers, 1) } == [1, 2, 3])
        #expect(try store.read { try length(Tables.numbers, 1, in: $0) } == 3)
    }

    /// One function for both kinds of transaction.
    private func length(
        _ table: Table<UInt64Key, BytesCodec>, _ key: UInt64, in snapshot: borrowing some Snapshot & ~Copyable
    ) throws -> Int? {
        try snapshot.withValue(table, key) { $0.byteCount }
    }

    @Test func throwingAborts() throws {
        let directory = try TemporaryDirectory()
        let store = try directory.open()
        #expect(throws: OnPurpose.self) {
            try store.write { transaction in
                try transaction.put(Tables.numbers, 1, [1])
                throw OnPurpose()
            }
        }
        try aDroppedTransaction(of: store)
        #expect(try store.read { try $0.count(Tables.numbers) } == 0)
        try store.write { try $0.put(Tables.numbers, 2, [2]) }
        #expect(try store.read { try $0.firstKey(Tables.numbers) } == 2)
    }

    private func aDroppedTransaction(of store: Environment) throws {
        var transaction = try store.beginWrite()
        try transaction.put(Tables.numbers, 1, [1])
    }

    @Test func anExplicitCommitIsDurable() throws {
        let directory = try TemporaryDirectory()
        do {
            let store = try directory.open()
            var transaction = try store.beginWrite()
            try transaction.put(Tables.numbers, 7, [7])
            try transaction.commit()
        }
        #expect(try directory.open().read { try $0.get(Tables.numbers, 7) } == [7])
    }

    /// What runs before every commit is called directly, however many commits there were: else a store that is written to long
    /// enough runs out of stack.
    @Test func theThousandthCommitIsNoDeeperThanTheFirst() throws {
        let directory = try TemporaryDirectory()
        let store = try directory.open()
        let places = Mutex<[UInt]>([])
        store.beforeCommit { () throws(LMDBError) in
            var here: UInt8 = 0
            let place = withUnsafePointer(to: &here) { UInt(bitPattern: $0) }
            places.withLock { $0.append(place) }
        }
        for number in 0..<1_000 {
            try store.write { try $0.put(Tables.numbers, UInt64(number), [1]) }
        }
        let found = places.withLock { $0 }
        #expect(found.count == 1_000)
        #expect(Set(found).count == 1, "from \(found.max() ?? 0) down to \(found.min() ?? 0)")
    }

    @Test func aThreadMayHoldTwoReaders() throws {
        let directory = try TemporaryDirectory()
        let store = try directory.open()
        try store.write { try $0.put(Tables.numbers, 1, [1]) }
        try store.read { older in
            try store.write { try $0.put(Tables.numbers, 1, [2]) }
            try store.read { newer in
                let (old, new) = (try older.get(Tables.numbers, 1), try newer.get(Tables.numbers, 1))
                #expect(old == [1])
                #expect(new == [2])
                #expect(newer.id == older.id + 1)
                let lag = try store.info().oldestReaderLag
                #expect(lag == 1)
            }
        }
        #expect(try store.info().oldestReaderLag == 0)
    }

    /// The trap: a commit that fails has freed its transaction; ending it again would be a double free.
    @Test func aFailedCommitLeavesTheStoreUsable() throws {
        let directory = try TemporaryDirectory()
        let store = try directory.open(.init(mapSize: 1 << 20))
        try store.write { try $0.put(Tables.numbers, 1, [1]) }
        let tooMuch = [UInt8](repeating: 9, count: 2 << 20)
        for _ in 0..<1000 {
            let error = #expect(throws: LMDBError.self) { try commitAfterAFailure(store, tooMuch) }
            #expect(error?.kind == .badTransaction)
        }
        try store.write { try $0.put(Tables.numbers, 3, [3]) }
        #expect(try store.read { try $0.count(Tables.numbers) } == 2)
        #expect(try store.pageAccount().isBalanced)
    }

    private func commitAfterAFailure(_ store: Environment, _ tooMuch: [UInt8]) throws {
        var transaction = try store.beginWrite()
        do {
            try transaction.put(Tables.numbers, 2, tooMuch)
            Issue.record("the map has no room for it")
        } catch {
            #expect(error.kind == .mapFull)
        }
        try transaction.commit()
    }

    @Test func aScanAscendsFromItsStartAndStops() throws {
        let directory = try TemporaryDirectory()
        let store = try directory.open()
        try store.write { transaction in
            for number in (0..<1000).shuffled() { try transaction.put(Tables.numbers, UInt64(number * 2), []) }
        }
        try store.read { transaction in
            var seen: [UInt64] = []
            try transaction.scan(Tables.numbers, from: 501) { key, payload in
                #expect(payload.byteCount == 0)
                seen.append(key)
                return seen.count < 3 ? .proceed : .stop
            }
            #expect(seen == [502, 504, 506])
            #expect(try transaction.firstKey(Tables.numbers) == 0)
            #expect(try transaction.lastKey(Tables.numbers) == 1998)
            #expect(try transaction.firstKey(Tables.people) == nil)
        }
    }

    @Test func modesRefuseWhatIsThere() throws {
        let directory = try TemporaryDirectory()
        let store = try directory.open()
        try store.write { transaction in
            try transaction.put(Tables.numbers, 5, [5], .append)
            try transaction.put(Tables.numbers, 6, [6], .insert)
        }
        for (mode, key) in [(PutMode.insert, 5), (PutMode.append, 4)] as [(PutMode, UInt64)] {
            let error = #expect(throws: LMDBError.self) {
                try store.write { try $0.put(Tables.numbers, key, [0], mode) }
            }
            #expect(error?.kind == .keyExists)
        }
        #expect(try store.read { try $0.get(Tables.numbers, 5) } == [5])
    }

    @Test func aTableCanBeEmptied() throws {
        let directory = try TemporaryDirectory()
        let store = try directory.open()
        try store.write { for number in 0..<5000 { try $0.put(Tables.numbers, UInt64(number), [1]) } }
        try store.write { try $0.deleteAll(Tables.numbers.declaration) }
        #expect(try store.read { try $0.count(Tables.numbers) } == 0)
        #expect(try store.pageAccount().isBalanced)
    }

    @Test func aLaterFormatIsRefusedAndAnEarlierOneRead() throws {
        let directory = try TemporaryDirectory()
        let store = try directory.open()
        try store.write { transaction in
            try transaction.put(Tables.numbers, 1, [1])
            try transaction.put(Tables.laterNumbers, 2, [2])
        }
        try store.read { transaction in
            let earlier = try transaction.get(Tables.laterNumbers, 1)
            let later = try transaction.get(Tables.laterNumbers, 2)
            #expect(earlier == [1, 1])
            #expect(later == [2, 2])
        }
        let error = #expect(throws: LMDBError.self) { try store.read { try $0.get(Tables.numbers, 2) } }
        #expect(error?.kind == .format(table: "numbers"))
    }

    @Test(arguments: 1...12)
    func aRandomHistoryEqualsADictionary(seed: UInt64) throws {
        let directory = try TemporaryDirectory()
        var oracle: [NumberPair: [UInt8]] = [:]
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<6 {
            let store = try directory.open()
            for _ in 0..<10 {
                var draft = oracle
                let isKept = Int.random(in: 0..<4, using: &generator) > 0
                do {
                    try store.write { transaction in
                        for _ in 0..<120 { try step(&transaction, &draft, &generator) }
                        if !isKept { throw OnPurpose() }
                    }
                    oracle = draft
                } catch is OnPurpose {}
                try compare(store, oracle, seed)
            }
            #expect(try store.pageAccount().isBalanced, "seed \(seed)")
        }
    }

    private func step(
        _ transaction: inout WriteTransaction, _ oracle: inout [NumberPair: [UInt8]],
        _ generator: inout SeededGenerator
    ) throws {
        let key = NumberPair(first: generator.next() % 8, second: generator.next() % 40)
        if Int.random(in: 0..<3, using: &generator) == 0 {
            #expect(try transaction.delete(Tables.pairs, key) == (oracle.removeValue(forKey: key) != nil))
        } else {
            let isLong = generator.next() % 10 == 0
            let value = [UInt8](
                repeating: UInt8(generator.next() % 256), count: Int(generator.next() % (isLong ? 20_000 : 90)))
            try transaction.put(Tables.pairs, key, value)
            oracle[key] = value
        }
        #expect(try transaction.contains(Tables.pairs, key) == (oracle[key] != nil))
    }

    private func compare(_ store: Environment, _ oracle: [NumberPair: [UInt8]], _ seed: UInt64) throws {
        try store.read { transaction in
            var seen: [NumberPair] = []
            try transaction.scan(Tables.pairs) { key, payload in
                #expect(payload.array == oracle[key], "seed \(seed)")
                seen.append(key)
                return .proceed
            }
            #expect(seen == oracle.keys.sorted(), "seed \(seed)")
        }
    }
}
