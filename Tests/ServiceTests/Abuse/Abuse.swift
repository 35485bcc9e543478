import Foundation
import SwiftProtobuf
import Synchronization
import Testing
import Wire

/// A way to be a burden.
struct Abuse: Sendable, CustomTestStringConvertible {
    let name: String
    /// Goes on until the load is over, and says with `#expect` what the server must answer to it.
    let run: @Sendable (AbuseServer, Load) throws -> Void

    var testDescription: String { name }

    static let all: [Abuse] = wire + streams + strangers

    /// Of the wire protocol's connections and frames.
    private static let wire: [Abuse] = [
        Abuse(name: "answers are asked for and not read") { server, load in
            let clients = try (0..<4).map { _ in try AbuseClient(server, buffer: 4_096) }
            let batch = try AbuseMessages.resolveBatch()
            while !load.isOver {
                for client in clients { _ = try? client.socket.sendSome(client.request(.resolveBatch, batch).bytes) }
                usleep(2_000)
            }
        },
        Abuse(name: "a byte at a time") { server, load in
            let clients = try (0..<20).map { _ in try AbuseClient(server) }
            while !load.isOver {
                for client in clients {
                    let bytes = client.request(.resolve, try AbuseMessages.resolve(1)).bytes
                    for byte in bytes where !load.isOver { try client.socket.send([byte]) }
                    if load.isOver { return }
                    #expect(try client.next()?.code == 0)
                }
            }
        },
        Abuse(name: "frames of 4 MiB that are never finished") { server, load in
            var frame = FuzzFrame(.request, stream: 1, code: Wire.Method.record.rawValue, flags: 1)
            frame.length = UInt32(WireProtocol.maxFrameBytes)
            let most = [UInt8](repeating: 0, count: WireProtocol.maxFrameBytes - 1)
            var clients: [AbuseClient] = []
            for _ in 0..<40 {
                let client = try AbuseClient(server)
                clients.append(client)
                // What all connections may hold is bounded: of the later ones less is read.
                _ = try client.socket.sendSome(frame.bytes)
                var left = most[...]
                for _ in 0..<200 where !left.isEmpty {
                    let sent = try client.socket.sendSome(Array(left.prefix(65_536)))
                    left = left.dropFirst(sent)
                    if sent == 0 { usleep(200) }
                }
            }
            // After `write_stall` they are told to go.
            #expect(try clients[0].goaway()?.code == "idle")
            load.wait()
        },
        Abuse(name: "connections that say nothing") { server, load in
            while !load.isOver {
                let sockets = try (0..<200).map { _ in try RawSocket(port: server.wirePort) }
                if load.isOver { return }
                // After `handshake` each is told, and closed.
                var splitter = FrameSplitter()
                splitter.add(try sockets[0].receiveAll())
                let last = try #require(splitter.frames.last)
                #expect(AbuseClient.goaway(last) == (4, "deadline_exceeded"))
            }
        },
        Abuse(name: "10,000 connections") { server, load in
            var refused = 0
            var held: [RawSocket] = []
            for _ in 0..<10_000 {
                let socket = try RawSocket(port: server.wirePort)
                if held.count < 1_100 {
                    // These stay, and most of them take a place.
                    held.append(socket)
                    try? socket.send(FuzzFrame.hello().bytes)
                    continue
                }
                var splitter = FrameSplitter()
                splitter.add(try socket.receive())
                guard let first = splitter.frames.first else { continue }
                if AbuseClient.goaway(first) == (8, "too_many_connections") { refused += 1 }
            }
            #expect(refused > 8_800, "\(refused)")
            load.wait()
        },
        flood("CANCEL") { FuzzFrame(.cancel, stream: 1) },
        flood("PING") { FuzzFrame(.ping, [1, 2, 3, 4, 5, 6, 7, 8]) },
        flood("CREDIT") { .credit(1, stream: 1) },
        Abuse(name: "frames that are too large") { server, load in
            while !load.isOver {
                let client = try AbuseClient(server)
                var frame = client.request(.resolve, [])
                frame.length = UInt32(WireProtocol.maxFrameBytes) + 1
                try client.socket.send(frame.bytes)
                let answer = try #require(try client.goaway())
                #expect(answer == (3, "frame_too_large"))
            }
        },
    ]

    /// Control frames in their thousands, on one connection after the other.
    private static func flood(_ name: String, _ frame: @escaping @Sendable () -> FuzzFrame) -> Abuse {
        Abuse(name: "a flood of \(name)") { server, load in
            let many = Array(repeating: frame().bytes, count: 1_000).flatMap(\.self)
            while !load.isOver {
                let client = try AbuseClient(server)
                _ = try client.call(.resolve, try AbuseMessages.resolve(1))
                try client.socket.send(many)
                let answer = try #require(try client.goaway())
                #expect(answer == (8, "too_many_control_frames"))
            }
        }
    }

    /// Of streams.
    private static let streams: [Abuse] = [
        Abuse(name: "a feed that is not read") { server, load in
            let message =
                try SelvedgeWatchRequest.with {
                    $0.purpose = "service"
                    $0.follow = true
                }.serializedBytes() as [UInt8]
            let clients = try (0..<4).map { _ in try AbuseClient(server, credit: UInt32(Int32.max), buffer: 4_096) }
            for client in clients { for _ in 0..<100 { try client.socket.send(client.request(.watch, message).bytes) } }
            load.wait()
        },
        Abuse(name: "acknowledgements that are not read") { server, load in
            let clients = try (0..<4).map { _ in try AbuseClient(server, credit: 1, buffer: 4_096) }
            for client in clients {
                let first = try AbuseMessages.recordStream(0, count: 10)
                try client.socket.send(client.request(.recordStream, flags: 0, first).bytes)
            }
            // As much as the credit allows: after that a MESSAGE would be an error of the client's.
            let message = try AbuseMessages.recordStream(1, count: 10)
            for client in clients {
                for _ in 0..<WireProtocol.initialCredit / message.count {
                    try client.socket.send(FuzzFrame(.message, stream: 1, message).bytes)
                }
            }
            load.wait()
        },
    ]
}

/// The time during which a server is abused.
final class Load: Sendable {
    private let over = Atomic<Bool>(false)

    var isOver: Bool { over.load(ordering: .relaxed) }

    func end() { over.store(true, ordering: .relaxed) }

    func wait() { while !isOver { usleep(20_000) } }
}
