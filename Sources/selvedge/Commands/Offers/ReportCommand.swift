internal import ArgumentParser
internal import Engine
internal import Foundation
internal import Identity
internal import SelvedgeClient

struct ReportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "report",
        abstract: "Show what offers came to: against the held-out, by cohort and week.",
        discussion: """
            Uplift of margin and conversion against the profiles that got no offer, with 95 % intervals (adjusted by the \
            margin of the time before: CUPED), the depth of discounts, and what other policies would have come to on the \
            decisions that were logged. Who was in both groups by a merge is left out and counted.
            """)

    @OptionGroup var target: TargetOptions

    @Option(name: .long, help: ArgumentHelp("Leave out decisions before it. \(TimeArgument.help).", valueName: "time"))
    var since: TimeArgument?

    @Option(name: .long, help: ArgumentHelp("Write a page with charts here.", valueName: "file"))
    var html: String?

    mutating func run() throws {
        let answer =
            switch try target.target() {
            case .store(let store): try report(store)
            case .server(let server): try report(server)
            }
        if let html {
            guard FileManager.default.createFile(atPath: html, contents: Data(answer.page.utf8)) else {
                throw Failure(.refusedInput, "\(html): cannot be written; check the path and its permissions")
            }
        }
        if target.json { return try JSONLine.print(answer) }
        try answer.say()
    }

    private func report(_ store: StorePlace) throws -> OfferReportAnswer {
        let engine = try store.openForReading()
        let since = since?.time
        return OfferReportAnswer(
            try Waiting.during("reading all decisions") { try engine.offerSummary(since: since) })
    }

    private func report(_ server: ServerStore) throws -> OfferReportAnswer {
        let since = since?.time.milliseconds
        let text = try server.ask(waiting: "the server is reading all decisions") {
            try await $0.offerReport(since: since)
        }
        return try ServerStore.object(text)
    }
}

extension OfferReportAnswer {
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
