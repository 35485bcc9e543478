internal import NIOCore
public import SwiftProtobuf
internal import Wire

/// What a server sends in answer to one call, message by message. Each iteration is a call of its own, made when its first
/// message is asked for. The server is at most ``ClientConfiguration/streamCredit`` bytes ahead of the reader. Who stops
/// reading gives the call up.
public struct MessageSequence<Response: SwiftProtobuf.Message>: AsyncSequence, Sendable {
    public typealias Element = Response
    public typealias Failure = SelvedgeError

    let open: @Sendable () throws(SelvedgeError) -> MessageReader<Response>

    public func makeAsyncIterator() -> Iterator { Iterator(open: open) }

    public struct Iterator: AsyncIteratorProtocol {
        let open: @Sendable () throws(SelvedgeError) -> MessageReader<Response>
        private var reader: MessageReader<Response>?

        init(open: @escaping @Sendable () throws(SelvedgeError) -> MessageReader<Response>) { self.open = open }

        public mutating func next(
            isolation actor: isolated (any Actor)? = #isolation
        ) async throws(SelvedgeError) -> Response? {
            if let reader { return try await reader.next() }
            let opened = try open()
            reader = opened
            return try await opened.next()
        }
    }
}

/// Reads one stream. Until its first message has come, it may be opened again.
final class MessageReader<Response: SwiftProtobuf.Message> {
    private let client: SelvedgeClient
    private let method: Wire.Method
    private let request: [UInt8]
    private let deadline: Duration?
    private var retrying: Retrying
    private var stream: CallStream?
    private var hasBegun = false
    private var isOver = false

    init(_ client: SelvedgeClient, _ method: Wire.Method, _ request: [UInt8], deadline: Duration?) {
        self.client = client
        self.method = method
        self.request = request
        self.deadline = deadline
        // Attempts bound it, not time: a stream may last.
        retrying = Retrying(client.configuration.retry, isIdempotent: true, expires: .distantFuture)
    }

    deinit { stream?.cancel() }

    func next() async throws(SelvedgeError) -> Response? {
        while !isOver {
            do throws(SelvedgeError) {
                guard let message = try await current().next() else {
                    isOver = true
                    return nil
                }
                hasBegun = true
                return try Response(wireBytes: message)
            } catch {
                stream?.cancel()
                stream = nil
                if hasBegun {
                    isOver = true
                    throw error
                }
                try await retrying.pause(after: error)
            }
        }
        return nil
    }

    private func current() async throws(SelvedgeError) -> CallStream {
        if let stream { return stream }
        let connection = try await client.pool.lease(until: client.patience()).get()
        let stream = try connection.open(method, request, ends: true, deadline: deadline, isReserved: true)
        self.stream = stream
        return stream
    }
}

extension SelvedgeClient {
    /// How long a stream waits for a place on a connection.
    func patience() -> NIODeadline { .now() + TimeAmount(configuration.deadline) }
}
