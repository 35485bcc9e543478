internal import NIOCore

/// The connections of a pool and who waits for them, behind the pool's lock.
struct PoolState {
    enum Slot {
        case empty
        case connecting
        case ready(Connection)
        /// After an attempt that failed.
        case resting(until: NIODeadline)
    }

    struct Waiter {
        let id: UInt64
        let expires: NIODeadline
        let continuation: CheckedContinuation<Result<Connection, SelvedgeError>, Never>
    }

    var slots: [Slot]
    var waiters = CircularBuffer<Waiter>()
    var isClosed = false
    /// Attempts to connect that failed, one after the other.
    var failures = 0
    /// Told to end, not yet ended.
    var leaving: [ObjectIdentifier: Connection] = [:]

    init(size: Int) { slots = Array(repeating: .empty, count: size) }

    /// A place on the connection with the fewest calls.
    func reserve() -> Connection? {
        var best: Connection?
        for case .ready(let connection) in slots where best.map({ connection.load < $0.load }) ?? true {
            best = connection
        }
        guard let best else { return nil }
        if best.reserve() { return best }
        // The least loaded may be the one that cannot send.
        for case .ready(let connection) in slots where connection !== best {
            if connection.reserve() { return connection }
        }
        return nil
    }

    /// The slot that is to be connected now, if one is.
    mutating func slotToOpen(now: NIODeadline, isBusy: Bool) -> Int? {
        if isClosed { return nil }
        if slots.contains(where: { if case .connecting = $0 { true } else { false } }) { return nil }
        let hasReady = slots.contains { if case .ready = $0 { true } else { false } }
        if hasReady && !isBusy { return nil }
        for (index, slot) in slots.enumerated() {
            switch slot {
            case .resting(let until) where until > now: continue
            case .empty, .resting:
                slots[index] = .connecting
                return index
            case .connecting, .ready: continue
            }
        }
        return nil
    }

    /// Whether a call that waits has something to wait for.
    var hasHope: Bool {
        slots.contains { slot in
            switch slot {
            case .connecting, .ready: true
            case .empty, .resting: false
            }
        }
    }

    mutating func remove(_ connection: Connection) {
        for (index, slot) in slots.enumerated() {
            if case .ready(let one) = slot, one === connection { slots[index] = .empty }
        }
    }

    /// Those for whom there is a place now, with it.
    mutating func served() -> [(Waiter, Connection)] {
        var served: [(Waiter, Connection)] = []
        while !waiters.isEmpty, let connection = reserve() {
            served.append((waiters.removeFirst(), connection))
        }
        return served
    }

    mutating func expired(now: NIODeadline) -> [Waiter] {
        let late = waiters.filter { $0.expires <= now }
        if !late.isEmpty { waiters.removeAll { $0.expires <= now } }
        return Array(late)
    }
}
