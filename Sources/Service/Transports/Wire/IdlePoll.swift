package import NIOCore
internal import Synchronization

/// Keeps an event loop from sleeping while a caller asks one thing after another. To put a processor to sleep and to wake it again
/// costs more than a resolve does; so where the last requests each came within ``longest`` of the answer before, the loop looks
/// again and again for that long before it sleeps. Who asks less often, or many things at a time, finds it asleep or busy as ever.
///
/// Of one loop, and confined to it.
package final class IdlePoll: NIOScheduledCallbackHandler, @unchecked Sendable {
    /// For which a loop looks before it sleeps.
    package static let longest = TimeAmount.microseconds(100)
    /// From one look to the next: no shorter, for a deadline that has passed is met before the selector is asked.
    private static let pause = TimeAmount.nanoseconds(400)
    /// Requests that came as soon, one after another, before the loop looks.
    package static let enough = 8

    private let loop: any EventLoop
    private let places: IdlePlaces
    private var answered = NIODeadline.uptimeNanoseconds(0)
    private var soon = 0
    package private(set) var isLooking = false

    package init(_ loop: any EventLoop, _ places: IdlePlaces) {
        self.loop = loop
        self.places = places
    }

    /// A request was read.
    package func arrived(at now: NIODeadline) {
        soon = now - answered < Self.longest ? min(soon + 1, Self.enough) : 0
    }

    /// Everything that was read is answered; `calls` were.
    package func answered(_ calls: Int, at now: NIODeadline) {
        answered = now
        guard calls == 1 else {
            soon = 0
            return
        }
        if soon == Self.enough, !isLooking, places.take() { look(at: now) }
    }

    private func look(at now: NIODeadline) {
        isLooking = (try? loop.scheduleCallback(at: now + Self.pause, handler: self)) != nil
        if !isLooking { places.giveBack() }
    }

    package func handleScheduledCallback(eventLoop: some EventLoop) {
        let now = NIODeadline.now()
        if soon == Self.enough, now - answered < Self.longest { look(at: now) } else { stop() }
    }

    package func didCancelScheduledCallback(eventLoop: some EventLoop) { stop() }

    private func stop() {
        guard isLooking else { return }
        isLooking = false
        places.giveBack()
    }
}

/// How many loops may look at the same moment: half of the processors, for those who ask may be on this machine too.
package final class IdlePlaces: Sendable {
    private let free: Atomic<Int>

    package init(processors: Int) { free = Atomic(processors / 2) }

    package func take() -> Bool {
        if free.subtract(1, ordering: .relaxed).newValue >= 0 { return true }
        giveBack()
        return false
    }

    package func giveBack() { free.add(1, ordering: .relaxed) }
}
