import NIOCore
import SelvedgeClient
import SwiftProtobuf
import Synchronization
import Testing
import Wire

@Suite(.timeLimit(.minutes(1))) struct CallTests {
    @Test func helloAndRequestAreTheBytesOfTheSpecification() async throws {
        let server = try await FakeServer { connection, frame in
            if frame.kind == Frame.request { connection.echo(frame) }
        }
        var options = Connection.Options()
        options.agent = "a"
        options.streamCredit = 1_000
        let connection = try await Connector(ServerAddress(server.address), options: options).connect(token: "t")
        _ = try await connection.call(.resolve, [0x12, 1, 0x6D], deadline: .seconds(1)).get()
        _ = try await connection.call(.health, [], deadline: .milliseconds(1.5)).get()
        connection.drain()
        _ = try await server.frame { $0.kind == Frame.goaway }
        #expect(
            server.frames(0).map(\.bytes) == [
                // magic, versions 1 to 1; token "t", agent "a", initial_credit 1,000.
                [0, 0, 0, 17, 1, 0, 0, 0, 0, 0, 0, 0] + [0x53, 0x4C, 0x56, 0x47, 0, 1, 0, 1]
                    + [0x0A, 1, 0x74, 0x12, 1, 0x61, 0x18, 0xE8, 0x07],
                // REQUEST END, method 0x0101, stream 1, 1,000 ms, purpose "m".
                [0, 0, 0, 7, 2, 1, 1, 1, 0, 0, 0, 1, 0, 0, 0x03, 0xE8, 0x12, 1, 0x6D],
                // REQUEST END, method 0x0002, stream 2, rounded up to 2 ms, no message.
                [0, 0, 0, 4, 2, 1, 0, 2, 0, 0, 0, 2, 0, 0, 0, 2],
                // GOAWAY, code 0, no stream of the server's, detail.
                [0, 0, 0, 33, 9, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]
                    + [0x0A, 8] + Array("draining".utf8) + [0x12, 17] + Array("the client closes".utf8),
            ])
        await server.stop()
    }

    @Test func answersInAnyOrderReachTheirCalls() async throws {
        let server = try await FakeServer { connection, frame in
            guard frame.kind == Frame.request else { return }
            let all = connection.kept.withLock { kept in
                kept.append(frame)
                return kept.count == 100 ? kept : []
            }
            for frame in all.reversed() { connection.echo(frame) }
        }
        try await withClient(server) { client in
            let answers = try await withThrowingTaskGroup(of: (Int, String?).self) { group in
                for number in 0..<100 {
                    group.addTask { (number, try await client.id(of: "\(number)")) }
                }
                return try await group.reduce(into: [Int: String]()) { $0[$1.0] = $1.1 }
            }
            #expect(answers == Dictionary(uniqueKeysWithValues: (0..<100).map { ($0, "\($0)") }))
            #expect(server.connections == 1)
        }
    }

    @Test func whatIsNotAnsweredEndsAtItsDeadlineAndTheServerIsTold() async throws {
        let server = try await FakeServer { connection, frame in
            if frame.code == 0x0401 { connection.answer(frame.stream, SelvedgeDescribeResponse()) }
        }
        try await withClient(server) { client in
            // So that connecting takes nothing of the deadline.
            _ = try await client.describe()
            let begin = ContinuousClock.now
            let error = try await error { () throws(SelvedgeError) in
                try await client.resolve(.email("a"), for: "m", deadline: .milliseconds(100))
            }
            #expect(error.status == .deadlineExceeded)
            #expect((.milliseconds(100) ... .seconds(3)).contains(ContinuousClock.now - begin))
            let request = try await server.frame { $0.code == 0x0101 }
            #expect((1...100).contains(request.number))
            let heard = try await server.frame { $0.kind == Frame.cancel }.stream
            #expect(heard == request.stream)
        }
    }

    @Test func cancellingTheTaskCancelsTheCall() async throws {
        let server = try await FakeServer { _, _ in }
        try await withClient(server) { client in
            let task = Task { try await client.resolve(.email("a"), for: "m") }
            let request = try await server.frame { $0.kind == Frame.request }
            task.cancel()
            let error = await #expect(throws: SelvedgeError.self) { try await task.value }
            #expect(error?.status == .cancelled)
            let heard = try await server.frame { $0.kind == Frame.cancel }.stream
            #expect(heard == request.stream)
        }
    }

    @Test func aTaskThatIsCancelledAlreadySendsNothing() async throws {
        let server = try await FakeServer { _, _ in }
        try await withClient(server) { client in
            let task = Task {
                try? await Task.sleep(for: .seconds(10))
                return try await client.resolve(.email("a"), for: "m")
            }
            task.cancel()
            let error = await #expect(throws: SelvedgeError.self) { try await task.value }
            #expect(error?.status == .cancelled)
            #expect(!server.frames(0).contains { $0.kind == Frame.request })
        }
    }

    @Test func aMessageLongerThanAFrameIsNotSent() async throws {
        let server = try await FakeServer(greet: { connection, _ in connection.greet { $0.maxFrameBytes = 100 } }) {
            _, _ in
        }
        try await withClient(server) { client in
            let error = try await error { () throws(SelvedgeError) in
                try await client.resolve(.email(String(repeating: "a", count: 100)), for: "m")
            }
            #expect(error.code == "frame_too_large")
            #expect(error.limit == 100)
            #expect(!server.frames(0).contains { $0.kind == Frame.request })
        }
    }

    @Test func anErrorTellsStatusCodeFieldAndLimit() async throws {
        let server = try await FakeServer { connection, frame in
            guard frame.kind == Frame.request else { return }
            connection.send(
                // code "c", message "m", field "f", limit 7, retry_after_ms 9.
                Frame(
                    kind: Frame.response, code: 3, stream: frame.stream,
                    payload: [0x0A, 1, 0x63, 0x12, 1, 0x6D, 0x1A, 1, 0x66, 0x20, 7, 0x28, 9]))
        }
        try await withClient(server) { client in
            let error = try await error { () throws(SelvedgeError) in try await client.describe() }
            #expect(error.status == .invalidArgument)
            #expect([error.code, error.message, error.field] == ["c", "m", "f"])
            #expect(error.limit == 7)
            #expect(error.retryAfter == .milliseconds(9))
            #expect("\(error)" == "INVALID_ARGUMENT c: m (f)")
        }
    }

    @Test func framesMayComeInAnyPieces() async throws {
        let server = try await FakeServer { connection, frame in
            guard frame.kind == Frame.request else { return }
            let id = String(repeating: "x", count: 5_000)
            let payload: [UInt8] = [0x08, 1, 0x12, 0x88, 0x27] + Array(id.utf8)
            let bytes = Frame(kind: Frame.response, stream: frame.stream, payload: payload).bytes
            // Cut at places that depend on the stream, each piece a packet of its own.
            let cuts = [3, 11, 12, 13, 1_000 + Int(frame.stream)]
            var begin = 0
            for (turn, end) in (cuts + [bytes.count]).enumerated() {
                let piece = Array(bytes[begin..<end])
                connection.later(.milliseconds(Int64(2 * turn))) { connection.write(piece) }
                begin = end
            }
        }
        try await withClient(server) { client in
            for _ in 0..<3 {
                let found = try await client.id(of: "a")?.count
                #expect(found == 5_000)
            }
        }
    }

    @Test func aBatchIsAnsweredItemByItem() async throws {
        let server = try await FakeServer { connection, frame in
            guard frame.kind == Frame.request else { return }
            var response = SelvedgeResolveBatchResponse()
            response.results = [
                .with { ($0.outcome, $0.profileID, $0.memberCount) = (.profile, "prf_1", 2) },
                .with { $0.outcome = .generic },
                .with { ($0.outcome, $0.refusal.reason) = (.refused, "invalid_email") },
            ]
            connection.answer(frame.stream, response)
        }
        try await withClient(server) { client in
            let all = try await client.resolve([.email("a"), .phone("+31201234567"), .email("")], for: "m")
            #expect(all[0].profile?.id == "prf_1")
            #expect(all[0].profile?.memberCount == 2)
            #expect(all[1] == .generic)
            #expect(all[2] == .refused(SelvedgeRefusal.with { $0.reason = "invalid_email" }))
            // One answer for two questions is none.
            let error = try await error { () throws(SelvedgeError) in
                try await client.resolve([.email("a"), .email("b")], for: "m")
            }
            #expect(error.code == "malformed_message")
        }
    }
}
