import Foundation
import TestSupport
import Testing

/// `selvedge serve` in a process of its own, on ports of the system's choice, without authentication.
final class AbuseServer: Sendable {
    /// Shorter than by default, so that what waits for them is seen.
    static let limits = "handshake: 1s, write_stall: 2s"

    private let directory: TemporaryDirectory
    private let process: Process
    private let addresses: [String: Int]

    struct NotStarted: Error { let errors: String }

    /// Waits until it is ready, a minute at most.
    init(limits: String = AbuseServer.limits) throws {
        directory = try TemporaryDirectory()
        let path = directory.path
        let create = try Self.process(["init", "--data", path + "/store"], in: path)
        try create.run()
        create.waitUntilExit()
        try #require(create.terminationStatus == 0)
        try "limits: {\(limits)}\n".write(toFile: path + "/serve.yaml", atomically: false, encoding: .utf8)
        let ports = ["--listen", "127.0.0.1:0", "--grpc-listen", "127.0.0.1:0", "--http-listen", "127.0.0.1:0"]
        process = try Self.process(
            ["serve", "--data", path + "/store", "--config", path + "/serve.yaml", "--insecure-loopback"] + ports,
            in: path)
        try process.run()
        let end = ContinuousClock.now + .seconds(60)
        var line = ""
        while !line.hasSuffix("\n"), process.isRunning, ContinuousClock.now < end {
            Thread.sleep(forTimeInterval: 0.02)
            line = (try? String(contentsOfFile: path + "/out", encoding: .utf8)) ?? ""
        }
        var addresses: [String: Int] = [:]
        for word in line.split(whereSeparator: \.isWhitespace).dropFirst() {
            let parts = word.split(separator: "=", maxSplits: 1)
            addresses[String(parts[0])] = parts.last?.split(separator: ":").last.flatMap { Int($0) }
        }
        self.addresses = addresses
        guard addresses["wire"] != nil else {
            kill(process.processIdentifier, SIGKILL)
            throw NotStarted(errors: (try? String(contentsOfFile: path + "/err", encoding: .utf8)) ?? "")
        }
    }

    deinit { if process.isRunning { kill(process.processIdentifier, SIGKILL) } }

    private static func process(_ arguments: [String], in path: String) throws -> Process {
        let process = Process()
        process.executableURL = URL(filePath: try executable())
        process.arguments = arguments
        process.standardInput = FileHandle.nullDevice
        for name in ["out", "err"] { try "".write(toFile: path + "/" + name, atomically: false, encoding: .utf8) }
        process.standardOutput = try FileHandle(forWritingTo: URL(filePath: path + "/out"))
        process.standardError = try FileHandle(forWritingTo: URL(filePath: path + "/err"))
        return process
    }

    /// `SELVEDGE_BIN`, the program or the folder that it is in, else the folder of the test bundle.
    private static func executable() throws -> String {
        let bundle = CommandLine.arguments.first { $0.contains(".xctest") } ?? CommandLine.arguments[0]
        let folder = bundle.components(separatedBy: "/").prefix { !$0.hasSuffix(".xctest") }.joined(separator: "/")
        let given = ProcessInfo.processInfo.environment["SELVEDGE_BIN"] ?? folder
        let inside = given + "/selvedge"
        return FileManager.default.isExecutableFile(atPath: inside) ? inside : given
    }

    var wirePort: Int { addresses["wire"] ?? 0 }
    var grpcPort: Int { addresses["grpc"] ?? 0 }
    var errors: String { (try? String(contentsOfFile: directory.path + "/err", encoding: .utf8)) ?? "" }

    /// Anonymous memory in bytes, as the kernel counts it: the store's map is a file and not in it.
    func memory() throws -> Int {
        let status = try String(contentsOfFile: "/proc/\(process.processIdentifier)/status", encoding: .utf8)
        let line = try #require(status.split(separator: "\n").first { $0.hasPrefix("RssAnon:") })
        return 1_024 * (try #require(line.split(whereSeparator: \.isWhitespace).dropFirst().first.flatMap { Int($0) }))
    }

    /// Bytes that it has read from connections to gRPC's port, by its own account.
    func receivedOverGRPC() throws -> Int {
        let socket = try RawSocket(port: addresses["http"] ?? 0)
        try socket.send(Array("GET /metrics HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".utf8))
        let text = String(decoding: try socket.receiveAll(), as: UTF8.self)
        let line = text.split(separator: "\n").first {
            $0.hasPrefix("selvedge_received_bytes_total{") && $0.contains("\"grpc\"")
        }
        return try #require(line.flatMap { $0.split(separator: " ").last.flatMap { Int($0) } })
    }

    /// Files that it has open: its connections among them.
    func openFiles() throws -> Int {
        try FileManager.default.contentsOfDirectory(atPath: "/proc/\(process.processIdentifier)/fd").count
    }

    /// Tells it to stop, and does not wait.
    func terminate() { kill(process.processIdentifier, SIGTERM) }

    /// Ends it by SIGTERM; its exit code, or nil where it did not end within 40 seconds.
    func end() -> Int32? {
        terminate()
        let end = ContinuousClock.now + .seconds(40)
        while process.isRunning, ContinuousClock.now < end { Thread.sleep(forTimeInterval: 0.02) }
        guard !process.isRunning else { return nil }
        return process.terminationReason == .exit ? process.terminationStatus : -process.terminationStatus
    }
}
