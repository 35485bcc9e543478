internal import ArgumentParser
internal import Engine
internal import Foundation
internal import GraphStore
internal import Identity
internal import SelvedgeClient

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

            Over a server lines go in batches, and those whose acknowledgement was lost go again; what comes twice changes \
            nothing, so a run that was cut short may be repeated. What became of a line is told as far as the role may \
            know it: accepted, without role admin.
            """)

    @OptionGroup var target: TargetOptions

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

    /// Attempts to reach a server that is away, within about a quarter of a minute.
    private static let attempts = 12

    mutating func run() throws {
        let target = try target.target(attempts: Self.attempts)
        let signals = Interruption.listen()
        defer { withExtendedLifetime(signals) {} }
        switch target {
        case .store(let store):
            let engine = try store.openForWriting("record")
            let reader = try ObservationReader(file, engine)
            defer { reader.stop() }
            var writer = GroupWriter(engine: engine, teller: try teller(reader.name))
            try run(writer.report) { try writer.run(reader) }
        case .server(let server):
            let reader = try ObservationReader<Passing>(file)
            defer { reader.stop() }
            var writer = BatchWriter(server, try teller(reader.name))
            try run(writer.report) { try writer.run(reader) }
        }
    }

    private func teller(_ name: String) throws -> LineTeller {
        LineTeller(
            report: RecordReport(name: name, rejects: try rejects.map { try RejectFile($0) }),
            style: LineTeller.Style(byItem: byItem, acknowledge: acknowledge, json: target.json))
    }

    private func run(_ report: RecordReport, _ write: () throws -> Void) throws {
        do {
            try write()
        } catch {
            try? report.finish()
            Console.error("selvedge: lines up to \(report.durableLine) are durable, later ones \(Self.fate(target))")
            throw error
        }
        try report.finish()
        if let signal = Interruption.signal {
            Console.error("selvedge: stopped by a signal: lines up to \(report.durableLine) are durable, no others")
            try report.say(json: target.json)
            throw Stop(signal: signal)
        }
        try report.say(json: target.json)
        if report.refusedLines > 0 { throw Stop(.refusedInput) }
    }

    /// A server may have taken what it could not acknowledge.
    private static func fate(_ target: TargetOptions) -> String {
        target.isServer ? "may be or not; record the file again" : "are not"
    }
}
