internal import GraphStore
internal import Identity
internal import LMDB
internal import Stitching

/// Where the component limit may have cut: what recording leaves in the order in which evidence came, and a whole evaluation
/// decides by the evidence alone.
struct OverfullComponents {
    /// A node of each component in question; one component may have several.
    private(set) var seeds: [NodeID] = []
    private let state: StoreState

    init(_ snapshot: borrowing some Snapshot & ~Copyable, _ state: StoreState) throws {
        self.state = state
        try findLinks(snapshot)
        try findMustLinks(snapshot)
        try findMatches(snapshot)
        try findRecords(snapshot)
    }

    private mutating func findLinks(_ snapshot: borrowing some Snapshot & ~Copyable) throws {
        guard state.componentLimited > 0 else { return }
        var found: [NodeID] = []
        try snapshot.scan(Tables.suspended) { key, payload in
            guard key.first <= key.second, key.first != found.last else { return .proceed }
            let row = try SuspendedCodec.decode(payload, version: SuspendedCodec.version)
            if row.reason == .componentLimit { found.append(key.first) }
            return .proceed
        }
        seeds += found
    }

    /// Must-links whose ends are in two components.
    private mutating func findMustLinks(_ snapshot: borrowing some Snapshot & ~Copyable) throws {
        var found: [NodeID] = []
        try snapshot.scan(Tables.assertions) { key, payload in
            guard key.first <= key.second else { return .proceed }
            let row = try AssertionCodec.decode(payload, version: AssertionCodec.version)
            guard row.claim == .same, let first = try snapshot.componentSize(of: key.first),
                let second = try snapshot.componentSize(of: key.second), first.root != second.root
            else { return .proceed }
            found.append(key.first)
            return .proceed
        }
        seeds += found
    }

    /// Likenesses whose ends are in two components.
    private mutating func findMatches(_ snapshot: borrowing some Snapshot & ~Copyable) throws {
        guard let active = try snapshot.models().first(where: \.row.isActive) else { return }
        let threshold = try LinkageModel(stored: active.row.bytes).linkThreshold
        let members = state.policies.componentMembers
        var found: [NodeID] = []
        try snapshot.scan(Tables.matches) { key, payload in
            guard key.first <= key.second,
                try MatchCodec.decode(payload, version: MatchCodec.version).weight >= threshold,
                let first = try snapshot.componentSize(of: key.first),
                let second = try snapshot.componentSize(of: key.second), first.root != second.root,
                first.members + second.members > members
            else { return .proceed }
            found.append(key.first)
            return .proceed
        }
        seeds += found
    }

    /// Records that stand alone though an identifier of theirs could hold them: all identifiers that could.
    private mutating func findRecords(_ snapshot: borrowing some Snapshot & ~Copyable) throws {
        var found: [NodeID] = []
        try snapshot.scan(Tables.records) { _, payload in
            guard case .held(let held) = try RecordCodec.decode(payload, version: RecordCodec.version),
                !held.identifiers.isEmpty, let home = try snapshot.componentSize(of: held.node), home.members == 1
            else { return .proceed }
            for identifier in held.identifiers {
                guard let member = try snapshot.storedMember(identifier), mayHold(member, held.time) else { continue }
                found.append(identifier)
            }
            return .proceed
        }
        seeds += found
    }

    private func mayHold(_ member: Member, _ time: Timestamp) -> Bool {
        guard !member.flags.contains(.hub) else { return false }
        if member.flags.contains(.pinned) { return true }
        guard let timeToLive = state.policies.timeToLive(.record, member.namespace) else { return true }
        return Evidence.lives(time, state.clock.hour, timeToLive)
    }

    /// Loads the component of a seed with all that belongs to it; nil where it was among those before.
    static func load(
        _ seed: NodeID, _ seen: inout Set<NodeID>, _ workspace: inout Workspace,
        _ transaction: borrowing WriteTransaction
    ) throws -> Bool {
        guard !seen.contains(seed) else { return false }
        let nodes = try workspace.loadWhole(seed, transaction)
        seen.formUnion(nodes)
        return !nodes.isEmpty
    }
}

extension Applier {
    /// Evaluates the component of a seed whole. One of many members takes one transaction, whatever its size: in between
    /// it would be neither as it was nor as it will be.
    ///
    /// - Returns: whether the limit cuts it; nil where it was among those before.
    mutating func evaluateWhole(
        _ seed: NodeID, _ seen: inout Set<NodeID>, _ transaction: inout WriteTransaction
    ) throws -> Bool? {
        var workspace = makeWorkspace()
        guard try OverfullComponents.load(seed, &seen, &workspace, transaction) else { return nil }
        try finish(&workspace, &transaction)
        try state.trimFeed(&transaction)
        try state.save(&transaction)
        return workspace.isCut
    }
}
