internal import Engine
internal import GraphStore
internal import Identity
internal import Stitching

/// Commits keyed lines in groups, and tells what became of each.
struct GroupWriter {
    struct Style {
        var byItem = false
        /// Tell of each decision.
        var byDecision = false
        var acknowledge = false
        var json: Bool
    }

    private enum Entry {
        case observation(dropped: [Refusal])
        case refused(Refusal)
    }

    private let engine: Engine
    private let report: RecordReport
    private let style: Style
    private let command: ([KeyedObservation]) -> Command
    private let limits: Limits
    private var observations: [KeyedObservation] = []
    private var entries: [(line: Int, entry: Entry)] = []
    private var byteCount = 0
    private var lastLine = 0

    /// How long a group waits for more before it is committed as it is.
    private static let patience = Duration.milliseconds(100)

    /// - Parameter command: what is done with a group.
    init(
        engine: Engine, report: RecordReport, style: Style,
        command: @escaping ([KeyedObservation]) -> Command = { .record($0) }
    ) {
        self.engine = engine
        self.command = command
        self.report = report
        self.style = style
        limits = engine.store.configuration.limits
    }

    /// Records all that the reader gives.
    mutating func run(_ reader: ObservationReader) throws {
        var progress = Progress("observations", total: reader.size)
        defer { progress.clear() }
        while true {
            switch try reader.next(timeout: entries.isEmpty ? nil : Self.patience) {
            case .product(let lines):
                try take(lines)
                progress.show(report.recorded, done: lines.position)
            case .idle: try commit()
            case .end: return try commit()
            }
        }
    }

    private mutating func take(_ lines: KeyedLines) throws {
        let bytesALine = lines.byteCount / max(1, lines.lines.count)
        for line in lines.lines {
            if observations.count >= limits.groupRecords || byteCount >= limits.groupBytes { try commit() }
            switch line.result {
            case .success(let observation):
                observations.append(observation)
                entries.append((line.line, .observation(dropped: observation.droppedIdentifiers)))
                byteCount += bytesALine
            case .failure(let refusal): entries.append((line.line, .refused(refusal)))
            }
            lastLine = line.line
        }
        lastLine = max(lastLine, lines.lastLine)
    }

    /// Makes the group durable, then says so.
    private mutating func commit() throws {
        guard lastLine > report.durableLine else { return }
        let outcomes = observations.isEmpty ? [] : try engine.apply(command(observations)).outcomes
        report.durableLine = lastLine
        try tell(outcomes)
        observations.removeAll(keepingCapacity: true)
        entries.removeAll(keepingCapacity: true)
        byteCount = 0
        guard style.acknowledge else { return }
        try Console.line(style.json || style.byItem ? "{\"ack\":\(report.durableLine)}" : "ack \(report.durableLine)")
        try Console.flush()
    }

    private func tell(_ outcomes: [ItemOutcome]) throws {
        var next = outcomes.startIndex
        for item in entries {
            var outcome: ItemOutcome
            var decisions: [DecisionAnswer] = []
            switch item.entry {
            case .refused(let refusal): outcome = .refused(refusal)
            case .observation(let dropped):
                outcome = outcomes[next]
                outcome.dropped = dropped
                if style.byItem || style.byDecision {
                    decisions = DecisionAnswer.answers(outcome, observations[next], engine)
                }
                next += 1
            }
            try report.note(outcome, line: item.line)
            if style.byItem { try JSONLine.print(ItemAnswer(line: item.line, outcome, decisions)) }
            guard style.byDecision else { continue }
            for var decision in decisions {
                decision.line = item.line
                try decision.say(json: style.json)
            }
        }
    }
}

/// What became of one line.
struct ItemAnswer: Encodable {
    var line: Int
    var outcome: String
    var profile: String?
    var refusal: RefusalAnswer?
    /// Identifiers that were left out.
    var dropped: [RefusalAnswer]?
    /// In force or not, whatever became of the rest.
    var decisions: [DecisionAnswer]?

    init(line: Int, _ outcome: ItemOutcome, _ decisions: [DecisionAnswer]) {
        self.line = line
        self.outcome = outcome.kind.rawValue
        profile = outcome.profile?.description
        refusal = outcome.refusal.map { RefusalAnswer($0) }
        dropped = outcome.dropped.isEmpty ? nil : outcome.dropped.map { RefusalAnswer($0) }
        self.decisions = decisions.isEmpty ? nil : decisions
    }
}
