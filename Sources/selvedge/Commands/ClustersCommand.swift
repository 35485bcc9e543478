internal import ArgumentParser
internal import Engine
internal import SelvedgeClient
internal import Stitching

struct ClustersCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "clusters",
        abstract: "Export which profile each record is in, as CSV.",
        discussion: """
            Columns source, record_id, profile_id, quoted as RFC 4180 says, sorted by source and record id. The store is read in \
            pieces, so what is recorded meanwhile may be in it or not. With --json one object a line instead, or with \
            --out a summary.
            """)

    @OptionGroup var target: TargetOptions

    @Option(
        name: .long,
        help: ArgumentHelp(
            "Where to write; standard output if not given. Put there when it is whole.", valueName: "file.csv"))
    var out: String?

    private struct Answer: Encodable {
        var records: Int
        var file: String
    }

    private static let head = "source,record_id,profile_id\n"

    mutating func run() throws {
        switch try target.target() {
        case .store(let store):
            let engine = try store.openForReading()
            try export { row in
                try engine.exportRecords { record in
                    try row(ClusterRow(record.source, record.recordID, record.profile.description))
                }
            }
        case .server(let server): try export(server.clusters)
        }
    }

    /// Hands over each row, and throws what the one who takes it throws.
    typealias Rows = ((ClusterRow) throws -> Void) throws -> Void

    private func export(_ rows: Rows) throws {
        if let out { try export(rows, to: out) } else { try exportToOutput(rows) }
    }

    private func export(_ rows: Rows, to path: String) throws {
        var file = try FileSink(path)
        var progress = Progress("records", total: nil)
        var count = 0
        try file.write(Self.head)
        try rows { row in
            try file.write(row.line)
            count += 1
            if count.isMultiple(of: 10_000) { progress.show(count) }
        }
        try file.finish()
        progress.clear()
        if target.json { return try JSONLine.print(Answer(records: count, file: path)) }
        try Console.line("wrote \(count) records to \(path)")
    }

    private func exportToOutput(_ rows: Rows) throws {
        if !target.json { try Console.write(Self.head) }
        try rows { row in if target.json { try JSONLine.print(row) } else { try Console.write(row.line) } }
    }
}

/// Which profile a record is in.
struct ClusterRow: Encodable {
    var source: String
    var recordID: String
    var profileID: String

    private enum CodingKeys: String, CodingKey {
        case source
        case recordID = "record_id"
        case profileID = "profile_id"
    }

    init(_ source: String, _ recordID: String, _ profileID: String) {
        self.source = source
        self.recordID = recordID
        self.profileID = profileID
    }

    /// As a line of CSV.
    var line: String { "\(Self.quoted(source)),\(Self.quoted(recordID)),\(profileID)\n" }

    private static func quoted(_ field: String) -> String {
        let needsQuotes = field.utf8.contains { byte in
            byte == UInt8(ascii: ",") || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\n")
                || byte == UInt8(ascii: "\r")
        }
        guard needsQuotes else { return field }
        var quoted = "\""
        for scalar in field.unicodeScalars {
            if scalar == "\"" { quoted += "\"" }
            quoted.unicodeScalars.append(scalar)
        }
        return quoted + "\""
    }
}

extension ServerStore {
    /// Hands over every record with its profile; the server waits for who takes them.
    func clusters(_ body: (ClusterRow) throws -> Void) throws {
        try each(client.clusters(by: SelvedgeLook(reason: "export"))) { piece in
            for row in piece.rows { try body(ClusterRow(row.source, row.recordID, row.profileID)) }
        }
    }
}
