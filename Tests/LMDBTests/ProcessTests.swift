import Foundation
import LMDB
import Testing

/// What needs a process of its own: limits, locks and sudden death.
@Suite("Processes")
struct ProcessTests {
    /// The whole process has a file size limit, as a disk has an end.
    @Test func aFullDiskIsATypedErrorAndNothingIsLost() async throws {
        let directory = try TemporaryDirectory()
        let path = directory.path
        await #expect(processExitsWith: .success) { [path = path as String] in
            signal(SIGXFSZ, SIG_IGN)
            let store = try Environment(directory: path, tables: Tables.all)
            try store.write { try $0.put(Tables.numbers, 0, [1]) }
            try limitFileSize(to: try store.info().fileSize)
            for _ in 0..<50 { #expect(writeMuch(store) == .diskFull) }
            try store.write { try $0.put(Tables.numbers, 1, [2]) }
            #expect(try store.read { try $0.count(Tables.numbers) } == 2)
            #expect(try store.pageAccount().isBalanced)
        }
        #expect(try directory.open().read { try $0.get(Tables.numbers, 1) } == [2])
    }

    /// The same on a disk that is really full; only root may make one.
    @Test(.enabled(if: geteuid() == 0, "mounting needs root"))
    func aFullFileSystemIsATypedErrorAndNothingIsLost() throws {
        let directory = try TemporaryDirectory()
        // Sound: the strings live through the call.
        let code = unsafe mount("tmpfs", directory.path, "tmpfs", 0, "size=4m")
        guard code == 0 else { return }
        defer { unsafe umount2(directory.path, Int32(MNT_DETACH)) }
        do {
            let store = try directory.open()
            try store.write { try $0.put(Tables.numbers, 0, [1]) }
            for _ in 0..<50 { #expect(writeMuch(store) == .diskFull) }
            try store.write { try $0.put(Tables.numbers, 1, [2]) }
            #expect(try store.pageAccount().isBalanced)
        }
        #expect(try directory.open().read { try $0.count(Tables.numbers) } == 2)
    }

    @Test func aWriteInsideAWriteTrapsInsteadOfWaitingForever() async throws {
        let directory = try TemporaryDirectory()
        await #expect(processExitsWith: .failure) { [path = directory.path as String] in
            let store = try Environment(directory: path, tables: Tables.all)
            try store.write { _ in try store.write { try $0.put(Tables.numbers, 0, [1]) } }
        }
    }

    @Test func theSlotOfAKilledReaderIsCleared() async throws {
        let directory = try TemporaryDirectory()
        let path = directory.path
        let store = try directory.open()
        try store.write { try $0.put(Tables.numbers, 0, [1]) }
        await #expect(processExitsWith: .signal(SIGKILL)) { [path = path as String] in
            let store = try Environment(directory: path, tables: Tables.all)
            try store.read { transaction in
                let count = try transaction.count(Tables.numbers)
                #expect(count == 1)
                kill(getpid(), SIGKILL)
            }
        }
        for round in 0..<5 { try store.write { try $0.put(Tables.numbers, 0, [UInt8(round)]) } }
        #expect(try store.info().oldestReaderLag == 5)
        #expect(try store.clearStaleReaders() >= 1)
        #expect(try store.info().oldestReaderLag == 0)
    }

    @Test func aFullTableOfReadersIsClearedOfTheDeadAndTriedAgain() async throws {
        let directory = try TemporaryDirectory()
        let path = directory.path
        let options = Environment.Options(mapSize: 1 << 30, maxReaders: 4)
        let store = try directory.open(options)
        await #expect(processExitsWith: .signal(SIGKILL)) { [path = path as String] in
            let store = try Environment(directory: path, tables: Tables.all, options: .init(maxReaders: 4))
            let first = try store.beginRead()
            let second = try store.beginRead()
            let third = try store.beginRead()
            #expect(first.id + second.id == 2 * third.id)
            kill(getpid(), SIGKILL)
        }
        let first = try store.beginRead()
        let second = try store.beginRead()
        let third = try store.beginRead()
        #expect(first.id + second.id == 2 * third.id)
        let fourth = try store.beginRead()
        let error = #expect(throws: LMDBError.self) { _ = try store.beginRead().id }
        #expect(error?.kind == .readersFull)
        #expect(fourth.id == third.id)
    }

    @Test func theSecondWriterIsToldWhoHasTheStore() async throws {
        let directory = try TemporaryDirectory()
        let path = directory.path
        let lock = try WriterLock(directory: path, program: "first")
        #expect(!lock.lastWriterEndedUncleanly)
        let holder = getpid()
        await #expect(processExitsWith: .success) { [path = path as String, holder = holder as Int32] in
            #expect(WriterLock.holder(directory: path)?.process == holder)
            let error = #expect(throws: LMDBError.self) { _ = try WriterLock(directory: path, program: "second") }
            #expect(error?.kind == .writerLockHeld(by: holder))
            #expect("\(error.map(String.init(describing:)) ?? "")".contains("process \(holder)"))
        }
    }

    @Test func aKilledWriterLeavesItsName() async throws {
        let directory = try TemporaryDirectory()
        let path = directory.path
        await #expect(processExitsWith: .signal(SIGKILL)) { [path = path as String] in
            let lock = try WriterLock(directory: path, program: "victim")
            #expect(!lock.lastWriterEndedUncleanly)
            kill(getpid(), SIGKILL)
        }
        do {
            let lock = try WriterLock(directory: path, program: "heir")
            #expect(lock.uncleanHolder?.program == "victim")
        }
        #expect(try !WriterLock(directory: path, program: "third").lastWriterEndedUncleanly)
    }
}

/// No file of this process may be longer from now on, in bytes.
private func limitFileSize(to size: Int) throws {
    var limit = rlimit(rlim_cur: rlim_t(size), rlim_max: rlim_t(size))
    // Sound: the limit outlives the call.
    let code = unsafe setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit)
    try #require(code == 0)
}

/// Four megabytes in one transaction: what the store says about them.
private func writeMuch(_ store: Environment) -> LMDBError.Kind? {
    do {
        try store.write { transaction in
            for key in 1..<2000 {
                try transaction.put(Tables.numbers, UInt64(key), [UInt8](repeating: 1, count: 2000))
            }
        }
        return nil
    } catch {
        return (error as? LMDBError)?.kind
    }
}
