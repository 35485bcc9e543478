/// What waits for the writer, and what it does.
package final class WriterMetrics: Sendable {
    package let waitingBatches: MetricGauge
    package let waitingObservations: MetricGauge
    private let groups: MetricHistogram
    private let commits: MetricHistogram
    private let failures: MetricCounter

    init(_ registry: PrometheusRegistry) {
        waitingBatches = registry.gauge("selvedge_writer_waiting_batches", "Batches that wait for the writer.")
        waitingObservations = registry.gauge(
            "selvedge_writer_waiting_observations", "Observations in the batches that wait for the writer.")
        groups = registry.histogram(
            "selvedge_writer_group_observations", "Observations of one transaction.", scale: .counts)
        commits = registry.histogram(
            "selvedge_writer_commit_duration_seconds", "From the start of a transaction to its being durable.",
            scale: .seconds)
        failures = registry.counter("selvedge_writer_failures_total", "Transactions that the store could not commit.")
    }

    package func queued(observations: Int) {
        waitingBatches.add(1)
        waitingObservations.add(observations)
    }

    package func taken(batches: Int, observations: Int) {
        waitingBatches.add(-batches)
        waitingObservations.add(-observations)
    }

    /// A transaction ended.
    package func committed(observations: Int, nanoseconds: Int64, failed: Bool) {
        groups.observe(Int64(observations))
        commits.observe(nanoseconds)
        if failed { failures.add() }
    }
}
