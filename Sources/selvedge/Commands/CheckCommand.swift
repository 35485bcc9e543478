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
        var findingCount: Int
        /// The first of them.
        var findings: [String]
        var rows: [String: Int]
        var components: Int
        var profiles: Int

        private enum CodingKeys: String, CodingKey {
            case findings, rows, components, profiles
            case findingCount = "finding_count"
        }
    }

    mutating func run() throws {
        DamageSignals.listenForTraps()
        guard Store.exists(store.data) else { throw StoreError.noStore(directory: store.data) }
        let (data, accepts) = (store.data, store.acceptNormaliser)
        let report = Waiting.during("checking") { IntegrityCheck.run(directory: data, acceptNormaliser: accepts) }
        if store.json {
            let rows = Dictionary(report.tables.map { ($0.name, $0.rows) }, uniquingKeysWith: { $1 })
            try JSONLine.print(
                Answer(
                    findingCount: report.findingCount, findings: report.findings, rows: rows,
                    components: report.components, profiles: report.profiles))
        } else {
            for finding in report.findings { Console.error("selvedge: \(Redaction.ofThisRun.clean(finding))") }
            let rows = report.tables.reduce(0) { $0 + $1.rows }
            let verdict = report.isClean ? "nothing to find" : "\(report.findingCount) findings"
            try Console.line("checked \(rows) rows, \(report.profiles) profiles: \(verdict)")
        }
        if !report.isClean { throw Stop(.storeTrouble) }
    }
}
