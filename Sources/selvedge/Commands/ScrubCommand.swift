internal import ArgumentParser
internal import Engine
internal import Foundation
internal import GraphStore
internal import Identity

struct ScrubCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "scrub",
        abstract: "Build the store's files anew, so that nothing that was deleted is left in them.",
        discussion: """
            Rows are copied into a generation beside the store's, which takes as much room again; then that one is used, and \
            the old one is overwritten once no process reads it. What was begun and stopped is taken up by the same \
            command, unless the store was written to since. No other process may be writing.
            """)

    @OptionGroup var store: StoreOptions

    private struct Answer: Encodable {
        var generation: String
        var rows: Int
        var seconds: Double
        var erasures: [UInt64]
        var oldGenerations: Int

        private enum CodingKeys: String, CodingKey {
            case generation, rows, seconds, erasures
            case oldGenerations = "old_generations"
        }
    }

    mutating func run() throws {
        let signals = Interruption.listen()
        defer { withExtendedLifetime(signals) {} }
        let (report, left) = try Scrubbing(store.store, principal: NSUserName(), reason: "selvedge scrub").run()
        let answer = Answer(
            generation: report.generation, rows: report.rows, seconds: report.duration / .seconds(1),
            erasures: report.erasures, oldGenerations: left)
        if store.json { return try JSONLine.print(answer) }
        let rate = Int(Double(answer.rows) / max(answer.seconds, 0.001))
        try Console.line("\(answer.rows) rows in \(answer.generation), \(rate) a second")
        if left > 0 {
            try Console.line(
                "\(left) old generations are still read by a process; they are overwritten when it has ended")
        }
    }
}

/// A scrub, and the overwriting of what was before.
struct Scrubbing {
    private let place: StorePlace
    private let act: PrivacyAct

    init(_ place: StorePlace, principal: String, reason: String) {
        self.place = place
        let name = (1...256).contains(principal.utf8.count) ? principal : "operator"
        act = PrivacyAct(by: name, role: "admin", reason: reason, at: Clock.now)
    }

    /// - Returns: what was done, and how many old generations somebody still reads.
    @discardableResult
    func run() throws -> (report: ScrubReport, left: Int) {
        let engine = try place.openForWriting("scrub")
        return (try scrub(engine), try engine.overwriteOldGenerations())
    }

    private func scrub(_ engine: Engine) throws -> ScrubReport {
        var progress = Progress("rows", total: nil)
        defer { progress.clear() }
        return try engine.scrub(act) { rows in
            progress.show(rows)
            if let signal = Interruption.signal { throw Stop(signal: signal) }
        }
    }
}
