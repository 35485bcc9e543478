import Foundation

/// The built programs, run as processes of their own.
struct DamageProgram {
    struct End {
        var output: Data
        var message: String
        /// The exit code; nil where a signal ended it or it had to be ended.
        var code: Int32?
        var isHung = false
    }

    let path: String
    /// Seconds after which a process counts as hung.
    private static let patience = 60.0

    /// In the folder `SELVEDGE_BIN`, or the build directory that the test bundle lies in.
    static let selvedge = DamageProgram(path: built("selvedge"))
    static let simulate = DamageProgram(path: built("simulate"))

    private static func built(_ name: String) -> String {
        if let folder = ProcessInfo.processInfo.environment["SELVEDGE_BIN"] { return folder + "/" + name }
        let bundle = Bundle.allBundles.map(\.bundleURL).first { $0.pathExtension == "xctest" }
        let executable = bundle ?? URL(fileURLWithPath: CommandLine.arguments[0])
        return executable.deletingLastPathComponent().appendingPathComponent(name).path
    }

    func run(_ arguments: [String]) throws -> End {
        let process = Process()
        let (output, message) = (Pipe(), Pipe())
        process.executableURL = URL(fileURLWithPath: path)
        process.arguments = arguments
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = output
        process.standardError = message
        try process.run()
        let watch = DispatchWorkItem { kill(process.processIdentifier, SIGKILL) }
        DispatchQueue.global().asyncAfter(deadline: .now() + Self.patience, execute: watch)
        // A message is short: it fits into its pipe while the output is read.
        let printed = output.fileHandleForReading.readDataToEndOfFile()
        let said = message.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        watch.cancel()
        let isSignal = process.terminationReason == .uncaughtSignal
        return End(
            output: printed, message: String(decoding: said, as: UTF8.self),
            code: isSignal ? nil : process.terminationStatus,
            isHung: isSignal && process.terminationStatus == SIGKILL)
    }

    /// For what must succeed, as a whole or but for lines that were refused.
    @discardableResult
    func demand(_ arguments: [String], orRefusals isPartial: Bool = false) throws -> End {
        let end = try run(arguments)
        if end.code != 0 && !(isPartial && end.code == 1) {
            throw DamageError(message: "\(arguments.first ?? ""): \(end.message)")
        }
        return end
    }
}

struct DamageError: Error {
    var message: String
}
