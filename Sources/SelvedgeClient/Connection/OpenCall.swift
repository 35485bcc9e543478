internal import NIOCore

/// Wakes the task that made a unary call.
typealias UnaryContinuation = CheckedContinuation<Result<ByteBuffer, SelvedgeError>, Never>

/// What a connection knows of a stream that the server has not ended.
enum OpenCall {
    case unary(UnaryCall)
    case stream(CallStream, expires: NIODeadline)
    /// We gave it up, the server has not answered: it still counts towards `max_streams`.
    case abandoned
}

struct UnaryCall {
    /// Of this process, by which the task's cancellation finds it.
    let id: UInt64
    let expires: NIODeadline
    let continuation: UnaryContinuation
}

/// What is done when the connection's lock has been let go.
enum Effect {
    case answer(UnaryContinuation, Result<ByteBuffer, SelvedgeError>)
    case message(CallStream, ByteBuffer)
    case credit(CallStream, Int)
    /// Nil: status OK.
    case end(CallStream, SelvedgeError?)
    case greeted(CheckedContinuation<SelvedgeError?, Never>, SelvedgeError?)
    case event(Connection.Event)
    /// Closed when what was written has been flushed.
    case close
}
