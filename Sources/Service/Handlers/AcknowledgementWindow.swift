internal import Synchronization

/// Tickets in order, a bounded number of them, from one task to another.
final class AcknowledgementWindow: Sendable {
    private struct State {
        var tickets: [Ticket] = []
        var isClosed = false
        var error: CallError?
        var sleepers: [Side: CheckedContinuation<Void, Never>] = [:]
    }

    private enum Side { case sender, receiver }

    private let limit: Int
    private let state = Mutex(State())

    init(limit: Int) { self.limit = limit }

    /// Waits while there are as many as may be.
    func add(_ ticket: Ticket) async throws {
        while true {
            try Task.checkCancellation()
            let isAdded = state.withLock { state in
                guard state.tickets.count < limit else { return false }
                state.tickets.append(ticket)
                return true
            }
            wake(.receiver)
            if isAdded { return }
            await sleep(.sender) { $0.tickets.count < self.limit }
        }
    }

    /// The next ticket; nil after the last. Throws what the window was closed with, after the last.
    func next() async throws -> Ticket? {
        while true {
            try Task.checkCancellation()
            let (ticket, isClosed, error) = state.withLock { state in
                (state.tickets.isEmpty ? nil : state.tickets.removeFirst(), state.isClosed, state.error)
            }
            wake(.sender)
            if let ticket { return ticket }
            if let error { throw error }
            if isClosed { return nil }
            await sleep(.receiver) { !$0.tickets.isEmpty || $0.isClosed }
        }
    }

    func close(_ error: CallError?) {
        state.withLock { state in
            state.isClosed = true
            state.error = error
        }
        wake(.receiver)
    }

    private func wake(_ side: Side) {
        state.withLock { $0.sleepers.removeValue(forKey: side) }?.resume()
    }

    /// Sleeps until it is woken or given up, unless there is already what it waits for.
    private func sleep(_ side: Side, unless isReady: @escaping @Sendable (State) -> Bool) async {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isNow = state.withLock { state in
                    if isReady(state) || Task.isCancelled { return true }
                    state.sleepers[side] = continuation
                    return false
                }
                if isNow { continuation.resume() }
            }
        } onCancel: {
            wake(side)
        }
    }
}
