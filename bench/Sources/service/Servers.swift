internal import CLoad
internal import Foundation

/// Redis with keys that stand for the identifiers: `key:000000000000` and so on, values as long as our answers.
final class Redis {
    let program: Program
    let port: UInt16
    let socket: String
    private let keys: Int
    private let directory: String

    init(keys: Int, directory: String) throws {
        self.keys = keys
        self.directory = directory
        socket = "\(directory)/redis.sock"
        port = try freePort()
        program = try Program(
            [
                "redis-server", "--port", "\(port)", "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir",
                directory, "--unixsocket", socket,
            ], log: "\(directory)/redis.log")
        try program.wait(for: "Redis") { $0.contains("Ready to accept connections") ? () : nil }
        let connection = try Connection(port: port, speech: LOAD_REDIS)
        try connection.check(load_redis_fill(connection.pointer, keys, Answer.bytes.count))
        guard try info("keyspace", "db0:keys=") == UInt64(keys) else { throw Failure("Redis does not hold every key") }
    }

    /// The number behind some words of INFO.
    private func info(_ section: String, _ words: String) throws -> UInt64 {
        let connection = try Connection(port: port, speech: LOAD_REDIS)
        var text = [CChar](repeating: 0, count: 65_536)
        try connection.check(load_redis_info(connection.pointer, section, &text, text.count))
        let said = String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        let parts = said.components(separatedBy: words)
        guard parts.count == 2, let value = UInt64(parts[1].prefix(while: \.isNumber)) else {
            throw Failure("Redis does not say \(words)")
        }
        return value
    }

    /// redis-benchmark's GET of keys drawn at random; every one must be there.
    func get(connections: Int, depth: Int, seconds: Double, overSocket: Bool = false) throws -> Measurement {
        let trial = try benchmark(20_000 * depth / 4 + 5_000, connections, depth, overSocket)
        let missed = try info("stats", "keyspace_misses:")
        let spent = program.processorTime
        let count = Int(trial.value * seconds)
        var measured = try benchmark(count, connections, depth, overSocket)
        measured.processor = (program.processorTime - spent) / Double(count) * 1e6
        guard try info("stats", "keyspace_misses:") == missed else {
            throw Failure("Redis missed keys that it should hold")
        }
        return measured
    }

    private func benchmark(_ count: Int, _ connections: Int, _ depth: Int, _ overSocket: Bool) throws -> Measurement {
        let place = overSocket ? ["-s", socket] : ["-h", "127.0.0.1", "-p", "\(port)"]
        let output = try Program.run(
            ["redis-benchmark"] + place + [
                "-c", "\(connections)", "-P", "\(depth)", "-n", "\(count)", "-r", "\(keys)", "-t", "get", "--csv",
            ], log: "\(directory)/redis-benchmark.log")
        // "test","rps","avg","min","p50","p95","p99","max", in milliseconds.
        let line = output.split(separator: "\n").last { $0.hasPrefix("\"GET\"") } ?? ""
        let cells = line.split(separator: ",").map { Double($0.trimming("\"")) }
        guard cells.count >= 8, let rate = cells[1], let p50 = cells[4], let p99 = cells[6] else {
            throw Failure("redis-benchmark says something else: \(output)")
        }
        return Measurement(value: rate, p50: p50 * 1_000, p99: p99 * 1_000)
    }
}

extension Substring {
    fileprivate func trimming(_ character: Character) -> String { String(filter { $0 != character }) }
}

/// The program that is measured, on a copy of the graph of its own.
final class Service {
    let program: Program
    /// Of the wire protocol; 0 where it listens on a socket of the file system.
    let port: UInt16
    let grpcPort: UInt16

    /// - Parameter socket: the path to listen at for the wire protocol; nil: a port of the loopback.
    init(_ executable: String, graph: MadeStore, name: String, directory: String, socket: String? = nil) throws {
        let store = "\(directory)/\(name)"
        try graph.copy(to: store)
        program = try Program(
            [
                executable, "serve", "--data", store, "--insecure-loopback", "--listen",
                socket.map { "unix:\($0)" } ?? "127.0.0.1:0", "--grpc-listen", "127.0.0.1:0",
                "--http-listen", "127.0.0.1:0",
            ], log: "\(directory)/\(name).log")
        grpcPort = try program.port(named: "grpc")
        port = socket == nil ? try program.port(named: "wire") : 0
        try waitUntilCounted(try program.port(named: "http"))
    }

    /// Waits for the pass over the store that a server begins with and repeats every ten minutes: a measurement of a few
    /// seconds would have it beside it from beginning to end.
    private func waitUntilCounted(_ port: UInt16) throws {
        for _ in 0..<600 {
            if try Self.metrics(port).contains("selvedge_store_profiles ") { return }
            Thread.sleep(forTimeInterval: 0.1)
        }
        throw Failure("the service has not counted its store within a minute")
    }

    /// What the service tells of itself.
    private static func metrics(_ port: UInt16) throws -> String {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        let handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        let size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let code = unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { unsafe connect(descriptor, $0, size) }
        }
        guard code == 0 else { throw Failure("the service's metrics cannot be reached") }
        try handle.write(contentsOf: Data("GET /metrics HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".utf8))
        return String(decoding: try handle.readToEnd() ?? Data(), as: UTF8.self)
    }
}

/// grpc-swift-2 with nothing behind it, and the caller of both.
final class Echo {
    let program: Program
    let port: UInt16
    private let executable: String
    private let directory: String

    init(_ executable: String, directory: String) throws {
        self.executable = executable
        self.directory = directory
        try Answer.write(to: "\(directory)/answer")
        program = try Program([executable, "echo", "--answer", "\(directory)/answer"], log: "\(directory)/echo.log")
        port = try program.port(named: "grpc")
    }

    private struct Tally: Decodable {
        var calls: Double
        var seconds: Double
        var p50: Double
        var p99: Double
        var answerBytes: Double
    }

    /// The same calls of either: `requests` are a file of messages.
    func call(
        port: UInt16, method: String, requests: String, calls: Int, seconds: Double, server: Program
    ) throws -> Measurement {
        let spent = server.processorTime
        let output = try Program.run(
            [
                executable, "call", "--port", "\(port)", "--method", method, "--requests", requests, "--concurrency",
                "\(calls)", "--seconds", "\(seconds)",
            ], log: "\(directory)/call.log")
        let tally = try JSONDecoder().decode(Tally.self, from: Data(output.utf8))
        guard tally.answerBytes == Double(Answer.bytes.count) else {
            throw Failure(
                "answers have \(tally.answerBytes) bytes, not \(Answer.bytes.count): the echo's must be as long")
        }
        // Processor time of the warm-up is in it, a fifth of the seconds more.
        let processor = (server.processorTime - spent) / (tally.calls * 1.2) * 1e6
        return Measurement(
            value: tally.calls / tally.seconds, p50: tally.p50 / 1_000, p99: tally.p99 / 1_000, processor: processor)
    }
}

/// A port of the loopback that nobody listens on now.
private func freePort() throws -> UInt16 {
    let port = load_free_port()
    guard port > 0 else { throw Failure("no free port: \(String(cString: load_error()))") }
    return UInt16(port)
}
