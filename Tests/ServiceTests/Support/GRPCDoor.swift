import GRPCCore
import GRPCNIOTransportHTTP2Posix
import SwiftProtobuf
import Synchronization
import Wire

/// By grpc-swift's own client, with bytes for messages.
final class GRPCDoor: Door {
    private let client: GRPCClient<HTTP2ClientTransport.Posix>
    private let running: Task<Void, Never>
    private let metadata: Metadata

    /// - Parameter authorization: the metadata of that name.
    init(port: Int, security: HTTP2ClientTransport.Posix.TransportSecurity, authorization: [String]) throws {
        let client = GRPCClient(
            transport: try HTTP2ClientTransport.Posix(
                target: .ipv4(address: "127.0.0.1", port: port), transportSecurity: security))
        self.client = client
        var metadata = Metadata()
        for text in authorization { metadata.addString(text, forKey: "authorization") }
        self.metadata = metadata
        // How it ends is told by its calls.
        running = Task { do { try await client.runConnections() } catch {} }
    }

    private static var options: CallOptions {
        var options = CallOptions.defaults
        options.waitForReady = false
        options.timeout = .seconds(60)
        return options
    }

    func ask(_ method: Wire.Method, _ message: [UInt8]) async -> Reply {
        let stream = await open(method, message)
        if method.kind == .bidirectional { stream.finish() }
        return await stream.rest()
    }

    func open(_ method: Wire.Method, _ message: [UInt8]?) async -> DoorStream {
        let descriptor = MethodDescriptor(fullyQualifiedService: method.service, method: method.name)
        return open(descriptor, ends: method.kind != .bidirectional, message)
    }

    /// A method by any name, with an empty message.
    func ask(_ name: String, of service: String) async -> Reply { await open(name, of: service).rest() }

    func open(_ name: String, of service: String) async -> DoorStream {
        open(MethodDescriptor(fullyQualifiedService: service, method: name), ends: true, [])
    }

    private func open(_ descriptor: MethodDescriptor, ends: Bool, _ message: [UInt8]?) -> DoorStream {
        let (outgoing, sender) = AsyncStream.makeStream(of: [UInt8].self)
        let (incoming, receiver) = AsyncThrowingStream.makeStream(of: [UInt8].self)
        if let message { sender.yield(message) }
        if ends { sender.finish() }
        let request = StreamingClientRequest<[UInt8]>(metadata: metadata) { writer in
            for await message in outgoing { try await writer.write(message) }
        }
        let task = Task { [client] in
            do {
                try await client.bidirectionalStreaming(
                    request: request, descriptor: descriptor, serializer: BytesSerializer(),
                    deserializer: BytesDeserializer(), options: Self.options
                ) { response in
                    for try await message in response.messages { receiver.yield(message) }
                }
                receiver.finish()
            } catch { receiver.finish(throwing: error) }
            sender.finish()
        }
        let inbox = Inbox(incoming)
        return DoorStream(
            send: { sender.yield($0) }, finish: { sender.finish() },
            next: {
                let message = await inbox.next()
                if message == nil { task.cancel() }
                return message
            }, failure: { inbox.failure })
    }

    func close() async {
        running.cancel()
        await running.value
    }

    /// Messages as they come. Read by one task at a time.
    private final class Inbox: @unchecked Sendable {
        private var iterator: AsyncThrowingStream<[UInt8], any Error>.AsyncIterator
        private(set) var failure: Reply.Failure?

        init(_ stream: AsyncThrowingStream<[UInt8], any Error>) { iterator = stream.makeAsyncIterator() }

        func next() async -> [UInt8]? {
            do {
                return try await iterator.next()
            } catch {
                failure = (error as? RPCError).map { Reply.Failure($0) } ?? .init(status: .unknown, code: "\(error)")
                return nil
            }
        }
    }
}

private struct BytesSerializer: MessageSerializer {
    func serialize<Bytes: GRPCContiguousBytes>(_ message: [UInt8]) throws -> Bytes { Bytes(message) }
}

private struct BytesDeserializer: MessageDeserializer {
    func deserialize<Bytes: GRPCContiguousBytes>(_ bytes: Bytes) throws -> [UInt8] {
        // Sound: the list copies what it is given during the call.
        unsafe bytes.withUnsafeBytes { unsafe Array($0) }
    }
}

extension Reply.Failure {
    init(_ error: RPCError) {
        let status = Status(rawValue: UInt16(error.code.rawValue)) ?? .unknown
        self.init(status: status, code: "")
        for bytes in error.metadata[binaryValues: "selvedge-error-bin"] {
            guard let detail = try? SelvedgeErrorDetail(serializedBytes: bytes) else { continue }
            self.init(
                status: status, code: detail.code, field: detail.field, limit: detail.limit, message: detail.message)
        }
    }
}
