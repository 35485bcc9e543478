internal import Synchronization

/// Whether the server may be called, and why not.
///
///     starting --> ready --> draining
///         \          \          \
///          +----------+----------+---> failed, for good
package final class Readiness: Sendable {
    package enum State: Hashable, Sendable {
        case starting
        case ready
        /// It was told to stop.
        case draining
        /// The store failed.
        case failed(reason: String)
    }

    private struct Held {
        var state = State.starting
        /// What the last commit failed with, where the store is not lost by it: no room.
        var trouble: String?
        var waiting: [CheckedContinuation<Void, Never>] = []
    }

    private let held = Mutex(Held())
    private let serves = Atomic<Bool>(false)

    package init() {}

    package var state: State { held.withLock { $0.state } }

    /// Why the last commit failed; nil: it did not.
    package var trouble: String? { held.withLock { $0.trouble } }

    /// Whether calls are taken. Cheap.
    package var isReady: Bool { serves.load(ordering: .relaxed) }

    /// Does nothing once the server drains or has failed.
    package func becomeReady() { change { $0 == .starting ? .ready : $0 } }

    package func beginDraining() {
        change { state in
            if case .failed = state { state } else { .draining }
        }
    }

    /// The first reason stays.
    package func fail(_ reason: String) {
        change { state in
            if case .failed = state { state } else { .failed(reason: reason) }
        }
    }

    /// How the last commit went.
    package func committed(trouble: String?) { held.withLock { $0.trouble = trouble } }

    /// Returns when the server is to end: it drains or has failed.
    package func end() async {
        await withCheckedContinuation { continuation in
            let isOver = held.withLock { held in
                if held.state.isEnd { return true }
                held.waiting.append(continuation)
                return false
            }
            if isOver { continuation.resume() }
        }
    }

    private func change(_ next: (State) -> State) {
        let woken = held.withLock { held in
            held.state = next(held.state)
            serves.store(held.state == .ready, ordering: .relaxed)
            guard held.state.isEnd else { return [CheckedContinuation<Void, Never>]() }
            defer { held.waiting = [] }
            return held.waiting
        }
        for continuation in woken { continuation.resume() }
    }
}

extension Readiness.State {
    fileprivate var isEnd: Bool {
        switch self {
        case .starting, .ready: false
        case .draining, .failed: true
        }
    }
}
