package import CoreMetrics

/// The backend of swift-metrics: what libraries count appears beside our own.
///
/// Their names become Prometheus's: letters, digits and `_`; counters end in `_total`, timers in `_seconds`.
extension PrometheusRegistry: MetricsFactory {
    private static let help = "Counted by a library."

    package func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
        counter(Self.name(label, "_total"), Self.help, MetricLabels(dimensions))
    }

    package func makeFloatingPointCounter(
        label: String, dimensions: [(String, String)]
    ) -> any FloatingPointCounterHandler {
        measure(Self.name(label, "_total"), Self.help, MetricLabels(dimensions), kind: .counter)
    }

    package func makeMeter(label: String, dimensions: [(String, String)]) -> any MeterHandler {
        measure(label, Self.help, MetricLabels(dimensions))
    }

    package func makeRecorder(
        label: String, dimensions: [(String, String)], aggregate: Bool
    ) -> any RecorderHandler {
        aggregate
            ? histogram(label, Self.help, MetricLabels(dimensions), scale: .counts)
            : measure(label, Self.help, MetricLabels(dimensions))
    }

    package func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
        histogram(Self.name(label, "_seconds"), Self.help, MetricLabels(dimensions), scale: .seconds)
    }

    package func destroyCounter(_ handler: any CounterHandler) { remove(handler) }
    package func destroyMeter(_ handler: any MeterHandler) { remove(handler) }
    package func destroyFloatingPointCounter(_ handler: any FloatingPointCounterHandler) { remove(handler) }
    package func destroyRecorder(_ handler: any RecorderHandler) { remove(handler) }
    package func destroyTimer(_ handler: any TimerHandler) { remove(handler) }

    private static func name(_ label: String, _ suffix: String) -> String {
        label.hasSuffix(suffix) ? label : label + suffix
    }
}
