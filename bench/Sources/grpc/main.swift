internal import Foundation
internal import GRPCCore
internal import Histogram

func say(_ line: String) { FileHandle.standardOutput.write(Data((line + "\n").utf8)) }

/// `grpc echo --answer FILE`, or `grpc call --port N --method SERVICE/NAME --requests FILE --concurrency N --seconds S`,
/// which prints its tally as JSON, latencies in nanoseconds. `bench/service` runs both.
func run(_ arguments: [String]) async throws {
    var options: [String: String] = [:]
    for place in stride(from: 1, to: arguments.count - 1, by: 2) { options[arguments[place]] = arguments[place + 1] }
    func option(_ name: String) throws -> String {
        guard let value = options[name] else { throw Failure("\(name) is missing") }
        return value
    }
    switch arguments.first {
    case "echo":
        try await Echo(answer: try readMessages(try option("--answer"))[0]).serve()
    case "call":
        let path = try option("--method").split(separator: "/").map(String.init)
        guard path.count == 2, let port = Int(try option("--port")),
            let concurrency = Int(try option("--concurrency")), let seconds = Double(try option("--seconds"))
        else { throw Failure("--method is SERVICE/NAME; --port, --concurrency and --seconds are numbers") }
        let caller = Caller(
            port: port, method: MethodDescriptor(fullyQualifiedService: path[0], method: path[1]),
            requests: try readMessages(try option("--requests")), concurrency: concurrency, seconds: seconds)
        let tally = try await caller.run()
        let (p50, p99) = (tally.latencies.valueAtPercentile(50), tally.latencies.valueAtPercentile(99))
        let size = Double(tally.answerBytes) / Double(max(1, tally.calls))
        say(
            #"{"calls":\#(tally.calls),"seconds":\#(seconds),"p50":\#(p50),"p99":\#(p99),"answerBytes":\#(size)}"#)
    default: throw Failure("echo or call; see bench/service")
    }
}

do {
    try await run(Array(CommandLine.arguments.dropFirst()))
} catch {
    FileHandle.standardError.write(Data("grpc: \(error)\n".utf8))
    exit(1)
}
