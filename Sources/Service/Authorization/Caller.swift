package import Engine
internal import GraphStore
package import Identity
internal import Wire

/// Who calls, with what the policy granted when this was made.
package final class Caller: Sendable {
    /// A purpose as the hot path finds it.
    struct PurposeEntry: Sendable {
        var name: [UInt8]
        var number: UInt8
        /// Place in the configuration's names.
        var index: Int
        var isPermitted: Bool
    }

    package let principal: Principal
    package let grants: Grants
    let purposes: [PurposeEntry]
    let budget: PrincipalBudget
    private let authority: Authority
    private let engine: Engine

    package init(_ principal: Principal, _ authority: Authority, _ engine: Engine) {
        self.principal = principal
        self.authority = authority
        self.engine = engine
        let grants = authority.grants(of: principal)
        self.grants = grants
        budget = authority.budget(for: principal)
        purposes = engine.store.configuration.purposeNames.enumerated().compactMap { index, name in
            guard let number = try? engine.purpose(named: name) else { return nil }
            return PurposeEntry(
                name: Array(name.utf8), number: number, index: index, isPermitted: Self.permits(name, grants))
        }
    }

    private static func permits(_ purpose: String, _ grants: Grants) -> Bool {
        do throws(CallError) {
            try AccessTable.check(.resolve, grants, Demand(purpose: purpose))
            return true
        } catch {
            return false
        }
    }

    /// Asked before every call: the caller under the policy that is current.
    ///
    /// - Throws: `unauthenticated` for nobody, `credentials_expired` past the end of the token or certificate.
    @inline(__always)
    package func current(at now: Timestamp) throws(CallError) -> Caller {
        if let expires = principal.expires, now >= expires { throw Self.expired }
        if principal.kind == .nobody { throw Self.nobody }
        return grants.generation == authority.generation ? self : Caller(principal, authority, engine)
    }

    private static let nobody = CallError(
        .unauthenticated, "the call needs credentials: a client certificate, or a token in HELLO or as bearer")
    private static let expired = CallError(
        .credentialsExpired, "the credentials have come to their end; authenticate again with new ones")
}
