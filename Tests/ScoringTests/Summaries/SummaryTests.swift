import Foundation
import Scoring
import Testing

/// Summaries merge exactly: in any order, in any grouping, and a part can be taken away again.
@Suite struct SummaryTests {
    static func part(_ generator: inout SeededGenerator, _ size: Int) -> BehaviourSummary {
        var summary = BehaviourSummary()
        for _ in 0..<Int.random(in: 0...size, using: &generator) {
            let currency = Currency(["EUR", "USD"][Int.random(in: 0...1, using: &generator)])
            guard let currency else { continue }
            summary.orders.add(
                Order(
                    id: FactID(high: 1, low: UInt64.random(in: 0..<20, using: &generator)),
                    day: Int32.random(in: 20_000..<20_100, using: &generator), currency: currency,
                    value: Int64.random(in: 0..<10_000, using: &generator),
                    discount: Int64.random(in: 0..<100, using: &generator),
                    returned: Int64.random(in: 0..<100, using: &generator),
                    revision: Int64.random(in: 0..<4, using: &generator),
                    isCancelled: Bool.random(using: &generator)))
        }
        for _ in 0..<Int.random(in: 0...size, using: &generator) {
            let kind = BehaviourKind.allCases[Int.random(in: 0..<4, using: &generator)]
            summary.categories.add(
                UInt32.random(in: 0..<5, using: &generator), kind, day: Int32.random(in: -3..<9, using: &generator),
                count: UInt32.random(in: 0..<4, using: &generator))
            summary.hours.add(hour: Int.random(in: 0..<168, using: &generator))
            let band = DiscountBand.allCases[Int.random(in: 0..<5, using: &generator)]
            let responses = UInt32.random(in: 0...3, using: &generator)
            summary.exposures[band, randomised: Bool.random(using: &generator)] = .init(
                exposures: responses + UInt32.random(in: 0...3, using: &generator), responses: responses)
        }
        return summary
    }

    @Test(arguments: Seeds.some(200)) func anyOrderAndGroupingGivesTheSame(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        let parts = (0..<6).map { _ in Self.part(&generator, 12) }
        let whole = BehaviourSummary(folding: parts)
        #expect(BehaviourSummary(folding: parts.shuffled(using: &generator)) == whole, "seed \(seed)")
        let left = BehaviourSummary(folding: parts[..<2])
        let right = BehaviourSummary(folding: [BehaviourSummary(folding: parts[2..<5]), parts[5]])
        #expect(BehaviourSummary(folding: [right, left]) == whole, "seed \(seed)")
        #expect(BehaviourSummary(folding: parts).encoded() == whole.encoded())
        #expect(BehaviourSummary(folding: [whole, BehaviourSummary()]) == whole)
    }

    @Test(arguments: Seeds.some(200)) func whatIsTakenAwayWasNeverThere(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        let parts = (0..<4).map { _ in Self.part(&generator, 12) }
        var whole = BehaviourSummary(folding: parts)
        whole.categories.subtract(parts[1].categories)
        whole.hours.subtract(parts[1].hours)
        whole.exposures.subtract(parts[1].exposures)
        let others = BehaviourSummary(folding: [parts[3], parts[0], parts[2]])
        #expect(whole.categories == others.categories, "seed \(seed)")
        #expect(whole.hours == others.hours && whole.exposures == others.exposures, "seed \(seed)")
    }

    @Test(arguments: Seeds.some(100)) func hearingOfAnOrderAgainChangesNothing(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        let orders = Self.part(&generator, 30).orders
        var again = orders
        again.merge(orders)
        #expect(again == orders)
        #expect(OrderHistory(orders.orders.shuffled(using: &generator) + orders.orders) == orders)
        var merged = Self.part(&generator, 30).orders
        var other = orders
        other.merge(merged)
        merged.merge(orders)
        #expect(merged == other, "seed \(seed)")
        #expect(zip(merged.orders, merged.orders.dropFirst()).allSatisfy { $0.id < $1.id })
    }

    /// The sums of a merge, to the last bit, whatever the half-life and the day.
    @Test(arguments: Seeds.some(100)) func decayedSumsAddUpExactly(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        let parts = (0..<5).map { _ in Self.part(&generator, 30).categories }
        var whole = CategoryDays()
        for part in parts { whole.merge(part) }
        let decay = Decay(halfLifeDays: Int.random(in: 1...400, using: &generator))
        for kind in BehaviourKind.allCases {
            for day in [Int32(0), 8, 40, 3_000] {
                var sums: [UInt32: UInt64] = [:]
                for part in parts {
                    for (category, sum) in part.decayed(kind, by: decay, asOf: day) {
                        sums[category, default: 0] += sum
                    }
                }
                let found = Dictionary(uniqueKeysWithValues: whole.decayed(kind, by: decay, asOf: day).map { ($0, $1) })
                #expect(found == sums, "seed \(seed)")
            }
        }
    }

    @Test func decayHalvesByWholeDays() {
        let decay = Decay(halfLifeDays: 7)
        #expect(decay.weight(days: 0) == Decay.one)
        #expect(decay.weight(days: 7) == Decay.one / 2)
        #expect(decay.weight(days: 70) == Decay.one >> 10)
        #expect(decay.weight(days: 7 * 33) == 0)
        for days in 0..<200 {
            let exact = exp2(-Double(days) / 7) * Double(Decay.one)
            #expect(abs(Double(decay.weight(days: days)) - exact) <= 1)
        }
    }

    @Test(arguments: Seeds.some(100)) func bytesAreTheSummaryAndNothingElseIs(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let summary = Self.part(&generator, 12)
        let bytes = summary.encoded()
        #expect(try BehaviourSummary(decoding: bytes) == summary)
        for end in 0..<bytes.count {
            #expect(throws: FormError.self) { try BehaviourSummary(decoding: Array(bytes[..<end])) }
        }
        for place in bytes.indices {
            var damaged = bytes
            damaged[place] ^= UInt8(1) << UInt8.random(in: 0..<8, using: &generator)
            // Either it is refused, or it says something else and is written so: one form for one meaning.
            guard let other = try? BehaviourSummary(decoding: damaged) else { continue }
            #expect(other != summary && other.encoded() == damaged, "seed \(seed) at \(place)")
        }
    }

    @Test func ordersOfOneDayAreOnePurchase() throws {
        let euro = try #require(Currency("EUR"))
        func order(_ id: UInt64, _ day: Int32, _ value: Int64, returned: Int64 = 0, currency: Currency) -> Order {
            Order(
                id: FactID(high: 0, low: id), day: day, currency: currency, value: value, returned: returned,
                revision: 0)
        }
        let dollar = try #require(Currency("USD"))
        var history = OrderHistory([
            order(1, 100, 500, currency: euro), order(2, 110, 1_000, currency: euro),
            order(3, 110, 300, returned: 100, currency: euro), order(4, 120, 900, currency: dollar),
            order(5, 150, 900, currency: euro),
        ])
        var cancelled = order(6, 90, 1, currency: euro)
        cancelled.isCancelled = true
        history.add(cancelled)
        let found = try #require(history.purchases(asOf: 140, unitDays: 1, currency: euro))
        #expect(found.history == PurchaseHistory(repeats: 2, recency: 20, age: 40))
        #expect(found.values == OrderValues(orders: 1, sum: 1_200))
        #expect(history.purchases(asOf: 99, unitDays: 1, currency: euro) == nil)
        #expect(Currency("eur") == nil && Currency("EURO") == nil && euro.description == "EUR")
    }

    @Test func hoursAreOfTheWeekFromMonday() {
        #expect(HourCounts.hour(milliseconds: 0) == 72)
        #expect(HourCounts.hour(milliseconds: 4 * 86_400_000) == 0)
        #expect(HourCounts.hour(milliseconds: 4 * 86_400_000 - 1) == 167)
        #expect(HourCounts.hour(milliseconds: -1) == 71)
        #expect(HourCounts.hour(milliseconds: 0, offsetMinutes: 90) == 73)
        #expect(HourCounts.hour(milliseconds: 0, offsetMinutes: -60) == 71)
    }
}
