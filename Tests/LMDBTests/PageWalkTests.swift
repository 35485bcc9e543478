import Foundation
import LMDB
import Testing

@Suite("Pages read one by one")
struct PageWalkTests {
    @Test func aSoundStoreHasNoFindings() throws {
        let directory = try TemporaryDirectory()
        try directory.fill(count: 3_000, commits: 5)
        let store = try directory.open()
        #expect(try store.inspectPages() == [])
        try store.write { try $0.put(Tables.numbers, 1, [UInt8](repeating: 7, count: 20_000)) }
        #expect(try store.inspectPages() == [])
        _ = try store.write { try $0.delete(Tables.numbers, 1) }
        #expect(try store.inspectPages() == [])
    }

    /// The head of a snapshot's commit is overwritten by the second commit after it.
    @Test(arguments: 1...3)
    func aStoreThatIsWrittenMeanwhileHasNoFindings(commits: Int) throws {
        let directory = try TemporaryDirectory()
        try directory.fill(count: 3_000, commits: 5)
        let store = try directory.open()
        var rounds = 0
        let findings = try store.inspectPages { () throws(LMDBError) in
            rounds += 1
            guard rounds <= 3 else { return }
            for number in 0..<commits {
                var transaction = try store.beginWrite()
                try transaction.put(Tables.numbers, UInt64(rounds * 100 + number), [1, 2, 3])
                try transaction.commit()
            }
        }
        #expect(findings == [])
        #expect(rounds == (commits < 2 ? 1 : 4))
    }

    /// In pages and keys; values have checksums of their own. A flip that nothing finds reads as if it were not there.
    @Test(arguments: 1...40)
    func aFlippedBitOfAPageInUseIsFoundOrHarmless(seed: UInt64) throws {
        let directory = try TemporaryDirectory()
        try directory.fill(count: 1_000, commits: 3)
        let whole = try Data(contentsOf: directory.dataFile)
        var generator = SeededGenerator(seed: seed)
        let page = 4_096 * Int.random(in: 2..<40, using: &generator)
        let offset = page + Int.random(in: 0..<16, using: &generator)
        var bytes = whole
        bytes[offset] ^= 1 << Int.random(in: 0..<8, using: &generator)
        try bytes.write(to: directory.dataFile)
        do throws(LMDBError) {
            let store = try directory.open()
            guard try store.inspectPages().isEmpty else { return }
            let rows = try store.statistics(of: Tables.numbers.declaration).entries
            #expect(rows == 1_000, "seed \(seed)")
            #expect(try Self.rowsFound(in: store) == 1_000, "seed \(seed): byte \(offset)")
        } catch {
            // Refused at open.
        }
    }

    private static func rowsFound(in store: Environment) throws(LMDBError) -> Int {
        let transaction = try store.beginRead()
        var found = 0
        for key in 0..<1_000 where try transaction.contains(Tables.numbers, UInt64(key)) { found += 1 }
        return found
    }
}
