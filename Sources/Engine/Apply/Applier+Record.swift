internal import GraphStore
internal import Identity
internal import LMDB
internal import Scoring
internal import Stitching

/// Recording: events are folded into links, records replace their earlier versions.
extension Applier {
    mutating func record(
        _ observations: [KeyedObservation], _ report: inout CommandReport, _ transaction: inout WriteTransaction
    ) throws -> [ItemOutcome] {
        var outcomes: [ItemOutcome] = []
        outcomes.reserveCapacity(observations.count)
        var workspace = makeWorkspace()
        var ledger = OutcomeLedger()
        var facts = FactBatch()
        var traffic = TrafficBatch()
        for observation in observations {
            let decisions = try enter(observation, &workspace, &transaction)
            report.suppressed += try take(observation, &workspace, &ledger, &facts, &traffic, &transaction)
            if !decisions.isEmpty { ledger.attach(decisions) }
            report.suppressed += decisions.count { $0.effect == .suppressed }
            guard workspace.load >= Self.workspaceLoad else { continue }
            outcomes += try close(&workspace, &ledger, &facts, &traffic, &transaction)
            workspace = makeWorkspace()
        }
        outcomes += try close(&workspace, &ledger, &facts, &traffic, &transaction)
        report.factsRefused = facts.refused
        return outcomes
    }

    private mutating func close(
        _ workspace: inout Workspace, _ ledger: inout OutcomeLedger, _ facts: inout FactBatch,
        _ traffic: inout TrafficBatch, _ transaction: inout WriteTransaction
    ) throws -> [ItemOutcome] {
        try finish(&workspace, &transaction)
        try facts.write(workspace, SealedFacts(keyRing, sealing), &transaction)
        let devices = try traffic.write(workspace, sealedTraffic, &transaction)
        if !devices.isEmpty { try refile(devices, &transaction) }
        let outcomes = ledger.outcomes(workspace) { profileID($0) }
        ledger = OutcomeLedger()
        return outcomes
    }

    /// - Returns: how many identifiers were left out because they are suppressed.
    private mutating func take(
        _ observation: KeyedObservation, _ workspace: inout Workspace, _ ledger: inout OutcomeLedger,
        _ facts: inout FactBatch, _ traffic: inout TrafficBatch, _ transaction: inout WriteTransaction
    ) throws -> Int {
        let source = state.register(source: observation.source)
        if let tombstone = state.sources[Int(source.rawValue)].tombstone, observation.time <= tombstone {
            state.advance(to: observation.time)
            ledger.refuse(.retracted())
            return 0
        }
        if let record = observation.record {
            return try take(record, observation, source, &workspace, &ledger, &facts, &transaction)
        }
        let identifiers = try admitted(observation, &workspace, transaction)
        let suppressed = observation.identifiers.count - identifiers.count
        guard !identifiers.isEmpty else {
            state.advance(to: observation.time)
            ledger.refuse(.suppressed())
            return suppressed
        }
        let traits = state.policies.sources[Int(source.rawValue)]
        let fold = Fold(source: source, traits: traits, time: observation.time)
        let isTaken = try workspace.observe(
            identifiers, fold, purgeHour: state.purgeHorizon?.hour, transaction)
        guard isTaken else {
            ledger.refuse(.olderThanPurge())
            return suppressed
        }
        state.note(observation.time, eventOf: source)
        ledger.note(identifiers, workspace, suppressed: suppressed)
        // What somebody suppressed has done is nobody else's.
        if suppressed == 0 {
            try note(observation, identifiers, source, workspace, &facts)
            note(observation, identifiers, source, workspace, &traffic)
        }
        return suppressed
    }

    private mutating func take(
        _ record: KeyedRecord, _ observation: KeyedObservation, _ source: SourceID, _ workspace: inout Workspace,
        _ ledger: inout OutcomeLedger, _ facts: inout FactBatch, _ transaction: inout WriteTransaction
    ) throws -> Int {
        let key = RecordKey(source: source, key: record.key)
        // What is refused as retracted moves the clock too: it would have, had it come before its retraction.
        state.advance(to: observation.time)
        let earlier = try transaction.get(Tables.records, key)
        if case .tombstone(let time, _)? = earlier, observation.time <= time {
            ledger.refuse(.retracted())
            return 0
        }
        guard let (dense, identifiers) = try admitted(record, observation, &workspace, transaction) else {
            ledger.refuse(.suppressed())
            return observation.identifiers.count + 1
        }
        let suppressed = observation.identifiers.count - identifiers.count
        if case .held(let held)? = earlier {
            guard supersedes(observation.time, record.contentHash.bytes, held) else {
                ledger.note([dense], workspace, suppressed: suppressed)
                return suppressed
            }
            try withdraw(held, source, &workspace, &transaction)
        }
        let node = workspace.nodeID(dense)
        let members = identifiers.map { workspace.nodeID($0) }
        for member in members {
            let row = ListingRow(source: source, time: observation.time)
            try transaction.put(Tables.listings, NodePair(member, node), row)
        }
        let contribution = RecordContribution(record: node, source: source, time: observation.time)
        try workspace.contribute(contribution, identifiers, transaction)
        try workspace.hold(record: dense, transaction)
        // The attributes of a record that lists somebody suppressed may name him.
        let kept = SealedRecord(id: record.recordID, attributes: suppressed > 0 ? nil : record.attributes)
        let row = HeldRecord(
            node: node, time: observation.time, contentHash: record.contentHash.bytes, identifiers: members.sorted(),
            sealed: try kept.seal(by: sealing, key, of: node, &transaction))
        try transaction.put(Tables.records, key, .held(row))
        let end = Likeness.End(source: source, time: observation.time)
        try file(node, kept, end, &workspace, &transaction)
        workspace.retie(dense, key)
        let behaviour = suppressed > 0 ? FactLog() : try factMaker.log(of: asSent(observation))
        facts.replace(behaviour, of: dense, FactKey(node: node, kind: .record, source: source))
        ledger.note(identifiers + [dense], workspace, suppressed: suppressed)
        return suppressed
    }

    /// Notes what an event says was done, of its strongest identifier.
    private func note(
        _ observation: KeyedObservation, _ identifiers: [Int32], _ source: SourceID,
        _ workspace: borrowing Workspace, _ facts: inout FactBatch
    ) throws {
        guard observation.behaviour != nil else { return }
        let sent = asSent(observation)
        let log = try factMaker.log(of: sent)
        guard !log.isEmpty, let place = sent.identifiers.strongest(state.configuration) else { return }
        let dense = identifiers[place]
        facts.add(log, to: dense, FactKey(node: workspace.nodeID(dense), kind: .events, source: source))
    }

    /// Takes back what the held version of a record says.
    mutating func withdraw(
        _ held: HeldRecord, _ source: SourceID, _ workspace: inout Workspace, _ transaction: inout WriteTransaction
    ) throws {
        var identifiers: [Int32] = []
        for node in held.identifiers {
            identifiers.append(try workspace.load(node, transaction))
            _ = try transaction.delete(Tables.listings, NodePair(node, held.node))
        }
        let contribution = RecordContribution(record: held.node, source: source, time: held.time)
        try workspace.withdraw(contribution, identifiers, transaction)
        try unfile(held.node, &workspace, &transaction)
    }
}

/// Whether a version of a record takes the place of the one that is held: later, or at equal times the greater hash.
private func supersedes(_ time: Timestamp, _ contentHash: [UInt8], _ held: HeldRecord) -> Bool {
    time != held.time ? held.time < time : held.contentHash.lexicographicallyPrecedes(contentHash)
}
