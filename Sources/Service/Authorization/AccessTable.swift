package import Wire

/// What a method demands of its caller.
package enum AccessRule: Hashable, Sendable {
    /// Nobody need be authenticated.
    case everyone
    /// One of the roles, whatever the call holds.
    case anyOf(RoleSet)
    /// The role, and the purpose that the call names among the principal's; or a look and one of the other roles, and then
    /// any purpose or none.
    case purpose(Role, look: RoleSet)
    /// The role, and every source that the call names among the principal's; where it carries decisions, the second role too.
    case source(Role, decisions: Role?)
    /// The role and the source, where the call is about one record; the second role where it is about a whole source.
    case sourceOrWhole(Role, whole: Role)

    /// A caller with none of them is refused whatever the call holds.
    package var roles: RoleSet {
        switch self {
        case .everyone: []
        case .anyOf(let roles): roles
        case .purpose(let role, let look): look.union(RoleSet(role))
        case .source(let role, _): RoleSet(role)
        case .sourceOrWhole(let role, let whole): [RoleSet(role), RoleSet(whole)]
        }
    }
}

/// What a call holds that its rule asks about.
package enum AccessDemand: Sendable {
    /// Of a method that is judged by roles alone.
    case nothing
    /// The purpose, empty where none was named; and whether there is a look.
    case view(purpose: String, look: Bool)
    /// The sources of a batch's observations, in order, and the place of the first that carries decisions. A GPC signal is
    /// none: it only narrows.
    case observations(sources: [String], firstDecision: Int?)
    /// The one source that a decision, or the retraction of a record, is about.
    case source(String)
    /// The retraction of all that a source has said.
    case wholeSource
}

/// Whether a call goes on.
package enum AccessDecision: Hashable, Sendable {
    case allowed
    case refused(CallError)

    package var error: CallError? {
        switch self {
        case .allowed: nil
        case .refused(let error): error
        }
    }

    /// Throws the refusal.
    package func check() throws(CallError) {
        if case .refused(let error) = self { throw error }
    }
}

/// Method by role by what it demands: the one place where that is written. A method without a row does not compile.
package enum AccessTable {
    package static func rule(for method: Method) -> AccessRule {
        switch method {
        case .authenticate, .health: .everyone
        case .resolve, .resolveBatch, .explain, .simulate, .watch: .purpose(.resolve, look: [.privacy, .admin])
        case .record, .recordStream: .source(.ingest, decisions: .consent)
        case .retract: .sourceOrWhole(.ingest, whole: .admin)
        case .assert: .anyOf(.admin)
        case .decide: .source(.consent, decisions: nil)
        case .consentCheck, .ledger, .prove: .anyOf([.privacy, .admin])
        case .describe, .stats, .digest, .check, .clusters, .key, .sweep, .purge, .backup, .rotateKeys, .scrub,
            .listModels, .showModel, .trainLinkage, .link, .compareRecords, .listReviews, .review, .trainScores,
            .export,
            .repartition, .showKeys, .privacyLedger:
            .anyOf(.admin)
        case .listAudit, .verifyAudit, .search: .anyOf([.privacy, .admin])
        case .requestErasure, .planErasure, .access, .restrict, .object, .lift, .readmit: .anyOf(.privacy)
        case .approve: .anyOf(.approve)
        case .reject, .erasureStatus, .listErasures, .certificate: .anyOf([.privacy, .approve])
        case .score: .purpose(.score, look: [])
        case .decideOffer: .purpose(.offer, look: [])
        case .offerOutcome: .anyOf(.offer)
        case .loadOffers: .anyOf(.admin)
        case .showOffers, .offerReport: .anyOf([.offer, .admin])
        }
    }
}
