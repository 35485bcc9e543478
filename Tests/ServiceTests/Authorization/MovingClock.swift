import Identity
import Synchronization

/// A clock that a test moves.
final class MovingClock: Sendable {
    private let milliseconds: Atomic<Int64>

    init(_ start: Timestamp) { milliseconds = Atomic(start.milliseconds) }

    var now: Timestamp { Timestamp(milliseconds: milliseconds.load(ordering: .relaxed)) }

    func advance(milliseconds by: Int64) { milliseconds.add(by, ordering: .relaxed) }
}
