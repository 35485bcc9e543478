import Service
import Testing
import Wire

@Suite("What the service counts") struct ServiceMetricsTests {
    private let metrics = ServiceMetrics(purposes: ["service", "marketing"])

    private var text: String { metrics.registry.exposition() }

    @Test(arguments: Method.allCases) func everyMethodHasItsOwnSeries(method: Method) {
        for (count, status) in Status.allCases.enumerated() {
            for _ in 0...count { metrics.called(method, purpose: 1, status: status, nanoseconds: 3_000) }
        }
        let text = text
        for (count, status) in Status.allCases.enumerated() {
            let line = "selvedge_calls_total{method=\"\(method)\",status=\"\(status)\"} \(count + 1)\n"
            #expect(text.contains(line))
        }
        let sum = Status.allCases.indices.reduce(0) { $0 + $1 + 1 }
        let labels = "method=\"\(method)\",purpose=\"marketing\""
        #expect(text.contains("selvedge_call_duration_seconds_count{\(labels)} \(sum)\n"))
        #expect(text.contains("selvedge_call_duration_seconds_bucket{\(labels),le=\"4e-06\"} \(sum)\n"))
        #expect(text.contains("selvedge_call_duration_seconds_bucket{\(labels),le=\"2e-06\"} 0\n"))
        #expect(text.split(separator: "\n").filter { $0.hasPrefix("selvedge_call_duration_seconds_count") }.count == 1)
    }

    @Test(arguments: [(-1, "none"), (0, "service"), (1, "marketing"), (2, "none"), (-2, "none"), (.max, "none")])
    func aPurposeThatIsNoneOfTheStoresIsNone(index: Int, name: String) {
        metrics.called(.resolve, purpose: index, status: .ok, nanoseconds: 1)
        #expect(text.contains("_count{method=\"Identity/Resolve\",purpose=\"\(name)\"} 1\n"))
        metrics.answeredGeneric(purpose: index)
        #expect(text.contains("selvedge_generic_answers_total{purpose=\"\(name)\"} 1\n"))
    }

    @Test func nothingIsLostBetweenThreads() async {
        let (threads, calls) = (8, 20_000)
        await withTaskGroup(of: Void.self) { group in
            for thread in 0..<threads {
                group.addTask {
                    for call in 0..<calls {
                        let status: Status = call % 4 == 0 ? .notFound : .ok
                        metrics.called(.resolve, purpose: call % 2, status: status, nanoseconds: Int64(thread + 1))
                        metrics[.wire].received.add(2)
                    }
                }
            }
        }
        let (total, text) = (threads * calls, text)
        #expect(text.contains("selvedge_calls_total{method=\"Identity/Resolve\",status=\"OK\"} \(total / 4 * 3)\n"))
        #expect(text.contains("selvedge_calls_total{method=\"Identity/Resolve\",status=\"NOT_FOUND\"} \(total / 4)\n"))
        for purpose in ["service", "marketing"] {
            let labels = "{method=\"Identity/Resolve\",purpose=\"\(purpose)\"}"
            #expect(text.contains("selvedge_call_duration_seconds_count\(labels) \(total / 2)\n"))
        }
        #expect(text.contains("selvedge_received_bytes_total{transport=\"wire\"} \(total * 2)\n"))
    }

    /// A bound far above what it takes, 60 ns, so that a busy machine does not fail it; what it takes is printed.
    @Test func countingACallIsCheap() {
        let calls = 200_000
        let time =
            (0..<5).map { _ in
                ContinuousClock().measure {
                    for call in 0..<calls {
                        metrics.called(.resolve, purpose: call & 1, status: .ok, nanoseconds: Int64(call))
                    }
                }
            }.min() ?? .zero
        let each = Double(time.nanoseconds) / Double(calls)
        print("counting a call takes \(each) ns")
        #expect(each < 500)
    }
}
