internal import Identity
internal import LMDB
package import NIOCore
internal import Synchronization
internal import Wire

/// What all connections of the wire protocol share.
package final class WireServer: Sendable {
    let handlers: Handlers
    let metrics: ServiceMetrics
    let log: ServiceLog
    /// Whoever calls is this one; nil: callers say who they are.
    let insecure: Principal?
    /// Whether the server may be called, for the health check.
    let isServing: @Sendable () -> Bool
    let inbound: ByteBudget
    private let connections = Mutex<[ObjectIdentifier: WireConnection]>([:])
    private let idlePlaces = IdlePlaces(processors: NIOCore.System.coreCount)
    private let idlePolls = Mutex<[ObjectIdentifier: IdlePoll]>([:])
    private let draining = Atomic<Bool>(false)
    private let isReleasing = Atomic<Bool>(false)
    /// Bytes that were freed and are not yet given back.
    private let owed = Atomic<Int>(0)

    /// Bytes of all callers' messages that are held at a time: with what they cost beside their bytes, less than 50 MB.
    static let inboundBytes = 32 * 1_048_576

    package init(
        _ handlers: Handlers, metrics: ServiceMetrics, log: ServiceLog, insecure: Principal?,
        isServing: @escaping @Sendable () -> Bool
    ) {
        self.handlers = handlers
        self.metrics = metrics
        self.log = log
        self.insecure = insecure
        self.isServing = isServing
        inbound = ByteBudget(limit: Self.inboundBytes)
    }

    var limits: ServiceLimits { handlers.limits }
    var isDraining: Bool { draining.load(ordering: .relaxed) }

    /// False: there are as many as may be.
    func add(_ connection: WireConnection) -> Bool {
        let isAdded = connections.withLock { connections in
            guard connections.count < limits.connections else { return false }
            connections[ObjectIdentifier(connection)] = connection
            return true
        }
        if isAdded { metrics[.wire].connected() } else { metrics[.wire].refused.add() }
        return isAdded
    }

    func remove(_ connection: WireConnection) {
        let wasThere = connections.withLock { $0.removeValue(forKey: ObjectIdentifier(connection)) != nil }
        if wasThere { metrics[.wire].disconnected() }
    }

    package var connectionCount: Int { connections.withLock { $0.count } }

    /// Bytes that callers' messages take at this moment, credit that was set aside among them.
    package var inboundBytesHeld: Int { inbound.held }

    /// The loop's own: of all connections that it serves.
    func idlePoll(of loop: any EventLoop) -> IdlePoll {
        idlePolls.withLock { polls in
            if let poll = polls[ObjectIdentifier(loop)] { return poll }
            let poll = IdlePoll(loop, idlePlaces)
            polls[ObjectIdentifier(loop)] = poll
            return poll
        }
    }

    /// Speaks the wire protocol on a channel that carries its bytes. On the channel's own thread.
    package func serve(_ channel: any Channel) throws {
        try channel.pipeline.syncOperations.addHandler(WireConnection(self, loop: channel.eventLoop))
    }

    /// Long frames that were never finished have been freed: the kernel gets their memory before others may take as much, for
    /// each thread would keep its own. Many at a time are one.
    func releaseHeap(givingBack bytes: Int) {
        owed.add(bytes, ordering: .relaxed)
        guard !isReleasing.exchange(true, ordering: .relaxed) else { return }
        Task {
            try? await Task.sleep(for: .milliseconds(20))
            isReleasing.store(false, ordering: .relaxed)
            let free = owed.exchange(0, ordering: .relaxed)
            Environment.releaseHeap()
            inbound.giveBack(free)
        }
    }

    /// Every connection is told, and closes when its calls are answered.
    func drain() {
        draining.store(true, ordering: .relaxed)
        for connection in connections.withLock({ Array($0.values) }) { connection.drain() }
    }

    /// Every connection is closed, whatever is open on it.
    func closeAll() {
        for connection in connections.withLock({ Array($0.values) }) { connection.giveUp() }
    }
}
