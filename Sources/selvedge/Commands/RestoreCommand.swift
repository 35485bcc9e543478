internal import ArgumentParser
internal import Engine
internal import Foundation
internal import GraphStore
internal import Identity
internal import SelvedgeClient
internal import LMDB

struct RestoreCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "restore",
        abstract: "Make a store of a backup, without those who were erased since.",
        discussion: """
            The directory must hold no store; root.key and backup.keys may lie in it already. The ledger is the file that \
            `selvedge privacy ledger` wrote last, or the directory of the live store: what it says of erasures, denials, \
            withdrawals and restrictions is done again before anything can be read. What is cut off or altered is refused, \
            and leaves nothing behind.
            """)

    @Option(name: .customLong("from"), help: ArgumentHelp("The backup.", valueName: "file"))
    var path: String
    @OptionGroup var place: PlaceOptions
    @Option(name: .long, help: ArgumentHelp("What was erased and withdrawn since.", valueName: "file or dir"))
    var ledger: String?
    @Flag(name: .long, help: "Restore without a ledger: who was erased or has withdrawn since is there again.")
    var noLedger = false
    @Option(name: .long, help: ArgumentHelp("The root key, if not root.key in the directory.", valueName: "file"))
    var keyFile: String?
    @Option(
        name: .long, help: ArgumentHelp("The backup keys, if not backup.keys in the directory.", valueName: "file"))
    var backupKeys: String?

    private struct Answer: Encodable {
        var taken: String
        var rows: Int
        var suppressions: Int
        var decisions: Int
        var restrictions: Int
        var retractions: Int
        var erasedAgain: Int

        private enum CodingKeys: String, CodingKey {
            case taken, rows, suppressions, decisions, restrictions, retractions
            case erasedAgain = "erased_again"
        }
    }

    func validate() throws {
        guard (ledger == nil) == noLedger else {
            throw ValidationError("give --ledger FILE, or --no-ledger where there is none")
        }
    }

    mutating func run() throws {
        let signals = Interruption.listen()
        defer { withExtendedLifetime(signals) {} }
        let report = try read()
        let replay = try doAgain()
        try Store.endRestore(place.data)
        let answer = Answer(
            taken: report.taken.description, rows: report.rows, suppressions: replay.suppressions,
            decisions: replay.decisions, restrictions: replay.restrictions, retractions: replay.retractions,
            erasedAgain: replay.erasedAgain)
        if place.json { return try JSONLine.print(answer) }
        try Console.line("\(answer.rows) rows, as of \(answer.taken)")
        try Console.line(
            "done again: \(answer.suppressions) suppressions, \(answer.decisions) denials and withdrawals, "
                + "\(answer.restrictions) restrictions, \(answer.retractions) retractions; \(answer.erasedAgain) identifiers and records were erased again"
        )
    }

    private func read() throws -> BackupReport {
        var progress = Progress("rows", total: nil)
        defer { progress.clear() }
        return try Store.restore(from: path, to: place.data, keyFile: keyFile, keysPath: backupKeys) { rows in
            progress.show(rows)
            if let signal = Interruption.signal { throw Stop(signal: signal) }
        }
    }

    /// Before the store can be opened by anybody else.
    private func doAgain() throws -> ReplayReport {
        guard let ledger else { return ReplayReport() }
        let engine = try Engine(
            directory: place.data, mode: .write(program: "selvedge restore"), isRestoring: true,
            headClock: { Clock.now })
        let act = PrivacyAct(by: "selvedge restore", role: "admin", reason: "erased since the backup", at: Clock.now)
        let keyRing = engine.store.keyRing
        let report: ReplayReport
        if Store.exists(ledger) {
            let live = try Store.open(directory: ledger, options: Environment.Options(readOnly: true))
            guard live.keyRing.keyCheckValue == keyRing.keyCheckValue else {
                throw BackupError.otherStore(path: ledger)
            }
            report = try engine.replayLedger(act) { try PrivacyLedger.forEach(in: live, $0) }
        } else {
            report = try engine.replayLedger(act) { try PrivacyLedger.forEach(inFile: ledger, keyRing, $0) }
        }
        guard report.erasedAgain > 0 else { return report }
        _ = try Waiting.during("scrubbing") { try engine.scrub(act) }
        _ = try engine.overwriteOldGenerations()
        for status in try engine.erasures() where status.state == .scrubbed {
            try engine.completeErasure(status.number, .ofProgram)
        }
        return report
    }
}

struct PrivacyLedgerCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ledger",
        abstract: "Write a file with what a restore must do again.",
        discussion: """
            Suppressions, denials and withdrawals, restrictions and erasures, sealed under the store's key: no evidence. \
            Write it often, and keep it apart from the store: `selvedge restore --ledger FILE` takes it.
            """)

    @OptionGroup var target: TargetOptions
    @Option(name: .customLong("to"), help: ArgumentHelp("The file, which must not be there.", valueName: "file"))
    var path: String

    private struct Answer: Encodable {
        var file: String
        var items: Int
    }

    mutating func run() throws {
        let items =
            switch try target.target() {
            case .store(let store):
                try PrivacyLedger.write(try store.openForReading().store, to: path, random: SystemRandom())
            case .server(let server): try write(server)
            }
        if target.json { return try JSONLine.print(Answer(file: path, items: items)) }
        try Console.line("\(items) items")
    }

    private func write(_ server: ServerStore) throws -> Int {
        let file = try SealedFile(path)
        var last = SelvedgePrivacyLedgerResponse()
        do {
            try server.each(server.client.privacyLedger()) { message in
                last = message
                try file.write(message.piece)
            }
            guard last.done else { throw SelvedgeError.unreadable }
            try file.finish()
        } catch {
            file.remove()
            throw error
        }
        return Int(last.items)
    }
}
