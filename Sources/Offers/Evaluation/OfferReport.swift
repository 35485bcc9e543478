package import Scoring

/// One profile in one week, for the report. Money in minor units.
package struct ProfileWeek: Hashable, Sendable {
    /// Tells profiles apart, and nothing else.
    package var profile: UInt64
    package var cohort: Int
    package var week: Int32
    package var isHeldOut: Bool
    package var orders: Int
    /// Of the orders: the price before discounts, what was taken off, and the margin after both and returns.
    package var gross: Int64
    package var discount: Int64
    package var margin: Int64
    /// The margin of as long a time before the experiment: for CUPED.
    package var priorMargin: Int64

    package init(
        profile: UInt64, cohort: Int, week: Int32, isHeldOut: Bool, orders: Int, gross: Int64, discount: Int64,
        margin: Int64, priorMargin: Int64 = 0
    ) {
        self.profile = profile
        self.cohort = cohort
        self.week = week
        self.isHeldOut = isHeldOut
        self.orders = orders
        self.gross = gross
        self.discount = discount
        self.margin = margin
        self.priorMargin = priorMargin
    }
}

/// What a group of profiles came to.
package struct GroupFigures: Hashable, Sendable {
    package var profiles: Int
    package var orders: Int
    /// The share of profiles with an order; Wilson's interval.
    package var conversion: Double
    package var conversionInterval: Interval
    /// Discount of gross, over all orders together: a ratio of sums; its interval by the delta method over profiles.
    package var discountDepth: Double
    package var discountDepthInterval: Interval
    package var gross: Int64
    package var discount: Int64
    package var margin: Int64
    package var marginPerProfile: Double

    init(_ rows: [ProfileWeek], level: Double) {
        profiles = rows.count
        orders = rows.reduce(0) { $0 + $1.orders }
        gross = rows.reduce(0) { $0 + $1.gross }
        discount = rows.reduce(0) { $0 + $1.discount }
        margin = rows.reduce(0) { $0 + $1.margin }
        let count = Double(rows.count)
        marginPerProfile = rows.isEmpty ? 0 : Double(margin) / count
        let converted = Double(rows.count { $0.orders > 0 })
        conversion = rows.isEmpty ? 0 : converted / count
        let reach = normalQuantile(0.5 + level / 2)
        conversionInterval = Self.wilson(converted, count, reach, level)
        discountDepth = gross > 0 ? Double(discount) / Double(gross) : 0
        var squares = 0.0
        for row in rows {
            let rest = Double(row.discount) - discountDepth * Double(row.gross)
            squares += rest * rest
        }
        let error =
            rows.count > 1 && gross > 0
            ? (squares * count / (count - 1)).squareRoot() / Double(gross) : 0
        discountDepthInterval = Interval(
            lower: max(discountDepth - reach * error, 0), upper: min(discountDepth + reach * error, 1), level: level)
    }

    private static func wilson(_ successes: Double, _ count: Double, _ reach: Double, _ level: Double) -> Interval {
        guard count > 0 else { return Interval(lower: 0, upper: 1, level: level) }
        let share = successes / count
        let square = reach * reach / count
        let centre = (share + square / 2) / (1 + square)
        let width = reach * (share * (1 - share) / count + square / (4 * count)).squareRoot() / (1 + square)
        return Interval(lower: max(centre - width, 0), upper: min(centre + width, 1), level: level)
    }
}

/// Treated and held-out profiles side by side.
package struct ReportCell: Hashable, Sendable {
    /// nil: over all cohorts, over all weeks.
    package var cohort: Int?
    package var week: Int32?
    package var treated: GroupFigures
    package var heldOut: GroupFigures
    /// Per profile; nil where a group is too small.
    package var marginUplift: Uplift?
    package var conversionUplift: Uplift?

    init(_ rows: [ProfileWeek], cohort: Int?, week: Int32?, level: Double) {
        self.cohort = cohort
        self.week = week
        treated = GroupFigures(rows.filter { !$0.isHeldOut }, level: level)
        heldOut = GroupFigures(rows.filter(\.isHeldOut), level: level)
        marginUplift = Uplift(
            rows.lazy.map {
                UpliftUnit(isHeldOut: $0.isHeldOut, outcome: Double($0.margin), covariate: Double($0.priorMargin))
            }, level: level)
        conversionUplift = Uplift(
            rows.lazy.map {
                UpliftUnit(
                    isHeldOut: $0.isHeldOut, outcome: $0.orders > 0 ? 1 : 0, covariate: Double($0.priorMargin))
            }, level: level)
    }
}

/// What offers came to, by cohort and week, and over all.
package struct OfferReport: Hashable, Sendable {
    /// Over all weeks: weeks of one profile are one, as they are not independent.
    package var total: ReportCell
    /// By cohort, over all weeks.
    package var cohorts: [ReportCell]
    /// By week, over all cohorts.
    package var weeks: [ReportCell]
    /// By cohort and week; ascending, those without profiles are left out.
    package var cells: [ReportCell]
    /// Profiles that were in both groups, by a merge or a split: they are left out of all figures.
    package var leftOut: Int

    /// - Parameter rows: at most one for each (profile, week).
    package init(_ rows: [ProfileWeek], level: Double = 0.95) {
        let ordered = rows.sorted { left, right in
            if left.profile != right.profile { return left.profile < right.profile }
            return left.week < right.week
        }
        var kept: [ProfileWeek] = []
        var profiles: [ProfileWeek] = []
        leftOut = 0
        var start = 0
        while start < ordered.count {
            let end = ordered[start...].firstIndex { $0.profile != ordered[start].profile } ?? ordered.count
            let weeks = ordered[start..<end]
            start = end
            guard weeks.allSatisfy({ $0.isHeldOut == weeks[weeks.startIndex].isHeldOut }) else {
                leftOut += 1
                continue
            }
            kept += weeks
            profiles.append(Self.joined(weeks))
        }
        total = ReportCell(profiles, cohort: nil, week: nil, level: level)
        cohorts = Set(profiles.map(\.cohort)).sorted().map { cohort in
            ReportCell(profiles.filter { $0.cohort == cohort }, cohort: cohort, week: nil, level: level)
        }
        var byWeek: [Int32: [ProfileWeek]] = [:]
        for row in kept { byWeek[row.week, default: []].append(row) }
        weeks = byWeek.keys.sorted().map { week in
            ReportCell(byWeek[week] ?? [], cohort: nil, week: week, level: level)
        }
        cells = byWeek.keys.sorted().flatMap { week in
            let rows = byWeek[week] ?? []
            return Set(rows.map(\.cohort)).sorted().map { cohort in
                ReportCell(rows.filter { $0.cohort == cohort }, cohort: cohort, week: week, level: level)
            }
        }
    }

    /// A profile's weeks as one row, in the cohort of its first.
    private static func joined(_ weeks: ArraySlice<ProfileWeek>) -> ProfileWeek {
        var sum = weeks[weeks.startIndex]
        for row in weeks.dropFirst() {
            sum.orders += row.orders
            sum.gross += row.gross
            sum.discount += row.discount
            sum.margin += row.margin
            sum.priorMargin += row.priorMargin
        }
        return sum
    }
}
