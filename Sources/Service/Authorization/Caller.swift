package import Engine
internal import GraphStore
package import Identity
internal import Wire

/// Who calls on a connection, with what the policy grants at this moment. Confined to the connection's thread.
package final class Caller {
    /// A purpose as the hot path finds it.
    struct PurposeEntry {
        var name: [UInt8]
        var number: UInt8
        /// Place in the configuration's names.
        var index: Int
        var isPermitted: Bool
    }

    package private(set) var principal: Principal
    package private(set) var grants: Grants
    private(set) var purposes: [PurposeEntry] = []
    private(set) var budget: PrincipalBudget
    private let authority: Authority
    private let engine: Engine

    package init(_ principal: Principal, _ authority: Authority, _ engine: Engine) {
        self.principal = principal
        self.authority = authority
        self.engine = engine
        grants = authority.grants(of: principal)
        budget = authority.budget(for: principal)
        fill()
    }

    /// New credentials on the same connection.
    package func renew(_ principal: Principal) {
        self.principal = principal
        take(authority.grants(of: principal))
    }

    /// Asked before every call: whether the caller is still who they were, under the policy that is current.
    ///
    /// - Throws: `unauthenticated` for nobody, `credentials_expired` past the end of the token or certificate.
    @inline(__always)
    package func refresh(_ now: Timestamp) throws(CallError) {
        if grants.generation != authority.generation { take(authority.grants(of: principal)) }
        if let expires = principal.expires, now >= expires { throw Self.expired }
        if principal.kind == .nobody { throw Self.nobody }
    }

    private func take(_ grants: Grants) {
        self.grants = grants
        budget = authority.budget(for: principal)
        fill()
    }

    private func fill() {
        purposes = engine.store.configuration.purposeNames.enumerated().compactMap { index, name in
            guard let number = try? engine.purpose(named: name) else { return nil }
            var isPermitted = true
            do throws(CallError) {
                try AccessTable.check(.resolve, grants, Demand(purpose: name))
            } catch { isPermitted = false }
            return PurposeEntry(name: Array(name.utf8), number: number, index: index, isPermitted: isPermitted)
        }
    }

    private static let nobody = CallError(
        .unauthenticated, "the call needs credentials: a client certificate, or a token in HELLO or as bearer")
    private static let expired = CallError(
        .credentialsExpired, "the credentials have come to their end; authenticate again with new ones")
}
