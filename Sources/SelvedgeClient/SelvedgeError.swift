package import NIOCore
internal import SwiftProtobuf
public import Wire

/// How a call ends that has no answer: gRPC's status and the typed detail. Never holds an identifier.
///
/// Codes of the server stand in the article on the wire protocol. This library's own are `connect_failed`, `connection_lost`,
/// `pool_exhausted`, `client_closed`, `token_unavailable`, `invalid_address` and `invalid_configuration`; it also uses
/// `cancelled`, `deadline_exceeded`, `frame_too_large`, `too_many_streams`, `protocol_error`, `malformed_message` and
/// `unsupported_version` where it finds them before the server does.
public struct SelvedgeError: Error, Hashable, Sendable {
    public var status: Status
    /// One of a closed list, such as `unknown_purpose`.
    public var code: String
    /// A sentence: what was wrong, where, what to do.
    public var message: String
    /// Such as `observations[3].source`; empty where it is the call as a whole.
    public var field: String
    /// The limit that was passed, in the unit that the message names; 0 where it was none.
    public var limit: UInt64
    /// When to try again; nil: not before something is changed.
    public var retryAfter: Duration?
    /// How far the call had come.
    package var fate: Fate

    /// What is known of a call that failed; it decides whether it may be sent again.
    package enum Fate: Hashable, Sendable {
        /// The server has answered.
        case answered
        /// It never left this process.
        case unsent
        /// The server said that it did not look at it.
        case skipped
        /// The connection ended under it: it may have been carried out.
        case lost
    }

    package init(
        _ status: Status, _ code: String, _ message: String, field: String = "", limit: Int = 0, fate: Fate = .unsent
    ) {
        self.status = status
        self.code = code
        self.message = message
        self.field = field
        self.limit = UInt64(limit)
        self.fate = fate
    }

    /// What a RESPONSE or GOAWAY says. A status that is not known, or a detail that cannot be read, becomes UNKNOWN.
    package init(status: UInt16, detail bytes: ByteBuffer, fate: Fate = .answered) {
        let detail = try? SelvedgeErrorDetail(serializedBytes: bytes.readableBytesSpan)
        self.status = Status(rawValue: status) ?? .unknown
        code = detail?.code ?? "malformed_message"
        message = detail?.message ?? "the server sent an error that cannot be read"
        field = detail?.field ?? ""
        limit = detail?.limit ?? 0
        retryAfter = (detail?.retryAfterMs).flatMap { $0 > 0 ? .milliseconds($0) : nil }
        self.fate = fate
    }
}

extension SelvedgeError: CustomStringConvertible {
    public var description: String {
        let place = field.isEmpty ? "" : " (\(field))"
        return "\(status) \(code): \(message)\(place)"
    }
}

extension SelvedgeError {
    package static var cancelled: SelvedgeError {
        SelvedgeError(.cancelled, ErrorCode.cancelled.rawValue, "the task was cancelled", fate: .answered)
    }

    package static var deadline: SelvedgeError {
        SelvedgeError(
            .deadlineExceeded, ErrorCode.deadlineExceeded.rawValue, "no answer came within the call's deadline",
            fate: .lost)
    }

    package static var clientClosed: SelvedgeError {
        SelvedgeError(.unavailable, "client_closed", "the client was shut down")
    }

    package static func lost(_ why: String) -> SelvedgeError {
        SelvedgeError(.unavailable, "connection_lost", why, fate: .lost)
    }

    /// The server does not keep to the protocol.
    package static func malformed(_ what: String) -> SelvedgeError {
        SelvedgeError(.internal, ErrorCode.protocolError.rawValue, "the server sent \(what)", fate: .lost)
    }

    package static var unreadable: SelvedgeError {
        SelvedgeError(
            .internal, ErrorCode.malformedMessage.rawValue, "the server's message cannot be decoded", fate: .answered)
    }
}
