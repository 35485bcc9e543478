import Foundation
import NIOCore
import SelvedgeClient
import SwiftProtobuf
import Synchronization
import Testing

@Suite(.timeLimit(.minutes(1))) struct HelloTests {
    /// What a server answers to the HELLO, and what comes of it.
    @Test(arguments: [
        (Frame(kind: Frame.hello, payload: Array("HTTP".utf8) + [0, 1]), "protocol_error"),
        (Frame(kind: Frame.hello, payload: Array("SLVG".utf8) + [0, 2]), "unsupported_version"),
        (Frame(kind: Frame.hello, payload: Array("SLVG".utf8) + [0, 1, 0xFF]), "protocol_error"),
        (Frame(kind: Frame.hello, payload: [0x53]), "protocol_error"),
        (Frame(kind: Frame.response, stream: 1), "protocol_error"),
        (Frame(kind: Frame.hello, payload: Array(repeating: 0, count: 16_385)), "protocol_error"),
        (Frame(kind: Frame.goaway, code: 16, payload: [0, 0, 0, 0, 0x0A, 1, 0x75]), "u"),
        (Frame(kind: Frame.goaway, code: 12, payload: [0, 0, 0, 0, 0x0A, 1, 0x76]), "v"),
    ])
    func aHelloThatIsNoneEndsTheCall(answer: Frame, code: String) async throws {
        let server = try await FakeServer(greet: { connection, _ in connection.send(answer) }) { _, _ in }
        try await withClient(server) { client in
            let error = try await error { () throws(SelvedgeError) in try await client.describe() }
            #expect(error.code == code)
            #expect(server.connections == 1)
        }
    }

    @Test func aServerThatDoesNotGreetIsGivenUp() async throws {
        let server = try await FakeServer(greet: { _, _ in }) { _, _ in }
        try await withClient(server) {
            $0.connectTimeout = .milliseconds(100)
            $0.retry = .never
        } _: { client in
            let error = try await error { () throws(SelvedgeError) in try await client.describe() }
            #expect(error.code == "connect_failed")
        }
    }

    /// What a server may not send, each answered with GOAWAY 3 `protocol_error`.
    @Test(arguments: [
        Frame(kind: 0), Frame(kind: 10), Frame(kind: Frame.request, stream: 1), Frame(kind: Frame.cancel, stream: 1),
        Frame(kind: Frame.response, stream: 0), Frame(kind: Frame.response, stream: 99),
        Frame(kind: Frame.response, flags: 1, stream: 1), Frame(kind: Frame.message, code: 1, stream: 1),
        Frame(kind: Frame.credit, stream: 1, payload: [1, 2, 3]), Frame(kind: Frame.ping, payload: [1]),
        Frame(kind: Frame.ping, flags: 2, payload: Array(repeating: 0, count: 8)),
        Frame(kind: Frame.goaway, payload: [1]), Frame(kind: Frame.hello, payload: Array("SLVG".utf8) + [0, 1]),
        Frame(kind: Frame.goaway, stream: 1, payload: [0, 0, 0, 0]),
    ])
    func aServerThatBreaksTheProtocolIsLeft(wrong: Frame) async throws {
        let server = try await FakeServer { connection, frame in
            if frame.kind == Frame.request { connection.send(wrong) }
        }
        try await withClient(server) { client in
            let error = try await error { () throws(SelvedgeError) in try await client.describe() }
            #expect(error.code == "protocol_error")
            let goaway = try await server.frame { $0.kind == Frame.goaway }
            #expect(goaway.code == 3)
            #expect(String(decoding: goaway.payload, as: UTF8.self).contains("protocol_error"))
        }
    }

    @Test func aFrameThatIsTooLongIsRefusedByItsHead() async throws {
        let server = try await FakeServer { connection, frame in
            guard frame.kind == Frame.request else { return }
            connection.write([0, 0x40, 0, 1, Frame.response, 0, 0, 0, 0, 0, 0, 1])
        }
        try await withClient(server) { client in
            let error = try await error { () throws(SelvedgeError) in try await client.describe() }
            #expect(error.code == "protocol_error")
            #expect(error.message.contains("4194304"))
        }
    }

    @Test func aPingIsAnsweredWithItsBytes() async throws {
        let bytes: [UInt8] = [1, 2, 3, 4, 5, 6, 7, 8]
        let server = try await FakeServer { connection, frame in
            if frame.kind == Frame.request { connection.send(Frame(kind: Frame.ping, payload: bytes)) }
            if frame.kind == Frame.ping { connection.answer(1, SelvedgeDescribeResponse()) }
        }
        try await withClient(server) { client in
            _ = try await client.describe()
            #expect(server.frames(0).last == Frame(kind: Frame.ping, flags: 1, payload: bytes))
        }
    }

    @Test func aSilentServerIsAskedThenGivenUp() async throws {
        let server = try await FakeServer { _, _ in }
        try await withClient(server) {
            $0.keepalive = .milliseconds(200)
            $0.retry = .never
        } _: { client in
            let error = try await error { () throws(SelvedgeError) in try await client.describe() }
            #expect(error.code == "connection_lost")
            #expect(server.frames(0).contains { $0.kind == Frame.ping && $0.flags == 0 })
        }
    }

    /// A JWT without a signature that counts; its end in seconds from now.
    private static func token(_ name: String, lasts seconds: Double) -> String {
        let claims = #"{"sub":"\#(name)","exp":\#(Date().timeIntervalSince1970 + seconds)}"#
        let body = Data(claims.utf8).base64EncodedString().replacing("+", with: "-").replacing("/", with: "_")
        return "e30.\(body.replacing("=", with: "")).\(name)"
    }

    @Test func aTokenIsRenewedBeforeItsEnd() async throws {
        let server = try await FakeServer { connection, frame in
            guard frame.kind == Frame.request else { return }
            if frame.code == 1 {
                let expires = Int64((Date().timeIntervalSince1970 + 1_000) * 1_000)
                connection.answer(frame.stream, SelvedgeAuthenticateResponse.with { $0.expiresMs = expires })
            } else {
                connection.answer(frame.stream, SelvedgeDescribeResponse())
            }
        }
        let count = Mutex(0)
        try await withClient(server) {
            $0.token = {
                let number = count.withLock { count in
                    count += 1
                    return count
                }
                return Self.token("token-\(number)", lasts: 1)
            }
        } _: { client in
            let begin = ContinuousClock.now
            _ = try await client.describe()
            let request = try await server.frame { $0.kind == Frame.request && $0.code == 1 }
            #expect(ContinuousClock.now - begin < .seconds(1))
            #expect(String(decoding: request.request, as: UTF8.self).hasSuffix("token-2"))
            #expect(server.connections == 1)
            try await Task.sleep(for: .milliseconds(1_500))
            // The new one lasts, as the server said.
            #expect(count.withLock(\.self) == 2)
        }
    }

    @Test func credentialsThatEndedAreReplacedByANewConnection() async throws {
        let server = try await FakeServer { connection, frame in
            guard frame.kind == Frame.request else { return }
            if connection.number == 0 {
                connection.refuse(frame.stream, status: 16, "credentials_expired")
            } else {
                connection.echo(frame)
            }
        }
        try await withClient(server) {
            $0.token = { "t" }
        } _: { client in
            let found = try await client.id(of: "a")
            #expect(found == "a")
            #expect(server.connections == 2)
        }
    }

    @Test func aSourceOfTokensThatFailsIsNotQuoted() async throws {
        struct Secret: Error { let word = "hunter2" }
        let server = try await FakeServer { _, _ in }
        try await withClient(server) {
            $0.token = { throw Secret() }
        } _: { client in
            let error = try await error { () throws(SelvedgeError) in try await client.describe() }
            #expect(error.code == "token_unavailable")
            #expect(!"\(error)".contains("hunter2"))
        }
    }
}
