import Engine
import Foundation
import GraphStore
import Identity
import LMDB
import Stitching
import TestSupport
import Testing

/// The scrub: nothing of a subject is left in any file, and everything of the others is.
@Suite struct ScrubTests {
    private struct Stopped: Error {}

    private static func act(_ principal: String) -> PrivacyAct {
        PrivacyAct(by: principal, reason: "a test", at: EvidenceBuilder.time(hours: 10))
    }

    /// How many places of the files of a directory hold a pattern: a search byte by byte, for its plainness.
    private static func hits(_ patterns: [[UInt8]], in directory: String) throws -> Int {
        var byStart = [[[UInt8]]](repeating: [], count: 1 << 16)
        for pattern in patterns { byStart[Int(pattern[0]) << 8 | Int(pattern[1])].append(pattern) }
        var hits = 0
        for name in try FileManager.default.subpathsOfDirectory(atPath: directory) {
            guard let data = FileManager.default.contents(atPath: directory + "/" + name) else { continue }
            let bytes = [UInt8](data)
            for place in bytes.indices.dropLast() {
                for pattern in byStart[Int(bytes[place]) << 8 | Int(bytes[place + 1])]
                where bytes[place...].starts(with: pattern) { hits += 1 }
            }
        }
        return hits
    }

    private static func fill(_ store: OpenedStore, _ people: Int) throws {
        let builder = EvidenceBuilder(store.engine.store.configuration)
        var batch: [KeyedObservation] = []
        for number in 1...people {
            batch.append(
                builder.event([("email", number), ("device", number), ("login", number)], hours: number % 200))
            var record = builder.record(number, [("email", number), ("login", number)], hours: number % 200)
            record.record?.attributes = Array(repeating: UInt8(ascii: "a"), count: 100 + number * 37 % 4_000)
            batch.append(record)
        }
        for start in stride(from: 0, to: batch.count, by: 500) {
            try store.engine.apply(.record(Array(batch[start..<min(start + 500, batch.count)])))
        }
    }

    /// Erases a tenth of the people, and stops the scrub wherever it can be stopped.
    @Test func nothingOfTheErasedIsLeftInAnyFile() throws {
        let directory = try TemporaryDirectory()
        let path = directory.path + "/store"
        let people = Int(2_000 * TestScale.factor)
        let yaml = TestGraph.plain + "privacy: {approvals: 1}\n"
        let configuration = try Configuration(yaml: yaml, file: "test")
        let store = OpenedStore(try TemporaryStore.engine(at: path, configuration))
        let builder = EvidenceBuilder(configuration)
        try Self.fill(store, people)
        let ids = try profileIds(store.engine, people)
        var erasures: [UInt64] = []
        for number in stride(from: 1, through: people, by: 10) {
            let request = try store.engine.requestErasure(
                of: .key(builder.identifier("email", number)), Self.act("alice"))
            try store.engine.runErasure(request.number, at: EvidenceBuilder.time(hours: 10))
            erasures.append(request.number)
        }
        let patterns = try erasures.flatMap { try store.engine.patterns(ofErasure: $0) }
        // Each has three identifiers and a record: four keys, four profile ids, a nonce and a tag.
        #expect(patterns.count == erasures.count * 10)
        let content = try store.engine.digest(.content)
        #expect(try Self.hits(patterns, in: path) > 0, "deleted bytes are in the file until it is scrubbed")

        let stops = try scrub(store)
        #expect(stops > 2)
        #expect(store.engine.store.generation == "gen-2")
        #expect(try store.engine.overwriteOldGenerations() == 0)
        #expect(try Self.hits(patterns, in: path) == 0)
        #expect(try store.engine.digest(.content) == content)
        try checkIntegrity(store.engine)
        // Others keep the ids of their profiles.
        #expect(try profileIds(store.engine, people).filter { $0.key % 10 != 1 } == ids.filter { $0.key % 10 != 1 })
        for erasure in erasures {
            try store.engine.verifyErasure(erasure, fileHits: 0, at: EvidenceBuilder.time(hours: 11))
            #expect(try store.engine.certifyErasure(erasure, at: EvidenceBuilder.time(hours: 11)).state == .certified)
            #expect(try store.engine.patterns(ofErasure: erasure).isEmpty)
        }
        #expect(try Self.hits(patterns, in: path) == 0)
    }

    private func profileIds(_ engine: Engine, _ people: Int) throws -> [Int: NodeID] {
        var ids: [Int: NodeID] = [:]
        for number in 1...people { ids[number] = try engine.resolve(EvidenceBuilder.key("email", number))?.anchor }
        return ids
    }

    /// Scrubs in small pieces, with the store opened anew after each.
    private func scrub(_ store: OpenedStore) throws -> Int {
        for stops in 0..<10_000 {
            do {
                var pieces = 0
                _ = try store.engine.scrub(
                    Self.act("alice"), options: TemporaryStore.options, pieceBytes: 20_000
                ) { _ in
                    pieces += 1
                    if pieces > 3 { throw Stopped() }
                }
                return stops
            } catch is Stopped { try store.reopen() }
        }
        throw PropertyFailure("the scrub never ends")
    }

    @Test func whatIsWrittenMeanwhileIsInTheNewGenerationToo() throws {
        let directory = try TemporaryDirectory()
        let configuration = try Configuration(yaml: TestGraph.plain, file: "test")
        let store = OpenedStore(try TemporaryStore.engine(at: directory.path + "/store", configuration))
        try Self.fill(store, 50)
        #expect(throws: Stopped.self) {
            try store.engine.scrub(Self.act("alice"), options: TemporaryStore.options, pieceBytes: 1_000) { _ in
                throw Stopped()
            }
        }
        try store.engine.apply(.record([EvidenceBuilder(configuration).event([("email", 99), ("login", 99)])]))
        let content = try store.engine.digest(.content)
        _ = try store.engine.scrub(Self.act("alice"), options: TemporaryStore.options)
        try store.reopen()
        #expect(try store.engine.digest(.content) == content)
        #expect(try store.engine.overwriteOldGenerations() == 0)
        try checkIntegrity(store.engine)
    }

    @Test func whatIsFoundIsNotVerified() throws {
        let directory = try TemporaryDirectory()
        let yaml = TestGraph.plain + "privacy: {approvals: 1}\n"
        let configuration = try Configuration(yaml: yaml, file: "test")
        let store = OpenedStore(try TemporaryStore.engine(at: directory.path + "/store", configuration))
        try Self.fill(store, 5)
        let subject = PrivacySubject.key(EvidenceBuilder(configuration).identifier("email", 1))
        let number = try store.engine.requestErasure(of: subject, Self.act("alice")).number
        let time = EvidenceBuilder.time(hours: 10)
        try store.engine.runErasure(number, at: time)
        #expect(throws: EngineError.self) { try store.engine.verifyErasure(number, fileHits: 0, at: time) }
        _ = try store.engine.scrub(Self.act("alice"), options: TemporaryStore.options)
        try store.reopen()
        #expect(try store.engine.erasure(number).state == .scrubbed)
        #expect(throws: EngineError.self) { try store.engine.verifyErasure(number, fileHits: 1, at: time) }
        #expect(try store.engine.erasure(number).state == .scrubbed)
        try store.engine.verifyErasure(number, fileHits: 0, at: time)
        #expect(try store.engine.erasure(number).state == .verified)
    }
}
