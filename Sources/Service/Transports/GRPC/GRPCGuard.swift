internal import NIOCore

/// Between TLS and HTTP/2: closes a connection whose preface (RFC 9113, 3.4) has not come in time, counts bytes, and gives the
/// transport time to take up what a caller opens before it ends the connection.
///
/// grpc-swift-nio-transport 2.9 never frees a connection that ends before it has taken up a stream that was opened on it, nor
/// that stream: some 1.6 KB for each, and 35 KB. So a frame that opens a stream is handed on in a turn of the loop's
/// own, the socket is not read meanwhile, and a connection that is ended for what its caller sent (too many resets,
/// what is no frame) is closed a moment later. A caller who is gone himself in that moment still costs the 35 KB.
final class GRPCGuard: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer
    typealias OutboundIn = IOData
    typealias OutboundOut = IOData

    /// In which a stream that was opened is surely taken up.
    private static let moment = TimeAmount.milliseconds(100)

    private let handshake: TimeAmount
    private let metrics: ConnectionMetrics
    private var end: Scheduled<Void>?
    private var cuts = HTTP2Cuts()
    /// What has come and was not handed on.
    private var waiting = ByteBuffer()
    private var isHandingOn = false
    private var isInRead = false
    /// The connection is about to be closed from this side.
    private var isEnding = false
    private var wantsRead = false
    private var isInputClosed = false
    /// Bytes written since the last flush.
    private var written = 0

    init(handshake: TimeAmount, metrics: ConnectionMetrics) {
        self.handshake = handshake
        self.metrics = metrics
    }

    func handlerAdded(context: ChannelHandlerContext) {
        let channel = context.channel
        end = context.eventLoop.scheduleTask(in: handshake) { channel.close(promise: nil) }
    }

    func handlerRemoved(context: ChannelHandlerContext) { end?.cancel() }

    // MARK: In

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var bytes = unwrapInboundIn(data)
        metrics.received.add(bytes.readableBytes)
        guard !isEnding else { return }
        if isHandingOn {
            waiting.writeBuffer(&bytes)
        } else {
            waiting = bytes
            handOn(context)
        }
        if cuts.hasPreface, let end {
            end.cancel()
            self.end = nil
        }
    }

    /// Up to the end of the next frame that opens a stream; the rest in the turns that follow.
    private func handOn(_ context: ChannelHandlerContext) {
        let count = cuts.next(waiting.readableBytesView)
        guard let piece = waiting.readSlice(length: count) else { return }
        isHandingOn = waiting.readableBytes > 0
        isInRead = true
        context.fireChannelRead(wrapInboundOut(piece))
        isInRead = false
        guard isHandingOn, !isEnding else {
            isHandingOn = false
            return waiting.clear()
        }
        let loop = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        context.eventLoop.execute {
            let (guardian, context) = loop.value
            guardian.goOn(context)
        }
    }

    private func goOn(_ context: ChannelHandlerContext) {
        guard context.channel.isActive || isInputClosed else { return waiting.clear() }
        handOn(context)
        guard !isHandingOn else { return }
        context.fireChannelReadComplete()
        if isInputClosed { context.fireUserInboundEventTriggered(ChannelEvent.inputClosed) }
        if wantsRead {
            wantsRead = false
            context.read()
        }
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        if !isHandingOn { context.fireChannelReadComplete() }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if isHandingOn, case .inputClosed? = event as? ChannelEvent {
            isInputClosed = true
        } else {
            context.fireUserInboundEventTriggered(event)
        }
    }

    func read(context: ChannelHandlerContext) {
        guard !isEnding else { return }
        if isHandingOn { wantsRead = true } else { context.read() }
    }

    // MARK: Out

    /// A close that follows from what was handed on waits a moment, in which no more is: see above.
    func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
        guard isInRead, mode == .all else { return context.close(mode: mode, promise: promise) }
        isEnding = true
        waiting.clear()
        let bound = NIOLoopBound(context, eventLoop: context.eventLoop)
        context.eventLoop.scheduleTask(in: Self.moment) { bound.value.close(mode: mode, promise: promise) }
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        written += unwrapOutboundIn(data).readableBytes
        context.write(data, promise: promise)
    }

    func flush(context: ChannelHandlerContext) {
        metrics.sent.add(written)
        written = 0
        context.flush()
    }
}
