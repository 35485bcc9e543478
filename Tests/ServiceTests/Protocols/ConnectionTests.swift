import Foundation
import Service
import SwiftProtobuf
import Synchronization
import TestSupport
import Testing
import Wire

/// Connections: how many there may be, how long they may say nothing, what is counted of them, and what TLS keeps out.
@Suite struct ConnectionTests {
    private static func setup(_ change: (inout ServiceLimits) -> Void) -> TestServer.Setup {
        var setup = TestServer.Setup()
        change(&setup.limits)
        return setup
    }

    /// The first bytes of a caller, which the server answers.
    private static func greeting(_ kind: DoorKind) -> [UInt8] {
        switch kind {
        case .wire: FuzzFrame.hello().bytes
        case .grpc: Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8) + [0, 0, 0, 4, 0, 0, 0, 0, 0]
        }
    }

    /// PING, as either protocol has it.
    private static func ping(_ kind: DoorKind) -> [UInt8] {
        let eight: [UInt8] = [1, 2, 3, 4, 5, 6, 7, 8]
        return kind == .wire ? FuzzFrame(.ping, eight).bytes : [0, 0, 8, 6, 0, 0, 0, 0, 0] + eight
    }

    private static func greeted(_ kind: DoorKind, _ port: Int) throws -> RawSocket {
        let socket = try RawSocket(port: port)
        try socket.send(greeting(kind))
        try #require(!socket.receive().isEmpty, "the connection was closed")
        return socket
    }

    // MARK: Bounds

    @Test(arguments: DoorKind.allCases) func pastTheLimitOneIsRefusedUntilAnotherLeaves(kind: DoorKind) async throws {
        try await TestServer.with(Self.setup { $0.connections = 2 }) { server in
            let (port, counted) = (server.port(kind), server.counted(kind))
            try await blocking {
                let first = try Self.greeted(kind, port)
                do {
                    let second = try Self.greeted(kind, port)
                    let third = try RawSocket(port: port)
                    try third.send(Self.greeting(kind))
                    var splitter = FrameSplitter()
                    splitter.add(try third.receiveAll())
                    if kind == .wire {
                        #expect(splitter.frames.count == 1)
                        let goaway = try #require(splitter.frames.first)
                        #expect(AbuseClient.goaway(goaway) == (8, "too_many_connections"))
                    }
                    #expect(counted.refused.value == 1 && counted.open.value == 2)
                    // The two are held until here.
                    for socket in [first, second] { try socket.send(Self.ping(kind)) }
                }
                let end = ContinuousClock.now + .seconds(5)
                while counted.open.value == 2, ContinuousClock.now < end { usleep(10_000) }
                _ = try Self.greeted(kind, port)
                #expect(counted.opened.value == 3 && counted.refused.value == 1)
                try first.send(Self.ping(kind))
            }
        }
    }

    @Test(arguments: DoorKind.allCases) func whoDoesNotGreetIsClosedInTimeAndWhoDoesStays(kind: DoorKind) async throws {
        try await TestServer.with(Self.setup { $0.handshake = .milliseconds(400) }) { server in
            let port = server.port(kind)
            try await blocking {
                let begin = ContinuousClock.now
                let good = try Self.greeted(kind, port)
                let silent = try RawSocket(port: port)
                let slow = try RawSocket(port: port)
                try slow.send(Array(Self.greeting(kind).prefix(10)))
                // Each throws where nothing ends it within five seconds.
                for socket in [silent, slow] { _ = try socket.receiveAll() }
                let time = ContinuousClock.now - begin
                #expect(time > .milliseconds(350) && time < .seconds(4), "\(time)")
                try good.send(Self.ping(kind))
                #expect(try !good.receive().isEmpty)
            }
            #expect(try await soon { server.counted(kind).open.value == 0 })
        }
    }

    @Test(arguments: DoorKind.allCases) func callsAndBytesAreCounted(kind: DoorKind) async throws {
        try await TestServer.with { server in
            let counted = server.counted(kind)
            let door = try server.door(kind)
            let batch = Say.recording([Say.observation("email:ada@example.org", "cookie:a")])
            #expect(await door.ask(.record, batch.bytes).failure == nil)
            let feed = await door.open(
                .watch, SelvedgeWatchRequest.with { ($0.purpose, $0.follow) = ("service", true) }.bytes)
            #expect(await feed.next() != nil)
            #expect(counted.streams.value == 1)
            #expect(counted.open.value == 1 && counted.opened.value == 1)
            let (received, sent) = (counted.received.value, counted.sent.value)
            #expect(received > batch.bytes.count && sent > 0)
            let resolve = Say.resolve(Say.email("ada")).bytes
            for _ in 0..<10 { #expect(await door.ask(.resolve, resolve).failure == nil) }
            #expect(counted.received.value > Int(received) + 10 * resolve.count)
            #expect(counted.sent.value > Int(sent) + 10 * 30)
            await door.close()
            #expect(try await soon { counted.streams.value == 0 && counted.open.value == 0 })
        }
    }

    /// Nobody has to be authenticated for it: so a caller who leaves must leave nothing behind.
    @Test func whoWatchesHealthAndGoesLeavesNothing() async throws {
        try await TestServer.with { server in
            let door = try #require(try server.door(.grpc) as? GRPCDoor)
            for _ in 0..<20 {
                let stream = await door.open("Watch", of: Wire.Method.health.service)
                let message = try #require(await stream.next())
                #expect(try GRPCHealthCheckResponse(serializedBytes: message).status == .serving)
            }
            #expect(server.counted(.grpc).streams.value == 20)
            await door.close()
            #expect(try await soon { server.counted(.grpc).streams.value == 0 })
        }
    }

    // MARK: TLS

    private static let garbage: [[UInt8]] = [
        greeting(.wire), greeting(.grpc), Array("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n".utf8),
        [UInt8](repeating: 0xFF, count: 512),
        [0x16, 0x03, 0x01, 0x02, 0x00, 0x01, 0x00, 0x01, 0xFC, 0x03, 0x03] + [UInt8](repeating: 7, count: 505),
        // The head of a record, and no more of it.
        [0x16, 0x03, 0x01, 0x02, 0x00],
    ]

    @Test(arguments: DoorKind.allCases) func garbageInPlaceOfTLSIsClosedAndOthersAreServed(kind: DoorKind) async throws
    {
        let directory = try TemporaryDirectory()
        let office = try CertificateOffice("ours", in: directory)
        let lines = Lines()
        var settings = LogSettings()
        settings.level = .debug
        var setup = Self.setup { $0.handshake = .seconds(1) }
        setup.tls = try office.server(trusting: nil)
        setup.log = ServiceLog(LogSink(settings, output: { lines.add($0) }))
        try await TestServer.with(setup, in: directory) { server in
            let port = server.port(kind)
            try await blocking {
                for bytes in Self.garbage {
                    let socket = try RawSocket(port: port)
                    try socket.send(bytes)
                    // An alert of TLS at most; what never ended would throw.
                    #expect(try socket.receiveAll().count < 64)
                }
            }
            let reply = try await server.ask(kind, .health, [], .init(authority: office.file))
            #expect(reply.failure == nil)
            #expect(try await soon { server.counted(kind).open.value == 0 })
            setup.log.sink.flush()
        }
        for line in lines.all {
            #expect(try JSONSerialization.jsonObject(with: Data(line.utf8)) is [String: Any])
        }
        if kind == .wire {
            #expect(lines.all.contains { $0.contains("a connection failed") && $0.contains("127.0.0.1") })
        }
    }

    @Test(arguments: DoorKind.allCases) func newHandshakesAreShownTheNewCertificate(kind: DoorKind) async throws {
        try await AccessWorld.with { world in
            let question = AccessWorld.question(.resolve)
            let open = try await world.door(kind, as: "resolve")
            #expect(await open.ask(.resolve, question).failure == nil)
            let next = try world.stranger.server(trusting: nil)
            // Of two certificates and one key nothing is taken.
            let mixed = try TLSFiles(certificate: next.certificate, key: world.office.server(trusting: nil).key)
            #expect(throws: (any Error).self) { try world.server.reload(mixed) }
            #expect(try await world.ask(kind, as: "resolve", .resolve, question).failure == nil)
            try world.server.reload(next)
            #expect(await open.ask(.resolve, question).failure == nil)
            #expect(try await world.ask(kind, as: "resolve", .resolve, question).isUnanswered)
            let token = try await world.token("resolve")
            let now = try world.server.door(kind, .init(token: token, authority: world.stranger.file))
            #expect(await now.ask(.resolve, question).failure == nil)
            await now.close()
            await open.close()
        }
    }

    private final class Lines: Sendable {
        private let held = Mutex<[String]>([])
        var all: [String] { held.withLock { $0 } }
        func add(_ line: String) { held.withLock { $0.append(line) } }
    }
}
