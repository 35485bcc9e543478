internal import GraphStore
package import Identity
package import LMDB
internal import Stitching

extension Engine {
    /// Evaluates the store again: over-full components whole, and, where a configuration is given that is not the store's,
    /// every component under that.
    ///
    /// Under the store's own configuration the components in question are evaluated one by one in the store. Another
    /// configuration builds a generation beside the store's, from its evidence; the store is as it was until that is whole
    /// and checked, and a build that was stopped is taken up where it was unless the store has changed since. After a
    /// change of configuration the engine still reads what was before: open the store anew.
    ///
    /// - Parameters:
    ///   - options: of the new generation; but for the size of its map.
    ///   - pieceRows: how many rows a transaction of a build may take at most.
    ///   - progress: called after each piece. What it throws stops the repartition there, to be taken up again.
    /// - Throws: `cannotRepartition` where the store cannot take the configuration.
    package func repartition(
        to configuration: Configuration? = nil, isDryRun: Bool, options: Environment.Options = Environment.Options(),
        pieceRows: Int = 10_000, progress: @escaping (RepartitionProgress) throws -> Void = { _ in }
    ) throws -> RepartitionReport {
        precondition(lock != nil, "the engine was opened for reading")
        guard let configuration, configuration.hash != store.configuration.hash else {
            return try evaluateOverfull(isDryRun: isDryRun, progress)
        }
        let state = try state()
        guard state.keys.rotation == nil else { throw EngineError.rotationUnderWay }
        var refusals = try store.environment.read { try RepartitionPlan(from: state, to: configuration, $0).refusals }
        for erasure in try erasures() where erasure.row.isUnderWay {
            refusals.append("erasure \(erasure.number) is \(erasure.state): run it to its end first")
        }
        guard refusals.isEmpty else { throw EngineError.cannotRepartition(refusals) }
        let rebuild = try Rebuild(
            store, configuration, options, isDryRun: isDryRun, pieceRows: pieceRows, progress)
        let report = try rebuild.run()
        if isDryRun {
            try Generation.removeOthers(than: store.generation, in: store.directory)
        } else {
            try rebuild.target.publish(mapBytes: configuration.limits.mapBytes)
        }
        return report
    }

    // MARK: Under the store's configuration

    private func evaluateOverfull(
        isDryRun: Bool, _ progress: (RepartitionProgress) throws -> Void
    ) throws -> RepartitionReport {
        let held = store.configuration
        let found = try store.environment.read { transaction in
            let state = try StoreState(transaction, configuration: held)
            return (
                search: try OverfullComponents(transaction, state), digests: try transaction.digests(state),
                comparison: try PartitionComparison(before: transaction, nextNode: state.nextNode)
            )
        }
        var report = RepartitionReport(before: found.digests)
        var comparison = found.comparison
        if isDryRun {
            let transaction = try rehearse(found.search, &report)
            try finish(&report, &comparison, transaction)
            transaction.abort()
            return report
        }
        var seen: Set<NodeID> = []
        for seed in found.search.seeds {
            var next = applier
            let isCut = try store.environment.write { try next.evaluateWhole(seed, &seen, &$0) }
            guard let isCut else { continue }
            applier = next
            report.overfullComponents += isCut ? 1 : 0
            try progress(RepartitionProgress(stage: .overfull, rows: seen.count))
        }
        try finish(&report, &comparison, try store.environment.beginRead())
        report.isApplied = report.before.content != report.after.content
        return report
    }

    /// Does all of it in one transaction, for the caller to abort.
    private func rehearse(
        _ search: OverfullComponents, _ report: inout RepartitionReport
    ) throws -> WriteTransaction {
        var next = applier
        var transaction = try store.environment.beginWrite()
        var seen: Set<NodeID> = []
        for seed in search.seeds where try next.evaluateWhole(seed, &seen, &transaction) == true {
            report.overfullComponents += 1
        }
        return transaction
    }

    private func finish(
        _ report: inout RepartitionReport, _ comparison: inout PartitionComparison,
        _ snapshot: borrowing some Snapshot & ~Copyable
    ) throws {
        let state = try StoreState(snapshot, configuration: store.configuration)
        var samples = RepartitionSamples(keyRing: store.keyRing)
        try comparison.compare(after: snapshot) { samples.offer($0) }
        report.fill(comparison, samples)
        report.after = RepartitionReport.Digests(try snapshot.digests(state))
    }
}

/// A few of the profiles that change, by their ids.
struct RepartitionSamples {
    private(set) var merged: [RepartitionReport.Sample] = []
    private(set) var split: [RepartitionReport.Sample] = []
    private let keyRing: KeyRing

    init(keyRing: KeyRing) { self.keyRing = keyRing }

    mutating func offer(_ change: Change) {
        let limit = RepartitionReport.sampleLimit
        switch change.kind {
        case .merged where merged.count < limit:
            merged.append(
                RepartitionReport.Sample(
                    profile: name(change.anchor), others: change.others.prefix(limit).map { name($0) }))
        case .split:
            guard let whole = change.others.first.map({ name($0) }) else { return }
            if let last = split.indices.last, split[last].profile == whole {
                if split[last].others.count < limit { split[last].others.append(name(change.anchor)) }
            } else if split.count < limit {
                split.append(RepartitionReport.Sample(profile: whole, others: [name(change.anchor)]))
            }
        default: break
        }
    }

    private func name(_ anchor: NodeID) -> String {
        let words = keyRing.profileCipher.encrypt(anchor.rawValue)
        return ProfileID(high: words.0, low: words.1).description
    }
}

extension RepartitionReport {
    mutating func fill(_ comparison: PartitionComparison, _ samples: RepartitionSamples) {
        profilesBefore = comparison.profilesBefore
        profilesAfter = comparison.profilesAfter
        merged = comparison.merged
        split = comparison.split
        created = comparison.created
        gone = comparison.gone
        mergedSamples = samples.merged
        splitSamples = samples.split
    }
}
