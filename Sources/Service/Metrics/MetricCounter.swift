internal import CoreMetrics
internal import Synchronization

/// A number that only grows. One atomic addition to each event.
package final class MetricCounter: Instrument {
    private let count = Atomic<UInt64>(0)

    init() {}

    package var value: UInt64 { count.load(ordering: .relaxed) }

    @inline(__always)
    package func add(_ amount: Int = 1) { count.wrappingAdd(UInt64(truncatingIfNeeded: amount), ordering: .relaxed) }

    /// For numbers that something else counts.
    func set(_ total: UInt64) { count.store(total, ordering: .relaxed) }

    func write(_ name: String, _ labels: String, to text: inout ExpositionText) { text.sample(name, labels, value) }
}

extension MetricCounter: CounterHandler {
    package func increment(by amount: Int64) { add(Int(max(0, amount))) }

    package func reset() { set(0) }
}
