import SwiftProtobuf
import Testing
import Wire

/// The wire protocol in the hands of somebody who may do with it what the specification forbids.
final class AbuseClient {
    let socket: RawSocket
    private var splitter = FrameSplitter()
    private var taken = 0
    private var stream: UInt32 = 0

    /// Connects and says HELLO.
    convenience init(_ server: AbuseServer, credit: UInt32 = 0, buffer: Int32? = nil) throws {
        try self.init(port: server.wirePort, credit: credit, buffer: buffer)
    }

    init(port: Int, credit: UInt32 = 0, buffer: Int32? = nil) throws {
        socket = try RawSocket(port: port, buffer: buffer)
        let hello = SelvedgeClientHello.with { $0.initialCredit = credit }
        try socket.send(FuzzFrame.hello(try hello.serializedBytes()).bytes)
        let answer = try next()
        try #require(answer?.kind == FrameKind.hello.rawValue)
    }

    /// The next frame; nil at the end of the connection.
    func next() throws -> FuzzFrame? {
        while splitter.frames.count == taken {
            let bytes = try socket.receive()
            if bytes.isEmpty { return nil }
            if taken > 1_000 {
                splitter.forget()
                taken = 0
            }
            splitter.add(bytes)
        }
        defer { taken += 1 }
        return splitter.frames[taken]
    }

    /// Waits for the frame that ends the connection.
    func goaway() throws -> (status: UInt16, code: String)? {
        while let frame = try next() {
            if frame.kind == FrameKind.goaway.rawValue { return Self.goaway(frame) }
        }
        return nil
    }

    static func goaway(_ frame: FuzzFrame) -> (status: UInt16, code: String) {
        let detail = try? SelvedgeErrorDetail(serializedBytes: Array(frame.payload.dropFirst(4)))
        return (frame.code, detail?.code ?? "")
    }

    /// A REQUEST on a new stream.
    func request(_ method: Wire.Method, flags: UInt8 = 1, deadline: UInt32 = 0, _ message: [UInt8]) -> FuzzFrame {
        stream += 1
        return .request(method.rawValue, stream: stream, deadline: deadline, flags: flags, message)
    }

    func call(_ method: Wire.Method, _ message: [UInt8]) throws -> FuzzFrame {
        let request = request(method, message)
        try socket.send(request.bytes)
        while let frame = try next() {
            if frame.kind == FrameKind.response.rawValue, frame.stream == request.stream { return frame }
        }
        throw RawSocket.Failed(call: "recv", code: 0)
    }
}

/// Messages for abuse.
enum AbuseMessages {
    static func resolve(_ number: Int) throws -> [UInt8] {
        var request = SelvedgeResolveRequest()
        request.subject = subject(number)
        request.purpose = "service"
        return try request.serializedBytes()
    }

    /// A thousand, with all that is known of them.
    static func resolveBatch() throws -> [UInt8] {
        var request = SelvedgeResolveBatchRequest()
        request.subjects = (0..<1_000).map { subject($0) }
        request.purpose = "service"
        request.members = true
        return try request.serializedBytes()
    }

    private static func subject(_ number: Int) -> SelvedgeSubject {
        .with {
            $0.identifier.namespace = "email"
            $0.identifier.value = "person\(number)@example.org"
        }
    }

    static func observations(from first: Int, count: Int) -> [SelvedgeObservation] {
        (first..<first + count).map { number in
            SelvedgeObservation.with {
                $0.source = "web"
                $0.timeMs = 1_767_225_600_000
                $0.identifiers = [
                    .with { ($0.namespace, $0.value) = ("email", "person\(number)@example.org") },
                    .with { ($0.namespace, $0.value) = ("cookie", "cookie-\(number)") },
                ]
            }
        }
    }

    static func record(from first: Int, count: Int = 1_000) throws -> [UInt8] {
        try SelvedgeRecordRequest.with { $0.observations = observations(from: first, count: count) }.serializedBytes()
    }

    static func recordStream(_ sequence: UInt64, count: Int) throws -> [UInt8] {
        try SelvedgeRecordStreamRequest.with {
            $0.sequence = sequence
            $0.observations = observations(from: Int(sequence) * count, count: count)
        }.serializedBytes()
    }
}
