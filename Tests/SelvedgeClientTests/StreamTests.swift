import NIOCore
import SelvedgeClient
import SwiftProtobuf
import Synchronization
import Testing

@Suite(.timeLimit(.minutes(1))) struct StreamTests {
    /// One batch; its message is 9 bytes long for a sequence and an id of one byte.
    private static let batch = [SelvedgeObservation.with { $0.id = "12345" }]

    /// A credit may go below zero; the next message waits until it is above.
    @Test func aMessageWaitsUntilCreditIsAboveZero() async throws {
        let server = try await FakeServer(greet: { connection, _ in connection.greet { $0.initialCredit = 1 } }) {
            connection, frame in
            connection.kept.withLock { $0.append(frame) }
            let messages = connection.kept.withLock { $0.count { $0.kind == Frame.message } }
            guard frame.kind == Frame.message, messages == 1 else { return }
            // 1 - length is what is left: up to 0 first, which is not above it.
            connection.credit(frame.stream, UInt32(frame.payload.count) - 1)
            connection.later(.milliseconds(100)) {
                #expect(connection.kept.withLock { $0.count { $0.kind == Frame.message } } == 1)
                connection.credit(frame.stream, 1)
            }
        }
        try await withClient(server) { client in
            let stream = try await client.recordStream()
            let numbers = [try await stream.send(Self.batch), try await stream.send(Self.batch)]
            #expect(numbers == [1, 2])
            stream.finish()
            _ = try await server.frame { $0.kind == Frame.halfClose }
            let frames = server.frames(0)
            #expect(frames.map(\.kind) == [Frame.hello, Frame.request, Frame.message, Frame.message, Frame.halfClose])
            #expect(frames[1].flags == 0)
            #expect(frames[1].code == 0x0202)
            #expect(frames[1].payload == [0, 0, 0, 0])
            // sequence 2; observations: id "12345".
            #expect(frames[3].payload == [0x08, 2, 0x12, 7, 0x0A, 5] + Array("12345".utf8))
        }
    }

    @Test func creditGoesBackByHalvesAsMessagesAreRead() async throws {
        let server = try await FakeServer { connection, frame in
            guard frame.kind == Frame.request else { return }
            for number in 1...10 {
                connection.message(
                    frame.stream,
                    SelvedgeCheckResponse.with { $0.problems = ["\(number)" + String(repeating: " ", count: 96)] })
            }
        }
        try await withClient(server) {
            $0.streamCredit = 1_000
        } _: { client in
            var iterator = client.checkStore().makeAsyncIterator()
            var length = 0
            for number in 1...5 {
                let message = try #require(try await iterator.next())
                #expect(message.problems.first?.hasPrefix("\(number)") == true)
                length += (try message.serializedBytes() as [UInt8]).count
                #expect(length < 500 || number == 5)
            }
            try await Task.sleep(for: .milliseconds(50))
            #expect(!server.frames(0).contains { $0.kind == Frame.credit })
            let sixth = try #require(try await iterator.next())
            length += (try sixth.serializedBytes() as [UInt8]).count
            let heard = try await server.frame { $0.kind == Frame.credit }.number
            #expect(heard == UInt32(length))
        }
    }

    @Test func aMessageWithoutCreditEndsTheConnection() async throws {
        let server = try await FakeServer { connection, frame in
            guard frame.kind == Frame.request else { return }
            for _ in 0..<3 {
                connection.message(frame.stream, SelvedgeCheckResponse.with { $0.problems = ["12345678"] })
            }
        }
        var options = Connection.Options()
        options.streamCredit = 15
        let connection = try await Connector(ServerAddress(server.address), options: options).connect()
        let stream = try connection.open(.check, [], ends: true)
        let goaway = try await server.frame { $0.kind == Frame.goaway }
        #expect(goaway.code == 3)
        // The first two left the credit below zero, as they may; they can still be read.
        let lengths = [try await stream.next()?.readableBytes, try await stream.next()?.readableBytes]
        #expect(lengths == [10, 10])
        let error = try await error { () throws(SelvedgeError) in try await stream.next() }
        #expect(error.code == "protocol_error")
        await server.stop()
    }

    @Test func whoStopsReadingGivesTheCallUp() async throws {
        let server = try await FakeServer { connection, frame in
            guard frame.kind == Frame.request else { return }
            connection.message(frame.stream, SelvedgeCheckResponse())
        }
        try await withClient(server) { client in
            for try await _ in client.checkStore() { break }
            let heard = try await server.frame { $0.kind == Frame.cancel }.stream
            #expect(heard == 1)
        }
    }

    @Test func aStreamThatHasNotBegunIsOpenedAgain() async throws {
        let server = try await FakeServer { connection, frame in
            guard frame.kind == Frame.request else { return }
            if connection.number == 0 { return connection.close() }
            connection.message(frame.stream, SelvedgeCheckResponse.with { $0.total = 7 })
            connection.send(Frame(kind: Frame.response, stream: frame.stream))
        }
        try await withClient(server) { client in
            var totals: [UInt64] = []
            for try await message in client.checkStore() { totals.append(message.total) }
            #expect(totals == [7])
        }
    }

    @Test func watchGoesOnBehindTheLastEntry() async throws {
        let server = try await FakeServer { connection, frame in
            guard frame.kind == Frame.request,
                let request = try? SelvedgeWatchRequest(serializedBytes: frame.request)
            else { return }
            let first = max(request.from, 1)
            var response = SelvedgeWatchResponse()
            response.entries = (first..<first + 3).map { number in .with { $0.sequence = number } }
            response.next = first + 3
            connection.message(frame.stream, response)
            connection.refuse(frame.stream, status: 4, "deadline_exceeded")
        }
        try await withClient(server) { client in
            var numbers: [UInt64] = []
            for try await entry in client.watch(as: .purpose("m"), follow: true) {
                numbers.append(entry.sequence)
                if numbers.count == 10 { break }
            }
            #expect(numbers == Array(1...10))
            // Without following, the deadline is the end.
            let error = try await error { () throws(SelvedgeError) in
                for try await _ in client.watch(as: .purpose("m")) {}
            }
            #expect(error.status == .deadlineExceeded)
        }
    }

    /// Each connection acknowledges three batches of those it got and is lost; what was not acknowledged comes again, by
    /// the same numbers.
    @Test func recordAllSendsAgainWhatWasNotAcknowledged() async throws {
        let seen = Mutex<[UInt64: [String]]>([:])
        let server = try await FakeServer { connection, frame in
            guard frame.kind == Frame.message,
                let request = try? SelvedgeRecordStreamRequest(serializedBytes: frame.payload)
            else {
                if frame.kind == Frame.halfClose { connection.send(Frame(kind: Frame.response, stream: frame.stream)) }
                return
            }
            seen.withLock { $0[request.sequence, default: []].append(request.observations[0].id) }
            let count = connection.kept.withLock { kept in
                kept.append(frame)
                return kept.count
            }
            if connection.number < 5, count > 3 { return connection.close() }
            connection.message(
                frame.stream, SelvedgeRecordStreamResponse.with { ($0.sequence, $0.accepted) = (request.sequence, 1) })
        }
        try await withClient(server) { client in
            let acknowledged = Mutex<[UInt64]>([])
            let batches = (1...40).map { number in [SelvedgeObservation.with { $0.id = "id-\(number)" }] }
            let summary = try await client.recordAll(batches, window: 8) { response in
                acknowledged.withLock { $0.append(response.sequence) }
            }
            #expect(summary.batches == 40)
            #expect(summary.accepted == 40)
            #expect(summary.streams == 6)
            #expect(acknowledged.withLock(\.self) == Array(1...40))
            #expect(seen.withLock { $0.keys.sorted() } == Array(1...40))
            #expect(seen.withLock { $0.allSatisfy { number, ids in ids.allSatisfy { $0 == "id-\(number)" } } })
            #expect(seen.withLock { $0.values.contains { $0.count > 1 } })
        }
    }

    @Test func aBatchThatIsRefusedEndsRecordAll() async throws {
        let server = try await FakeServer { connection, frame in
            guard frame.kind == Frame.message else { return }
            connection.refuse(frame.stream, status: 7, "source_not_permitted")
        }
        try await withClient(server) { client in
            let error = try await error { () throws(SelvedgeError) in
                try await client.recordAll([Self.batch, Self.batch])
            }
            #expect(error.code == "source_not_permitted")
        }
    }
}
