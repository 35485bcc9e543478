import NIOCore
import SelvedgeClient
import Synchronization
import Testing

@Suite(.timeLimit(.minutes(1))) struct PoolTests {
    @Test func whoeverWouldWaitBehindTooManyFailsAtOnce() async throws {
        let server = try await FakeServer { connection, frame in
            if frame.kind == Frame.request { connection.kept.withLock { $0.append(frame) } }
            // Released by a cancellation, once the test has seen what it wanted.
            if frame.kind == Frame.cancel { for frame in connection.kept.withLock(\.self) { connection.echo(frame) } }
        }
        try await withClient(server) {
            $0.maxInFlight = 1
            $0.maxWaiting = 1
        } _: { client in
            let first = Task { try await client.resolve(.email("1"), for: "m") }
            _ = try await server.frame { $0.kind == Frame.request }
            let second = Task { try await client.resolve(.email("2"), for: "m", deadline: .milliseconds(300)) }
            try await Task.sleep(for: .milliseconds(50))
            let begin = ContinuousClock.now
            let third = try await error { () throws(SelvedgeError) in try await client.describe() }
            #expect(third.code == "pool_exhausted")
            #expect(third.status == .resourceExhausted)
            #expect(ContinuousClock.now - begin < .milliseconds(200))
            let late = await #expect(throws: SelvedgeError.self) { try await second.value }
            #expect(late?.status == .deadlineExceeded)
            first.cancel()
            _ = try? await first.value
        }
    }

    @Test func aPlaceThatIsFreeGoesToWhoeverWaitsLongest() async throws {
        let server = try await FakeServer { connection, frame in
            if frame.kind == Frame.request { connection.later(.milliseconds(5)) { connection.echo(frame) } }
        }
        try await withClient(server) {
            $0.maxInFlight = 2
        } _: { client in
            try await withThrowingTaskGroup { group in
                for number in 0..<50 {
                    group.addTask {
                        let found = try await client.id(of: "\(number)")
                        #expect(found == "\(number)")
                    }
                }
                try await group.waitForAll()
            }
            #expect(server.frames(0).count { $0.kind == Frame.request } == 50)
        }
    }

    @Test func anotherConnectionIsOpenedWhenOneIsBusy() async throws {
        let server = try await FakeServer { connection, frame in
            if frame.kind == Frame.request { connection.later(.milliseconds(20)) { connection.echo(frame) } }
        }
        try await withClient(server) {
            $0.connections = 3
        } _: { client in
            _ = try await client.resolve(.email("a"), for: "m")
            #expect(server.connections == 1)
            for _ in 0..<5 {
                try await withThrowingTaskGroup { group in
                    for _ in 0..<60 { group.addTask { _ = try await client.resolve(.email("a"), for: "m") } }
                    try await group.waitForAll()
                }
            }
            #expect(server.connections == 3)
        }
    }

    @Test func shutdownAnswersWhatIsOpenAndBeginsNothing() async throws {
        let server = try await FakeServer { connection, frame in
            if frame.kind == Frame.request { connection.later(.milliseconds(100)) { connection.echo(frame) } }
        }
        try await withClient(server) { client in
            let open = Task { try await client.resolve(.email("a"), for: "m") }
            _ = try await server.frame { $0.kind == Frame.request }
            await client.shutdown()
            let found = try await open.value.profile?.id
            #expect(found == "a")
            let error = try await error { () throws(SelvedgeError) in try await client.describe() }
            #expect(error.code == "client_closed")
            _ = try await server.frame { $0.kind == Frame.goaway && $0.code == 0 }
        }
    }
}
