internal import GRPCCore
internal import NIOCore

/// The messages of a call, one at a time. Asked by one task at a time, as the stream's handler does.
final class IncomingMessages: @unchecked Sendable {
    private var iterator: RPCAsyncSequence<ByteBuffer, any Error>.AsyncIterator

    init(_ messages: RPCAsyncSequence<ByteBuffer, any Error>) { iterator = messages.makeAsyncIterator() }

    func next() async throws -> ByteBuffer? { try await iterator.next() }
}
