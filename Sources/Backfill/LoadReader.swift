internal import Foundation
package import Identity

/// Reads the inputs of a load to their end: rows are cut, parsed and keyed on several threads, rejects are kept in order, and
/// checkpoints are made.
package final class LoadReader {
    /// How the reading ended.
    package enum Ending: Hashable, Sendable {
        case finished
        /// What was read is in the checkpoint.
        case stopped
        case tooManyRejects
    }

    package struct Options: Sendable {
        package var threads: Int
        /// Rows that may be rejected; nil: any number.
        package var mostRejects: Int?
        /// Asked now and then; true ends the reading at a checkpoint.
        package var stops: @Sendable () -> Bool
        package var now: @Sendable () -> Timestamp
        /// Memory for keys of values that come again, all threads together.
        package var cacheBytes: Int

        package init(
            threads: Int, mostRejects: Int?, cacheBytes: Int, stops: @escaping @Sendable () -> Bool,
            now: @escaping @Sendable () -> Timestamp
        ) {
            self.threads = threads
            self.mostRejects = mostRejects
            self.cacheBytes = cacheBytes
            self.stops = stops
            self.now = now
        }
    }

    /// What a checkpoint keeps for the reading to go on.
    private struct Note: Codable {
        var tally = RowTally()
        /// The line that comes next, by input; of those that were begun.
        var lines: [Int: Int] = [:]
        /// Bytes of the reject file.
        var rejectBytes = 0
    }

    private let run: BackfillRun
    private let plans: [InputPlan]
    private let queue: InputQueue
    private let options: Options
    private let rejects: RejectFile
    private var keyers: [RowKeyer]
    private var positions: [InputPosition]
    private var note: Note

    package var tally: RowTally { note.tally }
    /// Bytes of all inputs; nil where one has no end that is known.
    package let fileSize: Int?
    /// Bytes of the files that were read in this run, packed as they are.
    package var fileBytes: UInt64 { earlierBytes + filePosition }
    private var earlierBytes: UInt64 = 0
    private var filePosition: UInt64 = 0
    private var currentInput = -1
    /// Told of every reject.
    package var onReject: (Reject, String) -> Void = { _, _ in }
    /// Told after every chunk.
    package var onProgress: (LoadReader) -> Void = { _ in }

    /// Bytes of input between two checkpoints.
    private static let checkpointBytes = 256 << 20

    /// - Parameters:
    ///   - run: the load; where it is resumed, the inputs are read on from its positions.
    ///   - inputs: in the order of the run's.
    ///   - path: where rows that are not taken go.
    package init(
        _ run: BackfillRun, _ inputs: consuming OpenInputs, rejects path: String, options: Options
    ) throws {
        self.run = run
        self.options = options
        note = run.note.isEmpty ? Note() : try JSONDecoder().decode(Note.self, from: Data(run.note))
        positions = run.positions
        plans = inputs.plans
        fileSize = inputs.fileSize
        let lines = note.lines
        queue = try InputQueue(
            inputs, places: positions.map { ($0.bytes, lines[$0.input] ?? 1) },
            complete: positions.map(\.isComplete), checkpointBytes: Self.checkpointBytes, stops: options.stops)
        rejects = try RejectFile(path, keeping: note.rejectBytes)
        let memory = options.cacheBytes / max(1, options.threads)
        let plans = plans
        keyers = try (0..<max(1, options.threads)).map { _ in
            RowKeyer(
                intake: try run.intake(now: options.now), writer: try run.writer(), plans: plans, cacheBytes: memory,
                source: { try run.number(ofSource: $0) }, now: options.now)
        }
    }

    /// Reads on until an ending. Errors leave the last checkpoint to go on from.
    package func read() throws -> Ending {
        while true {
            queue.beginPiece()
            let ending = try readPiece()
            if ending == .tooManyRejects {
                _ = try rejects.sync()
                return .tooManyRejects
            }
            try checkpoint()
            if queue.isFinished {
                try rejects.finish()
                // Their memory is wanted for what comes.
                keyers = []
                return .finished
            }
            if queue.isStopped { return .stopped }
        }
    }

    /// Up to the next checkpoint: when it returns or throws, no thread has a row.
    private func readPiece() throws -> Ending {
        var rest = keyers[...]
        let queue = queue
        let conveyor = try Conveyor<RowChunk, ReadChunk>(
            threads: keyers.count, window: 4 * keyers.count, make: { try queue.chunk() },
            worker: {
                let keyer = rest.removeFirst()
                return { keyer.read($0) }
            })
        do {
            while case .product(let read) = try conveyor.next(timeout: nil) {
                try take(read)
                if let most = options.mostRejects, note.tally.rejectedRows > most {
                    try Self.drain(conveyor)
                    return .tooManyRejects
                }
            }
        } catch {
            try? Self.drain(conveyor)
            throw error
        }
        return .finished
    }

    /// Waits until the threads are done.
    private static func drain(_ conveyor: Conveyor<RowChunk, ReadChunk>) throws {
        conveyor.stop()
        while case .product = try conveyor.next(timeout: nil) {}
    }

    private func take(_ read: ReadChunk) throws {
        if let failure = read.failure { throw failure }
        note.tally += read.tally
        positions[read.input].bytes = read.position
        positions[read.input].rows += UInt64(read.tally.rows)
        note.lines[read.input] = read.nextLine
        if read.input != currentInput {
            earlierBytes += filePosition
            currentInput = read.input
        }
        filePosition = read.filePosition
        for reject in read.rejects {
            try rejects.write(reject, input: plans[read.input].name)
            onReject(reject, plans[read.input].name)
        }
        onProgress(self)
    }

    private func checkpoint() throws {
        note.rejectBytes = try rejects.sync()
        for (number, isComplete) in queue.complete.enumerated() where isComplete {
            positions[number].isComplete = true
            note.lines[number] = nil
        }
        try run.checkpoint(positions, note: Array(JSONEncoder().encode(note)))
    }
}
