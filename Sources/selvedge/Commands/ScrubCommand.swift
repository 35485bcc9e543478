internal import ArgumentParser
internal import Engine
internal import Foundation
internal import GraphStore
internal import Identity
internal import SelvedgeClient

struct ScrubCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "scrub",
        abstract: "Build the store's files anew, so that nothing that was deleted is left in them.",
        discussion: """
            Rows are copied into a generation beside the store's, which takes as much room again; then that one is used, and \
            the old one is overwritten once no process reads it. What was begun and stopped is taken up by the same \
            command, unless the store was written to since. No other process may be writing, but a server scrubs its own \
            store while it is used.
            """)

    @OptionGroup var target: TargetOptions

    @Option(name: .long, help: ArgumentHelp("Why: kept in the audit.", valueName: "text"))
    var reason = "selvedge scrub"

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
        let answer =
            switch try target.target() {
            case .store(let store): try scrub(store)
            case .server(let server): try scrub(server)
            }
        if target.json { return try JSONLine.print(answer) }
        let rate = Int(Double(answer.rows) / max(answer.seconds, 0.001))
        try Console.line("\(answer.rows) rows in \(answer.generation), \(rate) a second")
        if answer.oldGenerations > 0 {
            try Console.line(
                "\(answer.oldGenerations) old generations are still read by a process; they are overwritten when it has "
                    + "ended")
        }
    }

    private func scrub(_ store: StorePlace) throws -> Answer {
        let (report, left) = try Scrubbing(store, principal: NSUserName(), reason: reason).run()
        return Answer(
            generation: report.generation, rows: report.rows, seconds: report.duration / .seconds(1),
            erasures: report.erasures, oldGenerations: left)
    }

    private func scrub(_ server: ServerStore) throws -> Answer {
        var progress = Progress("rows", total: nil)
        defer { progress.clear() }
        let start = ContinuousClock.now
        var last = SelvedgeScrubResponse()
        try server.each(server.client.scrub(reason: reason)) { message in
            last = message
            progress.show(Int(message.rows))
        }
        guard last.done else { throw SelvedgeError.unreadable }
        return Answer(
            generation: last.generation, rows: Int(last.rows), seconds: (ContinuousClock.now - start) / .seconds(1),
            erasures: last.erasures, oldGenerations: Int(last.oldGenerations))
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
