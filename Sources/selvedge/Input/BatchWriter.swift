internal import Backfill
internal import Identity
internal import SelvedgeClient

/// Sends lines to a server in batches, and tells what became of each once it is durable.
struct BatchWriter {
    private struct Entry {
        var line: Int
        /// Nil: it was sent.
        var refusal: RefusalAnswer?
    }

    private struct Batch {
        var observations: [SelvedgeObservation] = []
        var entries: [Entry] = []
        var byteCount = 0
        var lastLine = 0
    }

    private let server: ServerStore
    private let recorder: Recorder
    private let teller: LineTeller
    /// Not yet sent.
    private var batch = Batch()
    /// Sent and not yet acknowledged, by the number that the recorder gives.
    private var underway: [(sequence: UInt64, batch: Batch)] = []
    private var lastSequence: UInt64 = 0

    /// The protocol's own bound.
    private static let mostObservations = 1_000
    /// A quarter of the largest message.
    private static let mostBytes = 1 << 20
    /// How long a batch waits for more before it is sent as it is.
    private static let patience = Duration.milliseconds(100)

    init(_ server: ServerStore, _ teller: LineTeller) {
        self.server = server
        self.teller = teller
        recorder = Recorder(server.client)
    }

    var report: RecordReport { teller.report }

    /// Records all that the reader gives.
    mutating func run(_ reader: ObservationReader<Passing>) throws {
        var progress = Progress("observations", total: reader.size)
        defer { progress.clear() }
        do {
            while true {
                switch try reader.next(timeout: isIdle ? nil : Self.patience) {
                case .product(let lines):
                    try take(lines)
                    progress.show(report.recorded, done: lines.position)
                case .idle: try settle()
                case .end:
                    try settle()
                    let recorder = recorder
                    return try server.ask { _ in try await recorder.finish() }
                }
            }
        } catch {
            try tell()
            throw error
        }
    }

    private var isIdle: Bool { underway.isEmpty && batch.lastLine <= report.durableLine }

    private mutating func take(_ lines: ReadLines<SelvedgeObservation>) throws {
        let bytesALine = lines.byteCount / max(1, lines.lines.count)
        for line in lines.lines {
            if batch.observations.count >= Self.mostObservations || batch.byteCount + bytesALine > Self.mostBytes {
                try send()
            }
            switch line.result {
            case .success(let observation):
                batch.observations.append(observation)
                batch.entries.append(Entry(line: line.line))
                batch.byteCount += bytesALine
            case .failure(let refusal):
                batch.entries.append(Entry(line: line.line, refusal: RefusalAnswer(refusal)))
            }
            batch.lastLine = line.line
        }
        batch.lastLine = max(batch.lastLine, lines.lastLine)
    }

    /// Sends what there is; waits while the server has no room for it.
    private mutating func send() throws {
        guard !batch.observations.isEmpty else { return }
        let observations = batch.observations
        batch.observations = []
        lastSequence += 1
        underway.append((lastSequence, batch))
        batch = Batch()
        let recorder = recorder
        try server.ask { _ in try await recorder.add(observations) }
        try tell()
    }

    /// Waits until all that was read is durable.
    private mutating func settle() throws {
        try send()
        let recorder = recorder
        try server.ask { _ in try await recorder.settle() }
        try tell()
        // What is left was refused here.
        guard batch.lastLine > report.durableLine else { return }
        try tell(batch, [:])
        batch = Batch()
    }

    /// Tells of the batches that were acknowledged.
    private mutating func tell() throws {
        for response in recorder.acknowledgements() {
            guard let index = underway.firstIndex(where: { $0.sequence == response.sequence }) else { continue }
            let batch = underway.remove(at: index).batch
            let outcomes = response.exceptions.map { (Int($0.index), LineOutcome($0.outcome)) }
            try tell(batch, Dictionary(outcomes) { $1 })
        }
    }

    private func tell(_ batch: Batch, _ outcomes: [Int: LineOutcome]) throws {
        report.durableLine = batch.lastLine
        var place = 0
        for entry in batch.entries {
            if let refusal = entry.refusal {
                try teller.tell(LineOutcome(refused: refusal), line: entry.line)
                continue
            }
            try teller.tell(outcomes[place] ?? .plain, line: entry.line)
            place += 1
        }
        try teller.acknowledge()
    }
}
