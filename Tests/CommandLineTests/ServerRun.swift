import Foundation
import FoundationNetworking
import Synchronization
import Testing

/// A server that a test has started on ports of the system's choice.
final class ServerRun {
    let run: Run
    /// Where it listens, by `wire`, `grpc`, `http`.
    private(set) var addresses: [String: String] = [:]

    /// Starts a server and waits until it is ready, a minute at most.
    ///
    /// - Parameters:
    ///   - data: the store; nil: the tool's.
    ///   - others: where gRPC and HTTP are served.
    init(
        _ tool: Tool, _ arguments: [String] = ["--insecure-loopback"], environment: [String: String] = [:],
        data: String? = nil, others: [String] = ["--grpc-listen", "127.0.0.1:0", "--http-listen", "127.0.0.1:0"]
    ) throws {
        let place = ["serve", "--data", data ?? tool.store, "--listen", "127.0.0.1:0"]
        run = try tool.start(place + others + arguments, environment: environment)
        let isReady = waitUntil(seconds: 60) { run.output.hasSuffix("\n") || !run.process.isRunning }
        guard isReady, run.process.isRunning else {
            run.signal(SIGKILL)
            let answer = try run.finish()
            throw NotStarted(errors: answer.err)
        }
        for word in run.output.split(whereSeparator: \.isWhitespace).dropFirst() {
            let parts = word.split(separator: "=", maxSplits: 1).map(String.init)
            addresses[parts[0]] = parts.last
        }
    }

    struct NotStarted: Error {
        let errors: String
    }

    /// The status and body of an answer over HTTP; status 0 where there is none.
    func get(_ path: String) -> (status: Int, body: String) {
        guard let url = URL(string: "http://\(addresses["http"] ?? "")\(path)") else { return (0, "") }
        let (held, done) = (Answered(), DispatchSemaphore(value: 0))
        let task = URLSession.shared.dataTask(with: url) { data, response, _ in
            held.set((response as? HTTPURLResponse)?.statusCode ?? 0, String(decoding: data ?? Data(), as: UTF8.self))
            done.signal()
        }
        task.resume()
        done.wait()
        return held.value
    }

    /// Lines of the log whose message is this, as objects.
    func log(_ message: String) throws -> [[String: Any]] {
        try run.errors.split(separator: "\n").filter { $0.hasPrefix("{") }
            .map { try #require(JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any]) }
            .filter { $0["message"] as? String == message }
    }

    /// Ends the server by a signal and waits for it; the answer is checked for raw values.
    @discardableResult
    func end(by signal: Int32 = SIGTERM, seconds: Double = 60) throws -> Answer {
        run.signal(signal)
        return try finish(seconds: seconds)
    }

    func finish(seconds: Double = 60) throws -> Answer {
        if !waitUntil(seconds: seconds, { !run.process.isRunning }) {
            run.signal(SIGKILL)
            Issue.record("the server did not end in \(seconds) s")
        }
        let answer = try run.finish()
        #expect(!answer.out.contains(Tool.secret) && !answer.err.contains(Tool.secret))
        return answer
    }

    private final class Answered: Sendable {
        private let held = Mutex<(Int, String)>((0, ""))
        var value: (Int, String) { held.withLock { $0 } }
        func set(_ status: Int, _ body: String) { held.withLock { $0 = (status, body) } }
    }
}

/// Whether something came true in time; asked every 20 ms.
func waitUntil(seconds: Double, _ isTrue: () -> Bool) -> Bool {
    let end = Date().addingTimeInterval(seconds)
    while Date() < end {
        if isTrue() { return true }
        usleep(20_000)
    }
    return isTrue()
}
