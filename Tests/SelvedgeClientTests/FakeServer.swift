import NIOCore
import NIOPosix
import SelvedgeClient
import SwiftProtobuf
import Synchronization

/// A frame as the specification draws it, read and written without the library's own code.
struct Frame: Hashable, Sendable {
    var kind: UInt8
    var flags: UInt8 = 0
    var code: UInt16 = 0
    var stream: UInt32 = 0
    var payload: [UInt8] = []

    static let hello: UInt8 = 1, request: UInt8 = 2, message: UInt8 = 3, halfClose: UInt8 = 4, response: UInt8 = 5
    static let cancel: UInt8 = 6, credit: UInt8 = 7, ping: UInt8 = 8, goaway: UInt8 = 9

    var bytes: [UInt8] {
        Self.big(UInt32(payload.count)) + [kind, flags] + Self.big(code) + Self.big(stream) + payload
    }

    static func big(_ number: some FixedWidthInteger & UnsignedInteger) -> [UInt8] {
        (0..<number.bitWidth / 8).reversed().map { UInt8(truncatingIfNeeded: number >> ($0 * 8)) }
    }

    /// The first message of a REQUEST.
    var request: [UInt8] { Array(payload.dropFirst(4)) }

    /// The first 4 bytes of the payload.
    var number: UInt32 { payload.prefix(4).reduce(0) { $0 << 8 | UInt32($1) } }
}

/// A server that does what a test tells it.
final class FakeServer: Sendable {
    /// Is called on the event loop with each frame behind the HELLO.
    typealias Script = @Sendable (FakeConnection, Frame) -> Void

    let port: Int
    private let channel: any Channel
    private let log: Log

    /// - Parameters:
    ///   - secure: adds what is below the frames.
    ///   - greet: answers the client's HELLO.
    ///   - port: 0: any.
    init(
        port: Int = 0, greet: @escaping Script = { connection, _ in connection.greet() },
        secure: @escaping @Sendable (any Channel) throws -> Void = { _ in }, _ script: @escaping Script
    ) async throws {
        let log = Log()
        channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try secure(channel)
                    let connection = FakeConnection(channel, number: log.connected(channel))
                    try channel.pipeline.syncOperations.addHandler(
                        FakeHandler { frame in
                            log.note(connection.number, frame)
                            (frame.kind == Frame.hello ? greet : script)(connection, frame)
                        })
                }
            }
            .bind(host: "127.0.0.1", port: port).get()
        self.port = channel.localAddress?.port ?? 0
        self.log = log
    }

    var address: String { "tcp://127.0.0.1:\(port)" }

    /// What came in on a connection (from 0), HELLO included.
    func frames(_ connection: Int) -> [Frame] { log.frames(connection) }

    /// Waits until a connection has brought a frame that a test waits for.
    func frame(_ connection: Int = 0, where isWanted: @Sendable (Frame) -> Bool) async throws -> Frame {
        while true {
            if let frame = frames(connection).first(where: isWanted) { return frame }
            try await Task.sleep(for: .milliseconds(2))
        }
    }

    var connections: Int { log.count }

    func stop() async {
        try? await channel.close().get()
        for channel in log.channels { try? await channel.close().get() }
    }
}

/// One connection of the fake server. To be used on its event loop, or by what sends alone.
final class FakeConnection: Sendable {
    let number: Int
    private let channel: any Channel
    /// Frames that a script keeps for later.
    let kept = Mutex<[Frame]>([])

    init(_ channel: any Channel, number: Int) {
        self.channel = channel
        self.number = number
    }

    func send(_ frames: Frame...) { write(frames.flatMap(\.bytes)) }

    func write(_ bytes: [UInt8]) { channel.writeAndFlush(ByteBuffer(bytes: bytes), promise: nil) }

    func close() { channel.close(promise: nil) }

    func later(_ wait: TimeAmount, _ body: @escaping @Sendable () -> Void) {
        channel.eventLoop.scheduleTask(in: wait, body)
    }

    func greet(_ change: (inout SelvedgeServerHello) -> Void = { _ in }) {
        var hello = SelvedgeServerHello()
        hello.server = "fake/1"
        hello.maxFrameBytes = 4_194_304
        hello.maxStreams = 128
        hello.initialCredit = 262_144
        hello.unaryDeadlineMs = 5_000
        hello.streamDeadlineMs = 600_000
        change(&hello)
        send(Frame(kind: Frame.hello, payload: Array("SLVG".utf8) + [0, 1] + bytes(hello)))
    }

    func answer(_ stream: UInt32, _ message: some Message) {
        send(Frame(kind: Frame.response, stream: stream, payload: bytes(message)))
    }

    func refuse(_ stream: UInt32, status: UInt16, _ code: String, retryAfter: UInt32 = 0) {
        let detail = SelvedgeErrorDetail.with { ($0.code, $0.retryAfterMs) = (code, retryAfter) }
        send(Frame(kind: Frame.response, code: status, stream: stream, payload: bytes(detail)))
    }

    func message(_ stream: UInt32, _ message: some Message) {
        send(Frame(kind: Frame.message, stream: stream, payload: bytes(message)))
    }

    func credit(_ stream: UInt32, _ bytes: UInt32) {
        send(Frame(kind: Frame.credit, stream: stream, payload: Frame.big(bytes)))
    }

    func goaway(last: UInt32, status: UInt16 = 0, _ code: String = "draining") {
        let detail = SelvedgeErrorDetail.with { $0.code = code }
        send(Frame(kind: Frame.goaway, code: status, payload: Frame.big(last) + bytes(detail)))
    }

    /// A profile whose id is what was asked by, so that a test sees which answer came to which call.
    func echo(_ request: Frame) {
        let asked = try? SelvedgeResolveRequest(serializedBytes: request.request)
        answer(
            request.stream,
            .with { ($0.outcome, $0.profileID) = (.profile, asked?.subject.identifier.value ?? "") }
                as SelvedgeResolveResponse)
    }

    private func bytes(_ message: some Message) -> [UInt8] { (try? message.serializedBytes()) ?? [] }
}

private final class Log: Sendable {
    private let held = Mutex<[(channel: any Channel, frames: [Frame])]>([])

    var count: Int { held.withLock { $0.count } }
    var channels: [any Channel] { held.withLock { $0.map(\.channel) } }

    func connected(_ channel: any Channel) -> Int {
        held.withLock {
            $0.append((channel, []))
            return $0.count - 1
        }
    }

    func note(_ connection: Int, _ frame: Frame) { held.withLock { $0[connection].frames.append(frame) } }

    func frames(_ connection: Int) -> [Frame] {
        held.withLock { connection < $0.count ? $0[connection].frames : [] }
    }
}

private final class FakeHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let heard: (Frame) -> Void
    private var buffer = ByteBuffer()

    init(_ heard: @escaping (Frame) -> Void) { self.heard = heard }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        buffer.writeImmutableBuffer(unwrapInboundIn(data))
        while let length = buffer.getInteger(at: buffer.readerIndex, as: UInt32.self),
            buffer.readableBytes >= 12 + Int(length), let head = buffer.readBytes(length: 12),
            let payload = buffer.readBytes(length: Int(length))
        {
            let code = UInt16(head[6]) << 8 | UInt16(head[7])
            let stream = head[8...11].reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
            heard(Frame(kind: head[4], flags: head[5], code: code, stream: stream, payload: payload))
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
}
