internal import GraphStore
internal import Identity
internal import LMDB
internal import Stitching

/// The ledgers of an identifier and of the others in its profile, in one snapshot, and what of them is in force.
struct LedgerReader {
    let state: StoreState
    let rules: ConsentRules
    /// Milliseconds since 1970 at which grants are judged.
    let now: Int64
    let node: NodeID
    /// The members of its cluster that are in a profile, it among them; empty where it is hidden.
    private(set) var members: [Member] = []
    /// The component that it is in, and where in it; nil: it is held in none.
    private(set) var home: (component: Component, place: Int)?
    private var ledgers: [NodeID: [ConsentEntry]] = [:]

    /// - Returns: nil where the identifier is not held.
    init?(
        _ key: IdentityKey, _ state: StoreState, now: Int64, _ snapshot: borrowing some Snapshot & ~Copyable
    ) throws {
        guard let row = try snapshot.get(Tables.identifiers, key) else { return nil }
        self.state = state
        self.now = now
        rules = state.consentRules
        node = row.node
        ledgers[row.node] = try snapshot.ledger(of: row.node)
        guard let component = try snapshot.component(of: row.node)?.component,
            let place = component.members.firstIndex(where: { $0.node == row.node })
        else { return }
        home = (component, place)
        let member = component.members[place]
        guard !member.flags.contains(.hidden) else { return }
        members = component.members.filter { $0.cluster == member.cluster && !$0.flags.contains(.hidden) }
        for other in members where other.flags.contains(.hasConsents) && ledgers[other.node] == nil {
            ledgers[other.node] = try snapshot.ledger(of: other.node)
        }
    }

    /// The ledger of a node, in the order in which it was entered.
    func ledger(of node: NodeID) -> [ConsentEntry] { ledgers[node] ?? [] }

    /// What became of an entry of a node's ledger.
    func standing(of entry: ConsentEntry, on node: NodeID) -> LedgerEntry.State {
        if entry.kind == .granted, EffectiveConsent.end(of: entry.decision, rules) <= now { return .expired }
        if lifted(entry, on: node) { return .lifted }
        return inForce(entry.purpose, on: node)?.id == entry.id ? .inForce : .superseded
    }

    /// The entry that counts for a purpose; nil: none, so that the default does.
    func inForce(_ purpose: UInt8, on node: NodeID) -> ConsentEntry? {
        var latest: ConsentEntry?
        for entry in ledger(of: node) where entry.purpose == purpose {
            if entry.kind == .granted, EffectiveConsent.end(of: entry.decision, rules) <= now { continue }
            if lifted(entry, on: node) { continue }
            if latest.map({ entry.decision.outranks($0.decision) }) ?? true { latest = entry }
        }
        return latest
    }

    /// Whether a grant in force in the same profile takes an entry back by name.
    private func lifted(_ entry: ConsentEntry, on node: NodeID) -> Bool {
        guard entry.kind != .granted, let place = home?.component.members.first(where: { $0.node == node }) else {
            return false
        }
        return members.contains { member in
            guard member.cluster == place.cluster, !member.flags.contains(.hub) else { return false }
            return EffectiveConsent.lifts(of: ledger(of: member.node).map(\.decision), rules: rules).contains {
                now < $0.until && EffectiveConsent.takesBack($0.0, entry.decision)
            }
        }
    }

    /// An entry as the privacy roles see it.
    func shown(_ entry: ConsentEntry, _ sequence: Int, on node: NodeID) -> LedgerEntry {
        let end = EffectiveConsent.end(of: entry.decision, rules)
        return LedgerEntry(
            sequence: sequence, id: entry.id.description, purpose: name(state.purposes, entry.purpose),
            decision: entry.kind.description, scope: entry.scope.description,
            jurisdiction: entry.jurisdiction.map { name(state.jurisdictions, $0) }, time: entry.time.description,
            received: entry.received.description,
            validUntil: entry.kind == .granted && end != ConsentCell.forever
                ? Timestamp(milliseconds: end).description : nil,
            state: standing(of: entry, on: node), source: source(entry), channel: entry.channel,
            lifts: entry.lifts.map(\.description), notice: entry.notice.map { LedgerEntry.Notice($0) },
            evidenceSHA256: entry.evidence?.description)
    }

    private func name(_ names: [String], _ number: UInt8) -> String {
        names.indices.contains(Int(number)) ? names[Int(number)] : "number \(number)"
    }

    private func source(_ entry: ConsentEntry) -> String {
        let number = Int(entry.source.rawValue)
        return state.sources.indices.contains(number) ? state.sources[number].name : "number \(number)"
    }
}
