import Identity
import Testing

/// A ledger as a function of time: free of order, aged, restrictive where times are equal.
@Suite struct EffectiveConsentTests {
    private static let day: Int64 = 86_400_000

    private static func rules() throws -> ConsentRules {
        let yaml =
            "purposes:\n  ads: {legal_basis: consent, max_age: 10d}\n  news: {legal_basis: consent, max_age: never}\n"
        let configuration = try Configuration(yaml: yaml, file: "test")
        return ConsentRules(
            configuration: configuration, purposes: configuration.purposes.map(\.name),
            jurisdictions: configuration.jurisdictions.map(\.name))
    }

    private static func purpose(_ name: String) throws -> UInt8 {
        let yaml =
            "purposes:\n  ads: {legal_basis: consent, max_age: 10d}\n  news: {legal_basis: consent, max_age: never}\n"
        return UInt8(try #require(try Configuration(yaml: yaml, file: "test").purposeIndex(named: name)))
    }

    private static func decision(
        _ number: UInt64, on purpose: String = "ads", _ kind: DecisionKind, _ scope: DecisionScope, day: Int64,
        lifts: [DecisionID] = []
    ) throws -> LedgerDecision {
        LedgerDecision(
            id: DecisionID(high: 0, low: number), purpose: try Self.purpose(purpose), kind: kind, scope: scope,
            time: Timestamp(milliseconds: day * Self.day), lifts: lifts)
    }

    private static func state(_ ledger: [LedgerDecision], day: Int64) throws -> ConsentState {
        let cells = EffectiveConsent.cells(of: ledger, rules: try rules())
        return cells.first { day * Self.day < $0.until }?.state ?? .undecided
    }

    @Test func aGrantEndsWithItsAgeAndTheDenialBeforeItCountsAgain() throws {
        let ledger = [
            try Self.decision(1, .denied, .profile, day: 1), try Self.decision(2, .granted, .identifier, day: 5),
        ]
        #expect(try Self.state(ledger, day: 14) == .grantedForIdentifier)
        #expect(try Self.state(ledger, day: 15) == .deniedForProfile)
        #expect(try Self.state([ledger[1]], day: 15) == .undecided)
        #expect(try EffectiveConsent.isPinned(ledger, rules: Self.rules()))
        #expect(try !EffectiveConsent.isPinned([ledger[1]], rules: Self.rules()))
    }

    @Test func atEqualTimesTheMoreRestrictiveCounts() throws {
        let kinds: [(DecisionKind, DecisionScope, ConsentState)] = [
            (.granted, .profile, .grantedForProfile), (.granted, .identifier, .grantedForIdentifier),
            (.withdrawn, .identifier, .deniedForIdentifier), (.denied, .profile, .deniedForProfile),
        ]
        for (index, left) in kinds.enumerated() {
            for (other, right) in kinds.enumerated() {
                let ledger = [
                    try Self.decision(UInt64(index), left.0, left.1, day: 1),
                    try Self.decision(UInt64(other) + 10, right.0, right.1, day: 1),
                ]
                #expect(try Self.state(ledger, day: 2) == kinds[max(index, other)].2)
            }
        }
    }

    @Test(arguments: 1...200)
    func theOrderOfEntryPlaysNoPart(seed: Int) throws {
        var generator = SeededGenerator(seed: UInt64(seed))
        let rules = try Self.rules()
        var ledger: [LedgerDecision] = []
        for number in 0..<UInt64(Int.random(in: 1...8, using: &generator)) {
            let kind = DecisionKind.allCases.randomElement(using: &generator) ?? .denied
            ledger.append(
                try Self.decision(
                    number, on: Bool.random(using: &generator) ? "ads" : "news", kind,
                    Bool.random(using: &generator) ? .profile : .identifier,
                    day: Int64.random(in: 1...4, using: &generator),
                    lifts: (0..<Int.random(in: 0...2, using: &generator)).map { DecisionID(high: 1, low: UInt64($0)) }))
        }
        let lifted: EffectiveConsent.Lifted = [ledger[0].id: 20 * Self.day]
        let cells = EffectiveConsent.cells(of: ledger, lifted: lifted, rules: rules)
        let lifts = EffectiveConsent.lifts(of: ledger, rules: rules).map(\.0.id).sorted()
        for _ in 0..<4 {
            let shuffled = ledger.shuffled(using: &generator)
            #expect(EffectiveConsent.cells(of: shuffled, lifted: lifted, rules: rules) == cells)
            #expect(EffectiveConsent.lifts(of: shuffled, rules: rules).map(\.0.id).sorted() == lifts)
        }
    }

    @Test func aGrantTakesBackOlderDenialsOfItsPurposeThatItNames() throws {
        let denial = try Self.decision(1, .denied, .identifier, day: 2)
        func takesBack(_ grant: LedgerDecision) -> Bool { EffectiveConsent.takesBack(grant, denial) }
        #expect(takesBack(try Self.decision(2, .granted, .profile, day: 2, lifts: [denial.id])))
        #expect(!takesBack(try Self.decision(2, .granted, .profile, day: 1, lifts: [denial.id])))
        #expect(!takesBack(try Self.decision(2, on: "news", .granted, .profile, day: 3, lifts: [denial.id])))
        #expect(!takesBack(try Self.decision(2, .granted, .profile, day: 3)))
        let narrow = try Self.decision(2, .granted, .identifier, day: 3, lifts: [denial.id])
        #expect(EffectiveConsent.lifts(of: [narrow], rules: try Self.rules()).isEmpty)
    }
}
