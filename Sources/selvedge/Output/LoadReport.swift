internal import Backfill
internal import Foundation

/// What a load did, for people and as JSON.
struct LoadReport {
    let tally: RowTally
    /// Where rejected rows are; nil where there are none.
    let rejects: String?
    /// Nil over a server.
    let report: BackfillReport?
    let seconds: Double
    let readSeconds: Double
    let isDryRun: Bool

    private var rate: Double { Double(tally.rows) / max(seconds, 0.001) }

    func say(json: Bool) throws {
        if json { return try JSONLine.print(Answer(self)) }
        let head = isDryRun ? "read, and changed nothing of," : "read"
        try Console.line(
            "\(head) \(tally.rows) rows in \(String(format: "%.1f", seconds)) s, \(Int(rate)) a second: "
                + "\(tally.accepted) accepted, \(tally.filtered) left out by the mapping, \(tally.rejectedRows) rejected"
        )
        try say("rejected", tally.rejected)
        if let rejects { try Console.line("rejected rows are in \(rejects)") }
        try say("identifiers left out", tally.dropped)
        guard let report else { return }
        try say("refused by the store", report.refused)
        try Console.line(
            "links \(report.links), components \(report.components), profiles \(report.profiles); "
                + "\(report.replayed) observations recorded one by one")
        if !report.largestComponents.isEmpty {
            try Console.line(
                "largest components: \(report.largestComponents.map(String.init).joined(separator: ", ")) members")
        }
        try say("hubs", report.hubs)
        try Console.line(
            "memory at most \(report.peakMemory >> 20) MiB, written \(report.bytesWritten >> 20) MiB")
        try Console.line("")
        try sayTables(report)
    }

    private func sayTables(_ report: BackfillReport) throws {
        var identifiers = TextTable(["identifiers", "new", "known"])
        for row in report.identifiers { identifiers.add([row.namespace, "\(row.new)", "\(row.known)"]) }
        try identifiers.print()
        var stages = TextTable(["stage", "seconds", "MiB"])
        stages.add(["read", String(format: "%.1f", readSeconds), "-"])
        for stage in report.stages {
            stages.add([stage.name, String(format: "%.1f", stage.seconds), "\(stage.bytes >> 20)"])
        }
        try stages.print()
    }

    private func say(_ title: String, _ counts: [String: Int]) throws {
        if !counts.isEmpty { try Console.line("\(title): \(Self.list(counts))") }
    }

    static func list(_ counts: [String: Int]) -> String {
        counts.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }.joined(separator: ", ")
    }

    private struct Answer: Encodable {
        struct Identifiers: Encodable {
            var new: Int
            var known: Int
        }

        struct Stage: Encodable {
            var name: String
            var seconds: Double
            var bytes: Int
        }

        var rows: Int
        var accepted: Int
        var filtered: Int
        var rejected: Int
        var reasons: [String: Int]
        var dropped: [String: Int]
        var rejects: String?
        var seconds: Double
        var rate: Double
        var dryRun: Bool
        var identifiers: [String: Identifiers]?
        var refused: [String: Int]?
        var replayed: Int?
        var links: Int?
        var components: Int?
        var profiles: Int?
        var largestComponents: [Int]?
        var hubs: [String: Int]?
        var memory: Int?
        var bytesWritten: Int?
        var stages: [Stage]?

        init(_ load: LoadReport) {
            (rows, accepted, filtered) = (load.tally.rows, load.tally.accepted, load.tally.filtered)
            (rejected, reasons, dropped) = (load.tally.rejectedRows, load.tally.rejected, load.tally.dropped)
            (rejects, seconds, rate, dryRun) = (load.rejects, load.seconds, load.rate, load.isDryRun)
            guard let report = load.report else { return }
            identifiers = Dictionary(
                report.identifiers.map { ($0.namespace, Identifiers(new: $0.new, known: $0.known)) }
            ) { $1 }
            (refused, replayed, links) = (report.refused, report.replayed, report.links)
            (components, profiles, hubs) = (report.components, report.profiles, report.hubs)
            (largestComponents, memory) = (report.largestComponents, report.peakMemory)
            bytesWritten = report.bytesWritten
            stages =
                [Stage(name: "read", seconds: load.readSeconds, bytes: 0)]
                + report.stages.map { Stage(name: $0.name, seconds: $0.seconds, bytes: $0.bytes) }
        }

        private enum CodingKeys: String, CodingKey {
            case rows, accepted, filtered, rejected, reasons, dropped, rejects, seconds, rate, identifiers, refused,
                replayed, links, components, profiles, hubs, memory, stages
            case dryRun = "dry_run"
            case largestComponents = "largest_components"
            case bytesWritten = "bytes_written"
        }
    }
}
