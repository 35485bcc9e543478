internal import NIOCore

/// Counts PING, CANCEL and CREDIT frames: beyond a number a second, and two for each call, a connection is a flood.
struct ControlBudget {
    private let limit: Int
    private var left: Int
    private var second: Int64 = 0

    init(limit: Int) {
        self.limit = limit
        left = limit
    }

    mutating func called() { left = min(left + 2, limit * 4) }

    /// False: too many.
    mutating func take(at time: NIODeadline) -> Bool {
        let now = Int64(time.uptimeNanoseconds / 1_000_000_000)
        if now != second {
            second = now
            left = max(left, limit)
        }
        left -= 1
        return left >= 0
    }
}
