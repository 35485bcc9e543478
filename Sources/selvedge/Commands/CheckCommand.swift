internal import ArgumentParser
internal import GraphStore
internal import SelvedgeClient

struct CheckCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Read all of the store and find what contradicts itself.",
        discussion: """
            Exit code 0 where there is nothing to find, 3 where there is. It changes nothing. Writing commands run it by \
            themselves when the last writer did not end cleanly. A server reads the rows, in its own process, and goes on serving.
            """)

    @OptionGroup var target: TargetOptions

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
        switch try target.target() {
        case .store(let store): try run(store)
        case .server(let server): try run(server)
        }
    }

    private func run(_ store: StorePlace) throws {
        DamageSignals.listenForTraps()
        guard Store.exists(store.data) else { throw StoreError.noStore(directory: store.data) }
        let (data, accepts) = (store.data, store.acceptNormaliser)
        let report = Waiting.during("checking") { IntegrityCheck.run(directory: data, acceptNormaliser: accepts) }
        try say(
            Answer(
                findingCount: report.findingCount, findings: report.findings,
                rows: Dictionary(report.tables.map { ($0.name, $0.rows) }, uniquingKeysWith: { $1 }),
                components: report.components, profiles: report.profiles))
    }

    private func run(_ server: ServerStore) throws {
        let pieces = try server.ask(waiting: "the server is checking") { client in
            var pieces: [SelvedgeCheckResponse] = []
            for try await piece in client.checkStore() { pieces.append(piece) }
            return pieces
        }
        guard let last = pieces.last else { throw Failure(.storeTrouble, "the server's check has no answer") }
        try say(
            Answer(
                findingCount: Int(clamping: last.total), findings: pieces.flatMap(\.problems),
                rows: last.rows.mapValues { Int(clamping: $0) }, components: Int(clamping: last.components),
                profiles: Int(clamping: last.profiles)))
    }

    private func say(_ answer: Answer) throws {
        if target.json {
            try JSONLine.print(answer)
        } else {
            for finding in answer.findings { Console.error("selvedge: \(Redaction.ofThisRun.clean(finding))") }
            let rows = answer.rows.values.reduce(0, +)
            let verdict = answer.findingCount == 0 ? "nothing to find" : "\(answer.findingCount) findings"
            try Console.line("checked \(rows) rows, \(answer.profiles) profiles: \(verdict)")
        }
        if answer.findingCount > 0 { throw Stop(.storeTrouble) }
    }
}
