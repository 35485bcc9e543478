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

    package let grants: Grants
    let purposes: [PurposeEntry]
    let budget: PrincipalBudget
    private let authority: Authority
    private let engine: Engine

    package var principal: Principal { grants.principal }

    /// - Throws: `generic_budget` where there are too many principals.
    package init(_ principal: Principal, _ authority: Authority, _ engine: Engine) throws(CallError) {
        self.authority = authority
        self.engine = engine
        let grants = authority.grants(of: principal)
        self.grants = grants
        budget = try authority.budget(for: principal)
        // The end of the credentials is looked at in each call.
        let before = Timestamp(milliseconds: 0)
        purposes = engine.store.configuration.purposeNames.enumerated().compactMap { index, name in
            guard let number = try? engine.purpose(named: name) else { return nil }
            let decision = grants.decide(.resolve, .view(purpose: name, look: false), at: before)
            return PurposeEntry(
                name: Array(name.utf8), number: number, index: index, isPermitted: decision == .allowed)
        }
    }

    /// Asked before every call: the caller under the policy that is current.
    ///
    /// - Throws: `unauthenticated` for nobody, `credentials_expired` past the end of the token or certificate.
    @inline(__always)
    package func current(at now: Timestamp) throws(CallError) -> Caller {
        let caller = grants.generation == authority.generation ? self : try Caller(principal, authority, engine)
        if let error = caller.grants.standing(at: now) { throw error }
        return caller
    }
}
