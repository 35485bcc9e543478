package import GraphStore
package import Identity
internal import LMDB
internal import Stitching

/// An erasure as the privacy team sees it.
package struct ErasureStatus: Hashable, Sendable {
    package var number: UInt64
    package var row: ErasureRow

    package var state: ErasureRow.State { row.state }

    /// Whether it should have been done by a time.
    package func isOverdue(at time: Timestamp) -> Bool { !row.isFinished && row.due <= time }
}

/// What an erasure would take, and what it would leave: as of now.
package struct ErasurePlan: Sendable {
    /// One node, by its identity key: a token, never the value.
    package struct Item: Hashable, Sendable {
        package var namespace: String
        package var key: IdentityKey
    }

    package var taken: [Item] = []
    /// Others have them too: they lose their links to the subject.
    package var shared: [Item] = []
    /// Joined by likeness alone: they stay unless the approver names them.
    package var likely: [Item] = []
    /// Records of others that list an identifier that goes: they lose it, and their attributes.
    package var trimmed = 0
    /// Whether the subject is held at all; if not, the identifier is suppressed and nothing is deleted.
    package var isHeld = false
}

extension Engine {
    /// Asks for an erasure. Under a configuration with one approval the request is its own.
    @discardableResult
    package func requestErasure(
        of subject: PrivacySubject, isOnly: Bool = false, _ act: PrivacyAct
    ) throws -> ErasureStatus {
        let number = try apply(.privacy(.requestErasure(subject, isOnly: isOnly, act))).number
        return try erasure(number)
    }

    /// Approves a request: by another than the requester, and of exactly what `hash` was shown of.
    ///
    /// - Parameter also: members joined by likeness alone that are to go too.
    @discardableResult
    package func approveErasure(
        _ number: UInt64, hash: Digest, also: [IdentityKey] = [], _ act: PrivacyAct
    ) throws -> ErasureStatus {
        try apply(.privacy(.approveErasure(number, hash: hash, also: also, act)))
        return try erasure(number)
    }

    @discardableResult
    package func rejectErasure(_ number: UInt64, _ act: PrivacyAct) throws -> ErasureStatus {
        try apply(.privacy(.rejectErasure(number, act)))
        return try erasure(number)
    }

    /// Throws `noSuchErasure`.
    package func erasure(_ number: UInt64) throws -> ErasureStatus {
        try store.environment.read { transaction in
            guard let row = try transaction.get(Tables.erasures, number) else {
                throw EngineError.noSuchErasure(number)
            }
            return ErasureStatus(number: number, row: row)
        }
    }

    /// All erasures, those that are due first.
    package func erasures() throws -> [ErasureStatus] {
        try store.environment.read { transaction in
            var found: [ErasureStatus] = []
            try transaction.scan(Tables.erasures) { number, payload in
                let row = try ErasureCodec.decode(payload, version: ErasureCodec.version)
                found.append(ErasureStatus(number: number, row: row))
                return .proceed
            }
            return found.sorted { first, second in
                let (left, right) = (first.row.isFinished ? 1 : 0, second.row.isFinished ? 1 : 0)
                return (left, first.row.due, first.number) < (right, second.row.due, second.number)
            }
        }
    }

    // MARK: Dry run

    /// What erasing a subject would take and leave. Nothing is changed; the look is on record by `access`.
    package func planErasure(
        of subject: PrivacySubject, isOnly: Bool = false, also: [IdentityKey] = [], under access: AuditedAccess
    ) throws -> ErasurePlan {
        let applier = try currentApplier()
        return try store.environment.read { transaction in
            var plan = ErasurePlan()
            guard let node = try applier.node(of: store.storedKeys.stored(subject, transaction), transaction) else {
                if case .node = subject { throw EngineError.unknownSubject }
                return plan
            }
            let state = applier.state
            let named = try Set(also.map { try store.storedKeys.stored($0, transaction) })
            let selection = try ErasureSelection(node, isOnly: isOnly, named: named, state, transaction)
            func items(_ members: [Member]) -> [ErasurePlan.Item] {
                members.map { ErasurePlan.Item(namespace: state.namespaceName($0.namespace), key: $0.key) }
            }
            plan.isHeld = true
            plan.taken = items(selection.taken.map(\.member))
            plan.shared = items(selection.shared)
            plan.likely = items(selection.likely)
            plan.trimmed = selection.trimmed.count
            return plan
        }
    }

    private func currentApplier() throws -> Applier {
        lock == nil ? Applier(state: try state(), store: store) : applier
    }

    // MARK: Steps

    /// Puts an approved erasure's subject out of sight: from the return of this on nobody sees it. The rest is `runErasure`'s.
    ///
    /// - Throws: `expiredApproval`, and the request has ended.
    @discardableResult
    package func fenceErasure(_ number: UInt64, at time: Timestamp) throws -> ErasureStatus {
        try apply(.privacy(.fenceErasure(number, time)))
        let status = try erasure(number)
        if status.state == .expired { throw EngineError.expiredApproval(number) }
        return status
    }

    /// Takes an erasure as far as it goes without a scrub: fenced, shredded, deleted. Can be called again after an end at any
    /// point; what is done is not done twice.
    ///
    /// - Parameters:
    ///   - turn: of the writer: one for each transaction, so that others write between them.
    ///   - didStep: called after each transaction; what it throws stops the run there.
    @discardableResult
    package func runErasure(
        _ number: UInt64, at time: Timestamp, turn: WriterTurn = .caller, didStep: () throws -> Void = {}
    ) throws -> ErasureStatus {
        func step(_ command: PrivacyCommand) throws -> CommandReport {
            try turn { try self.apply(.privacy(command)) }
        }
        var status = try erasure(number)
        if status.state == .approved {
            status = try turn { try self.fenceErasure(number, at: time) }
            try didStep()
        }
        if status.state == .fenced {
            _ = try step(.shredErasure(number, time))
            status = try erasure(number)
            try didStep()
        }
        if status.state == .shredded {
            while !(try step(.deleteErasure(number, time)).isComplete) { try didStep() }
            try didStep()
            try cleanRest(number, turn, didStep)
            _ = try step(.endDeletion(number, time))
            status = try erasure(number)
            try didStep()
        }
        return status
    }

    /// Rows taken in one transaction.
    private static let cleanedRows = 1_000

    /// Tables that are not ordered by node: read in one snapshot, and cleaned in pieces. Nothing new names the subject.
    private func cleanRest(_ number: UInt64, _ turn: WriterTurn, _ didStep: () throws -> Void) throws {
        let sealing = store.sealing
        var feed: [UInt64] = []
        var looks: [ExpiryKey] = []
        let gone = try store.environment.read { transaction in
            let gone = try ErasureNeedles.load(number, sealing, transaction).nodes
            if gone.isEmpty { return gone }
            let filter = NodeFilter(gone)
            try transaction.scan(Tables.changes) { first, payload in
                if try ChangeRowCodec.names(filter, in: payload) { feed.append(first) }
                return .proceed
            }
            try transaction.scan(Tables.expiries) { key, _ in
                if filter.contains(key.node) || filter.contains(key.other) { looks.append(key) }
                return .proceed
            }
            return gone
        }
        for start in stride(from: 0, to: feed.count, by: Self.cleanedRows) {
            let piece = Array(feed[start..<min(start + Self.cleanedRows, feed.count)])
            try turn { try self.store.environment.write { try Applier.cleanFeed(piece, of: gone, &$0) } }
            try didStep()
        }
        for start in stride(from: 0, to: looks.count, by: Self.cleanedRows) {
            let piece = Array(looks[start..<min(start + Self.cleanedRows, looks.count)])
            try turn {
                try self.store.environment.write { transaction in
                    for key in piece { _ = try transaction.delete(Tables.expiries, key) }
                }
            }
            try didStep()
        }
    }
}
