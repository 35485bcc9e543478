internal import GRPCCore
internal import GRPCNIOTransportHTTP2Posix
internal import Histogram

/// Unary calls over one connection, so many at a time, each sent when the one before is answered.
struct Caller {
    var port: Int
    var method: MethodDescriptor
    var requests: [[UInt8]]
    var concurrency: Int
    var seconds: Double

    /// Part of the time before the clock starts: connections open, pages are mapped.
    private static let warmUp = 0.2

    struct Tally {
        var calls = 0
        var answerBytes = 0
        var latencies = Histogram<UInt64>(highestTrackableValue: 60_000_000_000)
    }

    func run() async throws -> Tally {
        let transport = try HTTP2ClientTransport.Posix(
            target: .ipv4(address: "127.0.0.1", port: port), transportSecurity: .plaintext)
        return try await withGRPCClient(transport: transport) { client in
            let start = ContinuousClock.now + .seconds(seconds * Self.warmUp)
            let end = start + .seconds(seconds)
            return try await withThrowingTaskGroup(of: Tally.self) { group in
                for worker in 0..<concurrency {
                    group.addTask { try await call(client, from: worker, counting: start..<end) }
                }
                return try await group.reduce(into: Tally()) { sum, tally in
                    sum.calls += tally.calls
                    sum.answerBytes += tally.answerBytes
                    sum.latencies.add(tally.latencies)
                }
            }
        }
    }

    private func call(
        _ client: GRPCClient<HTTP2ClientTransport.Posix>, from worker: Int,
        counting time: Range<ContinuousClock.Instant>
    ) async throws -> Tally {
        var tally = Tally()
        var next = worker * (requests.count / concurrency)
        while true {
            let sent = ContinuousClock.now
            if sent >= time.upperBound { return tally }
            let size = try await client.unary(
                request: ClientRequest(message: requests[next % requests.count]), descriptor: method,
                serializer: RawBytes(), deserializer: RawBytes(), options: .defaults
            ) { response in
                let answer = try response.message
                // The field outcome, PROFILE.
                guard answer.starts(with: [0x08, 0x01]) else { throw Failure("an answer is not PROFILE") }
                return answer.count
            }
            next += 1
            guard sent >= time.lowerBound else { continue }
            tally.calls += 1
            tally.answerBytes += size
            tally.latencies.record(UInt64((ContinuousClock.now - sent) / .nanoseconds(1)))
        }
    }
}
