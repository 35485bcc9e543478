internal import Engine
internal import Synchronization

/// A batch on its way to the writer and back.
final class Ticket: Sendable {
    private enum State {
        case empty
        case waiting(CheckedContinuation<WriterQueue.Answer, Never>)
        case given(WriterQueue.Answer)
    }

    let sequence: UInt64
    let batch: Handlers.KeyedBatch
    /// Whether its acknowledgement names every observation.
    let wantsOutcomes: Bool
    private let state = Mutex(State.empty)

    init(sequence: UInt64, batch: Handlers.KeyedBatch, wantsOutcomes: Bool) {
        self.sequence = sequence
        self.batch = batch
        self.wantsOutcomes = wantsOutcomes
    }

    /// Called once, on the writer thread.
    func give(_ answer: WriterQueue.Answer) {
        let waiter: CheckedContinuation<WriterQueue.Answer, Never>? = state.withLock { state in
            defer { state = .given(answer) }
            if case .waiting(let continuation) = state { return continuation }
            return nil
        }
        waiter?.resume(returning: answer)
    }

    /// Waits for the commit: it comes, whatever becomes of the stream.
    func answer() async -> WriterQueue.Answer {
        await withCheckedContinuation { continuation in
            let given: WriterQueue.Answer? = state.withLock { state in
                if case .given(let answer) = state { return answer }
                state = .waiting(continuation)
                return nil
            }
            if let given { continuation.resume(returning: given) }
        }
    }
}
