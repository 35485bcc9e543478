internal import ArgumentParser
internal import Engine
internal import Foundation
internal import GraphStore
internal import Identity

struct RecordCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "record",
        abstract: "Record observations, one JSON object a line.",
        discussion: """
            An observation: {"id": "...", "source": "web", "record_id": null, "time": "2026-01-02T03:04:05Z", \
            "identifiers": [{"namespace": "email", "value": "..."}, {"namespace": "phone", "sha256": "..."}], \
            "attributes": {...}, "behaviour": {...}}

            A line that is refused is named with its reason and leaves the others untouched; the exit code is then 1. \
            Lines become durable in groups. On SIGINT or SIGTERM the group at hand is finished, and the last durable \
            line is told.
            """)

    @OptionGroup var store: StoreOptions

    @Argument(help: ArgumentHelp("A JSON Lines file; - or nothing for standard input.", valueName: "file.jsonl"))
    var file = "-"

    @Option(
        name: .long,
        help: ArgumentHelp(
            "Write every refused line's number and reason there, as JSON Lines.", valueName: "file.jsonl"))
    var rejects: String?

    @Flag(name: .long, help: "Print what became of each line, as JSON Lines.")
    var byItem = false

    @Flag(
        name: .long,
        help: "After each commit print `ack LINE`, or {\"ack\":LINE} in JSON: what came up to that line is durable.")
    var acknowledge = false

    mutating func run() throws {
        let engine = try store.openForWriting("record")
        let signals = Interruption.listen()
        defer { withExtendedLifetime(signals) {} }
        let reader = try ObservationReader(file, engine)
        defer { reader.stop() }
        let report = RecordReport(name: reader.name, rejects: try rejects.map { try RejectFile($0) })
        var writer = GroupWriter(
            engine: engine, report: report,
            style: GroupWriter.Style(byItem: byItem, acknowledge: acknowledge, json: store.json))
        do {
            try writer.run(reader)
        } catch {
            try? report.finish()
            Console.error("selvedge: lines up to \(report.durableLine) are durable, later ones are not")
            throw error
        }
        try report.finish()
        if let signal = Interruption.signal {
            Console.error("selvedge: stopped by a signal: lines up to \(report.durableLine) are durable, no others")
            try report.say(json: store.json)
            throw Stop(signal: signal)
        }
        try report.say(json: store.json)
        if report.refusedLines > 0 { throw Stop(.refusedInput) }
    }
}
