import Engine
import Foundation
import GraphStore
import Identity
import LMDB
import Stitching
import Synchronization
import TestSupport
import Testing

/// A scrub beside a writer and readers who do not wait for it.
@Suite struct OnlineScrubTests {
    private static let act = PrivacyAct(by: "alice", reason: "a test", at: EvidenceBuilder.time(hours: 10))

    private static func people(_ numbers: Range<Int>, _ builder: EvidenceBuilder) -> [KeyedObservation] {
        numbers.map { builder.event([("email", $0), ("login", $0), ("device", $0)], hours: $0 % 100) }
    }

    /// Who writes and who reads while it goes on: the new generation holds what a store that was never scrubbed holds.
    @Test func whatIsWrittenMeanwhileIsNotLost() throws {
        let configuration = try Configuration(yaml: TestGraph.plain, file: "test")
        let builder = EvidenceBuilder(configuration)
        let (store, other) = (try TemporaryStore(configuration), try TemporaryStore(configuration))
        let engine = store.engine
        let before = Self.people(1..<2_000, builder)
        try engine.apply(.record(before))
        let committer = try GroupCommitter(engine: engine)
        let isDone = Atomic(false)
        let faults = Mutex<[String]>([])
        let writing = Mutex<[KeyedObservation]>([])
        let turn = committer.turn
        try withThreads([
            {
                // Writes until the scrub is done: new people, known ones, and those that are taken back.
                var number = 10_000
                while !isDone.load(ordering: .acquiring), number < 14_000 {
                    let batch =
                        Self.people(number..<number + 5, builder) + [
                            builder.event([("email", number % 1_999 + 1), ("device", number)], hours: 50)
                        ]
                    do { _ = try committer.commit(.record(batch)) } catch {
                        faults.withLock { $0.append("writing: \(error)") }
                    }
                    writing.withLock { $0 += batch }
                    number += 5
                }
            },
            {
                while !isDone.load(ordering: .acquiring) {
                    do {
                        if try engine.resolve(EvidenceBuilder.key("email", 77)) == nil {
                            faults.withLock { $0.append("somebody is not seen") }
                        }
                    } catch { faults.withLock { $0.append("reading: \(error)") } }
                }
            },
            {
                do {
                    for _ in 0..<3 {
                        let report = try engine.scrub(
                            Self.act, options: TemporaryStore.options, pieceBytes: 100_000, turn: turn)
                        if report.rowsAgain == 0 { faults.withLock { $0.append("nothing was written meanwhile") } }
                    }
                } catch { faults.withLock { $0.append("scrubbing: \(error)") } }
                isDone.store(true, ordering: .releasing)
            },
        ])
        committer.stop()
        #expect(faults.withLock { $0 } == [])
        #expect(engine.store.generation == "gen-4")
        try checkIntegrity(engine)
        try other.engine.apply(.record(before))
        for batch in stride(from: 0, to: writing.withLock { $0.count }, by: 500) {
            let all = writing.withLock { $0 }
            try other.engine.apply(.record(Array(all[batch..<min(batch + 500, all.count)])))
        }
        #expect(try engine.digest(.content) == other.engine.digest(.content))
        #expect(try engine.overwriteOldGenerations() == 0)
    }

    /// What is read in one go stays what it was, and holds the old files until it ends.
    @Test func aReaderKeepsItsSnapshot() throws {
        let graph = try TestGraph()
        for number in 1...20 { try graph.see(("email", number), ("login", number)) }
        let old = graph.engine.store
        do {
            let snapshot = try old.environment.beginRead()
            _ = try graph.engine.scrub(Self.act, options: TemporaryStore.options)
            #expect(graph.engine.store.generation == "gen-2")
            try graph.see(("email", 21), ("login", 21))
            #expect(try snapshot.count(Tables.identifiers) == 40)
            #expect(try graph.engine.overwriteOldGenerations() == 1)
        }
        withExtendedLifetime(old) {}
        #expect(try graph.isProfile(("email", 21), ("login", 21)))
    }
}

/// Runs bodies beside each other and waits for all of them.
func withThreads(_ bodies: [@Sendable () -> Void]) throws {
    let group = DispatchGroup()
    for body in bodies {
        group.enter()
        let thread = Thread {
            body()
            group.leave()
        }
        thread.stackSize = 8 << 20
        thread.start()
    }
    group.wait()
}
