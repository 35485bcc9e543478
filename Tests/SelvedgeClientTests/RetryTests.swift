import SelvedgeClient
import SwiftProtobuf
import Synchronization
import Testing

@Suite(.timeLimit(.minutes(1))) struct RetryTests {
    /// Calls whose streams are above the last one go to another connection, Simulate too.
    @Test func whatAGoawaySaysWasNotLookedAtGoesElsewhereAtOnce() async throws {
        let server = try await FakeServer { connection, frame in
            guard frame.kind == Frame.request else { return }
            if connection.number > 0 { return connection.answer(frame.stream, SelvedgeSimulateResponse()) }
            let all = connection.kept.withLock { kept in
                kept.append(frame)
                return kept.count == 10 ? kept : []
            }
            guard !all.isEmpty else { return }
            connection.goaway(last: 4)
            for frame in all where frame.stream <= 4 { connection.answer(frame.stream, SelvedgeSimulateResponse()) }
        }
        try await withClient(server) { client in
            try await withThrowingTaskGroup { group in
                for _ in 0..<10 { group.addTask { _ = try await client.simulate([], as: .purpose("m")) } }
                try await group.waitForAll()
            }
            #expect(server.connections == 2)
            #expect(server.frames(0).count { $0.kind == Frame.request } == 10)
            #expect(server.frames(1).count { $0.kind == Frame.request } == 6)
        }
    }

    @Test func aLostConnectionRepeatsWhatIsIdempotent() async throws {
        let server = try await FakeServer { connection, frame in
            guard frame.kind == Frame.request else { return }
            if connection.number < 2 { connection.close() } else { connection.echo(frame) }
        }
        try await withClient(server) { client in
            let found = try await client.id(of: "a")
            #expect(found == "a")
            #expect(server.connections == 3)
        }
    }

    @Test func aLostConnectionDoesNotRepeatSimulate() async throws {
        let server = try await FakeServer { connection, frame in
            if frame.kind == Frame.request { connection.close() }
        }
        try await withClient(server) { client in
            let error = try await error { () throws(SelvedgeError) in
                try await client.simulate([], as: .purpose("m"))
            }
            #expect(error.code == "connection_lost")
            #expect(server.connections == 1)
        }
    }

    /// What the server answers first, how many requests it sees, and what the call ends with.
    @Test(
        arguments: [
            (14, "store_failed", 0, 2, nil), (8, "writer_busy", 20, 2, nil), (8, "writer_busy", 0, 1, "writer_busy"),
            (3, "unknown_purpose", 0, 1, "unknown_purpose"), (13, "internal", 0, 1, "internal"),
        ] as [(UInt16, String, UInt32, Int, String?)])
    func onlyWhatMayPassIsRepeated(
        status: UInt16, code: String, retryAfter: UInt32, requests: Int, end: String?
    ) async throws {
        let server = try await FakeServer { connection, frame in
            guard frame.kind == Frame.request else { return }
            let isFirst = connection.kept.withLock { kept in
                kept.append(frame)
                return kept.count == 1
            }
            if isFirst {
                connection.refuse(frame.stream, status: status, code, retryAfter: retryAfter)
            } else {
                connection.echo(frame)
            }
        }
        try await withClient(server) { client in
            let begin = ContinuousClock.now
            do {
                _ = try await client.resolve(.email("a"), for: "m")
                #expect(end == nil)
            } catch let error as SelvedgeError {
                #expect(error.code == end)
            }
            #expect(ContinuousClock.now - begin >= .milliseconds(retryAfter))
            #expect(server.frames(0).count { $0.kind == Frame.request } == requests)
        }
    }

    @Test func attemptsAreCounted() async throws {
        let server = try await FakeServer { connection, frame in
            if frame.kind == Frame.request { connection.refuse(frame.stream, status: 14, "draining") }
        }
        try await withClient(server) {
            $0.retry.attempts = 3
        } _: { client in
            let error = try await error { () throws(SelvedgeError) in try await client.describe() }
            #expect(error.code == "draining")
            #expect(server.frames(0).count { $0.kind == Frame.request } == 3)
        }
    }

    @Test func aServerThatIsNotThereIsUnavailable() async throws {
        let server = try await FakeServer { _, _ in }
        await server.stop()
        try await withClient(server) { client in
            let begin = ContinuousClock.now
            let error = try await error { () throws(SelvedgeError) in try await client.describe() }
            #expect(error.status == .unavailable)
            #expect(error.code == "connect_failed")
            #expect(ContinuousClock.now - begin < .seconds(3))
        }
    }

    @Test func aServerThatComesBackIsFound() async throws {
        let first = try await FakeServer { _, _ in }
        await first.stop()
        let port = first.port
        try await withClient(first) {
            $0.retry.attempts = 50
        } _: { client in
            async let answer = client.resolve(.email("a"), for: "m")
            try await Task.sleep(for: .milliseconds(100))
            let second = try await FakeServer(port: port) { connection, frame in
                if frame.kind == Frame.request { connection.echo(frame) }
            }
            let found = try await answer.profile?.id
            #expect(found == "a")
            await second.stop()
        }
    }
}
