internal import ArgumentParser
internal import Engine
internal import GraphStore
internal import Identity

struct ListAuditCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List the entries of the audit, oldest first.",
        discussion: "Subjects are shown by how many there are: their hashes are known to no other table.")

    @OptionGroup var store: StoreOptions

    @Option(name: .long, help: ArgumentHelp("Begin at this entry.", valueName: "number"))
    var from: UInt64 = 1

    @Option(name: .long, help: ArgumentHelp("List this many at most.", valueName: "count"))
    var limit: Int = 100

    private struct Row: Encodable {
        var number: UInt64
        var time: String
        var by: String
        var role: String
        var action: String
        var reason: String
        var subjects: Int
    }

    func validate() throws {
        guard from > 0 else { throw ValidationError("--from begins at 1") }
        guard limit > 0 else { throw ValidationError("--limit is at least 1") }
    }

    mutating func run() throws {
        let engine = try store.store.openForReading()
        var rows: [Row] = []
        try engine.forEachAuditEntry(from: from) { numbered in
            let entry = numbered.entry
            rows.append(
                Row(
                    number: numbered.number, time: entry.time.description, by: entry.principal, role: entry.role.text,
                    action: entry.action.text, reason: entry.reason, subjects: entry.subjects.count))
            return rows.count < limit
        }
        if store.json { return try rows.forEach { try JSONLine.print($0) } }
        for row in rows {
            try Console.line(
                "\(row.number)  \(row.time)  \(row.by) as \(row.role): \(row.action), \(row.subjects) subjects: \(row.reason)"
            )
        }
        if rows.count == limit, let last = rows.last {
            try Console.line("more may follow: --from \(last.number + 1)")
        }
    }
}
