/// What an identifier's ledger says of one purpose at one moment.
package enum ConsentState: UInt8, Hashable, Sendable, CaseIterable {
    /// Nobody has decided: the default counts.
    case undecided = 0
    case grantedForProfile = 1
    case grantedForIdentifier = 2
    case deniedForIdentifier = 3
    case deniedForProfile = 4

    package var isGranted: Bool { self == .grantedForProfile || self == .grantedForIdentifier }
    package var isDenied: Bool { rawValue >= Self.deniedForIdentifier.rawValue }
}

/// A decision as the function of consent sees it.
package struct LedgerDecision: Hashable, Sendable {
    package var id: DecisionID
    /// The store's number of the purpose.
    package var purpose: UInt8
    package var kind: DecisionKind
    package var scope: DecisionScope
    package var time: Timestamp
    package var lifts: [DecisionID]

    package init(
        id: DecisionID, purpose: UInt8, kind: DecisionKind, scope: DecisionScope, time: Timestamp,
        lifts: [DecisionID] = []
    ) {
        self.id = id
        self.purpose = purpose
        self.kind = kind
        self.scope = scope
        self.time = time
        self.lifts = lifts
    }

    package var state: ConsentState {
        switch (kind, scope) {
        case (.granted, .profile): .grantedForProfile
        case (.granted, .identifier): .grantedForIdentifier
        case (_, .identifier): .deniedForIdentifier
        case (_, .profile): .deniedForProfile
        }
    }

    /// Whether it counts before `other` of the same identifier and purpose: later, or at equal times more restrictive; among
    /// equals the lower id, so that the order of arrival plays no part.
    package func outranks(_ other: LedgerDecision) -> Bool {
        if time != other.time { return other.time < time }
        return rank != other.rank ? other.rank < rank : id < other.id
    }

    private var rank: (UInt8, Int) { (state.rawValue, -lifts.count) }
}

/// An identifier's state for a purpose until a moment: what a component holds of its ledger.
package struct ConsentCell: Hashable, Sendable {
    package var purpose: UInt8
    package var state: ConsentState
    /// Milliseconds since 1970 at which it ends; `forever`: it does not.
    package var until: Int64

    /// All ones in 48 bits.
    package static let forever: Int64 = (1 << 48) - 1

    package init(purpose: UInt8, state: ConsentState, until: Int64) {
        self.purpose = purpose
        self.state = state
        self.until = until
    }
}

/// Effective consent (DESIGN: Consent): a ledger as a function of time.
///
/// The latest decision by event time counts, at equal times the more restrictive. A grant older than its purpose allows
/// is as if it had not been given, and so is a denial that a grant in force takes back by name.
package enum EffectiveConsent {
    /// What is taken back from a ledger until when, in milliseconds.
    package typealias Lifted = [DecisionID: Int64]

    /// The states of an identifier, ascending by purpose and end; purposes of which nothing is said are left out.
    package static func cells(
        of ledger: [LedgerDecision], lifted: Lifted = [:], rules: ConsentRules
    ) -> [ConsentCell] {
        var cells: [ConsentCell] = []
        for purpose in Set(ledger.map(\.purpose)).sorted() {
            let decisions = ledger.filter { $0.purpose == purpose }
            var ends = Set<Int64>()
            for decision in decisions {
                if decision.kind == .granted { ends.insert(end(of: decision, rules)) }
                if let until = lifted[decision.id] { ends.insert(until) }
            }
            ends.insert(ConsentCell.forever)
            var piece: [ConsentCell] = []
            for until in ends.sorted() {
                let state = state(of: decisions, justBefore: until, lifted, rules)
                if piece.last?.state == state { piece.removeLast() }
                piece.append(ConsentCell(purpose: purpose, state: state, until: until))
            }
            cells += piece
        }
        return cells
    }

    /// The state in the time that ends at `until`.
    private static func state(
        of decisions: [LedgerDecision], justBefore until: Int64, _ lifted: Lifted, _ rules: ConsentRules
    ) -> ConsentState {
        var latest: LedgerDecision?
        for decision in decisions {
            if decision.kind == .granted, end(of: decision, rules) < until { continue }
            if let end = lifted[decision.id], until <= end { continue }
            if latest.map({ decision.outranks($0) }) ?? true { latest = decision }
        }
        return latest?.state ?? .undecided
    }

    /// The moment at which a grant ends.
    package static func end(of grant: LedgerDecision, _ rules: ConsentRules) -> Int64 {
        let age = rules.maxAge[Int(grant.purpose)]
        return age == .max ? ConsentCell.forever : min(grant.time.milliseconds + age, ConsentCell.forever)
    }

    /// What the identifier's own latest decisions take back by name, and until when: grants for the whole person only.
    package static func lifts(of ledger: [LedgerDecision], rules: ConsentRules) -> [(LedgerDecision, until: Int64)] {
        var latest: [UInt8: LedgerDecision] = [:]
        for decision in ledger where latest[decision.purpose].map({ decision.outranks($0) }) ?? true {
            latest[decision.purpose] = decision
        }
        return latest.values
            .filter { $0.state == .grantedForProfile && !$0.lifts.isEmpty }
            .map { ($0, end(of: $0, rules)) }
    }

    /// Whether a grant takes back a decision: it names it, speaks of the same purpose, and is not older.
    package static func takesBack(_ grant: LedgerDecision, _ decision: LedgerDecision) -> Bool {
        decision.kind != .granted && decision.purpose == grant.purpose && decision.time <= grant.time
            && grant.lifts.contains(decision.id)
    }

    /// Whether the identifier holds a denial for the whole person that nothing of its own has replaced for good: then it
    /// does not expire. Grants that can end, and what others take back, are not counted: the denial would come back.
    package static func isPinned(_ ledger: [LedgerDecision], rules: ConsentRules) -> Bool {
        let lasting = ledger.filter { $0.kind != .granted || end(of: $0, rules) == ConsentCell.forever }
        return cells(of: lasting, rules: rules).contains { $0.state == .deniedForProfile }
    }
}
