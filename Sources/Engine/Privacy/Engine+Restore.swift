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
    package var retractions = 0
    /// Identifiers and records that the backup held and that were erased since.
    package var erasedAgain = 0

    package init() {}
}

extension Engine {
    /// Items, and keys, to a transaction.
    private static let replayed = 1_000

    /// Does again what a ledger says, and deletes who was erased since the backup. The store is one that is being restored; it
    /// is to be scrubbed afterwards where `erasedAgain` is not zero. Where identity keys were rotated since, so are the store's.
    ///
    /// - Parameter items: hands each item of the ledger to its argument; called twice.
    package func replayLedger(
        _ act: PrivacyAct, from items: ((LedgerItem) throws -> Void) throws -> Void
    ) throws -> ReplayReport {
        precondition(lock != nil, "the engine was opened for reading")
        _ = try store.environment.write { try applier.audit("restore", act, [], &$0) }
        var report = ReplayReport()
        var newest = UInt16(1)
        let (sealer, directory) = (store.keyRing.sealer, store.directory)
        try replayPieces(of: items) { item in
            switch item {
            case .suppression: report.suppressions += 1
            case .erasure: report.requests += 1
            case .identityKey(let version, let sealed):
                try StoreKeys(directory: directory).change(random: SystemRandom()) {
                    try $0.adding(KeyName(.identity, version: version), sealed: sealed, by: sealer)
                }
                newest = max(newest, version)
            default: return false
            }
            return true
        }
        var gone = try rotateAgain(to: newest, act)
        try replayPieces(of: items) { item in
            switch item {
            case .suppression, .erasure, .identityKey: return false
            case .numbers: break
            case .decision: report.decisions += 1
            case .restriction: report.restrictions += 1
            case .retractedSource, .retractedRecord: report.retractions += 1
            }
            return true
        }
        gone.formUnion(try heldThoughErased())
        let keys = try keys(of: gone)
        report.erasedAgain = keys.count
        for start in stride(from: 0, to: keys.count, by: Self.replayed) {
            let piece = Array(keys[start..<min(start + Self.replayed, keys.count)])
            let number = try apply(.privacy(.eraseAgain(piece, act))).number
            try runErasure(number, at: act.time)
        }
        return report
    }

    /// Applies the items that are taken, some to a transaction.
    private func replayPieces(
        of items: ((LedgerItem) throws -> Void) throws -> Void, _ takes: @escaping (LedgerItem) throws -> Bool
    ) throws {
        var waiting: [LedgerItem] = []
        try items { item in
            guard try takes(item) else { return }
            waiting.append(item)
            guard waiting.count >= Self.replayed else { return }
            try apply(.privacy(.replay(waiting)))
            waiting = []
        }
        if !waiting.isEmpty { try apply(.privacy(.replay(waiting))) }
    }

    /// Brings the identity keys to a version, by the keys that the bundle has. A suppression is of the version of its time, so
    /// in every version it is asked who is held and should not be.
    private func rotateAgain(to newest: UInt16, _ act: PrivacyAct) throws -> Set<NodeID> {
        var gone: Set<NodeID> = []
        while true {
            let version = try keyVersion()
            if version.rotation == nil {
                gone.formUnion(try heldThoughErased())
                if version.newest >= newest { return gone }
                try beginRotation(act, random: SystemRandom())
            }
            while try rotatePiece().stage != nil {}
        }
    }

    /// Identifiers and records that are held and suppressed as erased, under the keys that the store has now.
    private func heldThoughErased() throws -> Set<NodeID> {
        let keyRing = store.keyRing
        return try store.environment.read { snapshot in
            guard try snapshot.count(Tables.suppressions) > 0 else { return [] }
            let version = try snapshot.keyVersion().newest
            var nodes: Set<NodeID> = []
            try snapshot.scan(Tables.identifiers) { key, payload in
                guard let row = try snapshot.suppression(of: key, keyRing), row.cause == .erased,
                    row.keyVersion == version
                else { return .proceed }
                nodes.insert(try IdentifierCodec.decode(payload, version: IdentifierCodec.version).node)
                return .proceed
            }
            return nodes
        }
    }

    /// Ascending by node; without those that are not held any more.
    private func keys(of nodes: Set<NodeID>) throws -> [IdentityKey] {
        try store.environment.read { snapshot in
            try nodes.sorted().compactMap { try snapshot.storedMember($0)?.key }
        }
    }

    /// Keys of backups, and when they end; nil: no backup was ever made.
    package func backupKeys() throws -> BackupKeys? {
        try BackupKeys.existing(at: store.backupKeysPath, keyRing: store.keyRing)
    }
}
