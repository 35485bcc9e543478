import Foundation
import SelvedgeClient
import SwiftProtobuf
import Synchronization
import TestSupport
import Testing

/// A server that dies, or is told to go, in the midst of a RecordStream.
@Suite("Sudden death of a server", .serialized) struct ServedKillTests {
    /// 30 kills, times `SELVEDGE_SCALE`, and at least 3.
    private static var kills: Int { max(3, Int(30 * TestScale.factor)) }

    private static func client(_ address: String, attempts: Int) throws -> SelvedgeClient {
        var configuration = try ClientConfiguration(address: "tcp://\(address)")
        configuration.connections = 1
        configuration.retry.attempts = attempts
        configuration.retry.base = .milliseconds(20)
        configuration.retry.longest = .milliseconds(200)
        return try SelvedgeClient(configuration: configuration)
    }

    /// Batches at a pace that leaves time for the kills.
    private struct Paced: AsyncSequence, AsyncIteratorProtocol {
        typealias Element = [SelvedgeObservation]
        var batches: ArraySlice<[SelvedgeObservation]>
        let pause: Duration

        func makeAsyncIterator() -> Self { self }

        mutating func next() async throws -> [SelvedgeObservation]? {
            try await Task.sleep(for: pause)
            return batches.popFirst()
        }
    }

    /// Stores of one root key, so that their digests can be compared.
    private static func digest(_ tool: Tool, _ store: String) throws -> String {
        let answer = try tool.run(["digest", "--content", "--data", store])
        try #require(answer.status == 0, "\(answer.err)")
        return answer.out
    }

    private static func recorded(_ tool: Tool, _ traffic: ServedTraffic) throws -> String {
        let store = tool.path + "/whole"
        let made = try tool.run(["init", "--data", store] + tool.keys())
        try #require(made.status == 0, "\(made.err)")
        let answer = try tool.run(["record", "--data", store, traffic.file])
        try #require(answer.status == 0, "\(answer.err)")
        return try digest(tool, store)
    }

    @Test func nothingIsLostAndNothingComesTwice() async throws {
        let seed = ProcessInfo.processInfo.environment["SELVEDGE_SEED"].flatMap { UInt64($0) } ?? 20_260_102
        let tool = try Tool()
        let made = try tool.run(["init", "--data", tool.store] + tool.keys())
        try #require(made.status == 0, "\(made.err)")
        let traffic = try ServedTraffic(tool, people: 400, seed: seed, size: 10)
        let whole = try Self.recorded(tool, traffic)
        var server = try ServerRun(tool)
        let address = try #require(server.addresses["wire"])
        let acknowledged = Atomic<UInt64>.Shared()
        let client = try Self.client(address, attempts: 100)
        // As many seconds as there are kills, and one.
        let pause = Duration.seconds(Self.kills + 1) / traffic.batches.count
        let recording = Task {
            try await client.recordAll(Paced(batches: traffic.batches[...], pause: pause)) { response in
                acknowledged.value.store(response.sequence, ordering: .relaxed)
            }
        }
        var generator = SeededGenerator(seed: seed)
        var places: Set<UInt64> = []
        for kill in 0..<Self.kills {
            try await Task.sleep(for: .milliseconds(generator.int(50...800)))
            try server.end(by: SIGKILL)
            places.insert(acknowledged.value.load(ordering: .relaxed))
            server = try ServerRun(tool, ["--insecure-loopback", "--listen", address])
            #expect(server.addresses["wire"] == address, "kill \(kill), seed \(seed)")
        }
        let summary = try await recording.value
        await client.shutdown()
        #expect(summary.batches == UInt64(traffic.batches.count), "seed \(seed)")
        #expect(summary.streams > 1, "no kill met the stream, seed \(seed)")
        #expect(places.count > 1, "the kills came at one place, seed \(seed)")
        #expect(try server.end().status == 0)
        #expect(try Self.digest(tool, tool.store) == whole, "seed \(seed)")
        #expect(try tool.ask("check").status == 0, "seed \(seed)")
    }

    // MARK: Told to go

    @Test func whatWasAcknowledgedBeforeTheDrainIsThere() async throws {
        let tool = try Tool.withStore()
        let config = try tool.file("serve.yaml", "limits: {drain: 1s}\n")
        let server = try ServerRun(tool, ["--insecure-loopback", "--config", config])
        let client = try Self.client(try #require(server.addresses["wire"]), attempts: 1)
        let acknowledged = Atomic<UInt64>.Shared()
        let recording = Task {
            // More than can be done until the end.
            try await client.recordAll((1...10_000_000).lazy.map { [Self.person($0)] }) {
                acknowledged.value.store($0.sequence, ordering: .relaxed)
            }
        }
        let patience = ContinuousClock.now + .seconds(60)
        while acknowledged.value.load(ordering: .relaxed) < 100, ContinuousClock.now < patience {
            try await Task.sleep(for: .milliseconds(5))
        }
        #expect(try server.end().status == 0)
        await #expect(throws: SelvedgeError.self) { try await recording.value }
        await client.shutdown()
        let last = Int(acknowledged.value.load(ordering: .relaxed))
        try #require(last >= 100)
        try await Self.demand(last, in: tool)
        #expect(try tool.ask("check").status == 0)
    }

    /// An e-mail address and a cookie, both by a number.
    private static func person(_ number: Int) -> SelvedgeObservation {
        .with { message in
            (message.source, message.timeMs) = ("web", 1_767_323_045_000)
            message.identifiers = [
                .with { ($0.namespace, $0.value) = ("email", "\(Tool.secret)\(number)@example.org") },
                .with { ($0.namespace, $0.value) = ("cookie", "\(Tool.secret)\(number)") },
            ]
        }
    }

    /// Every observation up to a number is there.
    private static func demand(_ last: Int, in tool: Tool) async throws {
        let server = try ServerRun(tool)
        let client = try client(try #require(server.addresses["wire"]), attempts: 1)
        for start in stride(from: 1, through: last, by: 1_000) {
            let request = SelvedgeResolveBatchRequest.with { request in
                request.purpose = "service"
                request.subjects = (start...min(last, start + 999)).map { number in
                    .with {
                        $0.identifier = .with {
                            ($0.namespace, $0.value) = ("cookie", "\(Tool.secret)\(number)")
                        }
                    }
                }
            }
            let answer: SelvedgeResolveBatchResponse = try await client.unary(.resolveBatch, request)
            #expect(answer.results.allSatisfy { $0.outcome == .profile && $0.memberCount == 2 }, "from \(start)")
        }
        await client.shutdown()
        try server.end()
    }
}

extension Atomic where Value == UInt64 {
    /// A number that closures share.
    fileprivate final class Shared: Sendable {
        let value = Atomic<UInt64>(0)
    }
}
