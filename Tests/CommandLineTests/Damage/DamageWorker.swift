import Foundation
import TestSupport

/// A copy of the store, damaged and mended again and again.
final class DamageWorker {
    private let store: DamageStore
    private let directory: TemporaryDirectory
    private let file: FileHandle
    private var path: String { directory.path + "/store" }

    init(_ store: DamageStore) throws {
        self.store = store
        directory = try store.copy()
        file = try FileHandle(forUpdating: DamageStore.dataFile(of: directory.path + "/store"))
    }

    deinit { try? file.close() }

    struct Finding {
        var outcome: DamageOutcome
        var isFound: Bool?
    }

    /// Flips one bit, asks, checks where that must find something, and flips it back.
    ///
    /// - Throws: where a command wrote to the damaged store, or said nothing.
    func flip(_ offset: Int, bit: Int, checksAlways: Bool) throws -> Finding {
        let whole = store.data[store.data.startIndex + offset]
        try write(whole ^ (1 << bit), at: offset)
        let outcome = try resolve()
        let isFound = checksAlways || outcome != .same ? try checkFinds() : nil
        try write(whole, at: offset)
        try demandUntouched()
        return Finding(outcome: outcome, isFound: isFound)
    }

    private func write(_ byte: UInt8, at offset: Int) throws {
        try file.seek(toOffset: UInt64(offset))
        try file.write(contentsOf: [byte])
    }

    private func demandUntouched() throws {
        try file.seek(toOffset: 0)
        if try file.readToEnd() != store.data {
            throw DamageError(message: "a command that only asks wrote to the store")
        }
    }

    private func resolve() throws -> DamageOutcome {
        let end = try DamageProgram.selvedge.run(
            ["resolve", "--data", path, "--purpose", "service", "--json"] + store.asked)
        // What was printed before the end counts, whatever the end was.
        let answers = (try? DamageAnswer.read(end.output)) ?? []
        let worst = answers.map { $0.difference(from: store.baseline[$0.argument - 1]) }.max() ?? .same
        return max(worst, try Self.outcome(of: end))
    }

    private static func outcome(of end: DamageProgram.End) throws -> DamageOutcome {
        guard let code = end.code else { return end.isHung ? .hung : .signal }
        if code == 0 { return .same }
        guard code == 3, !end.message.isEmpty else { throw DamageError(message: "exit code \(code): \(end.message)") }
        if end.message.contains("pages lead nowhere") { return .caught }
        return end.message.contains("opening") ? .refused : .told
    }

    /// A check that ends by a signal has found it; one that does not end has not.
    private func checkFinds() throws -> Bool {
        let end = try DamageProgram.selvedge.run(["check", "--data", path])
        return !end.isHung && end.code != 0
    }

    /// Cuts the data file, runs the command, and mends the file.
    func cut(at length: Int, _ arguments: [String]) throws -> DamageProgram.End {
        try file.truncate(atOffset: UInt64(length))
        let depth = arguments[0] == "consent" ? 2 : 1
        let end = try DamageProgram.selvedge.run(
            arguments.prefix(depth) + ["--data", path] + arguments.dropFirst(depth))
        try file.seek(toOffset: 0)
        try file.write(contentsOf: store.data)
        return end
    }
}
