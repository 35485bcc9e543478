import Foundation
import LMDB
import Testing

@Suite("Environment")
struct EnvironmentTests {
    @Test func aSecondOpeningInOneProcessIsRefusedHoweverThePathIsSpelled() throws {
        let directory = try TemporaryDirectory()
        let link = directory.path + "-link"
        try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: directory.path)
        defer { try? FileManager.default.removeItem(atPath: link) }
        do {
            let store = try directory.open()
            for path in [directory.path, directory.path + "/.", link] {
                let error = #expect(throws: LMDBError.self) { try Environment(directory: path, tables: Tables.all) }
                #expect(error?.kind == .alreadyOpen)
            }
            try store.write { try $0.put(Tables.numbers, 1, [1]) }
        }
        #expect(try directory.open().read { try $0.count(Tables.numbers) } == 1)
    }

    @Test func aFailedOpeningGivesTheDirectoryBack() throws {
        let directory = try TemporaryDirectory()
        try Data(repeating: 1, count: 10_000).write(to: directory.dataFile)
        for _ in 0..<3 {
            let error = #expect(throws: LMDBError.self) { try directory.open() }
            #expect(error?.kind != .alreadyOpen)
        }
    }

    @Test func aTransactionKeepsItsEnvironmentOpen() throws {
        let directory = try TemporaryDirectory()
        try directory.fill(count: 10)
        let transaction = try directory.open().beginRead()
        #expect(try transaction.count(Tables.numbers) == 10)
        let error = #expect(throws: LMDBError.self) { try directory.open() }
        #expect(error?.kind == .alreadyOpen)
    }

    @Test func readOnlyNeedsAStore() throws {
        let directory = try TemporaryDirectory()
        #expect(throws: LMDBError.self) { try directory.open(.init(readOnly: true)) }
        try directory.fill(count: 10)
        let store = try directory.open(.init(readOnly: true))
        #expect(try store.read { try $0.count(Tables.numbers) } == 10)
    }

    @Test func aTableCanBeAddedLater() throws {
        let directory = try TemporaryDirectory()
        do {
            let store = try Environment(directory: directory.path, tables: [Tables.numbers.declaration])
            try store.write { try $0.put(Tables.numbers, 1, [1]) }
        }
        let store = try directory.open()
        try store.write { try $0.put(Tables.people, Bytes16(high: 1, low: 2), [2]) }
        #expect(try store.read { try $0.get(Tables.numbers, 1) } == [1])
    }

    @Test func theFileAlwaysCoversItsLastPage() throws {
        let directory = try TemporaryDirectory()
        let store = try directory.open(.init(mapSize: 1 << 30, growthStep: 2 << 20))
        var generator = SeededGenerator(seed: 5)
        for round in 0..<40 {
            try store.write { transaction in
                // Pages that are taken and freed in one transaction need never be written.
                let long = [UInt8](repeating: 1, count: 300_000)
                for key in 0..<UInt64(round) { try transaction.put(Tables.numbers, key, long) }
                for key in 0..<UInt64(round) where generator.next() % 3 > 0 {
                    try transaction.delete(Tables.numbers, key)
                }
            }
            let info = try store.info()
            #expect(info.fileSize >= info.usedSize, "round \(round)")
            #expect(try store.pageAccount().isBalanced, "round \(round)")
        }
    }

    @Test func manyThreadsReadWhileOneWrites() throws {
        let directory = try TemporaryDirectory()
        let store = try directory.open()
        try store.write { for key in 0..<100 { try $0.put(Tables.numbers, UInt64(key), [0]) } }
        DispatchQueue.concurrentPerform(iterations: 9) { worker in
            #expect(throws: Never.self) {
                for round in 0..<300 {
                    if worker == 0 {
                        try store.write {
                            for key in 0..<100 { try $0.put(Tables.numbers, UInt64(key), [UInt8(round % 256)]) }
                        }
                        continue
                    }
                    // A snapshot is of one commit.
                    let values = try store.read { transaction in
                        var values: Set<[UInt8]> = []
                        try transaction.scan(Tables.numbers) { _, payload in
                            values.insert(payload.array)
                            return .proceed
                        }
                        return values
                    }
                    #expect(values.count == 1)
                }
            }
        }
        #expect(try store.info().readers <= 16)
    }

    @Test func aFullMapIsATypedErrorAndTheStoreGoesOn() throws {
        let directory = try TemporaryDirectory()
        let store = try directory.open(.init(mapSize: 2 << 20))
        try store.write { try $0.put(Tables.numbers, 0, [1]) }
        let error = #expect(throws: LMDBError.self) {
            try store.write { transaction in
                for key in 1..<1000 {
                    try transaction.put(Tables.numbers, UInt64(key), [UInt8](repeating: 1, count: 8000))
                }
            }
        }
        #expect(error?.kind == .mapFull)
        #expect(try store.read { try $0.count(Tables.numbers) } == 1)
        try store.write { try $0.put(Tables.numbers, 1, [1]) }
        #expect(try store.read { try $0.count(Tables.numbers) } == 2)
        #expect(try store.pageAccount().isBalanced)
    }

    @Test func aLargerMapTakesWhatDidNotFit() throws {
        let directory = try TemporaryDirectory()
        let value = [UInt8](repeating: 1, count: 3 << 20)
        #expect(throws: LMDBError.self) {
            try directory.open(.init(mapSize: 2 << 20)).write { try $0.put(Tables.numbers, 0, value) }
        }
        try directory.open(.init(mapSize: 16 << 20)).write { try $0.put(Tables.numbers, 0, value) }
        #expect(try directory.open().read { try $0.get(Tables.numbers, 0)?.count } == value.count)
    }
}
