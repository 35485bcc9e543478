import Foundation
import GRPCNIOTransportHTTP2Posix
import SelvedgeClient
import SwiftProtobuf
import Testing
import Wire

/// What is under way when a server is told to stop: `selvedge serve` in a process of its own.
@Suite(.serialized, .timeLimit(.minutes(2))) struct DrainTests {
    private static func door(_ kind: DoorKind, _ server: AbuseServer) throws -> any Door {
        switch kind {
        case .wire: try WireDoor("tcp://127.0.0.1:\(server.wirePort)", tls: TLSOptions(), token: "")
        case .grpc: try GRPCDoor(port: server.grpcPort, security: .plaintext, authorization: [])
        }
    }

    @Test(arguments: DoorKind.allCases) func aStreamThatIsOpenAtSIGTERMIsServedToItsEnd(kind: DoorKind) async throws {
        let server = try AbuseServer()
        let door = try Self.door(kind, server)
        let stream = await door.open(.recordStream, nil)
        await stream.send(try AbuseMessages.recordStream(1, count: 10))
        #expect(await stream.next() != nil)
        server.terminate()
        // New callers are turned away from now on.
        #expect(try await soon { server.errors.contains("\"draining\"") })
        try await Task.sleep(for: .milliseconds(300))
        await stream.send(try AbuseMessages.recordStream(2, count: 10))
        stream.finish()
        let rest = await stream.rest()
        #expect(rest.end == "ok")
        let answers = try rest.messages.map { try SelvedgeRecordStreamResponse(serializedBytes: $0) }
        #expect(answers.map(\.sequence) == [2] && answers.map(\.accepted) == [10])
        await door.close()
        #expect(try await blocking { server.end() } == 0, "\(server.errors.suffix(2_000))")
    }

    @Test(arguments: DoorKind.allCases) func whatIsOpenWhenTheTimeIsUpIsToldSo(kind: DoorKind) async throws {
        let server = try AbuseServer(limits: "drain: 500ms")
        let door = try Self.door(kind, server)
        #expect(await door.ask(.record, try AbuseMessages.record(from: 0, count: 1)).failure == nil)
        let feed = await door.open(
            .watch, SelvedgeWatchRequest.with { ($0.purpose, $0.follow) = ("service", true) }.bytes)
        #expect(await feed.next() != nil)
        server.terminate()
        let rest = await feed.rest()
        #expect(rest.failure?.status == .unavailable, "\(rest.end)")
        if kind == .wire { #expect(rest.end == "UNAVAILABLE draining") }
        await door.close()
        #expect(try await blocking { server.end() } == 0, "\(server.errors.suffix(2_000))")
    }

    /// Forty thousand observations are with the server when it is told, and the first of them acknowledged.
    @Test func callsInFlightAtSIGTERMAreAnswered() throws {
        let server = try AbuseServer()
        let client = try AbuseClient(server)
        let count: UInt32 = 40
        for number in 0..<Int(count) {
            try client.socket.send(client.request(.record, try AbuseMessages.record(from: number * 1_000)).bytes)
        }
        var answers: [UInt32: UInt16] = [:]
        func note(_ frame: FuzzFrame) {
            guard frame.kind == FrameKind.response.rawValue else { return }
            #expect(answers.updateValue(frame.code, forKey: frame.stream) == nil, "answered twice")
        }
        note(try #require(try client.next()))
        server.terminate()
        var last: UInt32?
        while let frame = try client.next() {
            note(frame)
            guard frame.kind == FrameKind.goaway.rawValue else { continue }
            #expect(AbuseClient.goaway(frame) == (0, "draining"))
            last = frame.payload.prefix(4).reduce(0) { $0 << 8 | UInt32($1) }
        }
        let looked = try #require(last, "no GOAWAY came")
        #expect(looked > 1, "the server was told before it had read more than one call")
        for stream in 1...looked { #expect(answers[stream] == 0, "\(stream)") }
        for (stream, code) in answers where stream > looked { #expect(code == 14, "\(stream)") }
        #expect(server.end() == 0, "\(server.errors.suffix(2_000))")
    }
}
