import Identity
import Offers
import Scoring
import Testing

@Suite struct HoldoutTests {
    private static func key(_ generator: inout SeededGenerator) -> IdentityKey {
        IdentityKey(high: generator.next(), low: generator.next())
    }

    @Test(arguments: [0, 0.05, 0.5]) func asManyAreHeldOutAsIsSaid(share: Double) {
        var generator = SeededGenerator(seed: 1)
        let holdout = Holdout(share: share, salt: 7)
        // Neighbouring keys too: a hash that leaks its input would show.
        let lots = [
            (0..<20_000).map { IdentityKey(high: 0, low: $0) }, (0..<20_000).map { IdentityKey(high: $0, low: 0) },
            (0..<20_000).map { _ in Self.key(&generator) },
        ]
        for keys in lots {
            let held = Double(keys.count { holdout.contains($0) })
            #expect(abs(held - share * 20_000) <= 5 * (share * (1 - share) * 20_000).squareRoot())
        }
    }

    @Test func anotherSaltDrawsOthers() {
        var generator = SeededGenerator(seed: 2)
        let keys = (0..<20_000).map { _ in Self.key(&generator) }
        let both = keys.count { Holdout(share: 0.5, salt: 1).contains($0) && Holdout(share: 0.5, salt: 2).contains($0) }
        #expect(abs(Double(both) - 5_000) < 5 * (0.1875 * 20_000).squareRoot())
        #expect(
            keys.allSatisfy { Holdout(share: 0.3, salt: 1).contains($0) == Holdout(share: 0.3, salt: 1).contains($0) })
        // A larger share holds out everyone whom a smaller one does.
        #expect(
            keys.allSatisfy { !Holdout(share: 0.1, salt: 1).contains($0) || Holdout(share: 0.3, salt: 1).contains($0) })
    }

    @Test func theGroupOfAKeyIsFixedForGood() {
        let holdout = Holdout(share: 0.5, salt: 42)
        let found = (0..<16).map { holdout.contains(IdentityKey(high: UInt64($0), low: 0)) ? "1" : "0" }.joined()
        #expect(found == "1101111101111101", "\(found)")
    }
}

@Suite struct OutcomeTests {
    private static func amount(_ generator: inout SeededGenerator) -> Outcomes.Amount {
        Outcomes.Amount(
            id: FactID(high: 0, low: UInt64.random(in: 0..<4, using: &generator)),
            revision: Int64.random(in: 0..<2, using: &generator), revenue: Int64.random(in: 0..<9, using: &generator),
            discount: 0, margin: Int64.random(in: -3..<9, using: &generator))
    }

    @Test(arguments: Seeds.some(100)) func hearingAgainOrInAnotherOrderChangesNothing(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        let heard = (0..<8).map { _ in
            (
                kind: OutcomeKind.allCases[Int.random(in: 0..<5, using: &generator)],
                time: Timestamp(milliseconds: Int64.random(in: 0..<9, using: &generator)),
                amount: Bool.random(using: &generator) ? Self.amount(&generator) : nil
            )
        }
        var whole = Outcomes()
        for one in heard { whole.add(one.kind, at: one.time, amount: one.amount) }
        var other = Outcomes()
        for one in (heard + heard.prefix(4)).shuffled(using: &generator) {
            other.add(one.kind, at: one.time, amount: one.amount)
        }
        #expect(other == whole, "seed \(seed)")
        var left = Outcomes()
        var right = Outcomes()
        for one in heard.prefix(5) { left.add(one.kind, at: one.time, amount: one.amount) }
        for one in heard.dropFirst(3) { right.add(one.kind, at: one.time, amount: one.amount) }
        right.merge(left)
        #expect(right == whole, "seed \(seed)")
        right.merge(whole)
        #expect(right == whole)
    }

    @Test func aReturnIsTakenOff() {
        var outcomes = Outcomes()
        let when = Timestamp(milliseconds: 5)
        func amount(_ id: UInt64, _ margin: Int64) -> Outcomes.Amount {
            Outcomes.Amount(id: FactID(high: 0, low: id), revision: 0, revenue: 3 * margin, discount: 1, margin: margin)
        }
        outcomes.add(.bought, at: when, amount: amount(1, 400))
        outcomes.add(.returned, at: when, amount: amount(2, -150))
        #expect(outcomes.margin == 250 && outcomes.revenue == 750 && outcomes.hasConverted)
        #expect(outcomes[.bought] == when && outcomes[.shown] == nil)
    }
}
