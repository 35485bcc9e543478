internal import GraphStore
internal import Identity
internal import LMDB
internal import Stitching

/// Matching by likeness, as commands change it.
extension Applier {
    /// The active model, as the transaction has it.
    mutating func loadLinkage(_ transaction: borrowing WriteTransaction) throws {
        guard !isLinkageLoaded else { return }
        let linkage = try Linkage.active(transaction, state.configuration, keyRing, sealing)
        likeness = linkage.map { LinkageIndex($0) }
        isLinkageLoaded = true
    }

    // MARK: Records

    /// Files a record that is held now, and has the components evaluated that this touches.
    mutating func file(
        _ node: NodeID, _ record: SealedRecord, _ end: Likeness.End, _ workspace: inout Workspace,
        _ transaction: inout WriteTransaction
    ) throws {
        guard var index = likeness, let encoding = try record.encoding(index.linkage.schema) else { return }
        likeness = nil
        defer { likeness = index }
        try index.file(node, encoding, end, &transaction)
        for node in index.takeTouched() { workspace.touch(try workspace.load(node, transaction)) }
    }

    /// Takes a record out of matching, where it is in it.
    mutating func unfile(
        _ node: NodeID, _ workspace: inout Workspace, _ transaction: inout WriteTransaction
    ) throws {
        guard var index = likeness else { return }
        likeness = nil
        defer { likeness = index }
        try index.unfile(node, &transaction)
        for node in index.takeTouched() { workspace.touch(try workspace.load(node, transaction)) }
    }

    // MARK: Models

    /// Keeps a model that nothing is linked by yet.
    mutating func keep(_ bytes: [UInt8], _ time: Timestamp, _ transaction: inout WriteTransaction) throws {
        let model = try LinkageModel(stored: bytes)
        if let held = try transaction.get(Tables.models, model.version), held.bytes != bytes {
            throw EngineError.modelExists(model.version)
        }
        let row = ModelRow(isActive: false, time: time.milliseconds, bytes: bytes)
        guard try transaction.get(Tables.models, model.version) == nil else { return }
        try transaction.put(Tables.models, model.version, row)
    }

    /// Links all that is held by a model from now on; nil: by none.
    ///
    /// - Returns: how many records were evaluated again.
    mutating func link(_ version: UInt32?, _ transaction: inout WriteTransaction) throws -> Int {
        var touched = try matched(transaction)
        for (number, row) in try transaction.models() where row.isActive != (number == version) {
            let changed = ModelRow(isActive: number == version, time: row.time, bytes: row.bytes)
            try transaction.put(Tables.models, number, changed)
        }
        likeness = nil
        isLinkageLoaded = false
        try loadLinkage(transaction)
        if version != nil, likeness == nil { throw EngineError.noSuchModel(version ?? 0) }
        if let linkage = likeness?.linkage {
            try LinkageBuild(linkage, transaction).write(&transaction)
        } else {
            try LinkageBuild.clear(&transaction)
        }
        touched.formUnion(try matched(transaction))
        // What identifiers join, records may speak against: otherwise under another model, and not at all under none.
        let others = try recordsTogether(transaction)
        try evaluate(touched.union(others).sorted(), &transaction)
        return touched.count
    }

    /// The records that have a pair.
    private func matched(_ transaction: borrowing WriteTransaction) throws -> Set<NodeID> {
        var nodes: Set<NodeID> = []
        try transaction.scan(Tables.matches) { key, _ in
            nodes.insert(key.first)
            return .proceed
        }
        return nodes
    }

    /// A record of each component that has several.
    private func recordsTogether(_ transaction: borrowing WriteTransaction) throws -> Set<NodeID> {
        var nodes: Set<NodeID> = []
        try transaction.scan(Tables.components) { _, payload in
            guard case .component(let component) = try ComponentCodec.decode(payload, version: ComponentCodec.version),
                component.members.count(where: { $0.namespace == .record }) > 1,
                let record = component.members.first(where: { $0.namespace == .record })
            else { return .proceed }
            nodes.insert(record.node)
            return .proceed
        }
        return nodes
    }
}
