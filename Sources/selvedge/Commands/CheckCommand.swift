internal import ArgumentParser
internal import GraphStore

struct CheckCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Read all of the store and find what contradicts itself.",
        discussion: """
            Exit code 0 where there is nothing to find, 3 where there is. It changes nothing. Writing commands run it by \
            themselves when the last writer did not end cleanly.
            """)

    @OptionGroup var store: StoreOptions

    private struct Answer: Encodable {
        var findings: [String]
        var counts: [String: Int]
    }

    /// Findings named on standard error where the answer is not JSON.
    private static let shown = 50

    mutating func run() throws {
        let report = try IntegrityCheck.run(directory: store.data)
        if store.json {
            try JSONLine.print(Answer(findings: report.findings, counts: report.counts))
        } else {
            for finding in report.findings.prefix(Self.shown) { Console.error("selvedge: \(finding)") }
            let rows = report.counts.values.reduce(0, +)
            let verdict = report.findings.isEmpty ? "nothing to find" : "\(report.findings.count) findings"
            try Console.line("checked \(rows) rows: \(verdict)")
        }
        if !report.findings.isEmpty { throw Stop(.storeTrouble) }
    }
}
