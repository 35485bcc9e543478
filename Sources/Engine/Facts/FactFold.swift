internal import GraphStore
internal import Identity
internal import LMDB
internal import Scoring
internal import Stitching
internal import Synchronization

/// What purposes each source's word may serve, by the store's number. A source is never given another number, so what
/// was read once holds for as long as the store is open.
final class SourceMasks: Sendable {
    private let masks: Mutex<[UInt32]>

    init(_ state: StoreState) { masks = Mutex(state.policies.sources.map(\.purposes)) }

    /// The masks up to that of a source; read from the snapshot where it is new.
    private func mask(
        of source: SourceID, _ configuration: Configuration, _ snapshot: borrowing some Snapshot & ~Copyable
    ) throws -> UInt32 {
        let place = Int(source.rawValue)
        if let known = masks.withLock({ $0.indices.contains(place) ? $0[place] : nil }) { return known }
        let state = try StoreState(snapshot, configuration: configuration)
        let all = state.policies.sources.map(\.purposes)
        // A source of a transaction that is not committed may come to nothing: it is not remembered before it is stored.
        masks.withLock { if $0.count < all.count { $0 = all } }
        return all.indices.contains(place) ? all[place] : 0
    }

    /// The facts of members that a purpose may use: the fold over members and sources.
    ///
    /// - Parameters:
    ///   - purpose: nil: whatever they may serve, past consent.
    ///   - length: what is read more than that is a `LongRead`.
    func log(
        of members: [Member], for purpose: UInt8?, _ sealer: SealedFacts, _ configuration: Configuration,
        length: ReadLength = .any, _ snapshot: borrowing some Snapshot & ~Copyable
    ) throws -> FactLog {
        let bit = purpose.map { UInt32(1) << UInt32($0) } ?? .max
        var log = FactLog()
        var left = length
        for member in members {
            for entry in try snapshot.facts(of: member.node) where entry.key.kind != .traffic {
                let mask = try mask(of: entry.key.source, configuration, snapshot)
                guard mask & bit != 0 else { continue }
                try left.take(bytes: entry.row.sealed.count)
                log.merge(try sealer.log(entry.row, entry.key))
            }
        }
        return log
    }
}

extension Snapshot where Self: ~Copyable {
    /// How sure it is that members are one person: each probabilistic link that joins two of them counts for
    /// `probabilistic`, each link out of them that a constraint refused for `disputed`.
    func confidence(in members: [Member]) throws -> IdentityConfidence {
        guard let first = members.first else { return .certain }
        var doubt = 1.0
        var shown: Set<NodeID>?
        try forEachLink(around: first.node) { left, right, kind, verdict in
            // Most links are neither.
            guard kind == .probabilistic || verdict != .joined else { return }
            let nodes = shown ?? Set(members.map(\.node))
            shown = nodes
            let inside = (nodes.contains(left) ? 1 : 0) + (nodes.contains(right) ? 1 : 0)
            if kind == .probabilistic, inside == 2, verdict == .joined { doubt *= Confidence.probabilistic }
            if verdict != .joined, inside > 0 { doubt *= Confidence.disputed }
        }
        return IdentityConfidence(max(doubt, Confidence.least))
    }
}

/// By how much a doubt lessens the confidence that a profile is one person.
private enum Confidence {
    /// A link that is likely and not seen.
    static let probabilistic = 0.9
    /// Evidence that speaks for another grouping.
    static let disputed = 0.8
    static let least = 0.1
}
