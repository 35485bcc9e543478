package import Engine
package import Wire

/// Everything that the service counts. Handles are made once; counting allocates and locks nothing.
package final class ServiceMetrics: Sendable {
    package let registry: PrometheusRegistry
    package let writer: WriterMetrics
    package let store: StoreMetrics
    private let calls: CallMetrics
    private let connections: [ConnectionMetrics]
    private let authenticationFailures: [String: MetricCounter]
    private let genericAnswers: [MetricCounter]
    /// Calls refused because a principal's budget of generic answers was spent.
    package let budgetRefusals: MetricCounter
    private let reloads: [Bool: MetricCounter]
    private let readiness: MetricGauge
    private let process: ProcessMetrics

    /// - Parameter purposes: the names of the store's purposes, in the order of their places.
    package init(_ registry: PrometheusRegistry = PrometheusRegistry(), purposes: [String]) {
        self.registry = registry
        writer = WriterMetrics(registry)
        store = StoreMetrics(registry)
        process = ProcessMetrics(registry)
        calls = CallMetrics(registry, purposes: purposes)
        connections = TransportName.allCases.map { ConnectionMetrics(registry, $0) }
        authenticationFailures = Dictionary(
            uniqueKeysWithValues: [ErrorCode.unauthenticated, .credentialsExpired].map { code in
                let help = "Callers whose credentials were not taken, by code."
                return (
                    code.rawValue,
                    registry.counter("selvedge_authentication_failures_total", help, ["code": code.rawValue])
                )
            })
        genericAnswers = (["none"] + purposes).map {
            registry.counter(
                "selvedge_generic_answers_total", "Generic answers, whatever their cause.", ["purpose": $0])
        }
        budgetRefusals = registry.counter(
            "selvedge_generic_budget_refusals_total", "Calls refused as a budget of generic answers was spent.")
        reloads = Dictionary(
            uniqueKeysWithValues: [true, false].map { isGood in
                let help = "Files that were read again, by whether they are in force."
                let labels: MetricLabels = ["result": isGood ? "taken" : "refused"]
                return (isGood, registry.counter("selvedge_reloads_total", help, labels))
            })
        readiness = registry.gauge("selvedge_ready", "1 while the server takes calls.")
    }

    package subscript(transport: TransportName) -> ConnectionMetrics {
        connections[transport == .wire ? 0 : 1]
    }

    /// A call has ended. Under 60 ns.
    ///
    /// - Parameter purpose: its place among the purposes; -1 for none.
    @inline(__always)
    package func called(_ method: Method, purpose: Int, status: Status, nanoseconds: Int64) {
        calls.ended(method, purpose: purpose, status: status, nanoseconds: nanoseconds)
    }

    /// - Parameter code: an `ErrorCode`'s.
    package func authenticationFailed(_ code: String) {
        (authenticationFailures[code] ?? authenticationFailures[ErrorCode.unauthenticated.rawValue])?.add()
    }

    /// - Parameter purpose: as in `called`; not the cause, which would tell who is known.
    package func answeredGeneric(purpose: Int, count: Int = 1) {
        genericAnswers[purpose >= 0 && purpose < genericAnswers.count - 1 ? purpose + 1 : 0].add(count)
    }

    package func reloaded(isInForce: Bool) { reloads[isInForce]?.add() }

    /// The text for Prometheus, with what has to be read for it.
    package func exposition(engine: Engine, isReady: Bool) -> String {
        readiness.set(isReady ? 1 : 0)
        store.sample(engine)
        process.sample()
        return registry.exposition()
    }
}
