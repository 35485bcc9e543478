internal import NIOCore
internal import NIOPosix
internal import SwiftProtobuf
internal import Synchronization
internal import Wire

/// A few connections to one server. A call takes a place on the least loaded; where there is none it waits, in a queue
/// that is bounded. A lost connection is opened again when a call needs it, after a wait that doubles.
final class Pool: Sendable {
    private let connector: Connector
    private let configuration: ClientConfiguration
    private let state: Mutex<PoolState>
    private let eventLoop: any EventLoop

    /// Calls on a connection above which another one is opened.
    private static let busy = 4
    private static let tick = TimeAmount.milliseconds(20)

    init(_ connector: Connector, _ configuration: ClientConfiguration) {
        self.connector = connector
        self.configuration = configuration
        state = Mutex(PoolState(size: configuration.connections))
        eventLoop = MultiThreadedEventLoopGroup.singleton.next()
        eventLoop.scheduleRepeatedTask(initialDelay: Self.tick, delay: Self.tick) { [weak self] task in
            guard let self, self.ticked() else { return task.cancel() }
        }
    }

    /// A connection with a place kept for one call.
    func lease(until expires: NIODeadline) async -> Result<Connection, SelvedgeError> {
        if let connection = takePlace() { return .success(connection) }
        let id = CallID.next()
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                wait(PoolState.Waiter(id: id, expires: expires, continuation: continuation))
            }
        } onCancel: {
            giveUp(id)
        }
    }

    private func takePlace() -> Connection? {
        let (connection, slot) = state.withLock { state -> (Connection?, Int?) in
            guard !state.isClosed, state.waiters.isEmpty, let connection = state.reserve() else { return (nil, nil) }
            return (connection, connection.load > Self.busy ? state.slotToOpen(now: .now(), isBusy: true) : nil)
        }
        if let slot { open(slot) }
        return connection
    }

    private func wait(_ waiter: PoolState.Waiter) {
        let (result, slot) = state.withLock { state -> (Result<Connection, SelvedgeError>?, Int?) in
            if state.isClosed { return (.failure(.clientClosed), nil) }
            if Task.isCancelled { return (.failure(.cancelled), nil) }
            if state.waiters.isEmpty, let connection = state.reserve() { return (.success(connection), nil) }
            guard state.waiters.count < configuration.maxWaiting else { return (.failure(exhausted), nil) }
            state.waiters.append(waiter)
            return (nil, state.slotToOpen(now: .now(), isBusy: true))
        }
        if let slot { open(slot) }
        if let result { waiter.continuation.resume(returning: result) }
    }

    private var exhausted: SelvedgeError {
        SelvedgeError(
            .resourceExhausted, "pool_exhausted",
            "\(configuration.maxWaiting) calls wait for a connection already: send less, or allow more connections",
            limit: configuration.maxWaiting)
    }

    private func giveUp(_ id: UInt64) {
        let waiter = state.withLock { state in
            state.waiters.firstIndex { $0.id == id }.map { state.waiters.remove(at: $0) }
        }
        waiter?.continuation.resume(returning: .failure(.cancelled))
    }

    // MARK: Connecting

    private func open(_ slot: Int) {
        Task.detached { await self.connect(slot) }
    }

    private func connect(_ slot: Int) async {
        do throws(SelvedgeError) {
            let token = try await freshToken()
            let seat = Seat()
            let connection = try await connector.connect(token: token) { [weak self] event in
                guard let self, let connection = seat.connection else { return }
                self.heard(event, of: connection)
            }
            seat.take(connection)
            connected(connection, slot, token)
        } catch {
            failed(slot, error)
        }
    }

    /// A connection that its own events name, once it is made.
    private final class Seat: Sendable {
        private let held = Mutex<WeakConnection>(WeakConnection())
        private struct WeakConnection { weak var value: Connection? }
        var connection: Connection? { held.withLock { $0.value } }
        func take(_ connection: Connection) { held.withLock { $0.value = connection } }
    }

    private func freshToken() async throws(SelvedgeError) -> String {
        guard let source = configuration.token else { return "" }
        do {
            return try await source()
        } catch {
            throw SelvedgeError(
                .unauthenticated, "token_unavailable", "the source of tokens failed with \(type(of: error))")
        }
    }

    private func connected(_ connection: Connection, _ slot: Int, _ token: String) {
        if let wait = TokenLife.renewal(of: token) { connection.renew(after: wait) }
        let (served, isClosed) = state.withLock { state -> ([(PoolState.Waiter, Connection)], Bool) in
            if state.isClosed { return ([], true) }
            state.failures = 0
            state.slots[slot] = connection.isOpen ? .ready(connection) : .empty
            return (state.served(), false)
        }
        if isClosed { connection.drain() }
        for (waiter, connection) in served { waiter.continuation.resume(returning: .success(connection)) }
    }

    /// Calls that wait end with it, unless there is another connection to hope for: they come back by their own retry.
    private func failed(_ slot: Int, _ error: SelvedgeError) {
        let waiters = state.withLock { state in
            state.failures += 1
            state.slots[slot] = .resting(until: .now() + TimeAmount(configuration.retry.wait(after: state.failures)))
            guard !state.hasHope else { return CircularBuffer<PoolState.Waiter>() }
            defer { state.waiters = [] }
            return state.waiters
        }
        for waiter in waiters { waiter.continuation.resume(returning: .failure(error)) }
    }

    private func heard(_ event: Connection.Event, of connection: Connection) {
        switch event {
        case .freed: break
        case .draining:
            state.withLock { state in
                state.remove(connection)
                state.leaving[ObjectIdentifier(connection)] = connection
            }
        case .closed:
            state.withLock { state in
                state.remove(connection)
                state.leaving[ObjectIdentifier(connection)] = nil
            }
        case .renew: Task.detached { await self.renew(connection) }
        }
        serve()
    }

    /// Also what a tick does: whoever waits is given the places that there are.
    private func serve() {
        let (served, slot) = state.withLock { state -> ([(PoolState.Waiter, Connection)], Int?) in
            guard !state.waiters.isEmpty else { return ([], nil) }
            let served = state.served()
            return (served, state.waiters.isEmpty ? nil : state.slotToOpen(now: .now(), isBusy: true))
        }
        if let slot { open(slot) }
        for (waiter, connection) in served { waiter.continuation.resume(returning: .success(connection)) }
    }

    // MARK: Credentials

    private func renew(_ connection: Connection) async {
        let again = Duration.seconds(1)
        do throws(SelvedgeError) {
            let token = try await freshToken()
            let request = SelvedgeAuthenticateRequest.with { $0.token = token }
            let answer = await connection.call(.authenticate, try request.wireBytes(), deadline: .seconds(5))
            let response = try SelvedgeAuthenticateResponse(wireBytes: answer.get())
            if let wait = TokenLife.renewal(expires: response.expiresMs) ?? TokenLife.renewal(of: token) {
                connection.renew(after: max(wait, .milliseconds(100)))
            }
        } catch {
            if connection.isOpen { connection.renew(after: again) }
        }
    }

    /// Its credentials have ended: calls that begin go to a new connection, with a fresh token.
    func retire(_ connection: Connection) { connection.drain() }

    // MARK: Life

    private func ticked() -> Bool {
        let late = state.withLock { $0.waiters.isEmpty ? [] : $0.expired(now: .now()) }
        for waiter in late {
            var error = SelvedgeError.deadline
            error.message = "no connection had a place within the call's deadline"
            error.fate = .unsent
            waiter.continuation.resume(returning: .failure(error))
        }
        serve()
        return state.withLock { !$0.isClosed }
    }

    /// Begins nothing more; calls that are open are answered first, for as long as `grace`.
    func shutdown(grace: Duration) async {
        let (connections, waiters) = close()
        for waiter in waiters { waiter.continuation.resume(returning: .failure(.clientClosed)) }
        for connection in connections { connection.drain() }
        let end = ContinuousClock.now + grace
        while connections.contains(where: { $0.load > 0 }), ContinuousClock.now < end {
            do { try await Task.sleep(for: .milliseconds(5)) } catch { break }
        }
        for connection in connections { connection.close() }
    }

    private func close() -> ([Connection], CircularBuffer<PoolState.Waiter>) {
        state.withLock { state in
            var connections = Array(state.leaving.values)
            for case .ready(let connection) in state.slots { connections.append(connection) }
            let waiters = state.waiters
            state = PoolState(size: state.slots.count)
            state.isClosed = true
            return (connections, waiters)
        }
    }

    /// What an owner that forgot ``shutdown(grace:)`` leaves behind.
    func abandon() {
        let (connections, waiters) = close()
        for waiter in waiters { waiter.continuation.resume(returning: .failure(.clientClosed)) }
        for connection in connections { connection.close() }
    }
}
