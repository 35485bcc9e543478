internal import Backfill
internal import Foundation
internal import Identity
internal import SelvedgeClient

/// A load into a store that a server serves: rows are recorded in batches, and a position file says how far all is durable.
struct ServerLoad {
    /// Rows that were sent together, all of one chunk.
    private struct Batch {
        var sequence: UInt64
        var chunk: Int
        var lines: [Int]
    }

    /// A chunk of which not all is acknowledged.
    private struct Pending {
        var number: Int
        var read: ReadChunk
        var openBatches = 0
    }

    private let command: BackfillCommand
    private let server: ServerStore
    private let recorder: StreamRecorder
    private let reading: DraftReading
    private let position: PositionFile
    private let rejects: Backfill.RejectFile
    private let start = ContinuousClock.now

    private var content: PositionFile.Content
    private var teller = RejectTeller()
    /// In order; what is durable is at the front.
    private var pending: [Pending] = []
    private var underway: [Batch] = []
    private var lastSequence: UInt64 = 0
    private var nextChunk = 0
    private var written = ContinuousClock.now
    private let progress = LoadProgress()

    /// The protocol's own bound.
    private static let mostObservations = 1_000
    /// A quarter of the largest message, by what the rows had.
    private static let mostBytes = 1 << 20
    /// How long what was sent waits for more before its acknowledgement is waited for.
    private static let patience = Duration.milliseconds(100)
    /// Between two writings of the position file.
    private static let pause = Duration.seconds(1)
    private static let defaultPosition = "selvedge-backfill.position"
    private static let defaultRejects = "selvedge-backfill.rejects.jsonl"

    init(_ command: BackfillCommand, _ server: ServerStore, _ files: [InputFile], _ mapping: Mapping?) throws {
        self.command = command
        self.server = server
        let text = Array((mapping?.text ?? "").utf8)
        let inputs = try files.map { PositionFile.Input(try $0.signature(mapping: text)) }
        position = PositionFile(command.position ?? Self.defaultPosition)
        content = try Self.begin(position, command, server.name, inputs)
        let stops = { @Sendable in Interruption.signal != nil }
        reading = try DraftReading(
            try OpenInputs(files, mapping: mapping, limit: Passing.limits.lineBytes, stops: stops),
            from: content.inputs, limits: Passing.limits, threads: BackfillCommand.threads,
            stops: stops)
        rejects = try Backfill.RejectFile(command.rejects ?? Self.defaultRejects, keeping: content.rejectBytes)
        recorder = StreamRecorder(server.client)
    }

    /// From where the load goes on, or a beginning.
    private static func begin(
        _ position: PositionFile, _ command: BackfillCommand, _ server: String, _ inputs: [PositionFile.Input]
    ) throws -> PositionFile.Content {
        guard command.resume else {
            guard command.restart || command.dryRun || !position.exists else {
                throw Failure(
                    .refusedInput,
                    "\(position.path) is of a load that was not ended; go on with it by --resume, or begin anew by --restart"
                )
            }
            return PositionFile.Content(server: server, inputs: inputs)
        }
        let held = try position.read()
        guard held.server == server else {
            throw Failure(
                .refusedInput, "\(position.path) is of a load into another server; name that one, or another --position"
            )
        }
        guard held.inputs.map(\.name) == inputs.map(\.name) else {
            throw Failure(.refusedInput, "\(position.path) is of a load of other inputs; name those, in the same order")
        }
        for (old, new) in zip(held.inputs, inputs) where old.digest != new.digest {
            throw Failure(
                .refusedInput,
                "\(new.name), or the mapping, is not what the load was begun with; put it back, or begin anew with --restart"
            )
        }
        return held
    }

    mutating func run() throws {
        defer { progress.clear() }
        do {
            try readAll()
        } catch {
            reading.stop()
            try? settle()
            Console.error("selvedge: what was acknowledged is durable; go on with --resume")
            throw error
        }
        progress.clear()
        if !reading.isFinished {
            Console.error(
                "selvedge: stopped by a signal after \(content.tally.rows) rows; they are durable: go on with --resume")
            throw Stop(signal: Interruption.signal ?? SIGTERM)
        }
        try rejects.finish()
        position.remove()
        try LoadReport(
            tally: content.tally, rejects: content.tally.rejected.isEmpty ? nil : rejects.path, report: nil,
            seconds: (ContinuousClock.now - start).seconds, readSeconds: 0, isDryRun: command.dryRun
        ).say(json: command.target.json)
        if content.tally.rejectedRows > 0 { throw Stop(.refusedInput) }
    }

    private mutating func readAll() throws {
        while true {
            switch try reading.next(timeout: underway.isEmpty ? nil : Self.patience) {
            case .product(let drafts): try take(drafts)
            case .idle: try settle()
            case .end:
                try settle()
                let recorder = recorder
                if !command.dryRun { try server.ask { _ in try await recorder.finish() } }
                return
            }
            if let most = command.maxRejects, content.tally.rejectedRows > most {
                throw Failure(
                    .refusedInput,
                    "more than \(most) of \(content.tally.rows) rows are rejected (\(LoadReport.list(content.tally.rejected))); see \(rejects.path)"
                )
            }
        }
    }

    // MARK: Sending

    private mutating func take(_ drafts: ReadDrafts) throws {
        var item = Pending(number: nextChunk, read: drafts.chunk)
        nextChunk += 1
        if let failure = drafts.chunk.failure { throw failure }
        var observations: [SelvedgeObservation] = []
        var lines: [Int] = []
        var byteCount = 0
        var batches: [([SelvedgeObservation], [Int])] = []
        for (line, draft) in drafts.drafts {
            do throws(Refusal) {
                let observation = try SelvedgeObservation(draft)
                let size = observation.attributes.count + observation.behaviour.count + observation.context.count + 512
                if observations.count >= Self.mostObservations || byteCount + size > Self.mostBytes,
                    !observations.isEmpty
                {
                    batches.append((observations, lines))
                    (observations, lines, byteCount) = ([], [], 0)
                }
                observations.append(observation)
                lines.append(line)
                byteCount += size
            } catch {
                item.read.refuse(RefusalAnswer(error), line: line)
            }
        }
        if !observations.isEmpty { batches.append((observations, lines)) }
        item.openBatches = command.dryRun ? 0 : batches.count
        item.read.tally.accepted = batches.reduce(0) { $0 + $1.1.count }
        pending.append(item)
        if !command.dryRun { for batch in batches { try send(batch.0, batch.1, item.number) } }
        try collect()
    }

    /// Sends a batch; waits while the server has no room for it.
    private mutating func send(_ observations: [SelvedgeObservation], _ lines: [Int], _ chunk: Int) throws {
        lastSequence += 1
        underway.append(Batch(sequence: lastSequence, chunk: chunk, lines: lines))
        let recorder = recorder
        try server.ask { _ in try await recorder.add(observations) }
        try collect()
    }

    /// Waits until all that was read is durable.
    private mutating func settle() throws {
        if !command.dryRun {
            let recorder = recorder
            try server.ask { _ in try await recorder.settle() }
        }
        try collect()
        if !command.dryRun { try writePosition() }
    }

    // MARK: Acknowledgements

    private mutating func collect() throws {
        for response in recorder.acknowledgements() {
            guard let index = underway.firstIndex(where: { $0.sequence == response.sequence }) else { continue }
            let batch = underway.remove(at: index)
            guard let place = pending.firstIndex(where: { $0.number == batch.chunk }) else { continue }
            pending[place].openBatches -= 1
            for item in response.exceptions {
                let outcome = LineOutcome(item.outcome)
                for dropped in outcome.dropped { pending[place].read.tally.dropped[dropped.reason, default: 0] += 1 }
                guard let refusal = outcome.refusal else { continue }
                pending[place].read.tally.accepted -= 1
                pending[place].read.refuse(refusal, line: batch.lines[Int(item.index)])
            }
        }
        while let first = pending.first, first.openBatches == 0 {
            pending.removeFirst()
            try settle(first.read)
        }
        if ContinuousClock.now - written > Self.pause, !command.dryRun { try writePosition() }
    }

    /// Takes note of a chunk that is durable, with all before it.
    private mutating func settle(_ read: ReadChunk) throws {
        content.tally += read.tally
        for number in 0..<read.input { content.inputs[number].isComplete = true }
        content.inputs[read.input].bytes = read.position
        content.inputs[read.input].line = read.nextLine
        let name = reading.plans[read.input].name
        for reject in read.rejects.sorted(by: { $0.line < $1.line }) {
            try rejects.write(reject, input: name)
            progress.clear()
            teller.tell(reject, input: name)
        }
        progress.show(reading: content.tally.rows, done: Int(read.filePosition), of: reading.fileSize)
    }

    private mutating func writePosition() throws {
        content.rejectBytes = try rejects.sync()
        try position.write(content)
        written = ContinuousClock.now
    }
}

extension ReadChunk {
    /// Refuses a row that was taken at first.
    fileprivate mutating func refuse(_ refusal: RefusalAnswer, line: Int) {
        let reason = RefusalReason(rawValue: refusal.reason).map { RejectReason.refusal($0) } ?? .told(refusal.reason)
        tally.rejected[reason.name, default: 0] += 1
        rejects.append(
            Reject(
                input: input, line: line, column: refusal.field, reason: reason, advice: refusal.advice, text: ""))
    }
}
