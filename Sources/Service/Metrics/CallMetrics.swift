package import Wire

/// How many calls ended how, and how long they took: handles that are made once, found by arithmetic.
package final class CallMetrics: Sendable {
    /// Ends by method and status.
    private let ends: [MetricCounter]
    /// Times by method and purpose, the first place being for no purpose.
    private let times: [MetricHistogram]
    private let purposes: Int

    private static let statuses = Status.allCases.count
    /// A method's code is its service and its number in it: see `place(of:)`.
    private static let numbers = 64
    private static let places = (Method.allCases.map { Int($0.rawValue >> 8) }.max() ?? 0) * numbers + numbers

    init(_ registry: PrometheusRegistry, purposes names: [String]) {
        let labels = ["none"] + names
        purposes = labels.count
        var ends = (0..<Self.places * Self.statuses).map { _ in MetricCounter() }
        var times = (0..<Self.places * labels.count).map { _ in Self.unused }
        for method in Method.allCases {
            precondition(method.rawValue & 0xff < Self.numbers, "a service has more methods than are counted apart")
            let place = Self.place(of: method)
            for status in Status.allCases {
                ends[place * Self.statuses + Int(status.rawValue)] = registry.counter(
                    "selvedge_calls_total", "Calls that ended, by method and status.",
                    ["method": method.description, "status": status.description])
            }
            for (index, purpose) in labels.enumerated() {
                times[place * labels.count + index] = registry.histogram(
                    "selvedge_call_duration_seconds",
                    "From the last byte of the request to the answer's being handed to the connection.",
                    ["method": method.description, "purpose": purpose], scale: .seconds)
            }
        }
        self.ends = ends
        self.times = times
    }

    private static let unused = MetricHistogram(.seconds)

    /// Below `places` for every method: the service's number, then the method's.
    @inline(__always)
    private static func place(of method: Method) -> Int {
        Int(method.rawValue >> 8) * numbers + Int(method.rawValue & 0xff)
    }

    /// A call has ended. Three atomic additions; nothing is allocated or locked.
    ///
    /// - Parameter purpose: its place among the configuration's purposes; -1 for none.
    package func ended(_ method: Method, purpose: Int, status: Status, nanoseconds: Int64) {
        let place = Self.place(of: method)
        let purpose = purpose >= -1 && purpose < purposes - 1 ? purpose + 1 : 0
        ends[place * Self.statuses + Int(status.rawValue)].add()
        times[place * purposes + purpose].observe(nanoseconds)
    }
}
