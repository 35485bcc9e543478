package import Engine
internal import Foundation
internal import GraphStore
package import Identity
internal import Synchronization

/// Carries out approved erasures on a thread of its own, beside the writer: deleted, scrubbed where the store is small, searched
/// for, certified. What does not succeed is tried again; what an end of the server interrupted goes on at its next start, a
/// rotation of the identity keys too. One thing at a time: erasures and a rotation wait for each other.
package final class ErasureWorker: Sendable {
    /// After something has failed: seconds, four times as many each time. Mostly somebody still read what was scrubbed.
    private static let firstPause: TimeInterval = 0.05
    private static let longestPause: TimeInterval = 30

    private struct State {
        /// What was asked for, with who waits for each.
        var jobs: [Job] = []
        var isAwake = true
        var isStopped = false
        var hasEnded = true
    }

    /// Runs, or is refused where it is to stop.
    private struct Job: Sendable {
        var run: @Sendable (ErasureWorker) -> Void
        var refuse: @Sendable () -> Void
    }

    /// What stops a run between two steps.
    private struct Stopping: Error {}

    private let engine: Engine
    private let turn: WriterTurn
    private let tools: ErasureTools?
    private let log: ServiceLog?
    private let state = Mutex(State())
    private let condition = NSCondition()

    /// - Parameters:
    ///   - tools: nil: erasures are deleted and not scrubbed or searched for.
    package init(engine: Engine, turn: WriterTurn, tools: ErasureTools?, log: ServiceLog? = nil) {
        self.engine = engine
        self.turn = turn
        self.tools = tools
        self.log = log
    }

    package func start() {
        state.withLock { $0.hasEnded = false }
        let thread = Thread { self.run() }
        thread.name = "selvedge-erasure"
        thread.start()
    }

    /// Something was approved.
    package func wake() {
        condition.withLock {
            state.withLock { $0.isAwake = true }
            condition.broadcast()
        }
    }

    /// Ends the run that is under way at its next step, and waits for that; the steps that are left are the next start's. While
    /// the writer still takes turns.
    package func stop() {
        condition.withLock {
            state.withLock { $0.isStopped = true }
            condition.broadcast()
            while !state.withLock({ $0.hasEnded }) { condition.wait() }
        }
        refuseJobs()
    }

    /// Scrubs the store, after what is under way.
    ///
    /// - Returns: what was done, and how many old generations somebody still reads.
    package func scrub(_ act: PrivacyAct) async throws -> (ScrubReport, Int) {
        try await perform { worker in
            let report = try worker.engine.scrub(act, turn: worker.turn) { _ in try worker.check() }
            return (report, try worker.engine.overwriteOldGenerations())
        }
    }

    /// Brings the identity keys to their next version, after what is under way.
    package func rotate(
        _ act: PrivacyAct, progress: @escaping @Sendable (RotationProgress) -> Void
    ) async throws -> RotationReport {
        try await perform { worker in
            try worker.engine.rotateIdentity(act, commit: worker.commit) { now in
                progress(now)
                try worker.check()
            }
        }
    }

    /// Evaluates over-full components whole, or says what another configuration would change, after what is under way. The writer
    /// waits meanwhile.
    ///
    /// - Throws: `configurationOfServer` where another configuration is to be taken.
    package func repartition(to configuration: Configuration?, isDryRun: Bool) async throws -> RepartitionReport {
        if let configuration, !isDryRun, configuration.hash != engine.store.configuration.hash {
            throw EngineError.configurationOfServer
        }
        return try await perform { worker in
            let engine = worker.engine
            return try worker.turn { try engine.repartition(to: configuration, isDryRun: isDryRun) }
        }
    }

    private func perform<Value: Sendable>(
        _ body: @escaping @Sendable (ErasureWorker) throws -> Value
    ) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            let job = Job(
                run: { worker in
                    let result = Result { try body(worker) }
                    continuation.resume(with: result.mapError { $0 is Stopping ? EngineError.stopped : $0 })
                }, refuse: { continuation.resume(throwing: EngineError.stopped) })
            let isTaken = state.withLock { state in
                guard !state.isStopped, !state.hasEnded else { return false }
                state.jobs.append(job)
                return true
            }
            guard isTaken else { return job.refuse() }
            wake()
        }
    }

    /// A command, on the writer's thread between two of others.
    private func commit(_ command: Command) throws -> CommandReport {
        let engine = engine
        return try turn { try engine.apply(command) }
    }

    // MARK: On the thread

    private func run() {
        var pause = Self.firstPause
        while waitForWork() {
            do {
                try runJobs()
                try resumeRotation()
                try runErasures()
                pause = Self.firstPause
            } catch is Stopping {
                break
            } catch {
                log?.warning("an erasure could not be carried on; it is tried again", .problem(error))
                condition.withLock { _ = condition.wait(until: Date(timeIntervalSinceNow: pause)) }
                pause = min(pause * 4, Self.longestPause)
                state.withLock { $0.isAwake = true }
            }
        }
        condition.withLock {
            state.withLock { $0.hasEnded = true }
            condition.broadcast()
        }
    }

    /// False once it is to stop.
    private func waitForWork() -> Bool {
        condition.withLock {
            while true {
                let (isAwake, isStopped) = state.withLock { state in
                    defer { state.isAwake = false }
                    return (state.isAwake, state.isStopped)
                }
                if isStopped { return false }
                if isAwake { return true }
                condition.wait()
            }
        }
    }

    private func check() throws {
        if state.withLock({ $0.isStopped }) { throw Stopping() }
    }

    private func runJobs() throws {
        while let next = state.withLock({ $0.jobs.isEmpty ? nil : $0.jobs.removeFirst() }) {
            next.run(self)
            try check()
        }
    }

    /// A rotation that an end of the server, or of the command, has interrupted.
    private func resumeRotation() throws {
        guard try engine.keyVersion().rotation != nil else { return }
        while try engine.rotatePiece(commit: commit).stage != nil { try check() }
        log?.info("identity keys rotated", .count("version", Int(try engine.keyVersion().newest)))
    }

    /// All that are begun, in the order in which they are due. One that fails does not hold up the others.
    private func runErasures() throws {
        var failure: (any Error)?
        for status in try engine.erasures() where status.row.isToBeRun {
            do {
                try check()
                let after = try complete(status.number)
                guard after.state != status.state else { continue }
                log?.info("erasure", .count("number", Int(clamping: status.number)), .word("state", after.state.word))
            } catch let stopping as Stopping {
                throw stopping
            } catch {
                failure = failure ?? error
            }
        }
        if let failure { throw failure }
    }

    private func complete(_ number: UInt64) throws -> ErasureStatus {
        guard let tools else {
            return try engine.runErasure(number, at: Timestamp(milliseconds: Self.now), turn: turn, didStep: check)
        }
        return try engine.completeErasure(number, tools, turn: turn, didStep: check)
    }

    private static var now: Int64 { Int64(Date().timeIntervalSince1970 * 1_000) }

    private func refuseJobs() {
        let waiting = state.withLock { state in
            defer { state.jobs = [] }
            return state.jobs
        }
        for job in waiting { job.refuse() }
    }
}

extension ErasureRow {
    fileprivate var isToBeRun: Bool {
        switch state {
        case .approved, .fenced, .shredded, .deleted, .scrubbed: true
        case .requested, .verified, .certified, .rejected, .expired: false
        }
    }
}

extension ErasureRow.State {
    fileprivate var word: StaticString {
        switch self {
        case .requested: "requested"
        case .approved: "approved"
        case .fenced: "fenced"
        case .shredded: "shredded"
        case .deleted: "deleted"
        case .scrubbed: "scrubbed"
        case .verified: "verified"
        case .certified: "certified"
        case .rejected: "rejected"
        case .expired: "expired"
        }
    }
}
