internal import GraphStore
internal import Identity
internal import LMDB
internal import Stitching

/// A restored store does again what was done since its backup.
extension Applier {
    /// Does items of a ledger again. What is there already stays as it is.
    mutating func replay(_ items: [LedgerItem], _ transaction: inout WriteTransaction) throws {
        for case .numbers(let next) in items { state.nextNode = max(state.nextNode, next) }
        try replayRetractions(items, &transaction)
        var workspace = makeWorkspace()
        for item in items {
            switch item {
            case .numbers, .identityKey, .retractedSource, .retractedRecord: break
            case .suppression(let key, let row): try transaction.put(Tables.suppressions, key, row)
            case .erasure(let number, let row): try replay(number, row, &transaction)
            case .decision(let key, let namespace, let source, let entry):
                try replay(entry, of: key, namespace, source, &workspace, &transaction)
            case .restriction(let key, let row):
                guard let node = try transaction.get(Tables.identifiers, key)?.node else { continue }
                try transaction.put(Tables.restrictions, node, row)
                try workspace.noteRestriction(try workspace.load(node, transaction), transaction)
            }
        }
        try finish(&workspace, &transaction)
    }

    /// What was taken back since is taken back again; each in a workspace of its own.
    private mutating func replayRetractions(
        _ items: [LedgerItem], _ transaction: inout WriteTransaction
    ) throws {
        for item in items {
            switch item {
            case .retractedSource(let name, let time):
                let source = state.register(source: name)
                if let held = state.sources[Int(source.rawValue)].tombstone, held >= time { continue }
                _ = try retractSource(name, time, &transaction)
            case .retractedRecord(let source, let key, let time):
                _ = state.register(source: source)
                _ = try retractRecord(source, key, time, &transaction)
            default: continue
            }
        }
    }

    /// A request that has come further since.
    private func replay(_ number: UInt64, _ row: ErasureRow, _ transaction: inout WriteTransaction) throws {
        if let held = try transaction.get(Tables.erasures, number), held.steps.count >= row.steps.count { return }
        try ErasureNeedles.remove(number, sealing, &transaction)
        try transaction.put(Tables.erasures, number, row)
    }

    private mutating func replay(
        _ entry: ConsentEntry, of key: IdentityKey, _ namespace: NamespaceID, _ source: String,
        _ workspace: inout Workspace, _ transaction: inout WriteTransaction
    ) throws {
        let configuration = state.configuration
        guard let index = namespaceIDs.firstIndex(of: namespace), Int(entry.purpose) < state.purposes.count,
            let purpose = configuration.purposes.firstIndex(where: { $0.name == state.purposes[Int(entry.purpose)] })
        else { return }
        let law = entry.jurisdiction.flatMap { number in
            configuration.jurisdictions.firstIndex { $0.name == state.jurisdictions[Int(number)] }
        }
        let decision = KeyedDecision(
            id: entry.id, identifier: KeyedIdentifier(namespace: index, key: key), purpose: purpose, kind: entry.kind,
            scope: entry.scope, jurisdiction: law, time: entry.time, received: entry.received, lifts: entry.lifts,
            notice: entry.notice, channel: entry.channel, evidence: entry.evidence)
        state.receiptClock = max(state.receiptClock, entry.received)
        _ = try enter(decision, state.register(source: source), &workspace, &transaction)
    }

    // MARK: Erased since

    /// Fences identifiers and records that are held though they are suppressed as erased: an erasure of its own, which runs
    /// like any other.
    ///
    /// - Returns: its number.
    mutating func eraseAgain(
        _ keys: [IdentityKey], _ act: PrivacyAct, _ transaction: inout WriteTransaction
    ) throws -> UInt64 {
        let number = (try transaction.lastKey(Tables.erasures) ?? 0) + 1
        var row = ErasureRow(
            steps: [.requested, .approved, .fenced].map { .init(state: $0, time: act.time, principal: act.principal) },
            due: act.time, isOnly: true, approvals: 1,
            requestHash: Digest(sha256: Array(act.reason.utf8).span), reason: act.reason, subject: [])
        var needles = ErasureNeedles()
        for key in keys {
            guard let held = try transaction.get(Tables.identifiers, key) else { continue }
            let source = held.namespace == .record ? try source(ofRecord: key, held.node, transaction) : nil
            needles.targets.append(
                .init(node: held.node, key: key, namespace: held.namespace, source: source))
            for record in try records(of: held.node, source.map { RecordKey(source: $0, key: key) }, transaction) {
                needles.seals.append(try record.seals())
            }
            for entry in try transaction.facts(of: held.node) {
                needles.seals.append(try SealedValue.needles(of: entry.row.sealed).flatMap(\.self))
            }
            try transaction.decisions(of: held.node) { _, row in
                needles.seals.append(try SealedValue.needles(of: row.sealed).flatMap(\.self))
            }
        }
        var workspace = makeWorkspace()
        for node in needles.nodes.sorted() {
            workspace.fence(try workspace.load(node, transaction))
            try unfile(node, &workspace, &transaction)
        }
        try finish(&workspace, &transaction)
        try needles.save(number, sealing, &transaction)
        row.counts.records = UInt32(needles.targets.count { $0.source != nil })
        row.counts.identifiers = UInt32(needles.targets.count) - row.counts.records
        row.counts.needles = UInt32(needles.count)
        try audit("erasure fenced", number, row, act.time, needles.targets.map(\.key), &transaction)
        try transaction.put(Tables.erasures, number, row)
        return number
    }

    private func source(
        ofRecord key: IdentityKey, _ node: NodeID, _ snapshot: borrowing some Snapshot & ~Copyable
    ) throws -> SourceID? {
        for number in state.sources.indices {
            let source = SourceID(UInt32(number))
            if case .held(let held)? = try snapshot.get(Tables.records, RecordKey(source: source, key: key)),
                held.node == node
            {
                return source
            }
        }
        return nil
    }

    /// The record itself, or those that list an identifier: what they seal goes.
    private func records(
        of node: NodeID, _ own: RecordKey?, _ snapshot: borrowing some Snapshot & ~Copyable
    ) throws -> [HeldRecord] {
        var keys = own.map { [$0] } ?? []
        if own == nil {
            try snapshot.scan(Tables.listings, from: NodePair(node, NodeID(0))) { key, payload in
                guard key.first == node else { return .stop }
                guard let member = try snapshot.storedMember(key.second) else { return .proceed }
                let source = try ListingCodec.decode(payload, version: ListingCodec.version).source
                keys.append(RecordKey(source: source, key: member.key))
                return .proceed
            }
        }
        return try keys.compactMap { key in
            guard case .held(let held)? = try snapshot.get(Tables.records, key) else { return nil }
            return held
        }
    }
}
