import Testing
import Wire

/// One caller's way to a server, in bytes: the same over both protocols, so that a case is told once.
protocol Door: Sendable {
    /// One request, and all that comes back: of a unary call one message, of a server's stream any number.
    func ask(_ method: Wire.Method, _ message: [UInt8]) async -> Reply
    func open(_ method: Wire.Method, _ message: [UInt8]?) async -> DoorStream
    func close() async
}

/// What came of a call.
struct Reply: Hashable, Sendable {
    var messages: [[UInt8]] = []
    /// Nil: it ended with OK.
    var failure: Failure?

    struct Failure: Hashable, Sendable {
        var status: Status
        /// Empty where no detail came: the connection ended, or was never made.
        var code: String
        var field = ""
        var limit: UInt64 = 0
        var message = ""
    }

    /// The connection was refused or ended, and the server said nothing of a call.
    var isUnanswered: Bool {
        guard let failure, failure.status == .unavailable else { return false }
        return ["", "connect_failed", "connection_lost"].contains(failure.code)
    }

    /// Status and code in one text, such as `PERMISSION_DENIED role_required`; `ok` where there is none.
    var end: String { failure.map { "\($0.status) \($0.code)" } ?? "ok" }
}

/// A stream that is open. One task reads.
struct DoorStream: Sendable {
    let send: @Sendable ([UInt8]) async -> Void
    /// No message follows.
    let finish: @Sendable () -> Void
    /// The next message; nil where the stream has ended.
    let next: @Sendable () async -> [UInt8]?
    /// How it ended; asked after the last message.
    let failure: @Sendable () async -> Reply.Failure?

    /// What is left of it.
    func rest() async -> Reply {
        var reply = Reply()
        while let message = await next() { reply.messages.append(message) }
        reply.failure = await failure()
        return reply
    }
}

/// Which of the two.
enum DoorKind: String, CaseIterable, Sendable, CustomTestStringConvertible {
    case wire, grpc

    var testDescription: String { rawValue }
}
