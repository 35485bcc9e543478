package import Wire

/// How a call ends that is not answered: a status and its typed detail, the same on both protocols. Never holds an
/// identifier.
package struct CallError: Error, Hashable, Sendable {
    package var status: Status
    /// An `ErrorCode`, or the reason of a Refusal.
    package var code: String
    /// What was wrong, where, what to do.
    package var message: String
    package var field: String
    /// The limit that was passed; 0: none.
    package var limit: UInt64
    /// Milliseconds; 0: not before something is changed.
    package var retryAfter: UInt32

    package init(_ code: ErrorCode, _ message: String, field: String = "", limit: Int = 0, retryAfter: UInt32 = 0) {
        self.status = code.status
        self.code = code.rawValue
        self.message = message
        self.field = field
        self.limit = UInt64(limit)
        self.retryAfter = retryAfter
    }

    /// A message that was not taken, by a reason that is no `ErrorCode`.
    package init(invalid reason: String, _ message: String, field: String) {
        status = .invalidArgument
        code = reason
        self.message = message
        self.field = field
        limit = 0
        retryAfter = 0
    }

    package var detail: SelvedgeErrorDetail {
        var detail = SelvedgeErrorDetail()
        detail.code = code
        detail.message = message
        detail.field = field
        detail.limit = limit
        detail.retryAfterMs = retryAfter
        return detail
    }
}

extension CallError: CustomStringConvertible {
    package var description: String { "\(status) \(code): \(message)" }
}
