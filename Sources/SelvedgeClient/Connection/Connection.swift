package import NIOCore
internal import NIOPosix
internal import SwiftProtobuf
internal import Synchronization
package import Wire

/// One connection to a server: the lower layer of the client, in bytes. Calls of many tasks share it; what they send
/// within one turn of the event loop leaves in one write. No task is made for an answer.
package final class Connection: Sendable {
    /// What the owner is told.
    package enum Event: Sendable {
        /// So many calls have ended.
        case freed(Int)
        /// No call can begin any more; those that are open go on.
        case draining
        case closed(SelvedgeError)
        /// The token ends soon.
        case renew
    }

    /// How a connection behaves.
    package struct Options: Sendable {
        package var agent = "selvedge-swift/1"
        package var connectTimeout = Duration.seconds(5)
        package var keepalive = Duration.seconds(20)
        package var streamCredit = 1_048_576
        package var maxInFlight = 128
        /// How long after its deadline a call waits for the server to say so.
        package var grace = Duration.milliseconds(250)

        package init() {}
    }

    let eventLoop: any EventLoop
    let options: Options
    private let owner: @Sendable (Event) -> Void
    let state: Mutex<ConnectionState>
    /// Streams that are open or promised.
    private let taken = Atomic<Int>(0)
    let most = Atomic<Int>(0)
    private let isCongested = Atomic<Bool>(false)

    /// Bytes that wait to be written, above which no call begins.
    private static let congestion = 8 * 1_048_576
    static let tick = TimeAmount.milliseconds(50)

    init(_ eventLoop: any EventLoop, _ options: Options, _ owner: @escaping @Sendable (Event) -> Void) {
        self.eventLoop = eventLoop
        self.options = options
        self.owner = owner
        state = Mutex(ConnectionState(greetBefore: .now() + TimeAmount(options.connectTimeout)))
    }

    // MARK: What the pool asks

    package var load: Int { taken.load(ordering: .relaxed) }

    package var isOpen: Bool { state.withLock { $0.isOpen } }

    /// The server's HELLO.
    package var server: SelvedgeServerHello { state.withLock { $0.server } }

    /// Keeps a place for one call; nil where there is none. Each place that was taken is used by one call.
    package func reserve() -> Bool {
        guard !isCongested.load(ordering: .relaxed) else { return false }
        if taken.add(1, ordering: .relaxed).newValue <= most.load(ordering: .relaxed) { return true }
        taken.subtract(1, ordering: .relaxed)
        return false
    }

    // MARK: Calls

    /// A unary call.
    ///
    /// - Parameters:
    ///   - deadline: rounded up to milliseconds; the server's longest is 5 seconds.
    ///   - isReserved: a place was kept for it by ``reserve()``.
    /// - Returns: the answer's message, a slice of what was read.
    package func call(
        _ method: Wire.Method, _ message: [UInt8], deadline: Duration, isReserved: Bool = false
    ) async -> Result<ByteBuffer, SelvedgeError> {
        guard isReserved || reserve() else { return .failure(noPlace) }
        let id = CallID.next()
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                begin(
                    method, message, UnaryCall(id: id, expires: expiry(deadline), continuation: continuation), deadline)
            }
        } onCancel: {
            cancel(id)
        }
    }

    private func begin(_ method: Wire.Method, _ message: [UInt8], _ call: UnaryCall, _ deadline: Duration) {
        let (refusal, flushes) = state.withLock { state -> (SelvedgeError?, Bool) in
            if let refusal = state.refusal ?? state.oversize(message.count + 4) { return (refusal, false) }
            if Task.isCancelled { return (.cancelled, false) }
            let stream = state.request(method.rawValue, deadline: deadline.wholeMilliseconds, ends: true, message)
            state.calls[stream] = .unary(call)
            return (nil, needsFlush(&state))
        }
        if let refusal {
            release(1)
            call.continuation.resume(returning: .failure(refusal))
        } else if flushes {
            scheduleFlush()
        }
    }

    /// A call with streams.
    ///
    /// - Parameters:
    ///   - message: the first; nil: none goes with the request.
    ///   - ends: no other message follows.
    ///   - deadline: nil: the longest that the server allows.
    package func open(
        _ method: Wire.Method, _ message: [UInt8]?, ends: Bool, deadline: Duration? = nil, isReserved: Bool = false
    ) throws(SelvedgeError) -> CallStream {
        guard isReserved || reserve() else { throw noPlace }
        let call = CallStream(self, window: options.streamCredit)
        let (refusal, flushes) = state.withLock { state -> (SelvedgeError?, Bool) in
            let message = message ?? []
            if let refusal = state.refusal ?? state.oversize(message.count + 4) { return (refusal, false) }
            let longest = Duration.milliseconds(state.server.streamDeadlineMs)
            let stream = state.request(
                method.rawValue, deadline: deadline?.wholeMilliseconds ?? 0, ends: ends, message)
            call.opened(as: stream, sendCredit: Int(state.server.initialCredit))
            state.calls[stream] = .stream(call, expires: expiry(min(deadline ?? longest, longest)))
            return (nil, needsFlush(&state))
        }
        if let refusal {
            call.end(refusal)
            release(1)
            throw refusal
        }
        if flushes { scheduleFlush() }
        return call
    }

    private var noPlace: SelvedgeError {
        let most = most.load(ordering: .relaxed)
        return SelvedgeError(
            .resourceExhausted, ErrorCode.tooManyStreams.rawValue,
            "the connection carries as many calls as it may (\(most)), or cannot send as fast as it is asked to",
            limit: most)
    }

    private func expiry(_ deadline: Duration) -> NIODeadline { .now() + TimeAmount(deadline + options.grace) }

    /// By the cancellation of a task.
    private func cancel(_ id: UInt64) {
        change { state in
            for (stream, call) in state.calls {
                guard case .unary(let call) = call, call.id == id else { continue }
                if let call = state.abandon(stream) { state.finish(call, .cancelled) }
                return
            }
        }
    }

    // MARK: Life

    /// Waits for the server's hello.
    func greeted() async -> SelvedgeError? {
        await withCheckedContinuation { continuation in
            change { state in
                switch state.phase {
                case .greeting: state.phase = .greeting(continuation)
                case .open, .draining: state.effects.append(.greeted(continuation, nil))
                case .closed(let error): state.effects.append(.greeted(continuation, error))
                }
            }
        }
    }

    /// When the owner is to be told that the token ends soon.
    func renew(after wait: Duration) {
        state.withLock { $0.renewAt = .now() + TimeAmount(wait) }
    }

    /// Begins nothing more, announces the end, and closes when the last open call is answered.
    package func drain() {
        change { state in
            if case .greeting = state.phase { return state.close(.clientClosed) }
            guard state.isOpen else { return }
            var detail = SelvedgeErrorDetail()
            detail.code = ErrorCode.draining.rawValue
            detail.message = "the client closes"
            state.goaway(status: .ok, detail)
            state.drain()
            state.closeIfDrained()
        }
    }

    /// Ends it now: open calls end with `reason`.
    package func close(_ reason: SelvedgeError = .clientClosed) { change { $0.close(reason) } }

    // MARK: After a change

    /// Changes the state, then does what came out of it: nothing is woken and nothing is written under the lock.
    @discardableResult
    func change<Value: Sendable>(_ body: (inout ConnectionState) -> Value) -> Value {
        let (value, effects, freed, flushes) = state.withLock { state in
            let value = body(&state)
            defer {
                state.effects = []
                state.freed = 0
            }
            return (value, state.effects, state.freed, needsFlush(&state))
        }
        if flushes {
            if eventLoop.inEventLoop { flush() } else { scheduleFlush() }
        }
        if freed > 0 { release(freed) }
        for effect in effects { perform(effect) }
        return value
    }

    private func perform(_ effect: Effect) {
        switch effect {
        case .answer(let continuation, let result): continuation.resume(returning: result)
        case .message(let stream, let message): if let wrong = stream.deliver(message) { change { $0.fail(wrong) } }
        case .credit(let stream, let bytes): stream.credit(bytes)
        case .end(let stream, let error): stream.end(error)
        case .greeted(let continuation, let error): continuation.resume(returning: error)
        case .event(let event): owner(event)
        case .close:
            let channel = state.withLock { $0.channel }
            // Behind the flush of what was written before.
            eventLoop.execute { channel?.close(promise: nil) }
        }
    }

    private func release(_ count: Int) {
        taken.subtract(count, ordering: .relaxed)
        owner(.freed(count))
    }

    /// Whether the caller has to see to it that the buffer is flushed.
    func needsFlush(_ state: inout ConnectionState) -> Bool {
        guard state.outbound.readableBytes > 0, state.channel != nil else { return false }
        let congested = !state.isWritable && state.outbound.readableBytes > Self.congestion
        isCongested.store(congested, ordering: .relaxed)
        guard state.isWritable, !state.isFlushScheduled else { return false }
        state.isFlushScheduled = true
        return true
    }

    func scheduleFlush() { eventLoop.execute { self.flush() } }

    private func flush() {
        let (channel, bytes) = state.withLock { state in
            state.isFlushScheduled = false
            isCongested.store(false, ordering: .relaxed)
            defer { state.outbound = ByteBuffer() }
            return (state.channel, state.outbound)
        }
        if bytes.readableBytes > 0 { channel?.writeAndFlush(bytes, promise: nil) }
    }
}
