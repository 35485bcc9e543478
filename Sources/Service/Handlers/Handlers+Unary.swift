package import NIOCore
internal import Wire

extension Handlers {
    /// Answers a unary call that waits for the writer, the audit or a long read.
    package func answer(_ message: ByteBuffer, _ call: Call) async throws(CallError) -> ByteBuffer {
        switch call.method {
        case .record: try encode(try await record(try decode(message), call))
        default: throw CallError(.unknownMethod, "\(call.method) is not there yet")
        }
    }

    /// Serves a stream until it ends.
    package func serve(_ stream: MessageStream, _ call: Call) async throws(CallError) {
        switch call.method {
        case .recordStream: try await recordStream(stream, call)
        default: throw CallError(.unknownMethod, "\(call.method) is not there yet")
        }
    }
}
