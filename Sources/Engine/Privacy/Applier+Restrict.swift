internal import GraphStore
internal import Identity
internal import LMDB
internal import Stitching

/// Stored, not used: restriction (Art. 18) and objection (Art. 21), and what ends them.
extension Applier {
    /// Keeps every identifier of a profile from purposes. Where it is an objection, none of them can come back once it has
    /// gone.
    ///
    /// - Returns: how many identifiers.
    mutating func restrict(
        _ subject: PrivacySubject, _ kind: RestrictionKind, _ purposes: UInt32, _ act: PrivacyAct,
        _ transaction: inout WriteTransaction
    ) throws -> Int {
        let members = try identifiers(of: subject, transaction)
        let keys = members.isEmpty ? try given(subject) : members.map(\.key)
        let entry = try audit(
            kind == .restriction ? "privacy restrict" : "privacy object", act, keys, &transaction)
        if kind == .objection {
            for key in keys {
                let code = keyRing.suppressionKey(key)
                if try transaction.contains(Tables.suppressions, code) { continue }
                let row = SuppressionRow(
                    keyVersion: state.keys.newest, cause: .objected, time: act.time, reference: entry)
                try transaction.put(Tables.suppressions, code, row)
            }
        }
        var workspace = makeWorkspace()
        for member in members {
            let held = try transaction.get(Tables.restrictions, member.node)
            var row = RestrictionRow(
                restricted: held?.restricted ?? 0, objected: held?.objected ?? 0, time: act.time, entry: entry)
            switch kind {
            case .restriction: row.restricted |= purposes
            case .objection: row.objected |= purposes
            }
            guard row.purposes != 0 else { continue }
            try transaction.put(Tables.restrictions, member.node, row)
            try workspace.noteRestriction(try workspace.load(member.node, transaction), transaction)
        }
        try finish(&workspace, &transaction)
        return keys.count
    }

    /// - Returns: how many identifiers are used again.
    mutating func lift(
        _ subject: PrivacySubject, _ kind: RestrictionKind, _ act: PrivacyAct, _ transaction: inout WriteTransaction
    ) throws -> Int {
        let members = try identifiers(of: subject, transaction)
        let keys = members.isEmpty ? try given(subject) : members.map(\.key)
        try audit(
            kind == .restriction ? "privacy lift restriction" : "privacy lift objection", act, keys, &transaction)
        var lifted = 0
        var entries: Set<UInt64> = []
        var workspace = makeWorkspace()
        for member in members {
            guard var row = try transaction.get(Tables.restrictions, member.node) else { continue }
            let before = row
            if kind == .restriction { row.restricted = 0 } else { row.objected = 0 }
            guard row != before else { continue }
            lifted += 1
            entries.insert(before.entry)
            if row.purposes == 0 {
                _ = try transaction.delete(Tables.restrictions, member.node)
            } else {
                try transaction.put(Tables.restrictions, member.node, row)
            }
            try workspace.noteRestriction(try workspace.load(member.node, transaction), transaction)
        }
        if kind == .objection {
            try forget(keys, .objected, &transaction)
            try forgetOlder(entries, &transaction)
        }
        try finish(&workspace, &transaction)
        return lifted
    }

    /// Removes suppressions for one cause, or for any.
    private func forget(
        _ keys: [IdentityKey], _ cause: SuppressionRow.Cause?, _ transaction: inout WriteTransaction
    ) throws {
        for (version, key) in try keys.flatMap({ try suppressionKeys($0) }) {
            let code = keyRing.suppressionKey(key)
            guard let row = try transaction.get(Tables.suppressions, code), row.keyVersion == version,
                cause == nil || row.cause == cause
            else { continue }
            _ = try transaction.delete(Tables.suppressions, code)
        }
    }

    /// Removes suppressions of before a rotation, of identifiers whose keys of then nobody has: by the objection that they are of.
    private func forgetOlder(_ entries: Set<UInt64>, _ transaction: inout WriteTransaction) throws {
        guard state.keys.newest > 1, !entries.isEmpty else { return }
        var codes: [SuppressionKey] = []
        let newest = state.keys.newest
        try transaction.scan(Tables.suppressions) { code, payload in
            let row = try SuppressionCodec.decode(payload, version: SuppressionCodec.version)
            if row.cause == .objected, row.keyVersion < newest, entries.contains(row.reference) { codes.append(code) }
            return .proceed
        }
        for code in codes { _ = try transaction.delete(Tables.suppressions, code) }
    }

    private func given(_ subject: PrivacySubject) throws -> [IdentityKey] {
        guard case .key(let identifier) = subject else { throw EngineError.unknownSubject }
        return [identifier.key]
    }

    /// The identifiers of the subject's profile that are not hubs, hidden ones left out; the one that is named always.
    private func identifiers(
        of subject: PrivacySubject, _ snapshot: borrowing some Snapshot & ~Copyable
    ) throws -> [Member] {
        guard let node = try node(of: subject, snapshot), let component = try snapshot.component(of: node)?.component,
            let start = component.members.first(where: { $0.node == node }), !start.flags.contains(.fenced)
        else { return [] }
        if start.flags.contains(.hidden) { return [start] }
        return component.members.filter { member in
            guard member.cluster == start.cluster, !member.flags.contains(.hidden) else { return false }
            return member.node == node || (member.namespace != .record && !member.flags.contains(.hub))
        }
    }

    // MARK: Coming back

    /// Enters a new consent of somebody suppressed, and with it lets the identifiers come back that it is given on.
    mutating func readmit(
        _ observation: KeyedObservation, _ act: PrivacyAct, _ transaction: inout WriteTransaction
    ) throws -> [ItemOutcome] {
        guard !observation.decisions.isEmpty, observation.decisions.allSatisfy({ $0.kind == .granted }) else {
            throw EngineError.notAGrant
        }
        let keys = Set(observation.decisions.map(\.identifier.key)).sorted()
        try audit("privacy readmit", act, keys, &transaction)
        try forget(keys, nil, &transaction)
        return try decide([observation], &transaction)
    }
}
