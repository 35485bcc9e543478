/// Who may do what, as resolved: read from YAML by `load(file:against:)` and not changed afterwards.
package struct Policy: Sendable {
    /// A line of `principals`.
    struct Line: Sendable {
        var roles: RoleSet
        var purposes: NameSet = .none
        var sources: NameSet = .none
        var genericBudget = Policy.defaultGenericBudget
    }

    package static let defaultGenericBudget = 100_000
    /// Lines of `principals`.
    package static let maximumPrincipals = 10_000

    var tokens: TokenRules?
    /// Of the SPIFFE ids that certificates may carry; nil: no certificate is taken.
    var trustDomain: String?
    /// By the exact name.
    var exact: [String: Line] = [:]
    /// By what stands before the last segment, with its slash, of names that end in `/*`.
    var families: [String: Line] = [:]
    private(set) var isInsecure = false

    init() {}

    /// Everyone may do everything: for a server on loopback that was told to run without authentication, and nothing else.
    package static var insecureLoopback: Policy {
        var policy = Policy()
        policy.isInsecure = true
        return policy
    }

    /// The line for a name: its own, or else that of its family.
    func line(for name: String) -> Line? {
        if let own = exact[name] { return own }
        guard let slash = name.utf8.lastIndex(of: UInt8(ascii: "/")) else { return nil }
        let segment = name.utf8.index(after: slash)
        guard segment < name.utf8.endIndex else { return nil }
        return families[String(name[..<segment])]
    }

    /// Names with role resolve that may ask for a purpose; a family as it is written, with `/*`.
    func principals(for purpose: String) -> [String] {
        let lines = exact.map { ($0.key, $0.value) } + families.map { ($0.key + "*", $0.value) }
        return lines.filter { $0.1.roles.contains(.resolve) && $0.1.purposes.contains(purpose) }.map(\.0).sorted()
    }

    func grants(of principal: Principal, generation: UInt64) -> Grants {
        switch principal.kind {
        case .nobody: return Grants(principal: principal, generation: generation)
        case .insecure:
            guard isInsecure else { return Grants(principal: principal, generation: generation, isRevoked: true) }
            return Grants(
                principal: principal, roles: .all, purposes: .all, sources: .all, generation: generation,
                genericBudget: PrincipalBudget.unlimited)
        case .certificate, .token:
            guard vouches(for: principal) else {
                return Grants(principal: principal, generation: generation, isRevoked: true)
            }
            guard let line = line(for: principal.name) else {
                return Grants(principal: principal, generation: generation)
            }
            return Grants(
                principal: principal, roles: line.roles, purposes: line.purposes, sources: line.sources,
                generation: generation, genericBudget: line.genericBudget)
        }
    }

    /// Whether what proved the principal is still in the policy.
    private func vouches(for principal: Principal) -> Bool {
        switch principal.kind {
        case .certificate: principal.voucher == trustDomain
        case .token: tokens?.keys.contains { $0.fingerprint == principal.voucher } ?? false
        case .insecure, .nobody: false
        }
    }
}
