package import Engine
internal import LMDB

/// What waits for the writer, and what it does.
package final class WriterMetrics: Sendable {
    private let waiting: MetricGauge
    private let batches: MetricHistogram
    private let groups: MetricHistogram
    private let commits: MetricHistogram
    private let failures: MetricCounter

    init(_ registry: PrometheusRegistry) {
        waiting = registry.gauge(
            "selvedge_writer_waiting_observations", "Observations that wait for the writer or are being applied.")
        batches = registry.histogram(
            "selvedge_writer_group_batches", "Batches that were applied in one transaction.", scale: .counts)
        groups = registry.histogram(
            "selvedge_writer_group_observations", "Observations of one transaction.", scale: .counts)
        commits = registry.histogram(
            "selvedge_writer_commit_duration_seconds", "From the start of a transaction to its being durable.",
            scale: .seconds)
        failures = registry.counter("selvedge_writer_failures_total", "Transactions that the store could not commit.")
    }

    /// What waits now, other commands counted as one each.
    package func waiting(observations: Int) { waiting.set(observations) }

    /// A transaction ended.
    package func committed(_ group: GroupCommitter.Group) {
        if group.observations > 0 {
            groups.observe(Int64(group.observations))
            batches.observe(Int64(group.batches))
        }
        commits.observe(group.duration.nanoseconds)
        // Refusals are answers; what the store said is a failure.
        if group.error is LMDBError { failures.add() }
    }
}
