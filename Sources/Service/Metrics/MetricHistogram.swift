internal import CoreMetrics
internal import Synchronization

/// Where the buckets of a histogram end: each at twice the one before.
///
/// Fixed and a power of two apart, so that the bucket of a value is found by counting bits, and histograms of different
/// servers can be added up. A quantile read from them is at most a factor of two off.
package struct HistogramScale: Hashable, Sendable {
    /// The end of the first bucket, in the unit that is recorded.
    let first: UInt64
    /// Buckets with an end; one without comes after them.
    let count: Int
    /// How many of the unit recorded make one of the unit that is shown: divided by, so that ends are short numbers.
    let perShown: Double

    /// Recorded in nanoseconds, shown in seconds: 1 microsecond to 18 minutes (a stream may last for 10).
    package static let seconds = HistogramScale(first: 1_000, count: 31, perShown: 1e9)
    /// Of things: 1 to 65,536.
    package static let counts = HistogramScale(first: 1, count: 17, perShown: 1)

    /// Which bucket a value falls into: the first whose end is not below it.
    @inline(__always)
    package func bucket(of value: UInt64) -> Int {
        guard value > first else { return 0 }
        return min(UInt64.bitWidth - ((value - 1) / first).leadingZeroBitCount, count)
    }

    /// A bucket's end, in the unit shown.
    package func end(of bucket: Int) -> Double { Double(first << UInt64(bucket)) / perShown }
}

/// How values are distributed. Two atomic additions to each value.
package final class MetricHistogram: Instrument {
    private static let places = 32

    let scale: HistogramScale
    private let buckets: InlineArray<32, Atomic<UInt64>>
    private let sum = Atomic<UInt64>(0)

    init(_ scale: HistogramScale) {
        precondition(scale.count < Self.places, "more buckets than there is room for")
        self.scale = scale
        buckets = InlineArray { _ in Atomic(0) }
    }

    /// Below zero counts as zero: a clock may be set back.
    @inline(__always)
    package func observe(_ value: Int64) {
        let value = UInt64(max(0, value))
        buckets[scale.bucket(of: value)].wrappingAdd(1, ordering: .relaxed)
        sum.wrappingAdd(value, ordering: .relaxed)
    }

    /// How many values were in each bucket; the last is of those past the last end.
    package var counts: [UInt64] { (0...scale.count).map { buckets[$0].load(ordering: .relaxed) } }

    package var count: UInt64 { counts.reduce(0, &+) }

    var isEmpty: Bool { (0...scale.count).allSatisfy { buckets[$0].load(ordering: .relaxed) == 0 } }

    /// The count is that of the buckets written, so the text agrees with itself while values arrive.
    func write(_ name: String, _ labels: String, to text: inout ExpositionText) {
        let prefix = labels.isEmpty ? "" : labels + ","
        var total: UInt64 = 0
        for (bucket, count) in counts.enumerated() {
            total &+= count
            let end = bucket == scale.count ? Double.infinity : scale.end(of: bucket)
            text.sample("\(name)_bucket", "\(prefix)le=\"\(ExpositionText.number(end))\"", total)
        }
        text.sample("\(name)_sum", labels, Double(sum.load(ordering: .relaxed)) / scale.perShown)
        text.sample("\(name)_count", labels, total)
    }
}

extension MetricHistogram: TimerHandler, RecorderHandler {
    package func recordNanoseconds(_ duration: Int64) { observe(duration) }
    package func record(_ value: Int64) { observe(value) }
    package func record(_ value: Double) { observe(Int64(exactly: value.rounded()) ?? 0) }
}
