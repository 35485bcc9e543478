import Foundation
import TestSupport
import Testing

/// What one run of the executable said and how it ended.
struct Answer {
    /// The exit code; the signal's number with a minus where one ended it.
    var status: Int32
    var out: String
    var err: String

    var lines: [Substring] { out.split(separator: "\n") }

    /// The last line of standard output, read as a JSON object.
    func json() throws -> [String: Any] {
        let last = try #require(lines.last)
        return try #require(JSONSerialization.jsonObject(with: Data(last.utf8)) as? [String: Any])
    }
}

/// The executable under test, and a directory for a test's files.
final class Tool: Sendable {
    /// Part of every raw value that tests use: it must never be seen in an answer.
    static let secret = "zq7secret"

    let directory: TemporaryDirectory
    var path: String { directory.path }
    var store: String { path + "/store" }

    /// Nothing is there yet.
    init() throws { directory = try TemporaryDirectory() }

    /// With an empty store at `store`.
    static func withStore(config: String? = nil) throws -> Tool {
        let tool = try Tool()
        var arguments = ["init", "--data", tool.store]
        if let config { arguments += ["--config", try tool.file("selvedge.yaml", config)] }
        let answer = try tool.run(arguments)
        try #require(answer.status == 0, "\(answer.err)")
        return tool
    }

    /// What has `init` give a store the keys that every store of this test has, so that their digests can be compared.
    func keys() throws -> [String] {
        let place = path + "/keys-of"
        if !FileManager.default.fileExists(atPath: place) {
            let answer = try run(["init", "--data", place])
            try #require(answer.status == 0, "\(answer.err)")
        }
        return ["--keys-of", place]
    }

    /// `SELVEDGE_BIN` (the program, or the folder that it is in), else the folder of the test bundle.
    static let executable: String = {
        let given = ProcessInfo.processInfo.environment["SELVEDGE_BIN"]
        let bundle = CommandLine.arguments.first { $0.contains(".xctest") } ?? CommandLine.arguments[0]
        let folder =
            given ?? (bundle.components(separatedBy: "/").prefix { !$0.hasSuffix(".xctest") }.joined(separator: "/"))
        var isFolder: ObjCBool = false
        // Sound: the local outlives the call.
        let exists = unsafe FileManager.default.fileExists(atPath: folder, isDirectory: &isFolder)
        return exists && isFolder.boolValue ? folder + "/selvedge" : folder
    }()

    /// Writes a file and returns its path.
    @discardableResult
    func file(_ name: String, _ text: String) throws -> String {
        let path = path + "/" + name
        try text.write(toFile: path, atomically: false, encoding: .utf8)
        return path
    }

    /// Runs the executable to its end. Whatever it says, no raw value may be in it.
    @discardableResult
    func run(
        _ arguments: [String], input: String = "", fileLimit: Int? = nil,
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws -> Answer {
        let started = try start(arguments, input: input, fileLimit: fileLimit)
        let answer = try started.finish()
        #expect(!answer.out.contains(Self.secret), "standard output shows a raw value", sourceLocation: sourceLocation)
        #expect(!answer.err.contains(Self.secret), "standard error shows a raw value", sourceLocation: sourceLocation)
        return answer
    }

    /// Runs a command on the test's store.
    @discardableResult
    func ask(
        _ command: String, _ arguments: String..., input: String = "", sourceLocation: SourceLocation = #_sourceLocation
    ) throws -> Answer {
        try run([command, "--data", store] + arguments, input: input, sourceLocation: sourceLocation)
    }

    /// Starts the executable with its output in files.
    ///
    /// - Parameters:
    ///   - fileLimit: bytes that no file may outgrow, as on a disk that is full; nil: none.
    ///   - environment: set beside what this process has.
    func start(
        _ arguments: [String], input: String = "", fileLimit: Int? = nil, environment: [String: String] = [:]
    ) throws -> Run {
        let name = path + "/run-" + UUID().uuidString
        for suffix in ["in", "out", "err"] {
            try (suffix == "in" ? input : "").write(toFile: "\(name).\(suffix)", atomically: false, encoding: .utf8)
        }
        let process = Process()
        process.executableURL = URL(filePath: Self.executable)
        process.arguments = arguments
        if let fileLimit {
            process.executableURL = URL(filePath: "/bin/sh")
            // In units of 512 bytes.
            let script = "ulimit -f \(fileLimit / 512) && exec \"$0\" \"$@\""
            process.arguments = ["-c", script, Self.executable] + arguments
        }
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        process.currentDirectoryURL = URL(filePath: path)
        process.standardInput = try FileHandle(forReadingFrom: URL(filePath: name + ".in"))
        process.standardOutput = try FileHandle(forWritingTo: URL(filePath: name + ".out"))
        process.standardError = try FileHandle(forWritingTo: URL(filePath: name + ".err"))
        try process.run()
        return Run(process: process, name: name)
    }
}

/// A run that has begun.
struct Run {
    let process: Process
    let name: String

    var output: String { (try? String(contentsOfFile: name + ".out", encoding: .utf8)) ?? "" }

    /// What was said on standard error so far.
    var errors: String { (try? String(contentsOfFile: name + ".err", encoding: .utf8)) ?? "" }

    func signal(_ number: Int32) { kill(process.processIdentifier, number) }

    func finish() throws -> Answer {
        process.waitUntilExit()
        let status =
            process.terminationReason == .uncaughtSignal ? -process.terminationStatus : process.terminationStatus
        let answer = Answer(
            status: status, out: output, err: try String(contentsOfFile: name + ".err", encoding: .utf8))
        for suffix in ["in", "out", "err"] { try FileManager.default.removeItem(atPath: "\(name).\(suffix)") }
        return answer
    }
}

/// Observations as JSON Lines.
enum Lines {
    static let email = "\(Tool.secret)@example.org"
    static let phone = "+4930\(1_234_567)"

    static func observation(
        _ identifiers: [(String, String)], source: String = "web", record: String? = nil,
        time: String = "2026-01-02T03:04:05Z"
    ) -> String {
        let list = identifiers.map { "{\"namespace\":\"\($0.0)\",\"value\":\"\($0.1)\"}" }.joined(separator: ",")
        let record = record.map { "\"record_id\":\"\($0.replacing("\"", with: "\\\""))\"," } ?? ""
        return "{\"source\":\"\(source)\",\(record)\"time\":\"\(time)\",\"identifiers\":[\(list)]}\n"
    }

    /// A person with an e-mail address and a cookie on the web, and two records.
    static let person =
        observation([("email", email), ("cookie", "\(Tool.secret)-cookie")])
        + observation([("email", email), ("phone", phone)], source: "crm", record: "r,\"1\"")
        + observation([("phone", phone)], source: "crm", record: "r2")
}
