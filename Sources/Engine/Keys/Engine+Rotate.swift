package import GraphStore
package import Identity
internal import LMDB
internal import Stitching

/// How far a rotation has come.
package struct RotationProgress: Hashable, Sendable {
    /// Nil: it is over.
    package var stage: KeyVersion.Stage?
    /// Of the stage, the node that is next, and the last one.
    package var next: UInt64
    package var end: UInt64
}

/// What a rotation did.
package struct RotationReport: Encodable, Sendable {
    /// Of the identity keys, from now on.
    package var version: UInt16
    /// Profiles that are others than before, as keys break ties.
    package var profilesChanged: UInt64
    package var before: RepartitionReport.Digests
    package var after: RepartitionReport.Digests
    package var suppressions: [UInt16: Int]

    private enum CodingKeys: String, CodingKey {
        case version, before, after, suppressions
        case profilesChanged = "profiles_changed"
    }
}

extension Engine {
    /// What the store says of its identity keys.
    package func keyVersion() throws -> KeyVersion { try store.environment.read { try $0.keyVersion() } }

    /// Draws the key of the next version and writes it down, so that a rotation can begin. Nothing where one is under way.
    ///
    /// - Parameter commit: applies a command on the writer's thread; nil: this one is.
    package func beginRotation(
        _ act: PrivacyAct, random: some RandomSource, commit: ((Command) throws -> CommandReport)? = nil
    ) throws {
        let held = try keyVersion()
        guard held.rotation == nil else { return }
        guard held.newest < UInt16(KeyBundle.limit) else { throw KeyError.invalidBundle("it holds too many keys") }
        try StoreKeys(directory: store.directory).change(random: random) {
            try $0.adding(KeyName(.identity, version: held.newest + 1), random: random)
        }
        store.storedKeys.noteRotation()
        _ = try (commit ?? { try self.apply($0) })(.rotation(.begin(act)))
    }

    /// Takes a rotation a piece further. Other commands may come between two of them, on the same thread.
    ///
    /// - Returns: how far it has come.
    @discardableResult
    package func rotatePiece(
        rows: Int = 2_000, commit: ((Command) throws -> CommandReport)? = nil
    ) throws -> RotationProgress {
        store.storedKeys.noteRotation()
        _ = try (commit ?? { try self.apply($0) })(.rotation(.piece(rows: rows)))
        let rotation = try keyVersion().rotation
        return RotationProgress(
            stage: rotation?.stage, next: rotation?.next.rawValue ?? 0, end: rotation?.end.rawValue ?? 0)
    }

    /// Brings the identity keys to the next version, from the beginning or from where it was stopped. Resolves and records may
    /// go on: in this process by way of `commit`, and in others by reading.
    ///
    /// - Parameters:
    ///   - act: who has it done, and why: kept in the audit.
    ///   - commit: applies a command on the writer's thread; nil: this one is.
    ///   - progress: called after each piece; what it throws stops the rotation there, to be taken up again.
    package func rotateIdentity(
        _ act: PrivacyAct, rows: Int = 2_000, random: some RandomSource = SystemRandom(),
        commit: ((Command) throws -> CommandReport)? = nil, progress: (RotationProgress) throws -> Void = { _ in }
    ) throws -> RotationReport {
        let before = try rotationDigests()
        try beginRotation(act, random: random, commit: commit)
        while true {
            let now = try rotatePiece(rows: rows, commit: commit)
            try progress(now)
            if now.stage == nil { break }
        }
        let version = try keyVersion()
        return RotationReport(
            version: version.newest, profilesChanged: version.changed, before: before, after: try rotationDigests(),
            suppressions: try store.environment.read { try Suppressions($0) }.versions)
    }

    private func rotationDigests() throws -> RepartitionReport.Digests {
        let configuration = store.configuration
        return try store.environment.read { transaction in
            let state = try StoreState(transaction, configuration: configuration)
            return RepartitionReport.Digests(try transaction.digests(state))
        }
    }
}
