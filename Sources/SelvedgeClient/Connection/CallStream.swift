package import NIOCore
internal import Synchronization
internal import Wire

/// A call with messages in one or both directions, as the task that made it sees it. One task reads; any may send.
package final class CallStream: Sendable {
    private typealias ReadContinuation = CheckedContinuation<Result<ByteBuffer?, SelvedgeError>, Never>

    private struct Sender {
        let id: UInt64
        let payload: [UInt8]
        let continuation: CheckedContinuation<SelvedgeError?, Never>
    }

    private struct State {
        var stream: UInt32
        /// What we may send, in bytes; it may be below zero.
        var sendCredit: Int
        var senders = CircularBuffer<Sender>()
        var isHalfClosed = false
        /// What the server may send.
        var receiveCredit: Int
        /// Read by the task, not yet given back.
        var consumed = 0
        var messages = CircularBuffer<ByteBuffer>()
        var reader: ReadContinuation?
        var end: Result<Void, SelvedgeError>?
    }

    private let connection: Connection
    private let window: Int
    private let state: Mutex<State>

    init(_ connection: Connection, window: Int) {
        self.connection = connection
        self.window = window
        state = Mutex(State(stream: 0, sendCredit: 0, receiveCredit: window))
    }

    /// Called before anything can arrive.
    func opened(as stream: UInt32, sendCredit: Int) {
        state.withLock {
            $0.stream = stream
            $0.sendCredit = sendCredit
        }
    }

    // MARK: Reading

    /// The next message; nil where the server ended the call with OK. Cancelling the task gives the call up.
    package func next() async throws(SelvedgeError) -> ByteBuffer? {
        try await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in read(continuation) }
        } onCancel: {
            cancel()
        }.get()
    }

    private func read(_ continuation: ReadContinuation) {
        typealias Outcome = (Result<ByteBuffer?, SelvedgeError>?, Int, UInt32)
        let (result, due, stream) = state.withLock { state -> Outcome in
            if let result = Self.take(&state) { return (result, creditDue(&state), state.stream) }
            if Task.isCancelled { return (.failure(.cancelled), 0, 0) }
            state.reader = continuation
            return (nil, creditDue(&state), state.stream)
        }
        if due > 0 { connection.pay(due, to: stream) }
        if let result { continuation.resume(returning: result) }
    }

    /// The next message if it has arrived; it never waits.
    func nextIfThere() -> ByteBuffer? {
        let (message, due, stream) = state.withLock { state -> (ByteBuffer?, Int, UInt32) in
            guard let message = state.messages.popFirst() else { return (nil, 0, 0) }
            state.consumed += message.readableBytes
            return (message, creditDue(&state), state.stream)
        }
        if due > 0 { connection.pay(due, to: stream) }
        return message
    }

    private static func take(_ state: inout State) -> Result<ByteBuffer?, SelvedgeError>? {
        if let message = state.messages.popFirst() {
            state.consumed += message.readableBytes
            return .success(message)
        }
        switch state.end {
        case .success: return .success(nil)
        case .failure(let error): return .failure(error)
        case nil: return nil
        }
    }

    /// Half of the window at a time, so that credit frames are few.
    private func creditDue(_ state: inout State) -> Int {
        guard state.consumed > 0, state.consumed >= window / 2, state.end == nil else { return 0 }
        defer { state.consumed = 0 }
        state.receiveCredit += state.consumed
        return state.consumed
    }

    // MARK: Sending

    /// Suspends until the server has credit for it. Messages go in the order in which this was called.
    package func send(_ payload: [UInt8]) async throws(SelvedgeError) {
        try await send { payload }
    }

    /// The same with a payload that is made when its place in the order is certain.
    func send(_ make: () throws(SelvedgeError) -> [UInt8]) async throws(SelvedgeError) {
        let id = CallID.next()
        let error = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in submit(id, make, continuation) }
        } onCancel: {
            giveUp(id)
        }
        if let error { throw error }
    }

    private func submit(
        _ id: UInt64, _ make: () throws(SelvedgeError) -> [UInt8],
        _ continuation: CheckedContinuation<SelvedgeError?, Never>
    ) {
        let answer: SelvedgeError?? = state.withLock { state in
            if let refusal = Self.refusal(state) { return .some(refusal) }
            if Task.isCancelled { return .some(.cancelled) }
            do throws(SelvedgeError) {
                let payload = try make()
                if let error = connection.oversize(payload.count) { return .some(error) }
                guard state.sendCredit > 0, state.senders.isEmpty else {
                    state.senders.append(Sender(id: id, payload: payload, continuation: continuation))
                    return nil
                }
                state.sendCredit -= payload.count
                connection.send(.message, on: state.stream, payload)
                return .some(nil)
            } catch {
                return .some(error)
            }
        }
        if let answer { continuation.resume(returning: answer) }
    }

    private static func refusal(_ state: State) -> SelvedgeError? {
        switch state.end {
        case .failure(let error): error
        case .success:
            SelvedgeError(.failedPrecondition, "stream_ended", "the server has ended the call", fate: .answered)
        case nil:
            state.isHalfClosed
                ? SelvedgeError(.failedPrecondition, "stream_ended", "the stream was finished: nothing may follow")
                : nil
        }
    }

    private func giveUp(_ id: UInt64) {
        let sender = state.withLock { state in
            state.senders.firstIndex { $0.id == id }.map { state.senders.remove(at: $0) }
        }
        sender?.continuation.resume(returning: .cancelled)
    }

    /// Says that no message follows. Messages that wait for credit are lost: await them first.
    package func finish() {
        state.withLock { state in
            guard !state.isHalfClosed, state.end == nil else { return }
            state.isHalfClosed = true
            connection.send(.halfClose, on: state.stream, [])
        }
    }

    /// Gives the call up.
    package func cancel() {
        end(.cancelled)
        connection.abandon(state.withLock { $0.stream })
    }

    // MARK: What the connection brings

    /// - Returns: what the server did wrong, if anything.
    func deliver(_ message: ByteBuffer) -> SelvedgeError? {
        let (wrong, reader) = state.withLock { state -> (SelvedgeError?, ReadContinuation?) in
            guard state.end == nil else { return (nil, nil) }
            guard state.receiveCredit > 0 else { return (SelvedgeError.malformed("a message without credit"), nil) }
            state.receiveCredit -= message.readableBytes
            guard let reader = state.reader else {
                state.messages.append(message)
                return (nil, nil)
            }
            state.reader = nil
            state.consumed += message.readableBytes
            return (nil, reader)
        }
        reader?.resume(returning: .success(message))
        return wrong
    }

    func credit(_ bytes: Int) {
        let released = state.withLock { state in
            var released: [Sender] = []
            state.sendCredit = min(state.sendCredit + bytes, Int(Int32.max))
            while state.sendCredit > 0, let sender = state.senders.popFirst() {
                state.sendCredit -= sender.payload.count
                connection.send(.message, on: state.stream, sender.payload)
                released.append(sender)
            }
            return released
        }
        for sender in released { sender.continuation.resume(returning: nil) }
    }

    /// Nil: with OK. What has arrived can still be read, unless the call was given up.
    func end(_ error: SelvedgeError?) {
        let (reader, senders, stopped) = state.withLock { state in
            guard state.end == nil else { return (state.reader, CircularBuffer<Sender>(), error) }
            state.end = error.map { .failure($0) } ?? .success(())
            if error?.status == .cancelled { state.messages.removeAll() }
            defer {
                state.reader = nil
                state.senders = []
            }
            return (state.reader, state.senders, Self.refusal(state))
        }
        if let reader { reader.resume(returning: error.map { .failure($0) } ?? .success(nil)) }
        for sender in senders { sender.continuation.resume(returning: stopped) }
    }
}

/// Numbers of this process's calls, by which a cancellation finds its own.
enum CallID {
    private static let last = Atomic<UInt64>(0)

    static func next() -> UInt64 { last.add(1, ordering: .relaxed).newValue }
}
