package import GraphStore
internal import Identity
internal import LMDB
internal import Stitching

/// What a restored store did again before it serves anything.
package struct ReplayReport: Hashable, Sendable {
    package var suppressions = 0
    package var decisions = 0
    package var restrictions = 0
    package var requests = 0
    /// Identifiers and records that the backup held and that were erased since.
    package var erasedAgain = 0

    package init() {}
}

extension Engine {
    /// Items, and keys, to a transaction.
    private static let replayed = 1_000

    /// Does again what a ledger says, and deletes who was erased since the backup. The store is one that is being restored; it
    /// is to be scrubbed afterwards where `erasedAgain` is not zero.
    ///
    /// - Parameter items: hands each item of the ledger to its argument.
    package func replayLedger(
        _ act: PrivacyAct, from items: ((LedgerItem) throws -> Void) throws -> Void
    ) throws -> ReplayReport {
        precondition(lock != nil, "the engine was opened for reading")
        _ = try store.environment.write { try applier.audit("restore", act, [], &$0) }
        var report = ReplayReport()
        var waiting: [LedgerItem] = []
        try items { item in
            switch item {
            case .numbers: break
            case .suppression: report.suppressions += 1
            case .decision: report.decisions += 1
            case .restriction: report.restrictions += 1
            case .erasure: report.requests += 1
            }
            waiting.append(item)
            guard waiting.count >= Self.replayed else { return }
            try apply(.privacy(.replay(waiting)))
            waiting = []
        }
        if !waiting.isEmpty { try apply(.privacy(.replay(waiting))) }
        let gone = try heldThoughErased()
        report.erasedAgain = gone.count
        for start in stride(from: 0, to: gone.count, by: Self.replayed) {
            let keys = Array(gone[start..<min(start + Self.replayed, gone.count)])
            let number = try apply(.privacy(.eraseAgain(keys, act))).number
            try runErasure(number, at: act.time)
        }
        return report
    }

    /// Keys of identifiers and records that are held and suppressed as erased.
    private func heldThoughErased() throws -> [IdentityKey] {
        let keyRing = store.keyRing
        return try store.environment.read { snapshot in
            guard try snapshot.count(Tables.suppressions) > 0 else { return [] }
            var keys: [IdentityKey] = []
            try snapshot.scan(Tables.identifiers) { key, _ in
                if try snapshot.suppression(of: key, keyRing)?.cause == .erased { keys.append(key) }
                return .proceed
            }
            return keys
        }
    }

    /// Keys of backups, and when they end; nil: no backup was ever made.
    package func backupKeys() throws -> BackupKeys? {
        try BackupKeys.existing(at: store.backupKeysPath, keyRing: store.keyRing)
    }
}
