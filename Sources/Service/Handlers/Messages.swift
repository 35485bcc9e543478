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
}
