internal import GRPCCore
internal import NIOCore

/// Messages stay bytes between gRPC and the handlers, which decode them as on the wire.
struct RawDeserializer: MessageDeserializer {
    func deserialize<Bytes: GRPCContiguousBytes>(_ bytes: Bytes) throws -> ByteBuffer {
        // Sound: the buffer copies what it is given during the call.
        unsafe bytes.withUnsafeBytes { unsafe ByteBuffer(bytes: $0) }
    }
}

struct RawSerializer: MessageSerializer {
    func serialize<Bytes: GRPCContiguousBytes>(_ message: ByteBuffer) throws -> Bytes {
        Bytes(message.readableBytesView)
    }
}
