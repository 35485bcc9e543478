internal import GraphStore
internal import Identity
internal import LMDB
internal import Stitching

/// A rotation of the identity keys, piece by piece: each a command like any other, so that others come between.
extension Applier {
    mutating func apply(
        _ step: RotationStep, _ report: inout CommandReport, _ transaction: inout WriteTransaction
    ) throws {
        switch step {
        case .begin(let act): try beginRotation(act, &transaction)
        case .piece(let rows): report.isComplete = try rotate(rows, &report, &transaction)
        }
    }

    private mutating func beginRotation(_ act: PrivacyAct, _ transaction: inout WriteTransaction) throws {
        guard state.keys.rotation == nil else { return }
        try transaction.scan(Tables.erasures) { number, payload in
            let row = try ErasureCodec.decode(payload, version: ErasureCodec.version)
            if !row.isFinished, row.state.rawValue < ErasureRow.State.deleted.rawValue {
                throw EngineError.rotationMustWait(erasure: number)
            }
            return .proceed
        }
        try audit("keys rotate identity", act, [], &transaction)
        state.keys.begin(end: NodeID(state.nextNode))
    }

    /// - Returns: whether the rotation is over.
    private mutating func rotate(
        _ rows: Int, _ report: inout CommandReport, _ transaction: inout WriteTransaction
    ) throws -> Bool {
        guard let rotation = state.keys.rotation else { return true }
        switch rotation.stage {
        case .nodes: try rotateNodes(rotation, rows, &transaction)
        case .records: try rotateRecords(rotation, rows, &transaction)
        case .evaluation: try evaluatePiece(rotation, rows, &report, &transaction)
        }
        return state.keys.rotation == nil
    }

    // MARK: Nodes

    private mutating func rotateNodes(
        _ rotation: KeyVersion.Rotation, _ rows: Int, _ transaction: inout WriteTransaction
    ) throws {
        var nodes: [NodeID] = []
        var next: NodeID?
        try transaction.scan(Tables.components, from: rotation.next) { node, _ in
            guard node < rotation.end else { return .stop }
            guard nodes.count < rows else {
                next = node
                return .stop
            }
            nodes.append(node)
            return .proceed
        }
        var byRoot: [NodeID: Set<NodeID>] = [:]
        for node in nodes {
            guard let root = try transaction.componentSize(of: node)?.root else {
                throw StoreError.damaged("a node has gone while its key was rotated")
            }
            byRoot[root, default: []].insert(node)
        }
        for root in byRoot.keys.sorted() {
            try rotateMembers(byRoot[root] ?? [], of: root, &transaction)
        }
        if let next { state.keys.rotation?.next = next } else { begin(.records) }
    }

    private mutating func begin(_ stage: KeyVersion.Stage) {
        state.keys.rotation?.stage = stage
        state.keys.rotation?.next = NodeID(0)
    }

    /// Gives some members of a component their new keys, in all tables that have them.
    private mutating func rotateMembers(
        _ nodes: Set<NodeID>, of root: NodeID, _ transaction: inout WriteTransaction
    ) throws {
        let version = state.keys.newest
        guard
            let (bytes, members) = try transaction.withValue(
                Tables.components, root,
                { payload in
                    let view = try ComponentView(payload)
                    let bytes = try view.rekeyed {
                        nodes.contains($0.node) ? try storedKeys.next($0.key, to: version) : nil
                    }
                    var members: [Member] = []
                    for place in 0..<view.memberCount { members.append(view.member(place)) }
                    return (bytes, members)
                })
        else { throw StoreError.damaged("a component has gone while its keys were rotated") }
        try transaction.putBytes(Tables.components, root, bytes.rawBytes)
        for member in members where nodes.contains(member.node) {
            let key = try storedKeys.next(member.key, to: version)
            _ = try transaction.delete(Tables.identifiers, member.key)
            try transaction.put(
                Tables.identifiers, key, IdentifierRow(node: member.node, namespace: member.namespace), .insert)
            if member.namespace == .record { try rotateRecord(member, key, &transaction) }
        }
    }

    private func rotateRecord(
        _ member: Member, _ key: IdentityKey, _ transaction: inout WriteTransaction
    ) throws {
        for number in state.sources.indices {
            let old = RecordKey(source: SourceID(UInt32(number)), key: member.key)
            guard case .held(var held)? = try transaction.get(Tables.records, old), held.node == member.node else {
                continue
            }
            let new = RecordKey(source: old.source, key: key)
            // What was shredded stays so: it opens nowhere.
            if let record = try SealedRecord(opening: held, old, by: sealing) {
                held.sealed = try record.seal(by: sealing, new, of: held.node, &transaction)
                held.isUnderStoreKey = false
            }
            _ = try transaction.delete(Tables.records, old)
            try transaction.put(Tables.records, new, .held(held), .insert)
            return
        }
    }

    // MARK: Records

    /// Gives tombstones their new keys, and ties records anew: of identifiers that are as strong, the key decides.
    private mutating func rotateRecords(
        _ rotation: KeyVersion.Rotation, _ rows: Int, _ transaction: inout WriteTransaction
    ) throws {
        var tombstones: [(key: RecordKey, time: Timestamp)] = []
        var several: [(key: RecordKey, node: NodeID)] = []
        var read = 0
        var next: RecordKey?
        try transaction.scan(Tables.records, from: rotation.nextRecord) { key, payload in
            guard read < rows else {
                next = key
                return .stop
            }
            read += 1
            switch try RecordCodec.decode(payload, version: RecordCodec.version) {
            case .tombstone(let time, let version):
                if version == rotation.from { tombstones.append((key, time)) }
            case .held(let held):
                if held.identifiers.count > 1 { several.append((key, held.node)) }
            }
            return .proceed
        }
        let version = state.keys.newest
        for (key, time) in tombstones {
            _ = try transaction.delete(Tables.records, key)
            let new = RecordKey(source: key.source, key: try storedKeys.next(key.key, to: version))
            try transaction.put(Tables.records, new, .tombstone(time, keyVersion: version), .insert)
        }
        var workspace = makeWorkspace()
        for (key, node) in several { workspace.retie(try workspace.load(node, transaction), key) }
        state.keys.changed += UInt64(try finish(&workspace, &transaction))
        if let next { state.keys.rotation?.nextRecord = next } else { begin(.evaluation) }
    }

    // MARK: Evaluation

    /// Keys break ties: what is together is found again, under the new ones.
    private mutating func evaluatePiece(
        _ rotation: KeyVersion.Rotation, _ rows: Int, _ report: inout CommandReport,
        _ transaction: inout WriteTransaction
    ) throws {
        var roots: [NodeID] = []
        var next: NodeID?
        try transaction.scan(Tables.components, from: rotation.next) { node, payload in
            guard ComponentCodec.isComponent(payload) else { return .proceed }
            guard roots.count < rows else {
                next = node
                return .stop
            }
            roots.append(node)
            return .proceed
        }
        var workspace = makeWorkspace()
        for root in roots {
            try workspace.noteDue(ExpiryKey(hour: state.clock.hour, node: root), transaction)
        }
        let changed = try finish(&workspace, &transaction)
        report.componentsEvaluated = roots.count
        state.keys.changed += UInt64(changed)
        if let next { state.keys.rotation?.next = next } else { state.keys.rotation = nil }
    }
}
