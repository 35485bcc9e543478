/// Which way in.
package enum TransportName: String, Sendable, CaseIterable {
    case wire, grpc
}

/// What is counted for each way in.
package final class ConnectionMetrics: Sendable {
    package let open: MetricGauge
    package let opened: MetricCounter
    /// Past the limit.
    package let refused: MetricCounter
    package let streams: MetricGauge
    package let received: MetricCounter
    package let sent: MetricCounter

    package func connected() {
        opened.add()
        open.add(1)
    }

    package func disconnected() { open.add(-1) }

    init(_ registry: PrometheusRegistry, _ transport: TransportName) {
        let labels: MetricLabels = ["transport": transport.rawValue]
        open = registry.gauge("selvedge_connections", "Connections that are open.", labels)
        opened = registry.counter("selvedge_connections_opened_total", "Connections that were accepted.", labels)
        refused = registry.counter("selvedge_connections_refused_total", "Connections past a limit.", labels)
        streams = registry.gauge("selvedge_streams", "Calls that are open.", labels)
        received = registry.counter("selvedge_received_bytes_total", "Bytes read from connections.", labels)
        sent = registry.counter("selvedge_sent_bytes_total", "Bytes written to connections.", labels)
    }
}
