import Backfill
import Engine
import GraphStore
import Identity
import LMDB
import Synchronization
import TestSupport

/// Loads of made-up evidence, as a program would run them.
enum Loading {
    static let recorder = EvidenceRecorder(
        record: { try Applier.record($0, store: $1, state: &$2, transaction: &$3) },
        sweep: { try Applier.sweep(to: $0, store: $1, state: &$2, transaction: &$3) },
        noteFacts: { try Applier.noteFacts($0, store: $1, state: &$2, transaction: &$3) })

    /// A load that fails after so many steps of its stages.
    struct Killed: Error {}

    /// How observations are handed over.
    struct Manner {
        var writers = 1
        /// Observations between two checkpoints.
        var piece = Int.max
        var options = BackfillOptions()
        /// Steps after which it is killed; nil: it is not.
        var steps: Int?
        /// Observations after which it is killed.
        var rows: Int?
    }

    /// Loads observations into the store of a directory that nobody has open.
    @discardableResult
    static func load(
        _ observations: [KeyedObservation], into directory: String, _ manner: Manner = Manner()
    ) throws -> BackfillReport {
        let inputs = [InputSignature(name: "made up", digest: [UInt8(truncatingIfNeeded: observations.count)])]
        let run = try BackfillRun(directory: directory, inputs: inputs, options: manner.options)
        if let steps = manner.steps {
            let counter = Countdown(steps)
            run.afterStep = { if counter.isOver { throw Killed() } }
        }
        let writers = try (0..<manner.writers).map { _ in try run.writer() }
        var next = Int(run.positions[0].rows)
        while next < observations.count {
            let end = min(observations.count, next + min(manner.piece, observations.count))
            for place in next..<end {
                if let rows = manner.rows, place >= rows { throw Killed() }
                try writers[place % writers.count].append(observations[place])
            }
            next = end
            try run.checkpoint([InputPosition(input: 0, rows: UInt64(next), isComplete: next == observations.count)])
        }
        return try run.finish(recorder: recorder)
    }

    /// An engine on the store of a directory, to be let go before the next load.
    static func engine(_ directory: String) throws -> Engine {
        try Engine(directory: directory, mode: .write(program: "tests"), options: TemporaryStore.options)
    }

    static func makeStore(_ directory: String, _ configuration: Configuration) throws {
        try Store.create(
            directory: directory, configuration: configuration, keyFile: nil, random: SystemRandom(),
            options: TemporaryStore.options)
    }
}

/// Counts steps down, on whatever thread.
final class Countdown: Sendable {
    private let left: Atomic<Int>

    init(_ count: Int) { left = Atomic(count) }

    var isOver: Bool { left.wrappingSubtract(1, ordering: .relaxed).newValue < 0 }
}
