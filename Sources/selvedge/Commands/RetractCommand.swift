internal import ArgumentParser
internal import Engine
internal import GraphStore
internal import Identity
internal import SelvedgeClient

struct RetractCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "retract",
        abstract: "Take back a record, or all that a source has said.",
        discussion: """
            What is left is as if it had never come, but for a dated tombstone: evidence of the source (or versions of \
            the record) that are not later than it are refused from then on. Profiles that it had joined come apart.
            """)

    @OptionGroup var target: TargetOptions

    @Option(name: .long, help: ArgumentHelp("The source.", valueName: "source"))
    var source: String

    @Option(name: .long, help: ArgumentHelp("The record; without it, all of the source.", valueName: "record-id"))
    var record: String?

    @Option(
        name: .long,
        help: ArgumentHelp("The retraction's date; now, if not given. \(TimeArgument.help).", valueName: "time"))
    var time: TimeArgument?

    private struct Answer: Encodable {
        var source: String
        var time: String
        /// Nil where it may not be known.
        var recordsRetracted: Int?
        var componentsEvaluated: Int?

        private enum CodingKeys: String, CodingKey {
            case source, time
            case recordsRetracted = "records_retracted"
            case componentsEvaluated = "components_evaluated"
        }
    }

    func validate() throws {
        guard Configuration.isSourceName(source) else {
            throw ValidationError("--source is not a source's name: 1...64 of letters, digits, _ . -")
        }
    }

    mutating func run() throws {
        switch try target.target() {
        case .store(let store): try run(store)
        case .server(let server): try run(server)
        }
    }

    private func run(_ store: StorePlace) throws {
        let engine = try store.openForWriting("retract")
        let now = Clock.now
        let time = time?.time ?? now
        let hours = engine.store.configuration.limits.futureSkewHours
        guard time.milliseconds - now.milliseconds <= Int64(hours) * 3_600_000 else {
            throw Refusal(reason: .timeInFuture, field: "--time")
        }
        let report: CommandReport
        if let record {
            let key = try engine.intakeNow().recordKey(source: source, recordID: record)
            report = try engine.apply(.retractRecord(source: source, record: key, time: time))
        } else {
            report = try Waiting.during("retracting") { try engine.apply(.retractSource(source, time: time)) }
        }
        try say(time, report.recordsRetracted, report.componentsEvaluated)
    }

    private func run(_ server: ServerStore) throws {
        let (source, record, time) = (source, record, time?.time ?? Clock.now)
        let response = try server.ask(waiting: "retracting") { client in
            if let record {
                return try await client.retract(source: source, record: record, time: time.milliseconds)
            }
            return try await client.retract(source: source, time: time.milliseconds)
        }
        try say(
            time, response.hasRecords ? Int(response.records) : nil,
            response.hasComponentsEvaluated ? Int(clamping: response.componentsEvaluated) : nil)
    }

    /// - Parameters:
    ///   - records: nil where it may not be known.
    ///   - components: likewise.
    private func say(_ time: Timestamp, _ records: Int?, _ components: Int?) throws {
        if target.json {
            try JSONLine.print(
                Answer(
                    source: source, time: time.description, recordsRetracted: records,
                    componentsEvaluated: components))
        } else if record != nil, records == nil {
            try Console.line("versions of the record up to \(time) are not held, and not taken from now on")
        } else if record != nil, records == 0 {
            try Console.line(
                "no such record, or a later version, is held; versions up to \(time) are not taken from now on")
        } else if record != nil {
            try Console.line("retracted the record as of \(time)")
        } else {
            try Console.line(
                "retracted all of \(source) as of \(time): \(records ?? 0) records, and its events")
        }
    }
}
