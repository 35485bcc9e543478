internal import NIOCore
internal import Synchronization
internal import Wire

/// A call that is not answered on the spot: between the connection's thread and the task that serves it.
final class WireStream: Sendable {
    private struct State {
        var inbound: [ByteBuffer] = []
        var isEnded = false
        /// Why there will be no more.
        var failure: CallError?
        var receiver: CheckedContinuation<Void, Never>?
        var sender: CheckedContinuation<Void, Never>?
        /// Bytes that may be sent.
        var credit: Int
    }

    let id: UInt32
    let method: Method
    let began: NIODeadline
    private let state: Mutex<State>

    init(id: UInt32, method: Method, credit: Int, began: NIODeadline) {
        self.id = id
        self.method = method
        self.began = began
        state = Mutex(State(credit: credit))
    }

    // MARK: On the connection's thread

    func push(_ message: ByteBuffer) { wakeReceiver { $0.inbound.append(message) } }

    func end() { wakeReceiver { $0.isEnded = true } }

    /// Both sides of the stream are told.
    func fail(_ error: CallError) {
        let (receiver, sender) = state.withLock { state in
            state.failure = state.failure ?? error
            state.inbound = []
            defer { (state.receiver, state.sender) = (nil, nil) }
            return (state.receiver, state.sender)
        }
        receiver?.resume()
        sender?.resume()
    }

    /// - Returns: false where the sum is more than a credit may be.
    func add(credit: Int) -> Bool {
        let (isValid, sender) = state.withLock { state in
            state.credit += credit
            guard state.credit > 0 else { return (true, nil as CheckedContinuation<Void, Never>?) }
            defer { state.sender = nil }
            return (state.credit <= Int(Int32.max), state.sender)
        }
        sender?.resume()
        return isValid
    }

    private func wakeReceiver(_ change: (inout sending State) -> Void) {
        let receiver = state.withLock { state in
            change(&state)
            defer { state.receiver = nil }
            return state.receiver
        }
        receiver?.resume()
    }

    // MARK: On the task's

    /// The next message; nil after the last.
    func next() async throws -> ByteBuffer? {
        while true {
            let (message, isEnded, failure) = state.withLock { state in
                (state.inbound.isEmpty ? nil : state.inbound.removeFirst(), state.isEnded, state.failure)
            }
            if let failure { throw failure }
            if let message { return message }
            if isEnded { return nil }
            try Task.checkCancellation()
            await withCheckedContinuation { continuation in
                let isNow = state.withLock { state in
                    if !state.inbound.isEmpty || state.isEnded || state.failure != nil { return true }
                    state.receiver = continuation
                    return false
                }
                if isNow { continuation.resume() }
            }
        }
    }

    /// Waits until there is credit, and takes it.
    func takeCredit(_ count: Int) async throws {
        while true {
            let (isTaken, failure) = state.withLock { state in
                guard state.failure == nil, state.credit > 0 else { return (false, state.failure) }
                state.credit -= count
                return (true, nil)
            }
            if isTaken { return }
            if let failure { throw failure }
            try Task.checkCancellation()
            await withCheckedContinuation { continuation in
                let isNow = state.withLock { state in
                    if state.credit > 0 || state.failure != nil { return true }
                    state.sender = continuation
                    return false
                }
                if isNow { continuation.resume() }
            }
        }
    }
}
