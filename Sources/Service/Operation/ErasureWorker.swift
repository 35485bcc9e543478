package import Engine
internal import Foundation
internal import GraphStore
internal import Identity
internal import Synchronization

/// Carries out approved erasures on a thread of its own, beside the writer: deleted, scrubbed where the store is small, searched
/// for, certified. What does not succeed is tried again; what an end of the server interrupted goes on at its next start.
package final class ErasureWorker: Sendable {
    /// After something has failed: seconds, four times as many each time. Mostly somebody still read what was scrubbed.
    private static let firstPause: TimeInterval = 0.05
    private static let longestPause: TimeInterval = 30

    private struct State {
        /// Scrubs that were asked for, with who waits for each.
        var scrubs: [(act: PrivacyAct, answer: @Sendable (Result<(ScrubReport, Int), any Error>) -> Void)] = []
        var isAwake = true
        var isStopped = false
        var hasEnded = true
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
        refuseScrubs()
    }

    /// Scrubs the store, after what is under way.
    ///
    /// - Returns: what was done, and how many old generations somebody still reads.
    package func scrub(_ act: PrivacyAct) async throws -> (ScrubReport, Int) {
        try await withCheckedThrowingContinuation { continuation in
            let isTaken = state.withLock { state in
                guard !state.isStopped, !state.hasEnded else { return false }
                state.scrubs.append((act, { continuation.resume(with: $0) }))
                return true
            }
            guard isTaken else { return continuation.resume(throwing: EngineError.stopped) }
            wake()
        }
    }

    // MARK: On the thread

    private func run() {
        var pause = Self.firstPause
        while waitForWork() {
            do {
                try runScrubs()
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

    private func runScrubs() throws {
        while let next = state.withLock({ $0.scrubs.isEmpty ? nil : $0.scrubs.removeFirst() }) {
            let result = Result {
                let report = try engine.scrub(next.act, turn: turn) { _ in try check() }
                return (report, try engine.overwriteOldGenerations())
            }
            next.answer(result.mapError { $0 is Stopping ? EngineError.stopped : $0 })
            try check()
        }
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

    private func refuseScrubs() {
        let waiting = state.withLock { state in
            defer { state.scrubs = [] }
            return state.scrubs
        }
        for scrub in waiting { scrub.answer(.failure(EngineError.stopped)) }
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
