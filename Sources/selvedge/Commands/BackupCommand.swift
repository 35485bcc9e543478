internal import ArgumentParser
internal import Engine
internal import Foundation
internal import GraphStore
internal import Identity

struct BackupCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "backup",
        abstract: "Write a store to one sealed file, while it is in use.",
        discussion: """
            The file holds one moment of the store, and nothing that was deleted. It is sealed under a key of the day, in \
            backup.keys beside the store; when it expires that key is overwritten, and nobody can read the file again, nor \
            a copy of it. Keep a copy of backup.keys and of the root key elsewhere, as no backup opens without them, and \
            overwrite the copy too. A ledger (`selvedge privacy ledger`) written after it keeps a restore from bringing \
            back who was erased since.
            """)

    @OptionGroup var store: StoreOptions
    @Option(name: .customLong("to"), help: ArgumentHelp("The file, which must not be there.", valueName: "file"))
    var path: String
    @Option(
        name: .long,
        help: ArgumentHelp("When it ends: days, 1d to 3650d; rounded up to the end of a day.", valueName: "time"))
    var expires = "30d"
    @Option(name: .long, help: ArgumentHelp("The backup keys, if not backup.keys in the store.", valueName: "file"))
    var backupKeys: String?

    private struct Answer: Encodable {
        var file: String
        var taken: String
        var expires: String
        var rows: Int
        var bytes: Int
    }

    func validate() throws { _ = try days() }

    private func days() throws -> Int64 {
        guard expires.hasSuffix("d"), let days = Int64(expires.dropLast()), (1...3_650).contains(days) else {
            throw ValidationError("--expires takes days, such as 30d: 1d to 3650d")
        }
        return days
    }

    mutating func run() throws {
        let signals = Interruption.listen()
        defer { withExtendedLifetime(signals) {} }
        let store = try self.store.store.openForReading().store
        let keys = try BackupKeys(at: backupKeys ?? store.backupKeysPath, keyRing: store.keyRing)
        let now = Clock.now
        try keys.expire(at: now)
        var progress = Progress("rows", total: nil)
        defer { progress.clear() }
        let expires = Timestamp(milliseconds: now.milliseconds + (try days()) * 86_400_000)
        let report = try store.backUp(to: path, keys: keys, at: now, expires: expires, random: SystemRandom()) { rows in
            progress.show(rows)
            if let signal = Interruption.signal { throw Stop(signal: signal) }
        }
        progress.clear()
        let answer = Answer(
            file: path, taken: report.taken.description, expires: report.expires.description, rows: report.rows,
            bytes: report.bytes)
        if self.store.json { return try JSONLine.print(answer) }
        try Console.line("\(answer.rows) rows, \(answer.bytes) bytes, readable until \(answer.expires)")
    }
}
