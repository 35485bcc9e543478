internal import GraphStore
internal import Identity
internal import LMDB
internal import Stitching

/// Two components: what would connect them if it were not suspended.
extension Explainer {
    /// A suspended link from a member of a component to a node outside.
    private struct Exit {
        var member: Member
        var far: NodeID
        var row: SuspendedRow
    }

    func across(
        _ home: Component, _ away: Component, _ explanation: inout Explanation,
        _ snapshot: borrowing some Snapshot & ~Copyable
    ) throws {
        explanation.relation = .noEvidence
        let near = try exits(home, snapshot)
        let far = try exits(away, snapshot)
        if let direct = direct(near, away) {
            explanation.path = [try step(direct, to: try member(direct.far, snapshot), snapshot)]
        } else if let direct = direct(far, home) {
            explanation.path = [try step(direct, to: try member(direct.far, snapshot), snapshot, isReversed: true)]
        } else if let pair = try shared(near, far, snapshot) {
            let middle = try member(pair.0.far, snapshot)
            explanation.path = [
                try step(pair.0, to: middle, snapshot), try step(pair.1, to: middle, snapshot, isReversed: true),
            ]
        } else {
            return
        }
        explanation.relation = .suspended
    }

    private func exits(_ component: Component, _ snapshot: borrowing some Snapshot & ~Copyable) throws -> [Exit] {
        var exits: [Exit] = []
        for member in component.members where member.flags.contains(.hasNodeRow) {
            try snapshot.scan(Tables.suspended, from: NodePair(member.node, NodeID(0))) { key, payload in
                guard key.first == member.node, exits.count < Self.followedLinks else { return .stop }
                guard key.first != key.second else { return .proceed }
                let row = try SuspendedCodec.decode(payload, version: SuspendedCodec.version)
                exits.append(Exit(member: member, far: key.second, row: row))
                return .proceed
            }
        }
        return exits
    }

    /// The suspended link that leads straight into the other component; of several, by keys.
    private func direct(_ exits: [Exit], _ other: Component) -> Exit? {
        let members = Dictionary(uniqueKeysWithValues: other.members.map { ($0.node, $0.key) })
        return
            exits
            .compactMap { exit in members[exit.far].map { (exit, $0) } }
            .min { ($0.0.member.key, $0.1) < ($1.0.member.key, $1.1) }?.0
    }

    /// Two suspended links that meet at a node of a third component, such as a kiosk.
    private func shared(
        _ near: [Exit], _ far: [Exit], _ snapshot: borrowing some Snapshot & ~Copyable
    ) throws -> (Exit, Exit)? {
        var byNode: [NodeID: Exit] = [:]
        for exit in near {
            if let known = byNode[exit.far], known.member.key < exit.member.key { continue }
            byNode[exit.far] = exit
        }
        var best: (key: IdentityKey, pair: (Exit, Exit))?
        for exit in far {
            guard let first = byNode[exit.far] else { continue }
            let key = try member(exit.far, snapshot).key
            if let best, (best.key, best.pair.1.member.key) <= (key, exit.member.key) { continue }
            best = (key, (first, exit))
        }
        return best?.pair
    }

    private func member(_ node: NodeID, _ snapshot: borrowing some Snapshot & ~Copyable) throws -> Member {
        guard let member = try snapshot.component(of: node)?.component.members.first(where: { $0.node == node }) else {
            throw StoreError.damaged("an end of a suspended link is not held")
        }
        return member
    }

    private func step(
        _ exit: Exit, to other: Member, _ snapshot: borrowing some Snapshot & ~Copyable, isReversed: Bool = false
    ) throws -> Explanation.Step {
        let statuses = try [exit.member, other].map { ($0, try hubStatus($0, snapshot)) }
        let hub = statuses.compactMap { entry in entry.1.map { (entry.0, $0) } }
            .min { $0.1.reason.rawValue < $1.1.reason.rawValue }
        let reason =
            exit.row.reason == .expired || exit.row.reason == .componentLimit
            ? exit.row.reason : hub?.1.reason ?? exit.row.reason
        let days = exit.row.folds.reduce(0) { $0 + $1.days.nonzeroBitCount }
        let (from, to) = isReversed ? (other, exit.member) : (exit.member, other)
        return Explanation.Step(
            from: end(from), to: end(to), kind: name(exit.row.kind), weight: days,
            support: support(Evidence(folds: exit.row.folds)), reason: reason.description,
            detail: [hub.map { detail($0.0, $0.1) }, recordCount(exit.row)].compactMap { $0 }.joined(separator: "; "))
    }

    private func recordCount(_ row: SuspendedRow) -> String? {
        row.unlisted.map { "supported by \($0.count) record\($0.count == 1 ? "" : "s")" }
    }

    private func detail(_ member: Member, _ status: HubStatus) -> String {
        "\(end(member)) is a hub: \(status.count) of \(state.namespaceName(status.namespace)), limit \(status.limit)"
    }

    private func hubStatus(
        _ member: Member, _ snapshot: borrowing some Snapshot & ~Copyable
    ) throws -> HubStatus? {
        guard member.flags.contains(.hub), let row = try snapshot.get(Tables.nodes, member.node) else { return nil }
        return state.policies.hubStatus(of: member.namespace, degree: row.suspended, records: row.records)
    }
}
