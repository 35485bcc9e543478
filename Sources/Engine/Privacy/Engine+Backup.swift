package import GraphStore
package import Identity
internal import LMDB

extension Engine {
    /// Writes a backup of the store, with an entry in the audit before it, while others write.
    ///
    /// - Parameters:
    ///   - path: must not be there.
    ///   - turn: of the writer, for the entry.
    ///   - progress: called now and then with the rows so far; what it throws stops the backup, and nothing is left of it.
    package func backUp(
        to path: String, _ act: PrivacyAct, keys: BackupKeys, expires: Timestamp, turn: WriterTurn = .caller,
        progress: (Int) throws -> Void = { _ in }
    ) throws -> BackupReport {
        try noteBackup(act, turn: turn)
        try keys.expire(at: act.time)
        return try store.backUp(
            to: path, keys: keys, at: act.time, expires: expires, random: SystemRandom(), progress: progress)
    }

    /// Enters in the audit that a backup is taken.
    package func noteBackup(_ act: PrivacyAct, turn: WriterTurn = .caller) throws {
        precondition(lock != nil, "the engine was opened for reading")
        _ = try turn { try self.store.environment.write { try self.applier.audit("backup", act, [], &$0) } }
    }
}
