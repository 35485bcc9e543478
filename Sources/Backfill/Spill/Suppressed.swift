internal import GraphStore
internal import Identity
internal import LMDB

/// The identifiers that a load must not bring back: all codes of the store, as they stand while its writer's lock is held.
struct Suppressed: Sendable {
    private var causes: [SuppressionKey: SuppressionRow.Cause] = [:]
    private let store: Store
    /// Free of order; another one where anything has been suppressed, or let come back, since.
    private(set) var fingerprint: UInt64 = 0

    init(_ store: Store) throws {
        self.store = store
        var causes: [SuppressionKey: SuppressionRow.Cause] = [:]
        var fingerprint: UInt64 = 0
        try store.environment.read { transaction in
            try transaction.scan(Tables.suppressions) { key, payload in
                causes[key] = try SuppressionCodec.decode(payload, version: SuppressionCodec.version).cause
                fingerprint &+= key.code.low | 1
                return .proceed
            }
        }
        self.causes = causes
        self.fingerprint = fingerprint
    }

    var isEmpty: Bool { causes.isEmpty }

    /// Whether an identifier must be left out. Somebody who has objected and is held still is let be.
    func contains(_ key: IdentityKey) throws -> Bool {
        guard let cause = causes[store.keyRing.suppressionKey(key)] else { return false }
        if cause == .erased { return true }
        return try store.environment.read { try !$0.contains(Tables.identifiers, key) }
    }
}
