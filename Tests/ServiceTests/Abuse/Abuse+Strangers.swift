import Glibc
import Foundation
import Testing
import Wire

/// Those who speak something else, and HTTP/2 in bad faith.
extension Abuse {
    static let strangers: [Abuse] = [
        stranger(
            "TLS",
            [0x16, 0x03, 0x01, 0x02, 0x00, 0x01, 0x00, 0x01, 0xfc, 0x03, 0x03] + [UInt8](repeating: 7, count: 512)),
        stranger("HTTP/2", HTTP2.preface + HTTP2.settings),
        stranger("HTTP", Array("GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n".utf8)),
        Abuse(name: "the wire protocol on gRPC's port") { server, load in
            let hello = FuzzFrame.hello().bytes
            while !load.isOver {
                let socket = try RawSocket(port: server.grpcPort)
                try socket.send(hello)
                // Less than HTTP/2's preface, and no more of it comes: after `handshake` it is closed.
                _ = try socket.receiveAll()
            }
        },
        Abuse(name: "gRPC calls that are reset at once") { server, load in
            let calls = { (first: UInt32) in
                stride(from: first, to: first + 400, by: 2).flatMap {
                    HTTP2.request(stream: $0) + HTTP2.reset(stream: $0)
                }
            }
            let call = HTTP2.request(stream: 1).count + HTTP2.reset(stream: 1).count
            while !load.isOver {
                let before = try server.receivedOverGRPC()
                let socket = try RawSocket(port: server.grpcPort)
                try socket.send(HTTP2.preface + HTTP2.settings)
                var stream: UInt32 = 1
                var end: Int32?
                do {
                    while !load.isOver {
                        try socket.send(calls(stream))
                        stream += 400
                    }
                } catch let failed as RawSocket.Failed { end = failed.code }
                // A connection that goes on with it is closed, not merely read no more, ...
                #expect(load.isOver || end == EPIPE || end == ECONNRESET, "sending ended with \(end ?? 0)")
                // ... and little of what it sends is taken: the system holds the rest.
                let taken = (try server.receivedOverGRPC() - before) / call
                #expect(taken < 50_000, "\(taken) calls were reset on one connection")
            }
        },
        Abuse(name: "gRPC connections that say nothing") { server, load in
            var held: [RawSocket] = []
            for _ in 0..<2_000 where !load.isOver { held.append(try RawSocket(port: server.grpcPort)) }
            load.wait()
            // The first of them was closed after `handshake`, the last at once, as it was past the limit.
            #expect(try held.first?.receiveAll().count ?? 0 < 200)
            #expect(try held.last?.receiveAll().count ?? 0 < 200)
        },
    ]

    /// Another protocol's first bytes, on the wire protocol's port.
    private static func stranger(_ name: String, _ bytes: [UInt8]) -> Abuse {
        Abuse(name: "\(name) on the wire protocol's port") { server, load in
            while !load.isOver {
                let socket = try RawSocket(port: server.wirePort)
                try socket.send(bytes)
                var splitter = FrameSplitter()
                splitter.add(try socket.receiveAll())
                let last = try #require(splitter.frames.last)
                #expect(last.kind == FrameKind.goaway.rawValue && last.code == 3)
                Load.pause()
            }
        }
    }
}

/// As much of HTTP/2 (RFC 9113) as it takes to misuse it.
private enum HTTP2 {
    static let preface = Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8)
    static let settings = frame(type: 4, flags: 0, stream: 0, [])

    static func reset(stream: UInt32) -> [UInt8] { frame(type: 3, flags: 0, stream: stream, bigEndian(UInt32(8))) }

    /// HEADERS of a Resolve, with END_HEADERS.
    static func request(stream: UInt32) -> [UInt8] { frame(type: 1, flags: 4, stream: stream, headers) }

    private static func frame(type: UInt8, flags: UInt8, stream: UInt32, _ payload: [UInt8]) -> [UInt8] {
        Array(bigEndian(UInt32(payload.count)).dropFirst()) + [type, flags] + bigEndian(stream) + payload
    }

    /// Literals without indexing (RFC 7541, 6.2.2), over the static table's names.
    private static let headers: [UInt8] = {
        func literal(_ index: [UInt8], _ value: String) -> [UInt8] { index + text(value) }
        func text(_ value: String) -> [UInt8] { [UInt8(value.utf8.count)] + Array(value.utf8) }
        return [0x83, 0x86] + literal([0x04], "/selvedge.v1.Identity/Resolve") + literal([0x01], "localhost")
            + literal([0x0f, 0x10], "application/grpc") + literal([0x00] + text("te"), "trailers")
    }()
}
