package import Identity
package import Wire

/// Names that a principal may use.
package enum NameSet: Hashable, Sendable {
    case all
    case some(Set<String>)

    package static let none = NameSet.some([])

    package func contains(_ name: String) -> Bool {
        switch self {
        case .all: true
        case .some(let names): names.contains(name)
        }
    }

    package var isEmpty: Bool { self == .none }
}

/// What a policy gives to a principal. A value of one generation of the policy: a connection keeps it, and asks the
/// authority again once `Authority.generation` is another.
package struct Grants: Sendable {
    package let principal: Principal
    package let roles: RoleSet
    package let purposes: NameSet
    package let sources: NameSet
    /// Of the policy.
    package let generation: UInt64
    /// Distinct generic answers an hour.
    package let genericBudget: Int
    /// Whether the key or trust domain that proved the principal is no longer the policy's.
    package let isRevoked: Bool

    package init(
        principal: Principal, roles: RoleSet = [], purposes: NameSet = .none, sources: NameSet = .none,
        generation: UInt64, genericBudget: Int = 0, isRevoked: Bool = false
    ) {
        self.principal = principal
        self.roles = roles
        self.purposes = purposes
        self.sources = sources
        self.generation = generation
        self.genericBudget = genericBudget
        self.isRevoked = isRevoked
    }

    /// Whether a call of the method could be allowed, whatever it holds: to be asked before its message is decoded.
    package func admits(_ method: Method, at now: Timestamp) -> AccessDecision {
        let rule = AccessTable.rule(for: method)
        if case .everyone = rule { return .allowed }
        if let error = standing(at: now) { return .refused(error) }
        return roles.isDisjoint(with: rule.roles) ? .refused(missing(rule.roles, for: method)) : .allowed
    }

    /// Whether the call is allowed. Asked for each call and each message of a stream: credentials end, policies change.
    package func decide(_ method: Method, _ demand: AccessDemand, at now: Timestamp) -> AccessDecision {
        let rule = AccessTable.rule(for: method)
        if case .everyone = rule { return .allowed }
        if let error = standing(at: now) { return .refused(error) }
        switch (rule, demand) {
        case (.anyOf(let wanted), _): return decide(anyOf: wanted, method)
        case (.purpose(let role, let looking), .view(let purpose, let look)):
            return look ? decide(anyOf: looking, method) : decide(purpose: purpose, role, method)
        case (.source(let role, let deciding), .observations(let sources, let first)):
            return decide(sources, role, first, deciding, method)
        case (.source(let role, _), .source(let source)): return decide(source: source, role, method, field: "source")
        case (.sourceOrWhole(let role, _), .source(let source)):
            return decide(source: source, role, method, field: "record.source")
        case (.sourceOrWhole(_, let whole), .wholeSource): return decide(anyOf: RoleSet(whole), method)
        default:
            return .refused(
                CallError(.internal, "\(method) was judged by what is not its own: report this as a defect"))
        }
    }

    /// Why nothing but what everyone may is allowed at this moment.
    func standing(at now: Timestamp) -> CallError? {
        if principal.kind == .nobody {
            return CallError(
                .unauthenticated, "nobody has been authenticated here: send a token or use a client certificate")
        }
        if let expires = principal.expires, now >= expires {
            return CallError(.credentialsExpired, "the credentials have ended: authenticate again with newer ones")
        }
        if isRevoked {
            return CallError(.unauthenticated, "what proved the caller is no longer in the policy: authenticate again")
        }
        return nil
    }

    private func decide(anyOf wanted: RoleSet, _ method: Method) -> AccessDecision {
        roles.isDisjoint(with: wanted) ? .refused(missing(wanted, for: method)) : .allowed
    }

    private func decide(purpose: String, _ role: Role, _ method: Method) -> AccessDecision {
        guard roles.contains(role) else { return .refused(missing(RoleSet(role), for: method)) }
        guard !purpose.isEmpty else {
            return .refused(CallError(.missingField, "\(method) needs a purpose: name one of yours", field: "purpose"))
        }
        guard purposes.contains(purpose) else {
            return .refused(
                CallError(
                    .purposeNotPermitted, "the policy does not give this purpose to the caller: name one of yours",
                    field: "purpose"))
        }
        return .allowed
    }

    private func decide(source: String, _ role: Role, _ method: Method, field: String) -> AccessDecision {
        guard roles.contains(role) else { return .refused(missing(RoleSet(role), for: method)) }
        return sources.contains(source) ? .allowed : .refused(foreignSource(field))
    }

    private func decide(
        _ names: [String], _ role: Role, _ firstDecision: Int?, _ deciding: Role?, _ method: Method
    ) -> AccessDecision {
        guard roles.contains(role) else { return .refused(missing(RoleSet(role), for: method)) }
        if let firstDecision, let deciding, !roles.contains(deciding) {
            return .refused(missing(RoleSet(deciding), for: method, field: "observations[\(firstDecision)].decisions"))
        }
        // Batches are mostly of one source.
        var allowed: String?
        for (index, name) in names.enumerated() where name != allowed {
            guard sources.contains(name) else { return .refused(foreignSource("observations[\(index)].source")) }
            allowed = name
        }
        return .allowed
    }

    private func missing(_ wanted: RoleSet, for method: Method, field: String = "") -> CallError {
        CallError(
            .roleRequired, "\(method) needs the role \(wanted), which the policy does not give to the caller",
            field: field)
    }

    /// Does not repeat the name: it is the caller's text.
    private func foreignSource(_ field: String) -> CallError {
        CallError(
            .sourceNotPermitted, "the policy does not give this source to the caller: send for one of yours",
            field: field)
    }
}
