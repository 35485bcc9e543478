internal import Identity
internal import LMDB
internal import Foundation
internal import GraphStore

/// Group commit: many callers, one writer thread, one transaction for all that is waiting.
///
/// Batches of observations that wait together are applied together and acknowledged after their common commit; a
/// component that they all touch is evaluated and written once. Every other command has a transaction of its own, so
/// that one that is refused takes nothing else down.
package final class GroupCommitter: Sendable {
    /// What a caller gets: its own outcomes, or why nothing was applied. Called on the writer thread.
    package typealias Completion = @Sendable (Result<CommandReport, any Error>) -> Void

    private enum Job: Sendable {
        case command(Command, Completion)
        /// Something else that must not meet a command: an entry of the audit, a rehearsal.
        case body(@Sendable (Engine) -> Void)
    }

    /// One transaction that ended. Told on the writer thread, before whoever waits for it is.
    package struct Group: Sendable {
        /// Commands, or batches of observations that were applied together.
        package var batches: Int
        /// 0 where it was another command.
        package var observations: Int
        package var duration: Duration
        /// Why nothing was applied; nil: it is durable.
        package var error: (any Error)?
    }

    package typealias Observer = @Sendable (Group) -> Void

    private let thread: WriterThread<Job>

    /// - Parameters:
    ///   - engine: opened for writing; from now on nobody else applies to it.
    ///   - capacity: commands that may wait; past it `submit` waits, so that memory stays flat.
    package init(engine: Engine, capacity: Int = 4_096, observer: @escaping Observer = { _ in }) throws {
        let limit = engine.store.configuration.limits.groupRecords
        thread = try WriterThread(capacity: capacity, groupLimit: limit) { jobs in
            GroupCommitter.commit(jobs, to: engine, limit: limit, observer)
        }
    }

    /// Hands over a command. False once the committer has stopped: it was not taken.
    package func submit(_ command: Command, _ completion: @escaping Completion) -> Bool {
        thread.submit(.command(command, completion))
    }

    /// Runs a body on the writer thread, after what was submitted before it. False once the committer has stopped.
    package func submit(_ body: @escaping @Sendable (Engine) -> Void) -> Bool { thread.submit(.body(body)) }

    /// For a thread that does something long beside the writer: it waits for each of its turns.
    package var turn: WriterTurn {
        WriterTurn { body in
            let answer = Answer<Void>()
            let isTaken = self.submit { _ in
                body()
                answer.give(.success(()))
            }
            guard isTaken else { throw EngineError.stopped }
            try answer.wait().get()
        }
    }

    /// Applies a command and waits until it is durable.
    package func commit(_ command: Command) throws -> CommandReport {
        let answer = Answer<CommandReport>()
        guard submit(command, { answer.give($0) }) else { throw EngineError.stopped }
        return try answer.wait().get()
    }

    /// Applies what is waiting, then ends the thread.
    package func stop() { thread.stop() }

    // MARK: On the writer thread

    private static func commit(_ jobs: [Job], to engine: Engine, limit: Int, _ observer: Observer) {
        var waiting: [(observations: [KeyedObservation], completion: Completion)] = []
        var count = 0
        var questions: [(asked: [OfferQuestion], completion: Completion)] = []
        for job in jobs {
            if case .command(.offers(.decide(let asked)), let completion) = job {
                flush(&waiting, to: engine, observer)
                count = 0
                questions.append((asked, completion))
                continue
            }
            decide(&questions, on: engine, observer)
            guard case .command(.record(let observations), let completion) = job else {
                flush(&waiting, to: engine, observer)
                count = 0
                run(job, on: engine, observer)
                continue
            }
            if count + observations.count > limit {
                flush(&waiting, to: engine, observer)
                count = 0
            }
            waiting.append((observations, completion))
            count += observations.count
        }
        flush(&waiting, to: engine, observer)
        decide(&questions, on: engine, observer)
    }

    private static func run(_ job: Job, on engine: Engine, _ observer: Observer) {
        switch job {
        case .command(let command, let completion):
            completion(apply(command, batches: 1, observations: 0, to: engine, observer))
        case .body(let body): body(engine)
        }
    }

    static func apply(
        _ command: Command, batches: Int, observations: Int, to engine: Engine, _ observer: Observer
    ) -> Result<CommandReport, any Error> {
        let start = ContinuousClock.now
        let result = Result { try engine.apply(command) }
        var group = Group(batches: batches, observations: observations, duration: start.duration(to: .now), error: nil)
        if case .failure(let error) = result { group.error = error }
        observer(group)
        return result
    }

    private static func flush(
        _ waiting: inout [(observations: [KeyedObservation], completion: Completion)], to engine: Engine,
        _ observer: Observer
    ) {
        guard !waiting.isEmpty else { return }
        let observations = waiting.flatMap(\.observations)
        let result = apply(
            .record(observations), batches: waiting.count, observations: observations.count, to: engine, observer)
        var start = 0
        for entry in waiting {
            let range = start..<start + entry.observations.count
            start = range.upperBound
            entry.completion(
                result.map { whole in
                    var report = CommandReport()
                    report.outcomes = Array(whole.outcomes[range])
                    return report
                })
        }
        waiting = []
    }
}

/// One answer, given on the writer thread and waited for on another.
private final class Answer<Value: Sendable>: @unchecked Sendable {
    // Guarded by `condition`.
    private var result: Result<Value, any Error>?
    private let condition = NSCondition()

    func give(_ result: Result<Value, any Error>) {
        condition.withLock {
            self.result = result
            condition.signal()
        }
    }

    func wait() -> Result<Value, any Error> {
        condition.withLock {
            while true {
                if let result { return result }
                condition.wait()
            }
        }
    }
}
