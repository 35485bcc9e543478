internal import Identity
internal import Synchronization

/// Tokens that were verified under one policy, by their SHA-256: gRPC brings one with each call. At most 4,096, about 1 MB; then
/// it begins anew.
final class TokenCache: Sendable {
    static let limit = 4_096

    private struct State {
        var generation: UInt64 = 0
        var principals: [Digest: Principal] = [:]
    }

    private let state = Mutex(State())

    /// Nil for one that is not held, or has ended.
    func principal(of token: String, generation: UInt64, at now: Timestamp) -> Principal? {
        let key = Self.key(token)
        let held = state.withLock { $0.generation == generation ? $0.principals[key] : nil }
        guard let held, let expires = held.expires, now < expires else { return nil }
        return held
    }

    func keep(_ principal: Principal, of token: String, generation: UInt64) {
        let key = Self.key(token)
        state.withLock { state in
            guard generation >= state.generation else { return }
            if generation > state.generation || state.principals.count >= Self.limit { state.principals = [:] }
            state.generation = generation
            state.principals[key] = principal
        }
    }

    private static func key(_ token: String) -> Digest { Digest(sha256: Array(token.utf8).span) }
}
