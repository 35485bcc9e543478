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
        /// The first hundred.
        var findings: [String]
        var findingCount: Int
        var counts: [String: Int]
    }

    /// Findings named on standard error where the answer is not JSON.
    private static let shown = 50

    mutating func run() throws {
        let report = IntegrityCheck.run(directory: store.data)
        let counts = Dictionary(uniqueKeysWithValues: report.tables.map { ($0.name, $0.rows) })
        if store.json {
            try JSONLine.print(Answer(findings: report.findings, findingCount: report.findingCount, counts: counts))
        } else {
            for finding in report.findings.prefix(Self.shown) { Console.error("selvedge: \(finding)") }
            let rows = counts.values.reduce(0, +)
            let verdict = report.isClean ? "nothing to find" : "\(report.findingCount) findings"
            try Console.line(
                "checked \(rows) rows, \(report.components) components, \(report.profiles) profiles: \(verdict)")
        }
        if !report.isClean { throw Stop(.storeTrouble) }
    }
}
