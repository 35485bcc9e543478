import Foundation
import Offers
import Scoring
import Testing

@Suite struct UpliftTests {
    private static func units(_ count: Int, effect: Double, seed: UInt64) -> [UpliftUnit] {
        var generator = SeededGenerator(seed: seed)
        return (0..<count).map { _ in
            let before = 100 + 40 * generator.normal()
            let isHeldOut = generator.uniform() < 0.2
            let outcome = 0.8 * before + 15 * generator.normal() + (isHeldOut ? 0 : effect)
            return UpliftUnit(isHeldOut: isHeldOut, outcome: outcome, covariate: before)
        }
    }

    @Test func theEffectIsFoundAndCalmedByWhatWasBefore() throws {
        let found = try #require(Uplift(Self.units(20_000, effect: 3, seed: 1)))
        #expect(found.interval.contains(3) && found.adjustedInterval.contains(3))
        #expect(found.adjustedError < 0.5 * found.standardError)
        #expect(abs(found.theta - 0.8) < 0.02)
        #expect(abs(found.varianceReduction - 0.82) < 0.03)
        #expect(found.treated + found.heldOut == 20_000)
    }

    @Test func intervalsHoldTheTruthAsOftenAsTheySay() {
        var (plain, adjusted) = (0, 0)
        for seed in UInt64(1)...300 {
            guard let found = Uplift(Self.units(300, effect: 2, seed: seed)) else { continue }
            if found.interval.contains(2) { plain += 1 }
            if found.adjustedInterval.contains(2) { adjusted += 1 }
        }
        #expect((271...297).contains(plain) && (271...297).contains(adjusted), "\(plain) \(adjusted)")
    }

    @Test func withoutACovariateNothingIsAdjusted() throws {
        let units = (0..<40).map { UpliftUnit(isHeldOut: $0 % 2 == 0, outcome: Double($0 % 7)) }
        let found = try #require(Uplift(units))
        #expect(found.adjustedDifference == found.difference && found.adjustedInterval == found.interval)
        #expect(Uplift(units.filter { !$0.isHeldOut }) == nil)
    }
}

@Suite struct OfferReportTests {
    private static func rows(_ seed: UInt64) -> [ProfileWeek] {
        var generator = SeededGenerator(seed: seed)
        var rows: [ProfileWeek] = []
        for profile in UInt64(0)..<400 {
            let isHeldOut = profile % 4 == 0
            for week in Int32(0)..<3 where generator.uniform() < 0.8 {
                let orders = Int.random(in: 0...2, using: &generator)
                let gross = Int64(orders) * Int64.random(in: 1_000...3_000, using: &generator)
                rows.append(
                    ProfileWeek(
                        profile: profile, cohort: Int(profile % 3), week: week, isHeldOut: isHeldOut, orders: orders,
                        gross: gross, discount: isHeldOut ? 0 : gross / 10, margin: gross / 4, priorMargin: 100))
            }
        }
        return rows.shuffled(using: &generator)
    }

    @Test func figuresAreThoseOfTheRows() throws {
        let rows = Self.rows(3)
        let report = OfferReport(rows)
        for (isHeldOut, figures) in [(true, report.total.heldOut), (false, report.total.treated)] {
            let own = rows.filter { $0.isHeldOut == isHeldOut }
            let profiles = Set(own.map(\.profile))
            let converted = Set(own.filter { $0.orders > 0 }.map(\.profile))
            #expect(figures.profiles == profiles.count)
            #expect(figures.orders == own.reduce(0) { $0 + $1.orders })
            #expect(figures.margin == own.reduce(0) { $0 + $1.margin })
            #expect(isClose(figures.conversion, Double(converted.count) / Double(profiles.count)))
            #expect(figures.conversionInterval.contains(figures.conversion))
            let depth = Double(own.reduce(0) { $0 + $1.discount }) / Double(own.reduce(0) { $0 + $1.gross })
            #expect(isClose(figures.discountDepth, depth) && figures.discountDepthInterval.contains(depth))
        }
        #expect(report.weeks.count == 3 && report.cohorts.count == 3 && report.cells.count == 9)
        for week in report.weeks {
            let cells = report.cells.filter { $0.week == week.week }
            #expect(week.treated.orders == cells.reduce(0) { $0 + $1.treated.orders })
            #expect(week.heldOut.profiles == cells.reduce(0) { $0 + $1.heldOut.profiles })
        }
        #expect(OfferReport(rows.reversed()) == report)
    }

    @Test func whoChangedGroupsIsLeftOut() {
        func row(_ profile: UInt64, _ week: Int32, _ isHeldOut: Bool) -> ProfileWeek {
            ProfileWeek(
                profile: profile, cohort: 0, week: week, isHeldOut: isHeldOut, orders: 1, gross: 10, discount: 1,
                margin: 4)
        }
        let report = OfferReport([row(1, 0, false), row(1, 1, true), row(2, 0, false), row(3, 0, true)])
        #expect(report.leftOut == 1 && report.total.treated.profiles == 1 && report.total.heldOut.profiles == 1)
        #expect(report.weeks.map(\.week) == [0])
        let empty = OfferReport([])
        #expect(empty.total.treated.profiles == 0 && empty.cells.isEmpty && empty.total.marginUplift == nil)
    }
}
