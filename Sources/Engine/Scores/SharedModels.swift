internal import GraphStore
internal import LMDB
internal import Scoring
internal import Synchronization

/// The latest score models, read once: to read them takes longer than to score.
final class SharedModels: Sendable {
    /// The models, and the card of nobody known, which is the same every day.
    final class Held: Sendable {
        let models: ScoreModels
        let nobody: ScoreCard

        init(_ models: ScoreModels) {
            self.models = models
            nobody = ScoreCard(models, nil, asOf: 0, cohort: nil, terms: models.terms)
        }
    }

    private let held = Mutex<Held?>(nil)

    /// Nil: none were trained.
    func latest(_ snapshot: borrowing some Snapshot & ~Copyable) throws -> Held? {
        if let found = held.withLock({ $0 }) {
            let next = ArtefactKey(.scores, UInt32(clamping: found.models.version) + 1)
            if try !snapshot.contains(Tables.artefacts, next) { return found }
        }
        let read = try snapshot.latest(.scores).map { Held(try ScoreModels(decoding: $0.artefact.bytes)) }
        held.withLock { $0 = read }
        return read
    }
}
