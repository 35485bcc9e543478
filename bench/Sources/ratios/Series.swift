internal import Foundation

/// Times of one piece of work done by us and by the peer, again and again.
struct Series {
    struct Sample {
        var count: Int
        var ours: Time
        var peer: Time
    }

    var samples: [Sample] = []

    /// Medians of pieces a second: a stall of the disk hits one of a pair.
    func ours(_ clock: KeyPath<Time, Double>) -> Double {
        median(samples.map { Double($0.count) / $0.ours[keyPath: clock] })
    }
    func peer(_ clock: KeyPath<Time, Double>) -> Double {
        median(samples.map { Double($0.count) / $0.peer[keyPath: clock] })
    }
    func ratio(_ clock: KeyPath<Time, Double>) -> Double { ours(clock) / peer(clock) }
}

/// Seconds by the wall's clock, and those in which this thread had a processor.
struct Time {
    var wall: Double
    var processor: Double

    static func now() -> Time {
        Time(wall: read(CLOCK_MONOTONIC), processor: read(CLOCK_THREAD_CPUTIME_ID))
    }

    private static func read(_ clock: clockid_t) -> Double {
        var time = timespec()
        clock_gettime(clock, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
    }
}

func timed(_ body: () throws -> Void) rethrows -> Time {
    let start = Time.now()
    try body()
    let end = Time.now()
    return Time(wall: end.wall - start.wall, processor: end.processor - start.processor)
}

func median(_ values: [Double]) -> Double {
    let sorted = values.sorted()
    return sorted.isEmpty ? .nan : (sorted[(sorted.count - 1) / 2] + sorted[sorted.count / 2]) / 2
}
