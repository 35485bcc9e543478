internal import Foundation
package import GraphStore
package import Identity
internal import LMDB
internal import Synchronization

/// One load into a store: rows are spilled as they come, then the store's next generation is built from them and from what
/// it held, and takes its place in one step.
///
/// The store's writer lock is held as long as the value lives. Nothing of the store changes before `finish` returns.
package final class BackfillRun: @unchecked Sendable {
    /// The store as it is: its configuration and its keys make the intakes.
    package let store: Store
    package let options: BackfillOptions
    private let lock: WriterLock
    private let plan: SpillPlan
    private let progress: @Sendable (BackfillProgress) -> Void
    private let began = ContinuousClock.now
    private let held: Mutex<Held>
    /// Called after every step of a stage; a test throws there.
    package var afterStep: @Sendable () throws -> Void = {}

    private struct Held {
        var checkpoint: Checkpoint
        var writers: [SendableBox<SpillWriter>] = []
        var isFinished = false
    }

    /// Begins a load, or goes on with one.
    ///
    /// - Parameters:
    ///   - inputs: what is to be read, in the order of `InputPosition.input`.
    ///   - progress: told a few times a second, on whatever thread works.
    package init(
        directory: String, inputs: [InputSignature], options: BackfillOptions, acceptNormaliser: Bool = false,
        progress: @escaping @Sendable (BackfillProgress) -> Void = { _ in }
    ) throws {
        guard options.memory >= BackfillOptions.smallestMemory else {
            throw BackfillError.tooLittleMemory(given: options.memory, needed: BackfillOptions.smallestMemory)
        }
        guard Store.exists(directory) else { throw StoreError.noStore(directory: directory) }
        self.options = options
        self.progress = progress
        let lock = try WriterLock(directory: directory, program: options.program)
        self.lock = lock
        // A load that was killed has written nothing of the store: only another writer's unclean end is passed on.
        if let earlier = lock.uncleanHolder, earlier.program != options.program { lock.leaveMarked() }
        let store = try Store.open(
            directory: directory, acceptNormaliser: acceptNormaliser, options: Environment.Options(readOnly: true),
            isWriter: true)
        self.store = store
        let configuration = store.configuration
        let state = try store.environment.read { try StoreState($0, configuration: configuration) }
        guard state.keys.rotation == nil else { throw BackfillError.rotationUnderWay }
        let scratch = options.scratch ?? directory + "/backfill"
        let plan = try SpillPlan(store: store, state: state, directory: scratch)
        self.plan = plan
        var checkpoint = try Self.begin(in: scratch, store, inputs, options)
        // Rows that are spilled already may be of somebody who was erased since.
        let isNew = checkpoint.segments.isEmpty
        guard isNew || checkpoint.suppressed == plan.suppressed.fingerprint || !checkpoint.publishing.isEmpty else {
            throw BackfillError.changed("who is suppressed in the store")
        }
        checkpoint.suppressed = plan.suppressed.fingerprint
        held = Mutex(Held(checkpoint: checkpoint))
        try plan.restore(sources: checkpoint.sources, segments: checkpoint.segments)
        try checkpoint.write(in: scratch)
    }

    /// The checkpoint to go on from: the one that is there, or an empty one in an empty directory.
    private static func begin(
        in directory: String, _ store: Store, _ inputs: [InputSignature], _ options: BackfillOptions
    ) throws -> Checkpoint {
        let found = options.restart ? nil : try Checkpoint.read(in: directory)
        if let found, found.publishing == store.generation {
            // It was published, and ended before it had cleaned up.
            guard options.resume else { return try fresh(in: directory, store, inputs) }
            return found
        }
        if let found {
            guard options.resume else { throw BackfillError.abandoned(directory: directory) }
            try demandSame(found, store, inputs)
            return found
        }
        if options.resume { throw BackfillError.nothingToResume(directory: directory) }
        return try fresh(in: directory, store, inputs)
    }

    private static func fresh(
        in directory: String, _ store: Store, _ inputs: [InputSignature]
    ) throws -> Checkpoint {
        let manager = FileManager.default
        do {
            if manager.fileExists(atPath: directory) { try manager.removeItem(atPath: directory) }
            try manager.createDirectory(
                atPath: directory, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        } catch {
            throw BackfillError.inputOutput(
                path: directory, operation: "making it anew", message: "check the path and its permissions")
        }
        var checkpoint = Checkpoint()
        checkpoint.configuration = store.configuration.hash
        checkpoint.generation = store.generation
        checkpoint.inputs = inputs
        checkpoint.positions = inputs.indices.map { InputPosition(input: $0) }
        return checkpoint
    }

    private static func demandSame(_ found: Checkpoint, _ store: Store, _ inputs: [InputSignature]) throws {
        guard found.configuration == store.configuration.hash else {
            throw BackfillError.changed("the store's configuration")
        }
        guard found.generation == store.generation else { throw BackfillError.changed("the store") }
        guard found.inputs.count == inputs.count else { throw BackfillError.changed("the list of inputs") }
        for (before, now) in zip(found.inputs, inputs) where before != now {
            throw BackfillError.changed("input \(now.name)")
        }
    }

    // MARK: Rows

    /// How far the inputs are read, by the last checkpoint; one for each input.
    package var positions: [InputPosition] { held.withLock { $0.checkpoint.positions } }

    /// What the caller gave to the last checkpoint.
    package var note: [UInt8] { held.withLock { $0.checkpoint.note } }

    /// An intake under the store's configuration and keys: one for each thread.
    package func intake(now: @escaping @Sendable () -> Timestamp) throws -> Intake {
        try Intake(configuration: store.configuration, keyRing: store.keyRing, now: now)
    }

    /// The load's number of a source that the configuration knows. Any thread.
    package func number(ofSource name: String) throws -> Int { try plan.number(ofSource: name) }

    /// A writer for one parser thread.
    package func writer() throws -> SpillWriter {
        let writer = SpillWriter(plan)
        held.withLock { $0.writers.append(SendableBox(writer)) }
        return writer
    }

    /// Makes what was appended so far, and how far the inputs were read, survive a kill. Called every few hundred MiB of
    /// input at a moment when no thread appends and no writer has rows behind these positions.
    ///
    /// - Parameter note: kept with it; what the caller must know to go on, 1 MiB at most.
    package func checkpoint(_ positions: [InputPosition], note: [UInt8] = []) throws {
        try held.withLock { held in
            for writer in held.writers { try writer.value.close() }
            held.checkpoint.positions = positions
            held.checkpoint.note = note
            held.checkpoint.sources = plan.sources.map(\.name)
            held.checkpoint.segments = plan.segments
            try held.checkpoint.write(in: plan.directory)
        }
    }

    /// Throws the load away; the store is as it was.
    package func abandon() throws { try cleanUp() }

    // MARK: Building

    /// Builds the store. Called once, when all is appended and checkpointed; every writer is done with.
    package func finish(recorder: EvidenceRecorder) throws -> BackfillReport {
        do {
            return try build(recorder)
        } catch {
            removeBeginning()
            if let error = error as? LMDBError, error.isOutOfRoom {
                throw BackfillError.diskFull(path: store.directory)
            }
            throw error
        }
    }

    /// A generation that is not built whole is begun anew anyway: its room is given back at once.
    private func removeBeginning() {
        guard !held.withLock({ $0.checkpoint.marks.isBuilt || !$0.checkpoint.publishing.isEmpty }) else { return }
        try? Generation.removeOthers(than: store.generation, in: store.directory)
    }

    private func build(_ recorder: EvidenceRecorder) throws -> BackfillReport {
        if held.withLock({ $0.checkpoint.publishing }) == store.generation {
            try Generation.removeOthers(than: store.generation, in: store.directory)
            try cleanUp()
            return BackfillReport()
        }
        let load = try Load(
            store: store, plan: plan, options: options, progress: progress, afterStep: afterStep)
        let marks = try validMarks()
        var stages = Stages(load, plan, marks) { [self] marks in
            try held.withLock { held in
                held.checkpoint.marks = marks
                try held.checkpoint.write(in: plan.directory)
            }
        }
        if options.isDryRun {
            _ = try stages.prepare(for: nil)
            try cleanUp()
            return stages.report
        }
        let earlier = marks.isBuilt ? try Generation.resume(after: store) : nil
        let generation = try earlier ?? Generation.begin(after: store)
        let build = try stages.prepare(for: generation)
        try stages.write(build, to: generation, recorder)
        try publish(generation)
        try cleanUp()
        return stages.report
    }

    /// Which stages need not be done again: none where somebody has written the store since, or the generation that was
    /// built is not there any more.
    private func validMarks() throws -> StageMarks {
        var marks = held.withLock { $0.checkpoint.marks }
        let transaction = try store.environment.info().lastTransaction
        if marks.storeTransaction != transaction {
            marks = StageMarks()
            marks.storeTransaction = transaction
        }
        if marks.isBuilt, !Generation.isBegun(after: store) { marks.isBuilt = false }
        if !marks.isBuilt { (marks.mergedRanges, marks.recordedPieces) = (0, 0) }
        return marks
    }

    private func publish(_ generation: Generation) throws {
        try held.withLock { held in
            held.checkpoint.publishing = generation.name
            try held.checkpoint.write(in: plan.directory)
        }
        try generation.publish()
        try store.sealing.shredDropped()
    }

    private func cleanUp() throws {
        do { try FileManager.default.removeItem(atPath: plan.directory) } catch {
            throw BackfillError.inputOutput(
                path: plan.directory, operation: "removing it", message: "remove it by hand; the store is complete")
        }
    }
}
