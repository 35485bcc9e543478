package import Engine
internal import Synchronization

/// The store's own numbers. Most are read when they are asked for; hubs and suspended links need a pass over all of
/// the store, and come from the last one.
package final class StoreMetrics: Sendable {
    private let mapBytes: MetricGauge
    private let usedBytes: MetricGauge
    private let fileBytes: MetricGauge
    private let readers: MetricGauge
    private let oldestReaderLag: MetricGauge
    private let transaction: MetricGauge
    private let age: MetricMeasure
    private let registry: PrometheusRegistry
    private let counted = Mutex<ContinuousClock.Instant?>(nil)

    init(_ registry: PrometheusRegistry) {
        self.registry = registry
        mapBytes = registry.gauge("selvedge_store_map_bytes", "The size that the store may grow to.")
        usedBytes = registry.gauge("selvedge_store_used_bytes", "Bytes of the file that hold pages.")
        fileBytes = registry.gauge("selvedge_store_file_bytes", "Bytes of the file, room to grow included.")
        readers = registry.gauge("selvedge_store_readers", "Reader slots in use, idle ones included.")
        oldestReaderLag = registry.gauge(
            "selvedge_store_oldest_reader_lag_commits", "Commits since the oldest snapshot that is being read.")
        transaction = registry.gauge("selvedge_store_last_transaction", "The number of the last commit.")
        age = registry.measure(
            "selvedge_store_statistics_age_seconds",
            "Since hubs and suspended links were counted; -1 before the first count.")
        age.set(-1.0)
    }

    /// Reads what can be read without a pass over the store.
    func sample(_ engine: Engine) {
        let since = counted.withLock { $0 }
        age.set(since.map { Double(($0.duration(to: .now)).nanoseconds) * 1e-9 } ?? -1)
        guard let space = try? engine.space() else { return }
        mapBytes.set(space.mapBytes)
        usedBytes.set(space.usedBytes)
        fileBytes.set(space.fileBytes)
        readers.set(space.readers)
        oldestReaderLag.set(Int(clamping: space.oldestReaderLag))
        transaction.set(Int(clamping: space.lastTransaction))
    }

    /// Takes over what a pass over all of the store counted.
    package func counted(_ statistics: StoreStatistics) {
        for (namespace, count) in statistics.identifiers where count.identifiers > 0 {
            registry.gauge("selvedge_store_hubs", "Hubs, by namespace.", ["namespace": namespace]).set(count.hubs)
        }
        for (reason, count) in statistics.suspendedLinks {
            registry.gauge("selvedge_store_suspended_links", "Links that are suspended, by reason.", ["reason": reason])
                .set(count)
        }
        registry.gauge("selvedge_store_profiles", "Profiles, as last counted.").set(statistics.profiles)
        counted.withLock { $0 = .now }
    }
}

extension Duration {
    /// Whole nanoseconds; the greatest number where it is longer than 292 years.
    package var nanoseconds: Int64 {
        let (seconds, attoseconds) = components
        let (whole, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        return overflow ? .max : whole + attoseconds / 1_000_000_000
    }
}
