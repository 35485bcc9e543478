import Foundation
import LMDB
import Testing

@Suite("Look-ups together")
struct SearchTests {
    /// Every third number, with values of all lengths up to some that need pages of their own.
    private static func fill(_ store: Environment, count: UInt64) throws {
        for first in stride(from: 0, to: count, by: 1_000) {
            try store.write { transaction in
                for number in first..<min(first + 1_000, count) {
                    try transaction.put(Tables.numbers, number &* 3, value(of: number &* 3))
                }
            }
        }
    }

    private static func value(of number: UInt64) -> [UInt8] {
        let length = number % 97 == 0 ? Int(number % 9_001) : Int(number % 40)
        return Array(repeating: UInt8(truncatingIfNeeded: number), count: length)
    }

    /// What is found of some keys, each as the snapshot says it.
    private static func check(_ keys: [UInt64], in transaction: borrowing ReadTransaction) throws {
        var searches = Searches(capacity: keys.count)
        for (place, key) in keys.enumerated() { searches.ask(Tables.numbers, key, at: place) }
        try searches.run(Tables.numbers, in: transaction)
        for (place, key) in keys.enumerated() {
            let found = searches.payload(Tables.numbers, at: place, in: transaction)?.array
            #expect(try found == transaction.get(Tables.numbers, key), "\(key)")
            #expect(searches.outcome(at: place) == (found == nil ? .absent : .found), "\(key)")
        }
    }

    @Test(arguments: [0, 1, 2, 50, 20_000])
    func theyFindWhatTheSnapshotFinds(count: UInt64) throws {
        let directory = try TemporaryDirectory()
        let store = try directory.open()
        try Self.fill(store, count: count)
        let transaction = try store.beginRead()
        for first in stride(from: UInt64(0), through: count * 3 + 200, by: 190) {
            try Self.check(Array(first..<first + 200), in: transaction)
        }
        try Self.check([.max, .max - 1, 0, 1, 1, 0], in: transaction)
    }

    @Test func theySeeTheirSnapshotAndNoLaterOne() throws {
        let directory = try TemporaryDirectory()
        let store = try directory.open()
        try Self.fill(store, count: 3_000)
        let transaction = try store.beginRead()
        for first in stride(from: UInt64(0), to: 9_000, by: 900) {
            try store.write { writer in
                for number in first..<first + 900 { try writer.delete(Tables.numbers, number) }
            }
        }
        try Self.check(Array(0..<9_000), in: transaction)
        #expect(try store.read { try $0.count(Tables.numbers) } == 0)
        try Self.check(Array(0..<50), in: store.beginRead())
    }

    /// Whatever the bytes of the pages are, nothing is read past the map, and nothing is taken for a value that is none.
    @Test func pagesThatAreDamagedAreUnclearAtWorst() throws {
        let directory = try TemporaryDirectory()
        do {
            let store = try directory.open()
            try Self.fill(store, count: 5_000)
        }
        let whole = try Data(contentsOf: directory.dataFile)
        // Not those that LMDB itself reads: the two meta pages, and those with the tables' names.
        let pages = stride(from: 8_192, to: whole.count, by: 4_096).filter {
            whole[$0..<$0 + 4_096].range(of: Data("numbers".utf8)) == nil
        }
        var random: UInt64 = 88_172_645_463_325_252
        for _ in 0..<200 {
            var damaged = whole
            for _ in 0..<20 {
                random ^= random << 13
                random ^= random >> 7
                random ^= random << 17
                let place = pages[Int(random % UInt64(pages.count))] + Int(random >> 20 % 4_096)
                damaged[place] = UInt8(truncatingIfNeeded: random >> 40)
            }
            try damaged.write(to: directory.dataFile)
            guard let store = try? directory.open(), let transaction = try? store.beginRead() else { continue }
            var searches = Searches(capacity: 64)
            for first in stride(from: UInt64(0), to: 15_000, by: 640) {
                for place in 0..<64 { searches.ask(Tables.numbers, first + UInt64(place), at: place) }
                guard (try? searches.run(Tables.numbers, in: transaction)) != nil else { break }
                for place in 0..<64 {
                    let found = searches.payload(Tables.numbers, at: place, in: transaction)?.array
                    if let found { #expect(found == Self.value(of: first + UInt64(place))) }
                }
            }
        }
    }
}
