import Identity
import Service
import TestSupport
import Testing
import Wire

@Suite struct GenericBudgetTests {
    static let now = TokenForge.now
    /// 1,800,000,000 is a whole hour.
    static let nextHour = Timestamp(milliseconds: now.milliseconds + 3_600_000)

    @Test func theHundredAndFirstDistinctSpendsABudgetOfAHundred() {
        let budget = PrincipalBudget(limit: 100)
        for subject in 1...100 as ClosedRange<UInt64> {
            budget.count(subject, at: Self.now)
            #expect(budget.retryAfter(at: Self.now) == nil)
        }
        budget.count(101, at: Self.now)
        #expect(budget.retryAfter(at: Self.now) == 3_600_000)
        let error = budget.refusal(at: Timestamp(milliseconds: Self.nextHour.milliseconds - 1))
        #expect(error?.status == .resourceExhausted)
        #expect(error?.code == "generic_budget")
        #expect(error?.limit == 100)
        #expect(error?.retryAfter == 1)
    }

    @Test func repeatsAreNotCounted() {
        let budget = PrincipalBudget(limit: 100)
        for round in 0..<1_000 { budget.count(UInt64(round % 100), at: Self.now) }
        #expect(budget.retryAfter(at: Self.now) == nil)
        // Nor are they past the exact set.
        let large = PrincipalBudget(limit: 7_000)
        for round in 0..<60_000 { large.count(UInt64(round % 6_000), at: Self.now) }
        #expect(large.retryAfter(at: Self.now) == nil)
    }

    @Test func aBatchThatPassesTheBudgetIsTheLast() {
        let budget = PrincipalBudget(limit: 100)
        budget.count(Array(0..<1_000 as Range<UInt64>), at: Self.now)
        #expect(budget.retryAfter(at: Self.now) != nil)
    }

    @Test func theNextHourIsNew() {
        let budget = PrincipalBudget(limit: 2)
        for subject in 0..<3 as Range<UInt64> { budget.count(subject, at: Self.now) }
        #expect(budget.refusal(at: Self.now) != nil)
        #expect(budget.refusal(at: Self.nextHour) == nil)
        for subject in 0..<2 as Range<UInt64> { budget.count(subject, at: Self.nextHour) }
        #expect(budget.refusal(at: Self.nextHour) == nil)
        budget.count(2, at: Self.nextHour)
        #expect(budget.refusal(at: Self.nextHour) != nil)
    }

    @Test func aCallThatBeganInTheHourBeforeDoesNotMakeRoom() {
        let budget = PrincipalBudget(limit: 2)
        for subject in 0..<2 as Range<UInt64> { budget.count(subject, at: Self.nextHour) }
        budget.count(2, at: Self.now)
        #expect(budget.refusal(at: Self.nextHour) != nil)
    }

    /// The largest budget of which so many distinct subjects would be more, found by halving.
    private func counted(_ subjects: [UInt64]) -> Int {
        var low = 0
        var high = subjects.count * 2
        while low < high {
            let middle = (low + high) / 2
            let budget = PrincipalBudget(limit: middle)
            budget.count(subjects, at: Self.now)
            if budget.retryAfter(at: Self.now) == nil { high = middle } else { low = middle + 1 }
        }
        return low
    }

    /// Exact up to 4,096; then within four standard errors of HyperLogLog with 2^14 registers (0.81 %).
    @Test(arguments: [1, 100, 4_095, 4_096, 4_097, 10_000, 40_000, 100_000, 1_000_000])
    func theCountIsAsGoodAsItsSourceSays(distinct: Int) {
        for seed in 1...3 as ClosedRange<UInt64> {
            var generator = SeededGenerator(seed: seed &* 7_919)
            let subjects = (0..<distinct).map { _ in generator.next() }
            let found = counted(subjects)
            let error = abs(Double(found - distinct)) / Double(distinct)
            let allowed = distinct <= 4_096 ? 0 : 4 * 1.04 / 128
            #expect(error <= allowed, "seed \(seed): \(found) for \(distinct)")
        }
    }

    @Test func subjectsThatDifferLittleAreCountedApart() {
        let found = counted(Array(0..<50_000 as Range<UInt64>))
        #expect(abs(found - 50_000) < 1_650)
    }

    private func authority(_ budget: Int) async throws -> AuthorityUnderTest {
        try await AuthorityUnderTest(principals: Self.principals(budget))
    }

    private static func principals(_ budget: Int) -> String {
        """
        principals:
          - id: billing
            roles: [resolve]
            purposes: [service]
            generic_budget: \(budget)
          - id: family/*
            roles: [resolve]
            purposes: [service]
            generic_budget: 1
        """
    }

    private func principal(_ name: String, of under: AuthorityUnderTest) async throws -> Principal {
        try await under.authenticate(.with { $0.claims["sub"] = "\"\(name)\"" })
    }

    @Test func principalsAreApartAndConnectionsAreNot() async throws {
        let under = try await authority(10)
        let billing = try await principal("billing", of: under)
        let one = try await principal("family/one", of: under)
        let first = try under.authority.budget(for: billing)
        let second = try under.authority.budget(for: billing)
        let other = try under.authority.budget(for: one)
        for subject in 0..<11 as Range<UInt64> { first.count(subject, at: Self.now) }
        #expect(second.refusal(at: Self.now) != nil)
        #expect(other.refusal(at: Self.now) == nil)
        #expect(try under.authority.budget(for: billing) === first)
    }

    @Test func aNewLimitHoldsAtOnce() async throws {
        let under = try await authority(10)
        let budget = try under.authority.budget(for: try await principal("billing", of: under))
        for subject in 0..<11 as Range<UInt64> { budget.count(subject, at: Self.now) }
        #expect(budget.refusal(at: Self.now) != nil)
        for (limit, isSpent) in [(11, false), (5, true), (100, false)] {
            under.authority.reload(
                try await Policy(
                    yaml: AuthorityUnderTest.text(tokens: "", principals: Self.principals(limit)),
                    file: under.directory.path + "/policy.yaml"))
            #expect((budget.refusal(at: Self.now) != nil) == isSpent, "\(limit)")
        }
    }

    @Test func theTenThousandAndFirstPrincipalIsRefusedUntilOneLeaves() async throws {
        let under = try await authority(10)
        var held: [PrincipalBudget] = []
        let sample = try await principal("family/one", of: under)
        // Names of one family, as its tokens would bring them.
        for number in 0..<10_000 {
            held.append(try under.authority.budget(for: sample.renamed("family/\(number)")))
        }
        let one = sample.renamed("family/more")
        let error = #expect(throws: CallError.self) { try under.authority.budget(for: one) }
        #expect(error?.status == .resourceExhausted)
        #expect(error?.code == "generic_budget")
        #expect(error?.limit == 10_000)
        #expect((error?.retryAfter ?? 0) > 0)
        #expect(try under.authority.budget(for: sample.renamed("family/7")) === held[7])
    }

    @Test func threadsLoseNoCount() async {
        let budget = PrincipalBudget(limit: 3_999)
        await withTaskGroup { group in
            for part in 0..<4 as Range<UInt64> {
                group.addTask {
                    for subject in 0..<1_000 as Range<UInt64> { budget.count(part * 1_000 + subject, at: Self.now) }
                }
            }
        }
        #expect(budget.refusal(at: Self.now) != nil)
        let exact = PrincipalBudget(limit: 4_000)
        for subject in 0..<4_000 as Range<UInt64> { exact.count(subject, at: Self.now) }
        #expect(exact.refusal(at: Self.now) == nil)
    }
}

extension Principal {
    /// Another that the same key vouches for.
    fileprivate func renamed(_ name: String) -> Principal {
        Principal(name: name, kind: kind, expires: expires, voucher: voucher)
    }
}
