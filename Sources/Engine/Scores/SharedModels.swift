internal import GraphStore
internal import LMDB
internal import Scoring
internal import Synchronization

/// The latest score models, read once: to read them takes longer than to score.
final class SharedModels: Sendable {
    private let held = Mutex<ScoreModels?>(nil)

    /// Nil: none were trained.
    func latest(_ snapshot: borrowing some Snapshot & ~Copyable) throws -> ScoreModels? {
        if let found = held.withLock({ $0 }) {
            let next = ArtefactKey(.scores, UInt32(clamping: found.version) + 1)
            if try !snapshot.contains(Tables.artefacts, next) { return found }
        }
        let models = try snapshot.latest(.scores).map { try ScoreModels(decoding: $0.artefact.bytes) }
        held.withLock { $0 = models }
        return models
    }
}
