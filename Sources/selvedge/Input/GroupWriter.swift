internal import Backfill
internal import Engine
internal import GraphStore
internal import Identity
internal import Stitching

/// Commits keyed lines in groups, and tells what became of each.
struct GroupWriter {
    private enum Entry {
        case observation(dropped: [Refusal])
        case refused(Refusal)
    }

    private let engine: Engine
    private let teller: LineTeller
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
        engine: Engine, teller: LineTeller,
        command: @escaping ([KeyedObservation]) -> Command = { .record($0) }
    ) {
        self.engine = engine
        self.command = command
        self.teller = teller
        limits = engine.store.configuration.limits
    }

    var report: RecordReport { teller.report }

    /// Records all that the reader gives.
    mutating func run(_ reader: ObservationReader<Keying>) throws {
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

    private mutating func take(_ lines: ReadLines<KeyedObservation>) throws {
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
        try teller.acknowledge()
    }

    private func tell(_ outcomes: [ItemOutcome]) throws {
        var next = outcomes.startIndex
        for item in entries {
            switch item.entry {
            case .refused(let refusal):
                try teller.tell(LineOutcome(refused: RefusalAnswer(refusal)), line: item.line)
            case .observation(let dropped):
                try teller.tell(told(outcomes[next], observations[next], dropped), line: item.line)
                next += 1
            }
        }
    }

    private func told(_ outcome: ItemOutcome, _ observation: KeyedObservation, _ dropped: [Refusal]) -> LineOutcome {
        var told = LineOutcome(outcome)
        told.dropped = dropped.map { RefusalAnswer($0) }
        if teller.style.byItem { told.profile = outcome.profile?.description }
        if teller.wantsDecisions { told.decisions = DecisionAnswer.answers(outcome, observation, engine) }
        return told
    }
}
