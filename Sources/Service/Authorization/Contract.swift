// TEMPORARY until the authorization lands.
package import Identity
internal import Synchronization
package import Wire

package struct Principal: Hashable, Sendable {
    package enum Kind: Sendable { case certificate, token, insecure, nobody }
    package var name: String
    package var kind: Kind
    package var expires: Timestamp?
    package init(name: String, kind: Kind, expires: Timestamp?) {
        self.name = name
        self.kind = kind
        self.expires = expires
    }
}

package enum Role: String, CaseIterable, Sendable { case resolve, ingest, consent, privacy, approve, score, offer, admin }

package struct Grants: Sendable {
    package var principal: Principal
    package var generation: UInt64
    package var roles: Set<Role> = Set(Role.allCases)
    package func permits(purpose: String) -> Bool { true }
    package func permits(source: String) -> Bool { true }
}

package final class PrincipalBudget: Sendable {
    package init() {}
    /// Milliseconds until the hour ends where the budget is spent.
    package var retryAfter: UInt32? { nil }
    package func count(generic subject: UInt64) {}
}

package final class Authority: Sendable {
    package init() {}
    package var generation: UInt64 { 1 }
    package func grants(of principal: Principal) -> Grants { Grants(principal: principal, generation: 1) }
    package func budget(for principal: Principal) -> PrincipalBudget { PrincipalBudget() }
    package func authenticate(token: String) async throws(CallError) -> Principal {
        throw CallError(.unauthenticated, "no tokens")
    }
    package func authenticate(certificates: [[UInt8]]) throws(CallError) -> Principal {
        throw CallError(.unauthenticated, "no certificates")
    }
}

/// What a call demands, in one place.
package struct Demand: Sendable {
    package var purpose: String?
    package var sources: Set<String> = []
    package var hasLook = false
    package var hasDecisions = false
    package var wholeSource = false
    package init(
        purpose: String? = nil, sources: Set<String> = [], hasLook: Bool = false, hasDecisions: Bool = false,
        wholeSource: Bool = false
    ) {
        self.purpose = purpose
        self.sources = sources
        self.hasLook = hasLook
        self.hasDecisions = hasDecisions
        self.wholeSource = wholeSource
    }
}

package enum AccessTable {
    package static func check(_ method: Method, _ grants: Grants, _ demand: Demand) throws(CallError) {}
}
