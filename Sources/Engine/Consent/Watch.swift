package import GraphStore
package import Identity
internal import LMDB
package import Stitching

/// An entry of the feed as a reader gets it.
package struct FeedEntry: Hashable, Sendable {
    package var sequence: UInt64
    package var kind: ChangeKind
    package var time: Timestamp
    package var profile: ProfileID
    /// Profiles that it took in, or the one that it was a piece of; of an erased one, other ids that it had.
    package var others: [ProfileID]
    /// Names, of a changed consent.
    package var purposes: [String]
}

/// A piece of the feed, and where the next begins.
package struct FeedPiece: Sendable {
    package var entries: [FeedEntry]
    package var next: UInt64
    /// Whether nothing is left after it.
    package var isAtEnd: Bool
}

extension Engine {
    /// Entries from a sequence number on, in order, as a purpose may see them: of views that are visible now, by the views'
    /// own ids, and of others only what is in the same view. Numbers may be missing between them.
    ///
    /// - Throws: `feedTrimmed` where the number is before the first that is kept, `feedAhead` where it is past the next.
    package func watch(from sequence: UInt64, limit: Int, _ request: ViewRequest) throws -> FeedPiece {
        try watch(from: sequence, limit: limit) { sequence, row, change, transaction in
            // Who was erased looks like who was never known.
            guard change.kind != .erased else { return nil }
            guard case .profile(let view) = try transaction.view(ofAnchor: change.anchor, request) else { return nil }
            let visible = Set(view.members.map(\.node))
            let mayName = change.kind == .merged
            let others = mayName ? change.others.filter { visible.contains($0) } : []
            let purposes = change.purposes & request.bit
            if change.kind == .consent, purposes == 0 { return nil }
            // What was taken in by links that the purpose may not use is no news of this view.
            if change.kind == .merged, others.isEmpty { return nil }
            return self.entry(sequence, row, change, profile: view.anchor, others: others, purposes)
        }
    }

    /// The whole feed: for the privacy roles. Who was erased is told by every id that the person's profile had or could have had.
    package func watch(from sequence: UInt64, limit: Int, under access: AuditedAccess) throws -> FeedPiece {
        let sealing = store.sealing
        return try watch(from: sequence, limit: limit) { sequence, row, change, _ in
            if change.kind == .erased {
                guard let nodes = try change.erasedNodes(sequence, sealing) else { return nil }
                return self.entry(sequence, row, change, profile: nodes[0], others: Array(nodes.dropFirst()), 0)
            }
            return self.entry(
                sequence, row, change, profile: change.anchor, others: change.kind == .consent ? [] : change.others,
                change.purposes)
        }
    }

    private func entry(
        _ sequence: UInt64, _ row: ChangeRow, _ change: Change, profile: NodeID, others: [NodeID], _ purposes: UInt32
    ) -> FeedEntry {
        let names = purposeNumbers.filter { purposes >> UInt32($0.value) & 1 != 0 }.map(\.key).sorted()
        return FeedEntry(
            sequence: sequence, kind: change.kind, time: row.time, profile: profileID(profile),
            others: others.map(profileID), purposes: names)
    }

    private func watch(
        from sequence: UInt64, limit: Int,
        _ body: (UInt64, ChangeRow, Change, borrowing ReadTransaction) throws -> FeedEntry?
    ) throws -> FeedPiece {
        let configuration = store.configuration
        return try store.environment.read { transaction in
            let state = try StoreState(transaction, configuration: configuration)
            guard sequence >= state.feedFirst else { throw EngineError.feedTrimmed(first: state.feedFirst) }
            guard sequence <= state.feedNext else { throw EngineError.feedAhead(next: state.feedNext) }
            var piece = FeedPiece(entries: [], next: sequence, isAtEnd: true)
            // A row may begin up to a row's length before the number that is asked for.
            let from = sequence - min(sequence - 1, UInt64(ChangeRow.limit) - 1)
            try transaction.scan(Tables.changes, from: from) { first, payload in
                let row = try ChangeRowCodec.decode(payload, version: ChangeRowCodec.version)
                for (place, change) in row.changes.enumerated() {
                    let number = first + UInt64(place)
                    guard number >= sequence else { continue }
                    guard piece.entries.count < limit else {
                        piece.isAtEnd = false
                        return .stop
                    }
                    if let entry = try body(number, row, change, transaction) { piece.entries.append(entry) }
                    piece.next = number + 1
                }
                return .proceed
            }
            return piece
        }
    }
}
