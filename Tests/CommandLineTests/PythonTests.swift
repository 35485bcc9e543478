import Foundation
import Testing

private enum PythonEnvironment {
    static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().path()
    static let python = root + ".build-python/bin/python"
    static var isThere: Bool { FileManager.default.isExecutableFile(atPath: python) }
}

/// The Python client and grpcio against a server: for where `tools/bootstrap --python` has made their environment.
@Suite("tools/python", .enabled(if: PythonEnvironment.isThere)) struct PythonTests {
    /// Its exit code and what it printed.
    private func run(_ arguments: [String], in directory: String) throws -> (code: Int32, output: String) {
        let (process, output) = (Process(), Pipe())
        process.executableURL = URL(filePath: PythonEnvironment.python)
        process.arguments = arguments
        process.currentDirectoryURL = URL(filePath: directory)
        process.environment = ProcessInfo.processInfo.environment.merging(["PYTHONDONTWRITEBYTECODE": "1"]) { $1 }
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = output
        process.standardError = output
        try process.run()
        let watch = DispatchWorkItem { kill(process.processIdentifier, SIGKILL) }
        DispatchQueue.global().asyncAfter(deadline: .now() + 300, execute: watch)
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        watch.cancel()
        return (process.terminationStatus, text)
    }

    @Test func everyCaseHoldsOverTheWireAndOverGRPC() throws {
        let tool = try Tool.withStore()
        let server = try ServerRun(tool)
        let (wire, grpc) = (try #require(server.addresses["wire"]), try #require(server.addresses["grpc"]))
        let answer = try run(
            ["\(PythonEnvironment.root)tools/python/tests/against_server.py", "tcp://\(wire)", "--grpc", grpc],
            in: tool.path)
        let cases = answer.output.split(separator: "\n").filter { $0.hasPrefix("{") }
        let failed = cases.filter { !$0.contains("\"ok\": true") }
        #expect(failed.isEmpty)
        #expect(answer.code == 0, "\(answer.output)")
        for transport in ["wire-sync", "grpc"] {
            #expect(cases.contains { $0.contains("\"transport\": \"\(transport)\"") }, "\(transport) was not tried")
        }
        try server.end()
    }

    @Test func itsOwnTestsHold() throws {
        let tool = try Tool()
        let tests = "\(PythonEnvironment.root)tools/python/tests"
        let answer = try run(["-m", "unittest", "discover", "-s", tests, "-t", tests], in: tool.path)
        #expect(answer.code == 0, "\(answer.output)")
        #expect(answer.output.contains("\nOK"))
    }
}
