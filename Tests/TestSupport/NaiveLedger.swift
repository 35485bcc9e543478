internal import Foundation
internal import Identity

/// What an identifier's ledger comes to for one purpose.
package enum NaiveState: Int, Sendable {
    case undecided, granted, grantedForAll, denied, deniedForAll
}

/// Decisions as a set, and DESIGN's sentences on them, word by word.
struct NaiveLedger {
    private(set) var decisions: [IdentityKey: [KeyedDecision]] = [:]
    let configuration: Configuration

    init(_ steps: [Step], _ configuration: Configuration) {
        self.configuration = configuration
        var known: Set<DecisionID> = []
        for decision in steps.flatMap(\.decisions) where known.insert(decision.id).inserted {
            decisions[decision.identifier.key, default: []].append(decision)
        }
    }

    /// The latest by event time; at equal times the more restrictive: a denial before a grant, a denial for all before one
    /// for the identifier, a grant for the identifier before one for all, one that takes less back before one that takes more.
    func latest(_ decisions: [KeyedDecision]) -> KeyedDecision? {
        guard let newest = decisions.map(\.time).max() else { return nil }
        var rest = decisions.filter { $0.time == newest }
        let denials = rest.filter { $0.kind != .granted }
        if !denials.isEmpty {
            let forAll = denials.filter { $0.scope == .profile }
            rest = forAll.isEmpty ? denials : forAll
        } else {
            let narrow = rest.filter { $0.scope == .identifier }
            if !narrow.isEmpty { rest = narrow }
        }
        let fewest = rest.map(\.lifts.count).min()
        rest = rest.filter { $0.lifts.count == fewest }
        return rest.min { $0.id < $1.id }
    }

    /// Whether a grant is older than its purpose allows.
    func isAged(_ decision: KeyedDecision, now: Int64) -> Bool {
        guard decision.kind == .granted, let days = configuration.purposes[decision.purpose].maxAgeDays else {
            return false
        }
        return now >= decision.time.milliseconds + Int64(days) * 86_400_000
    }

    func decisions(_ key: IdentityKey, _ purpose: Int) -> [KeyedDecision] {
        (decisions[key] ?? []).filter { $0.purpose == purpose }
    }

    static func state(_ decision: KeyedDecision?) -> NaiveState {
        guard let decision else { return .undecided }
        if decision.kind == .granted { return decision.scope == .profile ? .grantedForAll : .granted }
        return decision.scope == .profile ? .deniedForAll : .denied
    }

    /// Identifiers with a denial for the whole person in force, whatever may age or be taken back.
    var pinned: Set<IdentityKey> {
        Set(
            decisions.keys.filter { key in
                configuration.purposes.indices.contains { purpose in
                    let lasting = decisions(key, purpose).filter {
                        $0.kind != .granted || configuration.purposes[purpose].maxAgeDays == nil
                    }
                    return Self.state(latest(lasting)) == .deniedForAll
                }
            })
    }

    /// The jurisdictions that an identifier's decisions name.
    func jurisdictions(_ key: IdentityKey) -> Set<Int> { Set((decisions[key] ?? []).compactMap(\.jurisdiction)) }
}
