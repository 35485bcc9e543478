internal import ArgumentParser
internal import Engine
internal import Foundation
internal import Offers
internal import Scoring

struct ReportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "report",
        abstract: "Show what offers came to: against the held-out, by cohort and week.",
        discussion: """
            Uplift of margin and conversion against the profiles that got no offer, with 95 % intervals (adjusted by the \
            margin of the time before: CUPED), the depth of discounts, and what other policies would have come to on the \
            decisions that were logged. Who was in both groups by a merge is left out and counted.
            """)

    @OptionGroup var place: PlaceOptions

    @Option(name: .long, help: ArgumentHelp("Leave out decisions before it. \(TimeArgument.help).", valueName: "time"))
    var since: TimeArgument?

    @Option(name: .long, help: ArgumentHelp("Write a page with charts here.", valueName: "file"))
    var html: String?

    mutating func run() throws {
        let engine = try StorePlace(data: place.data, acceptNormaliser: false).openForReading()
        let summary = try Waiting.during("reading all decisions") { try engine.offerSummary(since: since?.time) }
        let answer = OfferReportAnswer(summary)
        if let html {
            guard FileManager.default.createFile(atPath: html, contents: Data(answer.page.utf8)) else {
                throw Failure(.refusedInput, "\(html): cannot be written; check the path and its permissions")
            }
        }
        if place.json { return try JSONLine.print(answer) }
        try answer.say()
    }
}

/// The figures of a report, for reading, as JSON and as a page.
struct OfferReportAnswer: Encodable {
    struct Group: Encodable {
        var profiles: Int
        var orders: Int
        var conversion: Double
        var discountDepth: Double
        var margin: Int64
        var marginPerProfile: Double

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

    struct Difference: Encodable {
        var value: Double
        var lower: Double
        var upper: Double
        /// By how much the margin of the time before has lessened its variance.
        var varianceReduction: Double

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

    struct Cell: Encodable {
        var cohort: String?
        /// The first day of the week, counted from 1970-01-01 by seven days.
        var week: String?
        var treated: Group
        var heldOut: Group
        var margin: Difference?
        var conversion: Difference?

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
            let formatter = ISO8601DateFormatter()
            formatter.formatOptions = [.withFullDate]
            return formatter.string(from: Date(timeIntervalSince1970: Double(days) * 86_400))
        }
    }

    struct Policy: Encodable {
        var policy: String
        var method: String
        var marginPerDecision: Double
        var lower: Double
        var upper: Double
        var effectiveSampleSize: Double

        private enum CodingKeys: String, CodingKey {
            case policy, method, lower, upper
            case marginPerDecision = "margin_per_decision"
            case effectiveSampleSize = "effective_sample_size"
        }
    }

    var decisions: Int
    var offered: Int
    var generic: Int
    var leftOut: Int
    var total: Cell
    var cohorts: [Cell]
    var weeks: [Cell]
    var policies: [Policy]

    private enum CodingKeys: String, CodingKey {
        case decisions, offered, generic, total, cohorts, weeks, policies
        case leftOut = "left_out"
    }

    init(_ summary: OfferSummary) {
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

    // MARK: Text

    func say() throws {
        try Console.line(
            "\(decisions) decisions, \(offered) with an offer, \(generic) to nobody known; \(leftOut) profiles were in both "
                + "groups and are left out")
        try Console.line("")
        var table = TextTable([
            "", "profiles", "conversion", "discount depth", "margin each", "margin uplift", "from", "to",
        ])
        add(total, "all", to: &table)
        for cell in cohorts { add(cell, "cohort \(cell.cohort ?? "")", to: &table) }
        for cell in weeks { add(cell, "week of \(cell.week ?? "")", to: &table) }
        try table.print()
        let largest = weeks.map { abs($0.treated.marginPerProfile) }.max() ?? 0
        for cell in weeks where largest > 0 {
            let bar = String(repeating: "█", count: Int((abs(cell.treated.marginPerProfile) / largest * 40).rounded()))
            try Console.line("\(cell.week ?? "")  \(bar) \(decimals(cell.treated.marginPerProfile))")
        }
        guard !policies.isEmpty else { return }
        var others = TextTable(["another policy", "method", "margin a decision", "from", "to", "worth decisions"])
        for entry in policies {
            others.add([
                entry.policy, entry.method, decimals(entry.marginPerDecision), decimals(entry.lower),
                decimals(entry.upper), decimals(entry.effectiveSampleSize),
            ])
        }
        try others.print()
    }

    private func add(_ cell: Cell, _ name: String, to table: inout TextTable) {
        for (suffix, group) in [("", cell.treated), (", held out", cell.heldOut)] where group.profiles > 0 {
            let uplift = suffix.isEmpty ? cell.margin : nil
            table.add([
                name + suffix, "\(group.profiles)", decimals(group.conversion), decimals(group.discountDepth),
                decimals(group.marginPerProfile), uplift.map { decimals($0.value) } ?? "",
                uplift.map { decimals($0.lower) } ?? "", uplift.map { decimals($0.upper) } ?? "",
            ])
        }
    }
}
