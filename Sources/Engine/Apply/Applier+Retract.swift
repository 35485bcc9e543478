internal import GraphStore
internal import Identity
internal import LMDB
internal import Stitching

/// Taking back: a record, or all that a source has said. What is left is as if it had never come.
extension Applier {
    mutating func retractRecord(
        _ source: String, _ record: IdentityKey, _ time: Timestamp, _ transaction: inout WriteTransaction
    ) throws -> CommandReport {
        // A tombstone may come before its record, but not from a source that nobody has heard of: that is a typo.
        let isDeclared = state.configuration.sources.contains { $0.name == source }
        guard isDeclared || state.source(named: source) != nil else { throw EngineError.unknownSource(source) }
        // A tombstone would bring back the key of a record that was erased.
        if try isSuppressed(record, transaction) { return CommandReport() }
        let key = RecordKey(source: state.register(source: source), key: record)
        // A record that waits to be rotated leaves a tombstone that waits for it too.
        let version = renewed[record].flatMap { _ in state.keys.rotation?.from } ?? state.keys.newest
        var workspace = makeWorkspace()
        var report = CommandReport()
        switch try transaction.get(Tables.records, key) {
        case .held(let held)?:
            guard held.time <= time else { return report }
            try drop(held, key.source, &workspace, &transaction)
            report.recordsRetracted = 1
            try transaction.put(Tables.records, key, .tombstone(time, keyVersion: version))
        case .tombstone(let earlier, _)?:
            try transaction.put(Tables.records, key, .tombstone(max(earlier, time), keyVersion: version))
        case nil:
            try transaction.put(Tables.records, key, .tombstone(time, keyVersion: version))
        }
        try finish(&workspace, &transaction)
        return report
    }

    private mutating func drop(
        _ held: HeldRecord, _ source: SourceID, _ workspace: inout Workspace, _ transaction: inout WriteTransaction
    ) throws {
        let dense = try workspace.load(held.node, transaction)
        try withdraw(held, source, &workspace, &transaction)
        workspace.drop(record: dense)
    }

    mutating func retractSource(
        _ name: String, _ time: Timestamp, _ transaction: inout WriteTransaction
    ) throws -> CommandReport {
        guard let source = state.source(named: name) else { throw EngineError.unknownSource(name) }
        if let newest = state.sources[Int(source.rawValue)].newestEvent, time < newest {
            throw EngineError.laterEvidence(source: name, newest: newest)
        }
        state.retract(source, at: time)
        var report = CommandReport()
        report.recordsRetracted = try retractRecords(of: source, time, &transaction)
        try retractFacts(of: source, &transaction)
        report.componentsEvaluated = try clean(&transaction, { $0.contains { $0.source == source } }) {
            $0.removeFolds(of: source)
        }
        return report
    }

    private mutating func retractRecords(
        of source: SourceID, _ time: Timestamp, _ transaction: inout WriteTransaction
    ) throws -> Int {
        var retracted = 0
        var from: RecordKey? = RecordKey(source: source, key: IdentityKey(high: 0, low: 0))
        while let start = from {
            var piece: [(key: RecordKey, row: RecordRow)] = []
            from = nil
            try transaction.scan(Tables.records, from: start) { key, payload in
                guard key.source == source else { return .stop }
                guard piece.count < Self.pieceSize else {
                    from = key
                    return .stop
                }
                piece.append((key, try RecordCodec.decode(payload, version: RecordCodec.version)))
                return .proceed
            }
            var workspace = makeWorkspace()
            for (key, row) in piece {
                switch row {
                case .held(let held) where held.time <= time:
                    try drop(held, source, &workspace, &transaction)
                    retracted += 1
                case .tombstone(let earlier, _) where earlier <= time: break
                default: continue
                }
                _ = try transaction.delete(Tables.records, key)
            }
            try finish(&workspace, &transaction)
        }
        return retracted
    }

    /// What its events said was done; what its records say goes with them.
    private mutating func retractFacts(of source: SourceID, _ transaction: inout WriteTransaction) throws {
        var from: FactKey? = FactKey.first(of: NodeID(0))
        var devices: Set<NodeID> = []
        while let start = from {
            var piece: [FactKey] = []
            from = nil
            try transaction.scan(Tables.facts, from: start) { key, _ in
                guard piece.count < Self.pieceSize else {
                    from = key
                    return .stop
                }
                if key.source == source, key.kind != .record { piece.append(key) }
                return .proceed
            }
            for key in piece {
                if key.kind == .traffic { devices.insert(key.node) }
                _ = try transaction.delete(Tables.facts, key)
            }
        }
        try refile(devices, &transaction)
    }

    // MARK: Cleaning

    /// Visits every link whose folds `concern` the change, in pieces, until none is left.
    mutating func clean(
        _ transaction: inout WriteTransaction, _ concern: ([Fold]) -> Bool, _ change: (inout Workspace) -> Void
    ) throws -> Int {
        var visited = 0
        while true {
            let places = try concerned(concern, transaction)
            if places.isEmpty { return visited }
            visited += places.count
            var workspace = makeWorkspace()
            for place in places {
                if let other = place.suspendedEnd {
                    try workspace.loadSuspendedLink(NodePair(place.node, other), transaction)
                } else {
                    try workspace.load(place.node, transaction)
                }
            }
            change(&workspace)
            try finish(&workspace, &transaction)
        }
    }

    /// A component's root, or an end of a suspended link.
    private struct Place {
        var node: NodeID
        var suspendedEnd: NodeID?
    }

    private func concerned(
        _ concern: ([Fold]) -> Bool, _ transaction: borrowing WriteTransaction
    ) throws -> [Place] {
        var places: [Place] = []
        try transaction.scan(Tables.components) { node, payload in
            guard case .component(let component) = try ComponentCodec.decode(payload, version: ComponentCodec.version)
            else { return .proceed }
            if component.links.contains(where: { $0.kind != .probabilistic && concern($0.evidence.folds) }) {
                places.append(Place(node: node))
            }
            return places.count < Self.pieceSize ? .proceed : .stop
        }
        try transaction.scan(Tables.links) { key, payload in
            let row = try LinkRowCodec.decode(payload, version: LinkRowCodec.version)
            if row.kind != .probabilistic, concern(row.evidence.folds) { places.append(Place(node: key.ends.first)) }
            return places.count < Self.pieceSize ? .proceed : .stop
        }
        try transaction.scan(Tables.suspended) { key, payload in
            guard key.first <= key.second else { return .proceed }
            let row = try SuspendedCodec.decode(payload, version: SuspendedCodec.version)
            if concern(row.folds) { places.append(Place(node: key.first, suspendedEnd: key.second)) }
            return places.count < Self.pieceSize ? .proceed : .stop
        }
        return places
    }

    // MARK: Purging

    /// Deletes events that are hidden at `time`; records stay, with what they say of their identifiers.
    mutating func purge(at time: Timestamp, _ transaction: inout WriteTransaction) throws -> Int {
        guard time <= state.clock else { throw EngineError.afterClock(asked: time, clock: state.clock) }
        state.purgeHorizon = max(state.purgeHorizon ?? time, time)
        return try purgeFolds(&transaction)
    }

    private mutating func purgeFolds(_ transaction: inout WriteTransaction) throws -> Int {
        let horizon = time(of: state.purgeHorizon)
        var visited = 0
        var from: NodeID? = NodeID(0)
        while let start = from {
            var roots: [NodeID] = []
            from = nil
            try transaction.scan(Tables.components, from: start) { node, payload in
                guard roots.count < Self.pieceSize else {
                    from = node
                    return .stop
                }
                if ComponentCodec.isComponent(payload) { roots.append(node) }
                return .proceed
            }
            var workspace = makeWorkspace()
            for root in roots { _ = try workspace.loadIfHeld(root, transaction) }
            workspace.removeHidden(at: horizon)
            try finish(&workspace, &transaction)
            visited += roots.count
        }
        return try visited + purgeSuspended(horizon, &transaction)
    }

    private mutating func purgeSuspended(_ horizon: Int32, _ transaction: inout WriteTransaction) throws -> Int {
        var visited = 0
        var from: NodePair? = NodePair(NodeID(0), NodeID(0))
        while let start = from {
            var piece: [NodePair] = []
            from = nil
            try transaction.scan(Tables.suspended, from: start) { key, _ in
                guard piece.count < Self.pieceSize else {
                    from = key
                    return .stop
                }
                if key.first <= key.second { piece.append(key) }
                return .proceed
            }
            var workspace = makeWorkspace()
            for ends in piece { try workspace.loadSuspendedLink(ends, transaction) }
            workspace.removeHidden(at: horizon)
            try finish(&workspace, &transaction)
            visited += piece.count
        }
        return visited
    }

    private func time(of horizon: Timestamp?) -> Int32 { horizon?.hour ?? 0 }
}
