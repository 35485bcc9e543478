package import GraphStore
package import Identity
package import LMDB

/// Whom a question is about, by the key that the store has for him.
extension StoredKeys {
    package func stored(
        _ identifier: KeyedIdentifier, _ snapshot: borrowing some Snapshot & ~Copyable
    ) throws -> KeyedIdentifier {
        KeyedIdentifier(namespace: identifier.namespace, key: try stored(identifier.key, snapshot))
    }

    /// Whose row of `records` an intake's key names.
    func stored(_ record: RecordKey, _ snapshot: borrowing some Snapshot & ~Copyable) throws -> RecordKey {
        RecordKey(source: record.source, key: try stored(record.key, snapshot))
    }

    package func stored(
        _ subject: PrivacySubject, _ snapshot: borrowing some Snapshot & ~Copyable
    ) throws -> PrivacySubject {
        guard case .key(let identifier) = subject else { return subject }
        return .key(try stored(identifier, snapshot))
    }
}

extension Engine {
    /// An identifier with the key by which the store knows it, or would: a token for whoever is shown it.
    package func stored(_ identifier: KeyedIdentifier) throws -> KeyedIdentifier {
        let keys = store.storedKeys
        return try store.environment.read { try keys.stored(identifier, $0) }
    }
}
