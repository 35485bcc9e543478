internal import ArgumentParser
internal import Engine
internal import GraphStore
internal import Identity
internal import SelvedgeClient

struct ListAuditCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List the entries of the audit, oldest first.",
        discussion: "Subjects are shown by how many there are: their hashes are known to no other table.")

    @OptionGroup var target: TargetOptions

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
        guard (1...100_000).contains(limit) else { throw ValidationError("--limit takes 1 to 100000") }
    }

    mutating func run() throws {
        let rows =
            switch try target.target() {
            case .store(let store): try rows(store)
            case .server(let server): try rows(server)
            }
        if target.json { return try rows.forEach { try JSONLine.print($0) } }
        for row in rows {
            try Console.line(
                "\(row.number)  \(row.time)  \(row.by) as \(row.role): \(row.action), \(row.subjects) subjects: \(row.reason)"
            )
        }
        if rows.count == limit, let last = rows.last {
            try Console.line("more may follow: --from \(last.number + 1)")
        }
    }

    private func rows(_ store: StorePlace) throws -> [Row] {
        var rows: [Row] = []
        try store.openForReading().forEachAuditEntry(from: from) { numbered in
            let entry = numbered.entry
            rows.append(
                Row(
                    number: numbered.number, time: entry.time.description, by: entry.principal, role: entry.role.text,
                    action: entry.action.text, reason: entry.reason, subjects: entry.subjects.count))
            return rows.count < limit
        }
        return rows
    }

    private func rows(_ server: ServerStore) throws -> [Row] {
        var rows: [Row] = []
        try server.each(server.client.audit(from: from, limit: UInt32(limit))) { piece in
            rows += piece.entries.map { entry in
                Row(
                    number: entry.number, time: Timestamp(milliseconds: entry.timeMs).description, by: entry.by,
                    role: entry.role, action: entry.action, reason: entry.reason, subjects: Int(entry.subjects))
            }
        }
        return rows
    }
}
