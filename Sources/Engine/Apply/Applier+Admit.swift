internal import GraphStore
internal import Identity
internal import LMDB
internal import Stitching

/// Which identifiers may come into the store. Only one that is new to it is looked up among the suppressed.
extension Applier {
    /// The node of an identifier, new where the store has none; nil: it is suppressed.
    func admit(
        _ identifier: KeyedIdentifier, _ workspace: inout Workspace, _ transaction: borrowing WriteTransaction
    ) throws -> Int32? {
        try admit(identifier.key, namespaceID(identifier), &workspace, transaction)
    }

    private func admit(
        _ key: IdentityKey, _ namespace: NamespaceID, _ workspace: inout Workspace,
        _ transaction: borrowing WriteTransaction
    ) throws -> Int32? {
        if let known = try workspace.existing(key, transaction) { return workspace.isFenced(known) ? nil : known }
        if try isSuppressed(key, transaction) { return nil }
        let newest = newest(key)
        // Its node went while it waited to be rotated, and has come back under the new key.
        if newest != key, let known = try workspace.existing(newest, transaction) { return known }
        return workspace.make(newest, namespace)
    }

    func isSuppressed(_ key: IdentityKey, _ snapshot: borrowing some Snapshot & ~Copyable) throws -> Bool {
        guard hasSuppressions else { return false }
        for (version, key) in try suppressionKeys(key) {
            if try snapshot.suppression(of: key, keyRing)?.keyVersion == version { return true }
        }
        return false
    }

    /// The identifiers of an observation without those that are suppressed.
    func admitted(
        _ observation: KeyedObservation, _ workspace: inout Workspace, _ transaction: borrowing WriteTransaction
    ) throws -> [Int32] {
        var nodes: [Int32] = []
        nodes.reserveCapacity(observation.identifiers.count)
        for identifier in observation.identifiers {
            if let node = try admit(identifier, &workspace, transaction) { nodes.append(node) }
        }
        return nodes
    }

    /// The node of a record and those of its identifiers; nil where the record, or each of its identifiers, is suppressed.
    func admitted(
        _ record: KeyedRecord, _ observation: KeyedObservation, _ workspace: inout Workspace,
        _ transaction: borrowing WriteTransaction
    ) throws -> (record: Int32, identifiers: [Int32])? {
        guard let dense = try admit(record.key, .record, &workspace, transaction) else { return nil }
        let identifiers = try admitted(observation, &workspace, transaction)
        if identifiers.isEmpty, !observation.identifiers.isEmpty {
            // A record that is new is held unless somebody says otherwise.
            if workspace.isNew(dense) { workspace.drop(record: dense) }
            return nil
        }
        return (dense, identifiers)
    }
}
