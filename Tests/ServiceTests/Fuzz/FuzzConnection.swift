import NIOCore
import NIOEmbedded
import Service

/// One connection without a socket, on a loop and a clock of its own.
struct FuzzConnection {
    /// Keeps what the server writes. Confined to the channel's loop.
    private final class Recorder: ChannelOutboundHandler, @unchecked Sendable {
        typealias OutboundIn = ByteBuffer

        var splitter = FrameSplitter()
        var isClosed = false

        func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
            splitter.add(Array(unwrapOutboundIn(data).readableBytesView))
            promise?.succeed()
        }

        func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
            isClosed = true
            guard mode == .all else { return promise?.succeed() ?? () }
            context.close(mode: mode, promise: promise)
        }
    }

    /// What has been written so far.
    struct Written: Sendable {
        var frames: [FuzzFrame]
        var rest: [UInt8]
        var isClosed: Bool
    }

    private let channel: NIOAsyncTestingChannel
    private let recorder = Recorder()

    init(to server: WireServer) async throws {
        let recorder = recorder
        channel = try await NIOAsyncTestingChannel { channel in
            try channel.pipeline.syncOperations.addHandler(recorder)
            try server.serve(channel)
        }
        try await channel.connect(to: SocketAddress(unixDomainSocketPath: "fuzz"))
    }

    /// - Parameter isStalled: the client reads nothing from now on.
    func receive(_ chunks: [[UInt8]], isStalled: Bool) async throws {
        let channel = channel
        try await channel.testingEventLoop.executeInContext {
            if isStalled != !channel.isWritable {
                channel.isWritable = !isStalled
                channel.pipeline.fireChannelWritabilityChanged()
            }
            for chunk in chunks where channel.isActive {
                channel.pipeline.fireChannelRead(ByteBuffer(bytes: chunk))
                channel.pipeline.fireChannelReadComplete()
            }
        }
    }

    func written() async throws -> Written {
        let recorder = recorder
        return try await channel.testingEventLoop.executeInContext {
            Written(frames: recorder.splitter.frames, rest: recorder.splitter.rest, isClosed: recorder.isClosed)
        }
    }

    func wait(_ time: TimeAmount) async { await channel.testingEventLoop.advanceTime(by: time) }

    /// The client is gone.
    func close() async throws {
        try? await channel.close()
        // The handlers leave in a turn of their own.
        await channel.testingEventLoop.run()
        try await channel.throwIfErrorCaught()
    }
}
