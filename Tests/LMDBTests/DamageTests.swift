import Foundation
import LMDB
import Testing

@Suite("Damage")
struct DamageTests {
    @Test func aFlippedBitInAValueIsRefused() throws {
        let directory = try TemporaryDirectory()
        let value = TemporaryDirectory.content(of: 59)
        do {
            let store = try directory.open()
            try store.write { try $0.put(Tables.numbers, 59, value) }
        }
        let whole = try Data(contentsOf: directory.dataFile)
        let place = try #require(whole.range(of: Data(value)))
        // Version in front, checksum behind.
        for offset in (place.lowerBound - 1)..<(place.upperBound + 8) {
            var flipped = whole
            flipped[offset] ^= 1 << (offset % 8)
            try flipped.write(to: directory.dataFile)
            let store = try directory.open()
            try expectChecksumError(of: store, 59)
        }
        try whole.write(to: directory.dataFile)
        #expect(try directory.open().read { try $0.get(Tables.numbers, 59) } == value)
    }

    @Test func aValueUnderAnotherKeyIsRefused() throws {
        let directory = try TemporaryDirectory()
        let (first, second) = ([UInt8](repeating: 0xA1, count: 40), [UInt8](repeating: 0xB2, count: 40))
        do {
            let store = try directory.open()
            try store.write { transaction in
                try transaction.put(Tables.numbers, 1, first)
                try transaction.put(Tables.numbers, 2, second)
            }
        }
        var bytes = try Data(contentsOf: directory.dataFile)
        let one = try #require(bytes.range(of: Data(first)))
        let other = try #require(bytes.range(of: Data(second)))
        // Whole values with their checksums, each a value that was once written: swapped between the keys.
        let (here, there) = (one.lowerBound - 1..<one.upperBound + 8, other.lowerBound - 1..<other.upperBound + 8)
        let (left, right) = (Data(bytes[here]), Data(bytes[there]))
        bytes.replaceSubrange(here, with: right)
        bytes.replaceSubrange(there, with: left)
        try bytes.write(to: directory.dataFile)
        let store = try directory.open()
        try expectChecksumError(of: store, 1)
        try expectChecksumError(of: store, 2)
    }

    private func expectChecksumError(of store: Environment, _ key: UInt64) throws {
        let error = #expect(throws: LMDBError.self) { try store.read { try $0.get(Tables.numbers, key) } }
        #expect(error?.kind == .checksum(table: "numbers"))
        let scanned = #expect(throws: LMDBError.self) {
            try store.read { try $0.scan(Tables.numbers, from: key) { _, _ in .stop } }
        }
        #expect(scanned?.kind == .checksum(table: "numbers"))
        var damagedKeys = 0
        try store.read { transaction in
            try transaction.scanRaw(Tables.numbers.declaration) { entry in
                if !entry.isIntact && entry.key.bigEndianUInt64(at: 0) == key { damagedKeys += 1 }
                return .proceed
            }
        }
        #expect(damagedKeys == 1)
    }

    @Test(arguments: 1...500)
    func aTruncatedFileIsRefusedWithAMessage(seed: UInt64) throws {
        let directory = try Self.filled.copy()
        var generator = SeededGenerator(seed: seed)
        let size = try FileManager.default.attributesOfItem(atPath: directory.dataFile.path)[.size] as? Int ?? 0
        let length = Int.random(in: 1..<size, using: &generator)
        try FileHandle(forWritingTo: directory.dataFile).truncate(atOffset: UInt64(length))
        let error = #expect(throws: LMDBError.self) { try directory.open() }
        guard case .damaged = error?.kind else {
            Issue.record("seed \(seed), cut at \(length) of \(size): \(String(describing: error))")
            return
        }
        #expect("\(error.map(String.init(describing:)) ?? "")".contains("restore a backup"))
    }

    /// The data file of a store of several commits, made once; every test has a copy.
    private static let filled = Result { () throws -> Data in
        let directory = try TemporaryDirectory()
        try directory.fill(count: 1000, commits: 7)
        return try Data(contentsOf: directory.dataFile)
    }

    @Test func exchangedHeadsAreRefused() throws {
        let directory = try Self.filled.copy()
        try directory.edit { bytes in
            let (first, second) = (Data(bytes[0..<4096]), Data(bytes[4096..<8192]))
            bytes.replaceSubrange(0..<4096, with: second)
            bytes.replaceSubrange(4096..<8192, with: first)
        }
        try expectDamaged(directory)
    }

    @Test func aHeadCopiedOverTheOtherIsRefused() throws {
        for (from, to) in [(0, 4096), (4096, 0)] {
            let directory = try Self.filled.copy()
            try directory.edit { bytes in
                bytes.replaceSubrange(to..<to + 4096, with: Data(bytes[from..<from + 4096]))
            }
            try expectDamaged(directory)
        }
    }

    private func expectDamaged(_ directory: TemporaryDirectory) throws {
        let error = #expect(throws: LMDBError.self) { try directory.open() }
        guard case .damaged = error?.kind else {
            Issue.record("not refused as damaged: \(String(describing: error))")
            return
        }
    }

    /// Bits of both heads, one in seven. A flip is refused at open, or harmless: the content is whole, the store can be
    /// written, and its pages add up or are merely unused. The one flip that plain LMDB heads cannot tell from a
    /// crash is a commit number that makes the older commit look like the newer one; it is counted.
    @Test func aFlippedBitInAHeadIsRefusedOrHarmless() throws {
        var refused = 0
        var harmless = 0
        var olderCommit = 0
        for head in [0, 4096] {
            for bit in stride(from: head == 0 ? 0 : 3, to: 152 * 8, by: 7) {
                let directory = try Self.filled.copy()
                try directory.edit { $0[head + bit / 8] ^= 1 << (bit % 8) }
                do throws(LMDBError) {
                    let store = try directory.open()
                    switch try outcome(of: store) {
                    case 1000: harmless += 1
                    default: olderCommit += 1
                    }
                } catch {
                    refused += 1
                }
            }
        }
        print("flips in heads: refused \(refused), harmless \(harmless), the commit before \(olderCommit)")
        #expect(olderCommit <= 1)
        #expect(refused > 2 * harmless)
    }

    /// Entries that read as they were written. Anything else is a failure.
    private func outcome(of store: Environment) throws(LMDBError) -> Int {
        do {
            var count = 0
            try store.read { transaction in
                try transaction.scan(Tables.numbers) { key, payload in
                    #expect(payload.array == TemporaryDirectory.content(of: key))
                    count += 1
                    return .proceed
                }
            }
            return count
        } catch let error as LMDBError {
            throw error
        } catch {
            throw LMDBError(kind: .corrupted, operation: "\(error)")
        }
    }

    @Test func aFileThatIsNoStoreIsRefused() throws {
        let directory = try TemporaryDirectory()
        try Data(repeating: 0x20, count: 100_000).write(to: directory.dataFile)
        try expectDamaged(directory)
    }

    @Test func anEmptyFileIsANewStore() throws {
        let directory = try TemporaryDirectory()
        try Data().write(to: directory.dataFile)
        #expect(try directory.open().read { try $0.count(Tables.numbers) } == 0)
    }

    @Test func aDirectoryThatIsNotThereIsAnError() throws {
        let error = #expect(throws: LMDBError.self) {
            try Environment(directory: "/nonexistent/store", tables: Tables.all)
        }
        #expect(error?.kind == .other(ENOENT))
    }
}

extension Result where Success == Data {
    /// The data file in a directory of its own.
    fileprivate func copy() throws -> TemporaryDirectory {
        let directory = try TemporaryDirectory()
        try get().write(to: directory.dataFile)
        return directory
    }
}

extension TemporaryDirectory {
    fileprivate func edit(_ change: (inout Data) -> Void) throws {
        var bytes = try Data(contentsOf: dataFile)
        change(&bytes)
        try bytes.write(to: dataFile)
    }
}
