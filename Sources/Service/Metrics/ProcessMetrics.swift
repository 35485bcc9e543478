internal import Foundation

/// What the process uses, as /proc tells it; the names are Prometheus's own.
final class ProcessMetrics: Sendable {
    private let resident: MetricGauge
    private let virtual: MetricGauge
    private let descriptors: MetricGauge
    private let processorSeconds: MetricMeasure

    init(_ registry: PrometheusRegistry) {
        resident = registry.gauge("process_resident_memory_bytes", "Memory in use, the store's cached pages included.")
        virtual = registry.gauge("process_virtual_memory_bytes", "Address space, the store's map included.")
        descriptors = registry.gauge("process_open_fds", "Open files and connections.")
        processorSeconds = registry.measure(
            "process_cpu_seconds_total", "Time spent on processors.", kind: .counter)
        let start = registry.measure("process_start_time_seconds", "When the process began, since 1970.")
        start.set(Date().timeIntervalSince1970.rounded())
    }

    func sample() {
        let pages = Self.words("/proc/self/statm").compactMap { Int($0) }
        if pages.count > 1 {
            virtual.set(pages[0] * Self.pageBytes)
            resident.set(pages[1] * Self.pageBytes)
        }
        // The name of the program stands in parentheses and may hold spaces; times are the 14th and 15th field.
        let text = Self.text("/proc/self/stat")
        let fields = text.split(separator: ")").last?.split(separator: " ").compactMap { Double($0) } ?? []
        if fields.count > 12 { processorSeconds.set((fields[10] + fields[11]) / Self.ticks) }
        let open = try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count
        if let open { descriptors.set(open) }
    }

    private static let pageBytes = sysconf(Int32(_SC_PAGESIZE))
    private static let ticks = Double(sysconf(Int32(_SC_CLK_TCK)))

    private static func text(_ path: String) -> String { (try? String(contentsOfFile: path, encoding: .utf8)) ?? "" }

    private static func words(_ path: String) -> [Substring] { text(path).split(separator: " ") }
}
