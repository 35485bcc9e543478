internal import GraphStore
internal import Identity
internal import LMDB
internal import Stitching

/// Builds the next generation of a store under another configuration, from the evidence of the one in use: the same nodes
/// under the same ids, as if all of it had been recorded so from the start.
///
/// Pieces of bounded size, each one transaction with the mark of how far it came. The source is only read.
final class Rebuild {
    let source: Store
    let target: Generation
    let isDryRun: Bool
    let progress: (RepartitionProgress) throws -> Void
    var state: StoreState
    var mark: BuildMark
    private let linkage: Linkage?
    private var rows = 0

    /// A piece ends once it has read this many rows.
    let pieceRows: Int
    /// Or has loaded this many nodes and links.
    var pieceLoad: Int { pieceRows * 6 }

    /// Opens the next generation: one that was begun from the same source with the same aim, or a new one.
    init(
        _ source: Store, _ configuration: Configuration, _ options: Environment.Options, isDryRun: Bool,
        pieceRows: Int, _ progress: @escaping (RepartitionProgress) throws -> Void
    ) throws {
        self.source = source
        self.isDryRun = isDryRun
        self.pieceRows = pieceRows
        self.progress = progress
        let transaction = try source.environment.info().lastTransaction
        let start = try source.environment.read { try StoreState($0, configuration: configuration) }
        let configuration = start.configuration
        linkage = try source.environment.read { try Linkage.active($0, configuration, source.keyRing, source.sealing) }
        let aim = BuildMark(feedStart: start.feedNext, source: transaction, configuration: configuration.hash)
        if let (target, mark) = try Self.begun(source, options, aim) {
            self.target = target
            self.mark = mark
            state = try target.environment.read { try StoreState($0, configuration: configuration) }
            return
        }
        target = try Generation.beginEmpty(after: source, options: options)
        mark = aim
        state = start
        state.componentLimited = 0
        try fill()
    }

    /// A build that can be taken up; nil where it is of another source or aim, or never got so far as to say.
    private static func begun(
        _ source: Store, _ options: Environment.Options, _ aim: BuildMark
    ) throws -> (Generation, BuildMark)? {
        let found: Generation?
        do { found = try Generation.resume(after: source, options: options) } catch is LMDBError { return nil }
        guard let target = found else { return nil }
        let bytes = try target.environment.read { try $0.get(Tables.meta, MetaKey(.building)) }
        guard let mark = bytes.flatMap({ BuildMark($0) }), mark.source == aim.source,
            mark.configuration == aim.configuration
        else { return nil }
        return (target, mark)
    }

    /// What a store knows of itself, with the new configuration.
    private func fill() throws {
        let (state, mark) = (state, mark)
        self.state = try source.environment.read { old in
            var transaction = try target.environment.beginWrite()
            try old.scan(Tables.meta) { key, payload in
                if key.kind == .building { return .proceed }
                try transaction.putBytes(Tables.meta, key, payload)
                return .proceed
            }
            let text = Array(state.configuration.canonicalText.utf8)
            try transaction.put(Tables.meta, MetaKey(.configuration), text)
            try transaction.put(Tables.meta, MetaKey(.building), mark.bytes)
            var saved = state
            try saved.save(&transaction)
            try transaction.commit()
            return saved
        }
    }

    // MARK: Running

    func run() throws -> RepartitionReport {
        let new = state.configuration
        let found = try source.environment.read { transaction in
            let state = try StoreState(transaction, configuration: source.configuration)
            return (
                digests: try transaction.digests(state),
                comparison: try PartitionComparison(before: transaction, nextNode: state.nextNode)
            )
        }
        var report = RepartitionReport(before: found.digests)
        report.configurationChanges = new.differences(from: source.configuration)
        while mark.stage < .feed { try runPiece() }
        let digests = try target.environment.read { try $0.digests(state) }
        try verify(found.digests, digests)
        var comparison = found.comparison
        var samples = RepartitionSamples(keyRing: source.keyRing)
        try compare(&comparison, &samples)
        report.fill(comparison, samples)
        report.after = RepartitionReport.Digests(digests)
        report.overfullComponents = mark.overfull
        report.isApplied = !isDryRun
        return report
    }

    /// What was said must be the same in both, whatever follows from it.
    private func verify(_ before: StoreDigests, _ after: StoreDigests) throws {
        let counts = try [source.environment, target.environment].map { environment in
            try environment.read { transaction in
                var members = 0
                try transaction.scan(Tables.components) { _, payload in
                    if ComponentCodec.isComponent(payload) { members += try ComponentView(payload).memberCount }
                    return .proceed
                }
                return [members, try transaction.count(Tables.identifiers)]
            }
        }
        guard before.evidence == after.evidence, counts[0] == counts[1] else {
            throw StoreError.damaged(
                "what was built does not hold the evidence that the store holds, so the store stays as it is")
        }
    }

    /// One piece of the stage that is due; the next stage where nothing of it is left.
    private func runPiece() throws {
        let before = mark.stage
        switch mark.stage {
        case .copying: try copyPiece()
        case .components: try componentsPiece()
        case .suspended: try suspendedPiece()
        case .assertions: try assertionsPiece()
        case .decisions: try decisionsPiece()
        case .overfull: try evaluateOverfull()
        case .heirs: try passOnHeirs()
        case .feed, .finished: break
        }
        if mark.stage != before { rows = 0 }
    }

    /// Commits a piece: what it wrote, the state and the mark.
    func commit(_ transaction: consuming WriteTransaction, rows count: Int) throws {
        var saved = state
        try saved.save(&transaction)
        try transaction.put(Tables.meta, MetaKey(.building), mark.bytes)
        try transaction.commit()
        state = saved
        rows += count
        try progress(RepartitionProgress(stage: mark.stage, rows: rows))
    }

    func makeWorkspace() -> Workspace {
        var workspace = Workspace(policies: state.policies, hour: state.clock.hour, nextNode: state.nextNode)
        workspace.hasIdentifierRows = true
        workspace.passesOnHeirs = false
        workspace.linkage = linkage
        return workspace
    }

    func finish(_ workspace: inout Workspace, _ transaction: inout WriteTransaction) throws {
        try workspace.settle(transaction)
        try workspace.write(&transaction)
        state.componentLimited += workspace.totals.componentLimited
    }

    // MARK: Comparing

    /// Tells the feed what has become of profiles; entries that an earlier run has written are not written again.
    private func compare(
        _ comparison: inout PartitionComparison, _ samples: inout RepartitionSamples
    ) throws {
        var skipped = Int(state.feedNext - mark.feedStart)
        var waiting: [Change] = []
        let snapshot = try target.environment.beginRead()
        var found = samples
        try comparison.compare(after: snapshot) { change in
            found.offer(change)
            guard !isDryRun else { return }
            guard skipped == 0 else {
                skipped -= 1
                return
            }
            waiting.append(change)
            guard waiting.count >= pieceRows else { return }
            try feed(&waiting)
        }
        samples = found
        if !isDryRun { try end(&waiting) }
    }

    private func feed(_ waiting: inout [Change]) throws {
        var transaction = try target.environment.beginWrite()
        let count = waiting.count
        try write(waiting, &transaction)
        waiting = []
        try commit(transaction, rows: count)
    }

    private func write(_ changes: [Change], _ transaction: inout WriteTransaction) throws {
        try state.feed(changes, &transaction)
        try state.trimFeed(&transaction)
    }

    /// The last piece: from then on the generation is one like any other.
    private func end(_ waiting: inout [Change]) throws {
        mark.begin(.finished)
        var transaction = try target.environment.beginWrite()
        try write(waiting, &transaction)
        try state.save(&transaction)
        try transaction.put(Tables.meta, MetaKey(.building), mark.bytes)
        try transaction.commit()
    }
}

extension RepartitionProgress.Stage: Comparable {
    package static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
}
