package import Identity
package import LMDB
internal import Synchronization

/// Brings identity keys from the first version, in which an intake makes them, to the one that a store holds.
///
/// While nothing was ever rotated that costs one look at a flag. After, a key is nested once for each version since, and while
/// a rotation is under way a key may stand in either of two versions, whichever its node has.
package final class StoredKeys: Sendable {
    private let keys: StoreKeys
    private let isWriter: Bool
    /// From the first version to the second, and so on, as far as they are known.
    private let nestings = Mutex<[IdentityNesting]>([])
    /// Whether any key may be of another version than the first: known to the process that rotates them.
    private let mayDiffer: Atomic<Bool>

    init(_ keys: StoreKeys, _ version: KeyVersion, isWriter: Bool) {
        self.keys = keys
        self.isWriter = isWriter
        mayDiffer = Atomic(version.newest > 1)
    }

    /// A rotation has begun in this process.
    package func noteRotation() { mayDiffer.store(true, ordering: .releasing) }

    /// Whether keys must be brought to another version at all; another process may rotate what this one only reads.
    package var isOpen: Bool { !isWriter || mayDiffer.load(ordering: .acquiring) }

    /// A key of the first version, in a later one.
    package func nested(_ key: IdentityKey, to version: UInt16) throws -> IdentityKey {
        guard version > 1 else { return key }
        var key = key
        for nesting in try steps(to: version).prefix(Int(version) - 1) { key = nesting.nested(key) }
        return key
    }

    /// A key of one version, in the next.
    package func next(_ key: IdentityKey, to version: UInt16) throws -> IdentityKey {
        try steps(to: version)[Int(version) - 2].nested(key)
    }

    /// A key of the first version, in every one up to the newest.
    package func versions(of key: IdentityKey, upTo version: UInt16) throws -> [UInt16: IdentityKey] {
        var keys: [UInt16: IdentityKey] = [1: key]
        var current = key
        for nesting in try steps(to: version).prefix(Int(version) - 1) {
            current = nesting.nested(current)
            keys[nesting.version] = current
        }
        return keys
    }

    /// The key as it stands in the store; the newest where it does not. A key that was read from the store is itself.
    package func stored(_ key: IdentityKey, _ snapshot: borrowing some Snapshot & ~Copyable) throws -> IdentityKey {
        guard isOpen else { return key }
        let version = try snapshot.keyVersion()
        guard version.newest > 1 else { return key }
        let newest = try nested(key, to: version.newest)
        if try snapshot.contains(Tables.identifiers, newest) { return newest }
        if let rotation = version.rotation {
            let older = try nested(key, to: rotation.from)
            if try snapshot.contains(Tables.identifiers, older) { return older }
        }
        return try snapshot.contains(Tables.identifiers, key) ? key : newest
    }

    /// The bundle is read again where it has grown since.
    private func steps(to version: UInt16) throws -> [IdentityNesting] {
        let known = nestings.withLock { $0 }
        if known.count >= Int(version) - 1 { return known }
        let ring = try KeyRing(bundle: keys.load())
        let all = try ring.nestings(from: 1, to: ring.identityVersion)
        guard all.count >= Int(version) - 1 else {
            throw KeyError.missingKey(KeyName(.identity, version: version))
        }
        nestings.withLock { $0 = all }
        return all
    }
}
