import Glibc
import Testing
import Wire

/// Another caller: one Resolve at a time, a thousand a second at most, and how long the slowest hundredth takes.
final class Meter {
    private let client: AbuseClient
    private let server: AbuseServer
    private let message: [UInt8]
    /// The most anonymous memory that the server was seen with.
    private(set) var peak = 0

    init(_ server: AbuseServer) throws {
        self.server = server
        client = try AbuseClient(server)
        message = try AbuseMessages.resolve(1)
    }

    /// The median over windows of 200 calls of each window's 99th percentile: one moment in which the machine was busy with
    /// something else does not decide.
    func slowest(windows: Int = 5) throws -> Duration {
        var found: [Duration] = []
        for _ in 0..<windows {
            found.append(try window())
            peak = max(peak, try server.memory())
        }
        return found.sorted()[windows / 2]
    }

    private func window() throws -> Duration {
        let clock = ContinuousClock()
        var times: [Duration] = []
        for _ in 0..<200 {
            let begin = clock.now
            let answer = try client.call(.resolve, message)
            times.append(clock.now - begin)
            try #require(answer.code == 0, "another caller is refused")
            usleep(1_000)
        }
        return times.sorted()[198]
    }
}
