package import Identity
package import LMDB

/// Which identifiers may not come back, over every version of the identity keys that rows are of.
///
/// A row is a code over an identity key of its version. After a rotation the rows of before stay as they are, so whoever asks
/// needs the identifier's key in each version that there are rows of: `IdentityHasher.keys` gives them from the value's hash,
/// and an older key that is held is nested up with `KeyRing.nestings`. Of a newer key alone the older cannot be had.
package struct Suppressions: Hashable, Sendable {
    /// Versions that there are rows of, ascending, with how many.
    package private(set) var versions: [UInt16: Int] = [:]

    package init() {}

    /// Counts the rows of a table by version.
    package init(_ snapshot: borrowing some Snapshot & ~Copyable) throws {
        var versions: [UInt16: Int] = [:]
        try snapshot.scan(Tables.suppressions) { _, payload in
            versions[try SuppressionCodec.decode(payload, version: SuppressionCodec.version).keyVersion, default: 0] +=
                1
            return .proceed
        }
        self.versions = versions
    }

    /// Of whom to ask: the versions that must be looked up, ascending.
    package var inUse: [UInt16] { versions.keys.sorted() }

    package mutating func add(version: UInt16) { versions[version, default: 0] += 1 }

    package mutating func remove(version: UInt16) {
        guard let count = versions[version] else { return }
        versions[version] = count > 1 ? count - 1 : nil
    }

    /// What looking an identifier up comes to.
    package enum Answer: Hashable, Sendable {
        case free
        case suppressed(SuppressionRow)
        /// Its key of this version was not given, and there are rows of it: it cannot be said that it is free.
        case unknown(version: UInt16)
    }

    /// Whether an identifier is suppressed.
    ///
    /// - Parameters:
    ///   - keys: its identity key by version, those of `inUse` at least.
    ///   - row: the row of a key, where there is one.
    package func answer(
        for keys: [UInt16: IdentityKey], keyRing: KeyRing, row: (SuppressionKey) throws -> SuppressionRow?
    ) rethrows -> Answer {
        var missing: UInt16?
        for version in inUse {
            guard let key = keys[version] else {
                missing = missing ?? version
                continue
            }
            // A row of another version under this code would be chance or forgery: it says nothing of this key.
            if let row = try row(keyRing.suppressionKey(key)), row.keyVersion == version { return .suppressed(row) }
        }
        return missing.map { .unknown(version: $0) } ?? .free
    }

    /// The same by the table.
    package func answer(
        for keys: [UInt16: IdentityKey], keyRing: KeyRing, _ snapshot: borrowing some Snapshot & ~Copyable
    ) throws -> Answer {
        for version in inUse {
            guard let key = keys[version] else { continue }
            if let row = try snapshot.get(Tables.suppressions, keyRing.suppressionKey(key)), row.keyVersion == version {
                return .suppressed(row)
            }
        }
        let missing = inUse.first { keys[$0] == nil }
        return missing.map { .unknown(version: $0) } ?? .free
    }
}

extension IdentityHasher {
    /// The keys of a value by version, as `Suppressions` asks for them.
    package func keysByVersion(sha256 digest: Digest) -> [UInt16: IdentityKey] {
        var keys: [UInt16: IdentityKey] = [:]
        for (index, key) in self.keys(sha256: digest).enumerated() { keys[UInt16(index + 1)] = key }
        return keys
    }
}
