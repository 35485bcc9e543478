internal import ArgumentParser
internal import Engine
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

    @OptionGroup var store: StoreOptions

    @Option(
        name: .long,
        help: ArgumentHelp(
            "Where to write; standard output if not given. Put there when it is whole.", valueName: "file.csv"))
    var out: String?

    private struct Row: Encodable {
        var source: String
        var recordID: String
        var profileID: String

        private enum CodingKeys: String, CodingKey {
            case source
            case recordID = "record_id"
            case profileID = "profile_id"
        }
    }

    private struct Answer: Encodable {
        var records: Int
        var file: String
    }

    private static let head = "source,record_id,profile_id\n"

    mutating func run() throws {
        let engine = try store.openForReading()
        if let out { try export(engine, to: out) } else { try export(engine) }
    }

    private func export(_ engine: Engine, to path: String) throws {
        var file = try FileSink(path)
        var progress = Progress("records", total: nil)
        var count = 0
        try file.write(Self.head)
        try engine.exportRecords { record in
            try file.write(Self.line(record))
            count += 1
            if count.isMultiple(of: 10_000) { progress.show(count) }
        }
        try file.finish()
        progress.clear()
        if store.json { return try JSONLine.print(Answer(records: count, file: path)) }
        try Console.line("wrote \(count) records to \(path)")
    }

    private func export(_ engine: Engine) throws {
        if !store.json { try Console.write(Self.head) }
        try engine.exportRecords { record in
            guard store.json else { return try Console.write(Self.line(record)) }
            try JSONLine.print(
                Row(source: record.source, recordID: record.recordID, profileID: record.profile.description))
        }
    }

    private static func line(_ record: ExportedRecord) -> String {
        "\(quoted(record.source)),\(quoted(record.recordID)),\(record.profile)\n"
    }

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
