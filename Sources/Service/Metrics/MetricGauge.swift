internal import CoreMetrics
internal import Synchronization

/// A whole number that rises and falls.
package final class MetricGauge: Instrument {
    private let level = Atomic<Int64>(0)

    init() {}

    package var value: Int64 { level.load(ordering: .relaxed) }

    @inline(__always)
    package func add(_ amount: Int) { level.wrappingAdd(Int64(amount), ordering: .relaxed) }

    package func set(_ value: Int) { level.store(Int64(value), ordering: .relaxed) }

    func write(_ name: String, _ labels: String, to text: inout ExpositionText) { text.sample(name, labels, value) }
}

/// Any number: what a gauge of a library may hold, and what is measured in seconds.
package final class MetricMeasure: Instrument {
    private let bits = Atomic<UInt64>(0)

    init() {}

    package var value: Double { Double(bitPattern: bits.load(ordering: .relaxed)) }

    package func set(_ value: Double) { bits.store(value.bitPattern, ordering: .relaxed) }

    package func add(_ amount: Double) {
        var old = bits.load(ordering: .relaxed)
        while true {
            let new = (Double(bitPattern: old) + amount).bitPattern
            let result = bits.weakCompareExchange(expected: old, desired: new, ordering: .relaxed)
            if result.exchanged { return }
            old = result.original
        }
    }

    func write(_ name: String, _ labels: String, to text: inout ExpositionText) { text.sample(name, labels, value) }
}

extension MetricMeasure: MeterHandler, RecorderHandler {
    package func set(_ value: Int64) { set(Double(value)) }
    package func increment(by amount: Double) { add(amount) }
    package func decrement(by amount: Double) { add(-amount) }
    package func record(_ value: Int64) { set(Double(value)) }
    package func record(_ value: Double) { set(value) }
}

extension MetricMeasure: FloatingPointCounterHandler {
    package func reset() { set(0.0) }
}
