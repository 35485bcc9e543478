package import GraphStore
package import Identity
internal import LMDB
internal import Stitching

/// Whether a purpose is permitted for an identifier, and what decides it: for the privacy roles.
package struct ConsentCheck: Sendable, Encodable {
    /// A decision that decides, and the identifier that it is on.
    package struct Decisive: Sendable, Encodable {
        package var namespace: String
        package var key: String
        package var entry: LedgerEntry

        package init(namespace: String, key: String, entry: LedgerEntry) {
            self.namespace = namespace
            self.key = key
            self.entry = entry
        }

        package func encode(to encoder: any Encoder) throws {
            try entry.encode(to: encoder)
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(namespace, forKey: .namespace)
            try container.encode(key, forKey: .key)
        }

        private enum CodingKeys: String, CodingKey { case namespace, key }
    }

    package var purpose: String
    /// `permitted` or `generic`.
    package var outcome: String
    /// Why it is generic; nil: it is permitted.
    package var reason: String?
    package var judgedAt: String
    /// What holds where nobody has decided: the strictest default of the jurisdictions.
    package var standard: String
    /// Of the identifiers of the profile; the store's own for those that have none.
    package var jurisdictions: [String]
    /// Empty where the default decides, or the evidence.
    package var decisions: [Decisive]

    package init(
        purpose: String, outcome: String, reason: String?, judgedAt: String, standard: String,
        jurisdictions: [String], decisions: [Decisive]
    ) {
        self.purpose = purpose
        self.outcome = outcome
        self.reason = reason
        self.judgedAt = judgedAt
        self.standard = standard
        self.jurisdictions = jurisdictions
        self.decisions = decisions
    }

    private enum CodingKeys: String, CodingKey {
        case purpose, outcome, reason, jurisdictions, decisions
        case judgedAt = "judged_at"
        case standard = "default"
    }
}

extension Engine {
    /// What consent says of an identifier for a purpose, and why.
    package func check(_ key: IdentityKey, _ request: ViewRequest, under access: AuditedAccess) throws -> ConsentCheck {
        let configuration = store.configuration
        return try store.environment.read { transaction in
            let state = try StoreState(transaction, configuration: configuration)
            var reason: GenericReason?
            if case .generic(let why) = try transaction.view(of: key, request) { reason = why }
            var check = ConsentCheck(
                purpose: state.purposes[Int(request.purpose)], outcome: reason == nil ? "permitted" : "generic",
                reason: reason?.rawValue, judgedAt: Timestamp(milliseconds: request.now).description, standard: "",
                jurisdictions: [], decisions: [])
            let reader = try LedgerReader(
                store.storedKeys.stored(key, transaction), state, now: request.now, transaction)
            let laws = reader?.laws ?? 1 << UInt32(state.consentRules.home)
            let isGranted = state.consentRules.standardGrants(among: laws) & request.bit != 0
            check.standard = isGranted ? "granted" : "denied"
            check.jurisdictions = state.jurisdictions.indices.filter { laws >> UInt32($0) & 1 != 0 }
                .map { state.jurisdictions[$0] }.sorted()
            check.decisions = reader?.decisive(request.purpose, reason, isGranted: isGranted) ?? []
            return check
        }
    }
}

extension LedgerReader {
    /// The jurisdictions of the profile's identifiers, a bit for each.
    var laws: UInt32 {
        let homeLaw: UInt32 = 1 << UInt32(rules.home)
        var laws: UInt32 = 0
        for member in members where member.namespace != .record {
            var own: UInt32 = 0
            for entry in ledger(of: member.node) { own |= entry.jurisdiction.map { 1 << UInt32($0) } ?? 0 }
            laws |= own == 0 ? homeLaw : own
        }
        return laws == 0 ? homeLaw : laws
    }

    /// The decisions without which the answer would have another reason.
    func decisive(_ purpose: UInt8, _ reason: GenericReason?, isGranted: Bool) -> [ConsentCheck.Decisive] {
        guard !members.isEmpty else { return [] }
        switch reason {
        case .deniedForProfile?:
            return inForce(purpose) { $1.decision.state == .deniedForProfile && !$0.flags.contains(.hub) }
        case .deniedForIdentifier?: return inForce(purpose) { member, _ in member.node == node }
        case nil:
            let own = inForce(purpose) { member, _ in member.node == node }
            if isGranted || !own.isEmpty { return own }
            let reached = reached(purpose)
            return inForce(purpose) { member, entry in
                entry.decision.state == .grantedForProfile && !member.flags.contains(.hub)
                    && reached.contains(member.node)
            }
        default: return []
        }
    }

    private func inForce(_ purpose: UInt8, _ counts: (Member, ConsentEntry) -> Bool) -> [ConsentCheck.Decisive] {
        members.compactMap { member in
            guard let entry = inForce(purpose, on: member.node), counts(member, entry) else { return nil }
            let place = ledger(of: member.node).firstIndex { $0.id == entry.id } ?? 0
            return ConsentCheck.Decisive(
                namespace: state.namespaceName(member.namespace), key: member.key.description,
                entry: shown(entry, place + 1, on: member.node))
        }
    }

    /// The members that links of the purpose connect with the identifier.
    private func reached(_ purpose: UInt8) -> Set<NodeID> {
        guard let (component, place) = home, let edges = component.views?.edges else { return Set(members.map(\.node)) }
        var reached: Set<UInt16> = [UInt16(place)]
        var isGrowing = true
        while isGrowing {
            isGrowing = false
            for edge in edges where edge.mask >> UInt32(purpose) & 1 != 0 {
                guard reached.contains(edge.left) != reached.contains(edge.right) else { continue }
                reached.formUnion([edge.left, edge.right])
                isGrowing = true
            }
        }
        return Set(reached.map { component.members[Int($0)].node })
    }
}
