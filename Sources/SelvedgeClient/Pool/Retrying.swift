internal import NIOCore
internal import Wire

/// How often one call was attempted, and whether it may be once more.
struct Retrying {
    private let policy: RetryPolicy
    private let isIdempotent: Bool
    private let expires: NIODeadline
    private var attempts = 0
    private var moves = 0
    private var hasRenewed = false

    /// How often a call goes elsewhere at once because a server that leaves did not look at it.
    private static let maxMoves = 16

    init(_ policy: RetryPolicy, isIdempotent: Bool, expires: NIODeadline) {
        self.policy = policy
        self.isIdempotent = isIdempotent
        self.expires = expires
    }

    /// Returns when the next attempt is due.
    ///
    /// - Throws: `error`, where there is none, or none in time.
    mutating func pause(after error: SelvedgeError) async throws(SelvedgeError) {
        guard let wait = next(error), NIODeadline.now() + TimeAmount(wait) < expires else { throw error }
        if wait > .zero {
            do { try await Task.sleep(for: wait) } catch { throw .cancelled }
        }
    }

    private mutating func next(_ error: SelvedgeError) -> Duration? {
        if error.fate == .skipped, moves < Self.maxMoves {
            moves += 1
            return .zero
        }
        if error.code == ErrorCode.credentialsExpired.rawValue, !hasRenewed {
            hasRenewed = true
            return .zero
        }
        attempts += 1
        return policy.wait(after: attempts, error, isIdempotent: isIdempotent)
    }
}
