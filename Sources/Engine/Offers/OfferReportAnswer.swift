internal import Identity
internal import Offers
internal import Scoring

/// The figures of a report, for reading, as JSON and as a page.
package struct OfferReportAnswer: Codable, Sendable {
    package struct Group: Codable, Sendable {
        package var profiles: Int
        package var orders: Int
        package var conversion: Double
        package var discountDepth: Double
        package var margin: Int64
        package var marginPerProfile: Double

        private enum CodingKeys: String, CodingKey {
            case profiles, orders, conversion, margin
            case discountDepth = "discount_depth"
            case marginPerProfile = "margin_per_profile"
        }

        init(_ figures: GroupFigures) {
            profiles = figures.profiles
            orders = figures.orders
            conversion = figures.conversion
            discountDepth = figures.discountDepth
            margin = figures.margin
            marginPerProfile = figures.marginPerProfile
        }
    }

    package struct Difference: Codable, Sendable {
        package var value: Double
        package var lower: Double
        package var upper: Double
        /// By how much the margin of the time before has lessened its variance.
        package var varianceReduction: Double

        private enum CodingKeys: String, CodingKey {
            case value, lower, upper
            case varianceReduction = "variance_reduction"
        }

        init(_ uplift: Uplift) {
            value = uplift.adjustedDifference
            lower = uplift.adjustedInterval.lower
            upper = uplift.adjustedInterval.upper
            varianceReduction = uplift.varianceReduction
        }
    }

    package struct Cell: Codable, Sendable {
        package var cohort: String?
        /// The first day of the week, counted from 1970-01-01 by seven days.
        package var week: String?
        package var treated: Group
        package var heldOut: Group
        package var margin: Difference?
        package var conversion: Difference?

        private enum CodingKeys: String, CodingKey {
            case cohort, week, treated, margin, conversion
            case heldOut = "held_out"
        }

        init(_ cell: ReportCell, _ cohorts: [String]) {
            cohort = cell.cohort.map { cohorts.indices.contains($0) && !cohorts[$0].isEmpty ? cohorts[$0] : "none" }
            week = cell.week.map { Self.day(Int64($0) * 7) }
            treated = Group(cell.treated)
            heldOut = Group(cell.heldOut)
            margin = cell.marginUplift.map { Difference($0) }
            conversion = cell.conversionUplift.map { Difference($0) }
        }

        private static func day(_ days: Int64) -> String {
            String(Timestamp(milliseconds: days * 86_400_000).description.prefix(10))
        }
    }

    package struct Policy: Codable, Sendable {
        package var policy: String
        package var method: String
        package var marginPerDecision: Double
        package var lower: Double
        package var upper: Double
        package var effectiveSampleSize: Double

        private enum CodingKeys: String, CodingKey {
            case policy, method, lower, upper
            case marginPerDecision = "margin_per_decision"
            case effectiveSampleSize = "effective_sample_size"
        }
    }

    package var decisions: Int
    package var offered: Int
    package var generic: Int
    package var leftOut: Int
    package var total: Cell
    package var cohorts: [Cell]
    package var weeks: [Cell]
    package var policies: [Policy]

    private enum CodingKeys: String, CodingKey {
        case decisions, offered, generic, total, cohorts, weeks, policies
        case leftOut = "left_out"
    }

    package init(_ summary: OfferSummary) {
        decisions = summary.decisions
        offered = summary.offered
        generic = summary.generic
        leftOut = summary.report.leftOut
        total = Cell(summary.report.total, summary.cohorts)
        cohorts = summary.report.cohorts.map { Cell($0, summary.cohorts) }
        weeks = summary.report.weeks.map { Cell($0, summary.cohorts) }
        policies = summary.estimates.map { entry in
            Policy(
                policy: entry.policy, method: entry.estimate.method.rawValue, marginPerDecision: entry.estimate.value,
                lower: entry.estimate.interval.lower, upper: entry.estimate.interval.upper,
                effectiveSampleSize: entry.estimate.effectiveSampleSize)
        }
    }
}
