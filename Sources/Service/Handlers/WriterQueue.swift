package import Engine
internal import LMDB
internal import Synchronization
internal import Wire

/// The way to the one writer: bounded by observations, so that memory stays flat whatever callers send.
///
/// A store that fails to write is not tried again: from then on every call is refused, and whoever watches is told.
package final class WriterQueue: Sendable {
    package typealias Answer = Result<CommandReport, CallError>

    private struct Waiter {
        var weight: Int
        var continuation: CheckedContinuation<Bool, Never>
    }

    private struct State {
        var pending = 0
        var waiters: [Waiter] = []
        /// Why the store is not written any more.
        var failure: String?
        var isStopped = false
    }

    private let committer: GroupCommitter
    private let limit: Int
    private let state = Mutex(State())
    private let onFailure: @Sendable (String) -> Void

    /// - Parameters:
    ///   - limit: observations that may wait or be applied at a time.
    ///   - observer: told of each transaction.
    ///   - onFailure: called once, on the writer thread, when the store fails to write.
    package init(
        engine: Engine, limit: Int, observer: @escaping GroupCommitter.Observer = { _ in },
        onFailure: @escaping @Sendable (String) -> Void
    ) throws {
        // One place more than can be taken: `submit` never waits.
        committer = try GroupCommitter(engine: engine, capacity: limit + 1_024, observer: observer)
        self.limit = limit
        self.onFailure = onFailure
    }

    /// Observations that wait or are being applied.
    package var pending: Int { state.withLock { $0.pending } }

    /// Hands over a command at once, or refuses it: for calls that somebody waits for.
    ///
    /// - Parameters:
    ///   - weight: its observations; 1 for anything else.
    ///   - completion: called on the writer thread when the command is durable or was not applied at all.
    /// - Throws: `writer_busy`; nothing was taken then.
    package func submit(
        _ command: Command, weight: Int, _ completion: @escaping @Sendable (Answer) -> Void
    ) throws(CallError) {
        try take(weight)
        hand(over: command, weight, completion)
    }

    /// Hands over a command when there is room, and returns when it is handed over: for streams, whose senders are held back.
    package func enqueue(
        _ command: Command, weight: Int, _ completion: @escaping @Sendable (Answer) -> Void
    ) async throws(CallError) {
        let hasRoom = await withCheckedContinuation { continuation in
            let now: Bool? = state.withLock { state in
                if state.failure != nil || state.isStopped { return false }
                if state.waiters.isEmpty, state.pending + weight <= limit || state.pending == 0 {
                    state.pending += weight
                    return true
                }
                state.waiters.append(Waiter(weight: weight, continuation: continuation))
                return nil
            }
            if let now { continuation.resume(returning: now) }
        }
        guard hasRoom else { throw refusal }
        hand(over: command, weight, completion)
    }

    /// Applies a command and waits until it is durable.
    package func apply(_ command: Command, weight: Int = 1) async throws(CallError) -> CommandReport {
        try take(weight)
        let answer: Answer = await withCheckedContinuation { continuation in
            hand(over: command, weight) { continuation.resume(returning: $0) }
        }
        return try answer.get()
    }

    /// Runs a body on the writer thread and waits for it.
    package func perform<Value: Sendable>(
        _ body: @escaping @Sendable (Engine) throws -> Value
    ) async throws(CallError) -> Value {
        try take(1)
        let answer: Result<Value, CallError> = await withCheckedContinuation { continuation in
            let isTaken = committer.submit { engine in
                let answer: Result<Value, CallError>
                do { answer = .success(try body(engine)) } catch { answer = .failure(self.judge(error)) }
                self.giveBack(1)
                continuation.resume(returning: answer)
            }
            if !isTaken {
                giveBack(1)
                continuation.resume(returning: .failure(Self.draining))
            }
        }
        return try answer.get()
    }

    /// For a thread of its own that does something long beside the writer.
    package var turn: WriterTurn { committer.turn }

    /// Applies what is waiting, then takes nothing more. Blocks.
    package func stop() {
        let waiters = state.withLock { state in
            state.isStopped = true
            defer { state.waiters = [] }
            return state.waiters
        }
        for waiter in waiters { waiter.continuation.resume(returning: false) }
        committer.stop()
    }

    // MARK: Room

    private func take(_ weight: Int) throws(CallError) {
        let isTaken = state.withLock { state in
            guard state.failure == nil, !state.isStopped else { return false }
            guard state.pending + weight <= limit, state.waiters.isEmpty else { return false }
            state.pending += weight
            return true
        }
        guard isTaken else { throw refusal }
    }

    private func giveBack(_ weight: Int) {
        let woken = state.withLock { state in
            state.pending -= weight
            var woken: [Waiter] = []
            while let first = state.waiters.first, state.pending + first.weight <= limit || state.pending == 0 {
                state.pending += first.weight
                woken.append(state.waiters.removeFirst())
            }
            return woken
        }
        for waiter in woken { waiter.continuation.resume(returning: true) }
    }

    private func hand(
        over command: Command, _ weight: Int, _ completion: @escaping @Sendable (Answer) -> Void
    ) {
        let isTaken = committer.submit(command) { result in
            let answer = result.mapError { self.judge($0) }
            self.giveBack(weight)
            completion(answer)
        }
        if isTaken { return }
        giveBack(weight)
        completion(.failure(Self.draining))
    }

    private var refusal: CallError {
        let (failure, isStopped) = state.withLock { ($0.failure, $0.isStopped) }
        if failure != nil { return Self.failed }
        if isStopped { return Self.draining }
        return CallError(
            .writerBusy, "more than \(limit) observations wait to be written; send again later, or use RecordStream",
            limit: limit, retryAfter: 100)
    }

    private static let failed = CallError(
        .storeFailed, "the store failed to write and takes nothing more; its operator is to look at the server's log")
    private static let draining = CallError(.draining, "the server is being stopped; use another connection")

    // MARK: Failure

    /// What a caller is told; an error that is neither a refusal nor want of room ends all writing.
    private func judge(_ error: any Error) -> CallError {
        switch error {
        case is EngineError, is CallError: return CallError(store: error)
        case let error as LMDBError where error.isOutOfRoom: return CallError(store: error)
        default: break
        }
        let isFirst = state.withLock { state in
            defer { state.failure = state.failure ?? "\(error)" }
            return state.failure == nil
        }
        if isFirst { onFailure("\(error)") }
        return Self.failed
    }
}
