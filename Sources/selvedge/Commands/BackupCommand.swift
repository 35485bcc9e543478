internal import ArgumentParser
internal import Engine
internal import Foundation
internal import GraphStore
internal import Identity
internal import LMDB
internal import SelvedgeClient
internal import Wire

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

    @OptionGroup var target: TargetOptions
    @Option(name: .customLong("to"), help: ArgumentHelp("The file, which must not be there.", valueName: "file"))
    var path: String
    @Option(
        name: .long,
        help: ArgumentHelp("When it ends: days, 1d to 3650d; rounded up to the end of a day.", valueName: "time"))
    var expires = "30d"
    @Option(
        name: .long,
        help: ArgumentHelp("The backup keys, if not backup.keys in the store; with --data.", valueName: "file"))
    var backupKeys: String?
    @Option(name: .long, help: ArgumentHelp("Why: kept in the audit.", valueName: "text"))
    var reason = "selvedge backup"

    private struct Answer: Encodable {
        var file: String
        var taken: String
        var expires: String
        var rows: Int
        var bytes: Int
    }

    func validate() throws {
        _ = try days()
        guard (1...1_024).contains(reason.utf8.count) else { throw ValidationError("--reason takes 1 to 1,024 bytes") }
    }

    private func days() throws -> Int64 {
        guard expires.hasSuffix("d"), let days = Int64(expires.dropLast()), (1...3_650).contains(days) else {
            throw ValidationError("--expires takes days, such as 30d: 1d to 3650d")
        }
        return days
    }

    mutating func run() throws {
        let signals = Interruption.listen()
        defer { withExtendedLifetime(signals) {} }
        let answer =
            switch try target.target() {
            case .store(let store): try backUp(store)
            case .server(let server): try backUp(server)
            }
        if target.json { return try JSONLine.print(answer) }
        try Console.line("\(answer.rows) rows, \(answer.bytes) bytes, readable until \(answer.expires)")
    }

    private func backUp(_ place: StorePlace) throws -> Answer {
        let now = Clock.now
        let name = NSUserName()
        try enter(
            PrivacyAct(
                by: (1...256).contains(name.utf8.count) ? name : "operator", role: "admin", reason: reason, at: now),
            place)
        let store = try place.openForReading().store
        let keys = try BackupKeys(at: backupKeys ?? store.backupKeysPath, keyRing: store.keyRing)
        try keys.expire(at: now)
        var progress = Progress("rows", total: nil)
        defer { progress.clear() }
        let expires = Timestamp(milliseconds: now.milliseconds + (try days()) * 86_400_000)
        let report = try store.backUp(to: path, keys: keys, at: now, expires: expires, random: SystemRandom()) { rows in
            progress.show(rows)
            if let signal = Interruption.signal { throw Stop(signal: signal) }
        }
        return Answer(
            file: path, taken: report.taken.description, expires: report.expires.description, rows: report.rows,
            bytes: report.bytes)
    }

    /// The audit is the writer's: where another process writes, it is told that its own call would be in it.
    private func enter(_ act: PrivacyAct, _ place: StorePlace) throws {
        do { try place.openForWriting("backup").noteBackup(act) } catch let error as LMDBError {
            guard case .writerLockHeld = error.kind else { throw error }
            Console.error(
                "selvedge: another process writes to the store, so this backup is not in the audit; one that its "
                    + "server takes is: --server ADDRESS")
        }
    }

    private func backUp(_ server: ServerStore) throws -> Answer {
        let file = try SealedFile(path)
        var last = SelvedgeBackupResponse()
        do {
            try server.each(server.client.backup(reason: reason, expiresDays: UInt32(try days()))) { message in
                last = message
                try file.write(message.piece)
            }
            guard last.done else { throw SelvedgeError.unreadable }
            try file.finish()
        } catch {
            file.remove()
            throw error
        }
        return Answer(
            file: path, taken: Timestamp(milliseconds: last.takenMs).description,
            expires: Timestamp(milliseconds: last.expiresMs).description, rows: Int(last.rows), bytes: file.bytes)
    }
}
