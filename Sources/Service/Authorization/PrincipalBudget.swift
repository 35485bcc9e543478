package import Identity
internal import Synchronization
internal import Wire

/// How many distinct subjects one principal was answered `generic` about within the clock hour (UTC), whatever the cause: who
/// tries out identifiers gets many. All connections of a principal share one.
///
/// The call in which the budget is passed is still answered; from the next one on every resolve is refused until the hour
/// ends, known subjects too, or else the error itself would tell who is known. At most 32 KiB (`DistinctCounter`), and
/// nothing in an hour without a generic answer.
package final class PrincipalBudget: Sendable {
    /// Where there is no limit, nothing is counted.
    package static let unlimited = Int.max

    fileprivate struct State {
        var limit: Int
        var hour: Int32 = .min
        var counter = DistinctCounter()
    }

    private let state: Mutex<State>
    /// The hour in which it is spent; `Int32.min`: none.
    private let spentHour = Atomic<Int32>(.min)

    package init(limit: Int) { state = Mutex(State(limit: limit)) }

    /// The milliseconds until the budget is new; nil where it is not spent. One relaxed load: asked before each resolve.
    @inline(__always)
    package func retryAfter(at now: Timestamp) -> UInt32? {
        let hour = now.hour
        guard spentHour.load(ordering: .relaxed) == hour else { return nil }
        return UInt32(truncatingIfNeeded: (Int64(hour) + 1) * 3_600_000 - now.milliseconds)
    }

    /// The refusal of a resolve, where the budget is spent.
    package func refusal(at now: Timestamp) -> CallError? {
        guard let wait = retryAfter(at: now) else { return nil }
        return CallError(
            .genericBudget, "this hour's budget of generic answers is spent: try again when the hour has ended",
            limit: state.withLock { $0.limit }, retryAfter: wait)
    }

    /// Counts a generic answer about a subject, by a hash that is the same for the same subject. Repeats are not counted.
    package func count(_ subject: UInt64, at now: Timestamp) {
        count(CollectionOfOne(subject), at: now)
    }

    /// The generic answers of one batch.
    package func count(_ subjects: some Collection<UInt64>, at now: Timestamp) {
        guard !subjects.isEmpty else { return }
        state.withLock { state in
            guard state.limit != Self.unlimited else { return }
            state.turn(to: now.hour)
            var isRaised = false
            for subject in subjects where state.counter.insert(subject) { isRaised = true }
            if isRaised { publish(state) }
        }
    }

    /// A policy's new limit; it holds at once, for what this hour has counted too.
    func setLimit(_ limit: Int) {
        state.withLock { state in
            guard state.limit != limit else { return }
            state.limit = limit
            publish(state)
        }
    }

    /// Nothing of the current hour is in it.
    func isIdle(at now: Timestamp) -> Bool { state.withLock { $0.hour != now.hour } }

    private func publish(_ state: borrowing State) {
        spentHour.store(state.counter.count > state.limit ? state.hour : .min, ordering: .relaxed)
    }
}

extension PrincipalBudget.State {
    /// Begins an hour anew. A call that was begun just before it counts towards it.
    fileprivate mutating func turn(to now: Int32) {
        guard hour != now, hour != now &+ 1 else { return }
        hour = now
        counter = DistinctCounter()
    }
}
