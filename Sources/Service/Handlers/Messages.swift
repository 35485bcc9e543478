internal import NIOCore
internal import SwiftProtobuf
internal import Wire

/// Messages from and to bytes.
extension Handlers {
    func decode<M: SwiftProtobuf.Message>(_ buffer: ByteBuffer, as type: M.Type = M.self) throws(CallError) -> M {
        do {
            return try M(serializedBytes: buffer.getBytes(at: buffer.readerIndex, length: buffer.readableBytes) ?? [])
        } catch {
            throw CallError(
                .malformedMessage, "the message is no \(M.protoMessageName); encode it as its .proto file says")
        }
    }

    func encode(_ message: some SwiftProtobuf.Message) throws(CallError) -> ByteBuffer {
        do {
            let bytes: [UInt8] = try message.serializedBytes()
            return ByteBuffer(bytes: bytes)
        } catch {
            throw CallError(.internal, "an answer could not be encoded")
        }
    }

    /// The one message of a stream that has one.
    func first<M: SwiftProtobuf.Message>(of stream: MessageStream) async throws(CallError) -> M {
        let message: ByteBuffer?
        do { message = try await stream.next() } catch { throw CallError(store: error) }
        guard let message else { throw CallError(.malformedMessage, "the call has no message") }
        return try decode(message)
    }

    /// Sends a message of a stream once the caller has credit for it.
    func send(_ message: some SwiftProtobuf.Message, _ stream: MessageStream) async throws(CallError) {
        let bytes = try encode(message)
        do { try await stream.send(bytes) } catch { throw CallError(store: error) }
    }
}
