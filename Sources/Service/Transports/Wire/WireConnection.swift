internal import NIOCore
internal import SwiftProtobuf
internal import Wire

/// One connection of the wire protocol, told byte by byte in <doc:WireProtocol>. Confined to its event loop; other threads reach
/// it by `execute` alone.
final class WireConnection: ChannelInboundHandler, @unchecked Sendable {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    enum Phase {
        case hello
        /// HELLO was read, and its credentials are being looked at: nothing else is read until then.
        case authenticating
        case open
        /// GOAWAY was sent: no new call is taken, open ones are answered.
        case leaving
        case closed
    }

    /// A frame that waits until the other side reads.
    struct Waiting {
        var frame: ByteBuffer
        var continuation: CheckedContinuation<Void, Never>
    }

    let server: WireServer
    let loop: any EventLoop
    private(set) var context: ChannelHandlerContext?
    var phase = Phase.hello
    /// Nil before HELLO.
    var caller: Caller?
    /// Bytes read and not yet looked at.
    var input = ByteBuffer()
    /// Frames of this turn, written together at its end.
    var output = ByteBuffer()
    var streams: [UInt32: OpenStream] = [:]
    var lastStream: UInt32 = 0
    /// What the client's HELLO allows on each stream.
    var initialCredit = WireProtocol.initialCredit
    var control: ControlBudget
    var waiting: [Waiting] = []
    /// Bytes of requests that open calls hold. Messages of streams are not among them: their credit is set aside when a stream
    /// is opened, so that reading, and with it CREDIT and CANCEL, never waits for them.
    var held = 0
    var reserved = 0
    var isPaused = false
    let opened = NIODeadline.now()
    var lastRead = NIODeadline.now()
    /// When the first byte of a frame that is not whole came.
    var partialSince: NIODeadline?
    var stalledSince: NIODeadline?
    /// When the client was sent a PING that it has not answered.
    var askedAt: NIODeadline?
    var timer: RepeatedTask?
    /// Short reads that were answered in this turn.
    var answered = 0
    private let idlePoll: IdlePoll
    private var isTaken = false
    /// Whether it waits for room among what all connections share.
    private var isAskingAgain = false

    var limits: ServiceLimits { server.limits }
    var handlers: Handlers { server.handlers }

    init(_ server: WireServer, loop: any EventLoop) {
        self.server = server
        self.loop = loop
        idlePoll = server.idlePoll(of: loop)
        control = ControlBudget(limit: server.limits.controlFrames)
    }

    // MARK: The channel

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        isTaken = server.add(self)
        if context.channel.isActive { greet() }
    }

    func channelActive(context: ChannelHandlerContext) { greet() }

    private func greet() {
        guard isTaken, !server.isDraining else {
            goaway(
                isTaken
                    ? CallError(.draining, "the server is being stopped; use another")
                    : CallError(
                        .tooManyConnections, "the server has its \(limits.connections) connections; try again later",
                        limit: limits.connections, retryAfter: 1_000))
            return
        }
        guard timer == nil else { return }
        let pace = TimeAmount(Swift.min(limits.idle, limits.handshake) / 4)
        timer = loop.scheduleRepeatedTask(initialDelay: pace, delay: pace) { [weak self] _ in self?.look() }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard phase != .closed else { return }
        lastRead = .now()
        idlePoll.arrived(at: lastRead)
        askedAt = nil
        var bytes = unwrapInboundIn(data)
        server.metrics[.wire].received.add(bytes.readableBytes)
        if input.readableBytes == 0 { input = bytes } else { input.writeBuffer(&bytes) }
        process()
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        flush()
        idlePoll.answered(answered, at: .now())
        answered = 0
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        if context.channel.isWritable {
            stalledSince = nil
            writeWaiting()
            process()
            flush()
        } else if stalledSince == nil {
            stalledSince = .now()
        }
        updateReading()
    }

    func channelInactive(context: ChannelHandlerContext) {
        close(CallError(.cancelled, "the connection was closed"))
        context.fireChannelInactive()
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        close(CallError(.cancelled, "the connection was closed"))
        self.context = nil
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        server.log.debug(
            "a connection failed", .peer(context.remoteAddress?.description ?? ""), .problem(error))
        closeNow()
    }

    // MARK: Writing

    /// Sends what this turn has written.
    func flush() {
        guard output.readableBytes > 0, let context else { return }
        let frames = output
        output = ByteBuffer()
        server.metrics[.wire].sent.add(frames.readableBytes)
        context.writeAndFlush(wrapOutboundOut(frames), promise: nil)
    }

    func write(_ kind: FrameKind, stream: UInt32, code: UInt16 = 0, flags: FrameFlags = [], _ payload: ByteBuffer) {
        FrameHeader(kind, stream: stream, code: code, flags: flags, length: payload.readableBytes).write(to: &output)
        output.writeImmutableBuffer(payload)
    }

    func write(_ error: CallError, stream: UInt32) {
        let detail: [UInt8] = (try? error.detail.serializedBytes()) ?? []
        FrameHeader(.response, stream: stream, code: error.status.rawValue, length: detail.count).write(to: &output)
        output.writeBytes(detail)
    }

    // MARK: Reading no more than can be held

    /// Whether calls may be taken now: the other side reads its answers, and what it sent before is not too much.
    var mayProcess: Bool {
        guard phase == .hello || phase == .open || phase == .leaving, let context else { return false }
        return context.channel.isWritable && output.readableBytes < limits.outboundBytes
            && held < limits.maxFrameBytes
    }

    func updateReading() {
        guard let context, phase != .closed else { return }
        let shouldRead =
            context.channel.isWritable && held < limits.maxFrameBytes && phase != .authenticating
            && reserve()
        guard shouldRead == isPaused else { return }
        isPaused = !shouldRead
        context.channel.setOption(.autoRead, value: shouldRead).whenFailure { _ in }
        if shouldRead { context.read() }
    }

    /// Takes from what all connections share, in steps; false while there is none.
    private func reserve() -> Bool {
        let step = 65_536
        let needed = (input.readableBytes + held) / step * step
        if needed < reserved {
            server.inbound.giveBack(reserved - needed)
            reserved = needed
        } else if needed > reserved {
            guard server.inbound.take(needed - reserved) else {
                askAgain()
                return false
            }
            reserved = needed
        }
        return true
    }

    /// One at a time: each that came would ask for another two.
    private func askAgain() {
        guard !isAskingAgain else { return }
        isAskingAgain = true
        loop.scheduleTask(in: .milliseconds(50)) { [weak self] in
            self?.isAskingAgain = false
            self?.resume()
        }
    }

    func resume() {
        process()
        flush()
        updateReading()
    }

    // MARK: The end

    /// Everything open ends with the error; called once or more.
    func close(_ error: CallError) {
        guard phase != .closed else { return }
        phase = .closed
        timer?.cancel()
        timer = nil
        let open = streams.values
        streams = [:]
        server.metrics[.wire].streams.add(-open.count)
        for stream in open { stream.give(up: error) }
        for entry in waiting { entry.continuation.resume() }
        waiting = []
        let windows = open.count { $0.hasWindow } * WireProtocol.initialCredit
        let wasLong = input.readableBytes >= 1_048_576
        input = ByteBuffer()
        if wasLong {
            server.releaseHeap(givingBack: reserved + windows)
        } else {
            server.inbound.giveBack(reserved + windows)
        }
        reserved = 0
        server.remove(self)
    }

    /// What is open is told that it will not be answered, and the connection closed. From any thread.
    func giveUp() {
        loop.execute {
            let why = "the server was stopped before the call was answered; send it to another"
            for id in self.streams.keys.sorted() { self.finish(id, .failure(CallError(.draining, why))) }
            self.closeNow()
        }
    }

    /// From any thread.
    func closeNow() {
        loop.execute {
            self.flush()
            self.context?.close(promise: nil)
        }
    }
}

extension TimeAmount {
    init(_ duration: Duration) {
        let (seconds, attoseconds) = duration.components
        self = .nanoseconds(seconds * 1_000_000_000 + attoseconds / 1_000_000_000)
    }
}
