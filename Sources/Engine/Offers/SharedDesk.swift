internal import GraphStore
internal import LMDB
internal import Synchronization

/// The desks of those who only try: each is of one thread at a time, so that nothing of it is copied when a decision uses its
/// room, and read anew when it is old, so that a try costs no look at every counter.
final class SharedDesk: Sendable {
    /// Guarded by being in nobody else's hands.
    private final class Held: @unchecked Sendable {
        var desk: OfferDesk
        var read: ContinuousClock.Instant
        /// The state of the store that it was last found to be current in.
        var snapshot: UInt64

        init(_ desk: OfferDesk, read: ContinuousClock.Instant, snapshot: UInt64) {
            (self.desk, self.read, self.snapshot) = (desk, read, snapshot)
        }
    }

    private struct Desks {
        var idle: [Held] = []
        /// The one that was made last, when it was made: others are copied from it.
        var latest: OfferDesk?
    }

    private let desks = Mutex(Desks())
    /// How old counters may be.
    static let age = Duration.milliseconds(100)

    /// Lends a desk with the catalogue and the models of the snapshot, its counters at most 100 ms old.
    func with<Answer>(
        _ snapshot: borrowing some Snapshot & ~Copyable, _ body: (inout OfferDesk) throws -> Answer
    ) throws -> Answer {
        let held = try take(snapshot)
        defer { desks.withLock { $0.idle.append(held) } }
        return try body(&held.desk)
    }

    private func take(_ snapshot: borrowing some Snapshot & ~Copyable) throws -> Held {
        let now = ContinuousClock.now
        if let held = desks.withLock({ $0.idle.popLast() }) {
            let isYoung = held.read.duration(to: now) < Self.age
            if isYoung, held.snapshot == snapshot.id { return held }
            if try held.desk.isCurrent(snapshot) {
                if !isYoung {
                    try held.desk.refresh(snapshot)
                    held.read = now
                }
                held.snapshot = snapshot.id
                return held
            }
        }
        var desk = desks.withLock { $0.latest }
        if let latest = desk, !(try latest.isCurrent(snapshot)) { desk = nil }
        if desk == nil {
            desk = try OfferDesk(snapshot)
            desks.withLock { [desk] in $0.latest = desk }
        } else {
            try desk?.refresh(snapshot)
        }
        guard let desk else { throw EngineError.noCatalogue }
        return Held(desk, read: now, snapshot: snapshot.id)
    }
}
