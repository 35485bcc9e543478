internal import Synchronization

/// One series: what is counted or measured under one name and one set of labels.
protocol Instrument: AnyObject, Sendable {
    /// Nothing has been recorded, and that is not worth a line: a histogram's buckets.
    var isEmpty: Bool { get }
    func write(_ name: String, _ labels: String, to text: inout ExpositionText)
}

extension Instrument {
    var isEmpty: Bool { false }
}

/// All series of the process, and their text for Prometheus.
///
/// Making a series takes a lock; counting takes none. Series are bounded, so that a label that varies without end costs
/// its own series and not the memory: past the bound one is counted but not shown, and `selvedge_metrics_dropped_total`
/// says so.
package final class PrometheusRegistry: Sendable {
    package enum Kind: String, Sendable {
        case counter, gauge, histogram
    }

    private struct Family {
        var kind: Kind
        var help: String
        /// By the text of their labels.
        var series: [String: any Instrument] = [:]
    }

    private struct State {
        var families: [String: Family] = [:]
        var count = 0
    }

    /// Most series: some 4 MiB of text.
    package static let seriesLimit = 20_000

    private let state = Mutex(State())
    private let limit: Int
    private let dropped: MetricCounter

    package init(limit: Int = PrometheusRegistry.seriesLimit) {
        self.limit = limit
        let counter = MetricCounter()
        dropped = counter
        let name = "selvedge_metrics_dropped_total"
        state.withLock { $0.families[name] = Family(kind: .counter, help: "Series past the bound.") }
        register(counter, name)
    }

    private func register(_ instrument: any Instrument, _ name: String) {
        state.withLock { $0.families[name]?.series[""] = instrument }
    }

    // MARK: Making series

    package func counter(_ name: String, _ help: String, _ labels: MetricLabels = [:]) -> MetricCounter {
        series(name, .counter, help, labels) { MetricCounter() }
    }

    package func gauge(_ name: String, _ help: String, _ labels: MetricLabels = [:]) -> MetricGauge {
        series(name, .gauge, help, labels) { MetricGauge() }
    }

    package func measure(
        _ name: String, _ help: String, _ labels: MetricLabels = [:], kind: Kind = .gauge
    ) -> MetricMeasure {
        series(name, kind, help, labels) { MetricMeasure() }
    }

    package func histogram(
        _ name: String, _ help: String, _ labels: MetricLabels = [:], scale: HistogramScale
    ) -> MetricHistogram {
        series(name, .histogram, help, labels) { MetricHistogram(scale) }
    }

    /// The series of this name and these labels, made where there is none. One that is of another kind, or past the
    /// bound, works and is not shown.
    private func series<Made: Instrument>(
        _ name: String, _ kind: Kind, _ help: String, _ labels: MetricLabels, _ make: () -> Made
    ) -> Made {
        let name = MetricName.clean(name)
        return state.withLock { state in
            if let held = state.families[name]?.series[labels.text] as? Made { return held }
            let made = make()
            var family = state.families[name] ?? Family(kind: kind, help: help)
            guard state.count < limit, family.kind == kind, family.series[labels.text] == nil else {
                dropped.add()
                return made
            }
            family.series[labels.text] = made
            state.families[name] = family
            state.count += 1
            return made
        }
    }

    /// Forgets a series: it is no longer shown.
    func remove(_ instrument: AnyObject) {
        state.withLock { state in
            for (name, family) in state.families {
                guard let labels = family.series.first(where: { $0.value === instrument })?.key else { continue }
                state.families[name]?.series[labels] = nil
                if family.series.count == 1 { state.families[name] = nil }
                state.count -= 1
                return
            }
        }
    }

    // MARK: Showing

    /// Every series in Prometheus's text format 0.0.4, by name and then by labels.
    package func exposition() -> String {
        let families = state.withLock { $0.families }
        var text = ExpositionText()
        for (name, family) in families.sorted(by: { $0.key < $1.key }) {
            let shown = family.series.filter { !$0.value.isEmpty }.sorted { $0.key < $1.key }
            guard !shown.isEmpty else { continue }
            text.family(name, family.kind.rawValue, help: family.help)
            for (labels, instrument) in shown { instrument.write(name, labels, to: &text) }
        }
        return text.text
    }
}
