import Foundation
import NIOCore
import Service
import SwiftProtobuf
import Synchronization
import TestSupport
import Testing
import Wire

/// Frames that were damaged on purpose, into connections over a store: 50,000 inputs (500,000 times `SELVEDGE_SCALE`), and
/// 2,000,000 where `SELVEDGE_FULL` is set. `SELVEDGE_SEED=n` replays one.
@Suite struct FuzzTests {
    /// Tried together: a failure names its own.
    private static let seeds: ClosedRange<UInt64> = {
        let environment = ProcessInfo.processInfo.environment
        if let one = environment["SELVEDGE_SEED"].flatMap({ UInt64($0) }) { return one...one }
        let count = environment["SELVEDGE_FULL"] == nil ? UInt64(500_000 * TestScale.factor) : 2_000_000
        return 1...max(1, count)
    }()

    /// A server that should be gone.
    private struct Left {
        let seed: UInt64
        weak var server: WireServer?
    }

    /// Hands out seeds to lanes.
    private final class Counter: Sendable {
        private let next: Atomic<UInt64>

        init(from first: UInt64) { next = Atomic(first) }

        func take() -> UInt64 { next.wrappingAdd(1, ordering: .relaxed).oldValue }
    }

    private struct Outcome {
        var failures: [String] = []
        var left: [Left] = []
        var answered = 0
    }

    @Test(.timeLimit(.minutes(120))) func everyInputEndsAndLeavesNothing() async throws {
        let server = try FuzzServer()
        let next = Counter(from: Self.seeds.lowerBound)
        let lanes = await withTaskGroup(of: Outcome.self) { group in
            for _ in 0..<4 { group.addTask { @concurrent in await Self.lane(server, next) } }
            return await group.reduce(into: []) { $0.append($1) }
        }
        let failures = lanes.flatMap(\.failures)
        #expect(failures.isEmpty, "\(failures.prefix(20).joined(separator: "\n"))")
        // A transcript of which nothing is answered tests nothing.
        let answered = lanes.reduce(0) { $0 + $1.answered }
        #expect(Self.seeds.count == 1 || answered > Self.seeds.count)
        try await Self.expectNothingLeft(lanes.flatMap(\.left))
        try await server.end()
    }

    private static func lane(_ server: FuzzServer, _ next: Counter) async -> Outcome {
        var outcome = Outcome()
        while outcome.failures.count < 5 {
            let seed = next.take()
            guard seeds.contains(seed) else { break }
            let wire = server.wire()
            do {
                outcome.answered += try await run(seed, wire)
            } catch {
                outcome.failures.append("SELVEDGE_SEED=\(seed): \(error)")
            }
            outcome.left.append(Left(seed: seed, server: wire))
            if outcome.left.count > 500 { outcome.left.removeAll { $0.server == nil } }
        }
        return outcome
    }

    /// - Returns: how many calls were answered.
    private static func run(_ seed: UInt64, _ server: WireServer) async throws -> Int {
        let input = FuzzInput(seed: seed)
        let judge = FuzzJudge(input)
        let connection = try await FuzzConnection(to: server)
        try await send(input, connection)
        try await connection.receive([], isStalled: false)
        try await waitForAnswers(judge, connection)
        let written = try await connection.written()
        try judge.check(written)
        try await connection.close()
        guard server.connectionCount == 0, server.inboundBytesHeld == 0 else {
            throw FuzzJudge.Wrong(
                description: "\(server.connectionCount) connections and \(server.inboundBytesHeld) bytes are left")
        }
        return written.frames.count { $0.kind == FrameKind.response.rawValue }
    }

    private static func send(_ input: FuzzInput, _ connection: FuzzConnection) async throws {
        var start = 0
        let stall = input.stallsAt ?? input.chunks.count
        for end in input.chunks.indices.map({ $0 + 1 })
        where input.pauses.contains(end - 1) || end == stall || end == input.chunks.count {
            try await connection.receive(Array(input.chunks[start..<end]), isStalled: start >= stall)
            start = end
            await Task.yield()
        }
    }

    /// Until every call is answered: unary ones within 10 seconds, and streams once their time, a second, is over.
    private static func waitForAnswers(_ judge: FuzzJudge, _ connection: FuzzConnection) async throws {
        let begin = ContinuousClock.now
        var rounds = 0
        while true {
            let left = judge.unanswered(try await connection.written())
            guard left.unary + left.streams > 0 else { return }
            guard ContinuousClock.now - begin < .seconds(10) else {
                throw FuzzJudge.Wrong(description: "\(left.unary) calls and \(left.streams) streams are not answered")
            }
            rounds += 1
            // The clock that deadlines are by is the test's own.
            if left.unary == 0, rounds > 3 { await connection.wait(.milliseconds(1_100)) }
            if rounds > 5 { try await Task.sleep(for: .microseconds(300)) } else { await Task.yield() }
        }
    }

    /// Tasks of streams that were given up end too.
    private static func expectNothingLeft(_ left: [Left]) async throws {
        let end = ContinuousClock.now + .seconds(20)
        var left = left
        while !left.isEmpty, ContinuousClock.now < end {
            left.removeAll { $0.server == nil }
            try await Task.sleep(for: .milliseconds(20))
        }
        #expect(left.isEmpty, "still held: \(left.prefix(20).map { "SELVEDGE_SEED=\($0.seed)" })")
    }

    /// Readers of messages on bytes that mean nothing, and on bytes that almost do.
    @Test func noBytesStopTheReaders() throws {
        for seed in Self.seeds {
            var random = SeededGenerator(seed: seed)
            var bytes: [UInt8]
            if random.chance(30) {
                bytes = (0..<random.int(0...60)).map { _ in UInt8(random.int(0...255)) }
            } else {
                bytes = FuzzMessages.request(random.pick([.resolve, .resolveBatch, .record, .decide]), &random)
                for _ in 0..<random.int(1...3) { ByteMutation.apply(to: &bytes, &random) }
            }
            let query = try? ResolveQuery(bytes.span, 0..<bytes.count)
            if let query { #expect(query.purpose.upperBound <= bytes.count, "SELVEDGE_SEED=\(seed)") }
            let batch = try? ResolveBatchQuery(bytes.span, limit: 3)
            if let batch { #expect(batch.subjects.count == min(3, batch.count), "SELVEDGE_SEED=\(seed)") }
            // Whatever the first reader takes and the second refuses, neither traps.
            _ = try? SelvedgeRecordRequest(serializedBytes: bytes)
            _ = try? SelvedgeDecideRequest(serializedBytes: bytes)
        }
    }
}
