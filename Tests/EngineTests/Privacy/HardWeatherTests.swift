import Engine
import Foundation
import GraphStore
import Identity
import LMDB
import Stitching
import TestSupport
import Testing

/// An erasure comes to its end whatever happens to it: it is stopped at each of its steps, or the store is full.
@Suite struct HardWeatherTests {
    private struct Stopped: Error {}

    private static let time = EvidenceBuilder.time(hours: 10)
    private static let act = PrivacyAct(by: "alice", reason: "a test", at: time)

    /// A search that finds nothing: that bytes are gone is another test's.
    private static let tools = ErasureTools(
        search: { _, _ in FileSearch() }, certificate: { _ in ("done", "{}") }, now: { time })

    private static func fill(_ engine: Engine, _ builder: EvidenceBuilder, _ people: Range<Int>) throws {
        for number in people {
            var record = builder.record(number, [("email", number), ("login", number)], hours: number % 9)
            record.record?.attributes = Array(repeating: UInt8(ascii: "a"), count: 200)
            try engine.apply(
                .record([record, builder.event([("email", number), ("device", number)], hours: number % 9)]))
        }
    }

    // MARK: Stopped

    /// Stops a run at each of its steps in turn, opening the store anew as after a kill, until it comes to its end: 200 stops at
    /// each step in full, a tenth by default.
    @Test func aStopAtAnyStepIsGoneOnFrom() throws {
        let rounds = max(2, Int(200 * TestScale.factor))
        let yaml = TestGraph.plain + "privacy: {approvals: 1}\n"
        let configuration = try Configuration(yaml: yaml, file: "test")
        let builder = EvidenceBuilder(configuration)
        let directory = try TemporaryDirectory()
        let store = OpenedStore(try TemporaryStore.engine(at: directory.path + "/store", configuration))
        try Self.fill(store.engine, builder, 1..<rounds + 21)
        var stops: [ErasureRow.State: Int] = [:]
        for round in 1...rounds {
            let request = try store.engine.requestErasure(of: .key(builder.identifier("email", round)), Self.act)
            var attempt = 0
            while true {
                do {
                    var rest = attempt % 3
                    let status = try store.engine.completeErasure(
                        request.number, Self.tools, options: TemporaryStore.options
                    ) {
                        if rest == 0 { throw Stopped() }
                        rest -= 1
                    }
                    #expect(status.state == .certified)
                    break
                } catch is Stopped {
                    attempt += 1
                    try store.reopen()
                    stops[try store.engine.erasure(request.number).state, default: 0] += 1
                    if try store.engine.erasure(request.number).row.step(.fenced) != nil {
                        #expect(try store.engine.resolve(EvidenceBuilder.key("email", round)) == nil)
                    }
                }
                try #require(attempt < 100, "it never ends")
            }
            #expect(try store.engine.suppression(of: EvidenceBuilder.key("login", round)) != nil)
            #expect(try store.engine.patterns(ofErasure: request.number).isEmpty)
        }
        for state in [ErasureRow.State.fenced, .shredded, .deleted, .scrubbed] {
            #expect(stops[state, default: 0] >= rounds / 2, "stopped at \(state): \(stops[state, default: 0])")
        }
        try checkIntegrity(store.engine)
        let other = try TemporaryStore(configuration)
        try Self.fill(other.engine, builder, rounds + 1..<rounds + 21)
        #expect(try store.engine.digest(.content) == other.engine.digest(.content))
    }

    // MARK: A full map

    /// Ingest is refused at 80 % of the map; everybody who is held can be erased all the same, and then there is room again.
    @Test func aFullMapLeavesRoomForErasure() throws {
        let yaml = TestGraph.plain + "privacy: {approvals: 1, scrub_identifiers: 0}\nlimits: {map_bytes: 16777216}\n"
        let configuration = try Configuration(yaml: yaml, file: "test")
        let builder = EvidenceBuilder(configuration)
        let directory = try TemporaryDirectory()
        let store = OpenedStore(try TemporaryStore.engine(at: directory.path + "/store", configuration))
        var people = 0
        do {
            while true {
                try Self.fill(store.engine, builder, people + 1..<people + 51)
                people += 50
                try #require(people < 200_000, "it is never full")
            }
        } catch EngineError.storeFull {}
        try #require(people > 500)
        for number in stride(from: 1, through: people, by: max(1, people / 60)) {
            let request = try store.engine.requestErasure(of: .key(builder.identifier("email", number)), Self.act)
            #expect(try store.engine.runErasure(request.number, at: Self.time).state == .deleted)
            #expect(try store.engine.resolve(EvidenceBuilder.key("email", number)) == nil)
        }
        _ = try store.engine.scrub(Self.act, options: TemporaryStore.options)
        #expect(try store.engine.overwriteOldGenerations() == 0)
        for status in try store.engine.erasures() {
            #expect(try store.engine.completeErasure(status.number, Self.tools).state == .certified)
        }
        try checkIntegrity(store.engine)
    }

    // MARK: Speed

    /// How long the one transaction takes that puts somebody out of sight, in a store of some size.
    @Test func theFenceIsQuick() throws {
        let people = Int(20_000 * TestScale.factor)
        let graph = try TestGraph(adding: "privacy: {approvals: 1, scrub_identifiers: 0}\n")
        try Self.fill(graph.engine, graph.builder, 1..<people + 1)
        var times: [Duration] = []
        for number in stride(from: 1, through: people, by: 10) {
            let subject = PrivacySubject.key(graph.builder.identifier("email", number))
            let request = try graph.engine.requestErasure(of: subject, Self.act)
            let start = ContinuousClock.now
            try graph.engine.fenceErasure(request.number, at: Self.time)
            times.append(start.duration(to: .now))
            #expect(try graph.isUnknown("email", number))
        }
        times.sort()
        let p99 = times[times.count * 99 / 100]
        print("fence: \(times.count) times, median \(times[times.count / 2]), p99 \(p99)")
        // Ten milliseconds are asked of a quiet machine with a disk; a busy one is given more.
        #expect(p99 < .milliseconds(100))
    }
}
