package import Identity
internal import Synchronization
internal import Wire

/// Who may do what at this moment: authenticates callers and holds the policy, which may be replaced while calls go on.
package final class Authority: Sendable {
    private let clock: @Sendable () -> Timestamp
    private let policy: Mutex<Policy>
    private let counter = Atomic<UInt64>(1)
    private let verified = TokenCache()
    private let budgets = GenericBudget()

    package init(policy: Policy, clock: @escaping @Sendable () -> Timestamp) {
        self.policy = Mutex(policy)
        self.clock = clock
    }

    /// Another with each policy; one load, so that each call can ask.
    package var generation: UInt64 { counter.load(ordering: .acquiring) }

    /// Throws UNAUTHENTICATED (`unauthenticated`, `credentials_expired`), never with anything that the token holds. A
    /// token that was verified under this policy is not verified again until it ends.
    package func authenticate(token: String) async throws(CallError) -> Principal {
        let (policy, generation) = current()
        let now = clock()
        let isShort = token.utf8.count <= TokenVerifier.maximumBytes
        if isShort, let held = verified.principal(of: token, generation: generation, at: now) { return held }
        guard let rules = policy.tokens else {
            throw CallError(.unauthenticated, "no tokens are taken here: use a client certificate", field: "token")
        }
        let verifier = TokenVerifier(rules: rules, trustDomain: policy.trustDomain)
        let principal = try verifier.verify(token, at: now)
        verified.keep(principal, of: token, generation: generation)
        return principal
    }

    /// DER, leaf first; TLS has verified the chain. Throws UNAUTHENTICATED (`unauthenticated`, `credentials_expired`).
    package func authenticate(certificates der: [[UInt8]]) throws(CallError) -> Principal {
        guard let trustDomain = current().policy.trustDomain else {
            throw CallError(
                .unauthenticated, "no client certificates are taken here: send a token", field: "certificate")
        }
        return try CertificateVerifier(trustDomain: trustDomain).verify(der, at: clock())
    }

    /// Under the policy that is current. Who is not in it has no role.
    package func grants(of principal: Principal) -> Grants {
        let (policy, generation) = current()
        return policy.grants(of: principal, generation: generation)
    }

    /// The budget that all connections of the principal share; to be asked for again whenever the grants are. A principal
    /// without a role has one of its own, as it is answered nothing. Throws RESOURCE_EXHAUSTED (`generic_budget`) past
    /// 10,000 principals.
    package func budget(for principal: Principal) throws(CallError) -> PrincipalBudget {
        let grants = grants(of: principal)
        guard !grants.roles.isEmpty, grants.genericBudget != PrincipalBudget.unlimited else {
            return PrincipalBudget(limit: grants.genericBudget)
        }
        return try budgets.budget(name: principal.name, limit: grants.genericBudget, at: clock())
    }

    /// Calls that begin after this returns are judged by the new policy, on open connections too.
    package func reload(_ new: Policy) {
        policy.withLock { policy in
            policy = new
            counter.add(1, ordering: .releasing)
        }
        budgets.setLimits { name in new.line(for: name)?.genericBudget ?? 0 }
    }

    /// Who may ask for a purpose: names and families of names of the policy, in order.
    func principals(byPurpose purposes: [String]) -> [String: [String]] {
        let policy = current().policy
        return Dictionary(uniqueKeysWithValues: purposes.map { ($0, policy.principals(for: $0)) })
    }

    private func current() -> (policy: Policy, generation: UInt64) {
        policy.withLock { ($0, counter.load(ordering: .relaxed)) }
    }
}
