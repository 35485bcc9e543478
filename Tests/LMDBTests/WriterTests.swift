import Foundation
import LMDB
import Synchronization
import Testing

@Suite("Writer lock and thread")
struct WriterTests {
    @Test func readingTheContentDoesNotDropTheLock() throws {
        let directory = try TemporaryDirectory()
        let lock = try WriterLock(directory: directory.path, program: "selvedge\nrecord")
        for _ in 0..<3 {
            let holder = try #require(WriterLock.holder(directory: directory.path))
            #expect(holder.process == getpid())
            #expect(holder.program == "selvedgerecord")
            _ = try Data(contentsOf: URL(filePath: directory.path + "/writer.lock"))
            let error = #expect(throws: LMDBError.self) { _ = try WriterLock(directory: directory.path, program: "x") }
            #expect(error?.kind == .writerLockHeld(by: getpid()))
        }
        #expect(!lock.lastWriterEndedUncleanly)
    }

    @Test func aCleanReleaseLeavesNoName() throws {
        let directory = try TemporaryDirectory()
        for _ in 0..<3 {
            let lock = try WriterLock(directory: directory.path, program: "test")
            #expect(!lock.lastWriterEndedUncleanly)
        }
        #expect(WriterLock.holder(directory: directory.path) == nil)
    }

    @Test func jobsAreHandledInOrderAndInGroups() throws {
        let seen = Mutex<[[Int]]>([])
        let writer = try WriterThread<Int>(capacity: 8, groupLimit: 5) { group in
            seen.withLock { $0.append(group) }
        }
        for job in 0..<1000 { #expect(writer.submit(job)) }
        writer.stop()
        let groups = seen.withLock { $0 }
        #expect(groups.flatMap { $0 } == Array(0..<1000))
        #expect(groups.allSatisfy { (1...5).contains($0.count) })
        #expect(!writer.submit(1))
    }

    @Test func aFullQueueHoldsItsProducersBack() throws {
        let gate = DispatchSemaphore(value: 0)
        let accepted = Atomic<Int>(0)
        let writer = try WriterThread<Int>(capacity: 4, groupLimit: 1) { _ in gate.wait() }
        let producer = DispatchQueue(label: "producer")
        let done = DispatchSemaphore(value: 0)
        producer.async {
            for job in 0..<20 {
                writer.submit(job)
                accepted.add(1, ordering: .relaxed)
            }
            done.signal()
        }
        #expect(done.wait(timeout: .now() + 0.2) == .timedOut)
        #expect(accepted.load(ordering: .relaxed) <= 5)
        for _ in 0..<20 { gate.signal() }
        done.wait()
        writer.stop()
        #expect(accepted.load(ordering: .relaxed) == 20)
    }

    @Test func aCommitOnTheWriterThreadIsSeenAfterwards() throws {
        let directory = try TemporaryDirectory()
        let store = try directory.open()
        let failures = Mutex<[String]>([])
        let writer = try WriterThread<UInt64>(groupLimit: 100) { group in
            do {
                try store.write { for job in group { try $0.put(Tables.numbers, job, [1]) } }
            } catch {
                failures.withLock { $0.append("\(error)") }
            }
        }
        for job in 0..<1000 { writer.submit(UInt64(job)) }
        writer.stop()
        #expect(failures.withLock { $0 } == [])
        #expect(try store.read { try $0.count(Tables.numbers) } == 1000)
    }
}
