internal import Synchronization

/// The moment at which consent is judged: it goes forward only, so that a clock that jumps back revives nothing.
final class ConsentClock: Sendable {
    private let newest: Atomic<Int64>

    /// - Parameter milliseconds: the newest receipt known.
    init(_ milliseconds: Int64) { newest = Atomic(milliseconds) }

    /// The latest of all moments given so far.
    @inline(__always)
    func advance(to milliseconds: Int64) -> Int64 {
        let known = newest.load(ordering: .relaxed)
        guard milliseconds > known else { return known }
        return newest.max(milliseconds, ordering: .relaxed).newValue
    }
}
