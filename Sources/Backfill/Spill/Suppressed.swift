internal import GraphStore
internal import Identity
internal import LMDB

/// The identifiers that a load must not bring back: all codes of the store, as they stand while its writer's lock is held.
struct Suppressed: Sendable {
    private var rows: [SuppressionKey: SuppressionRow] = [:]
    private let store: Store
    private let nestings: [IdentityNesting]
    /// Free of order; another one where anything has been suppressed, or let come back, since, or identity keys were rotated.
    private(set) var fingerprint: UInt64 = 0

    /// - Parameter nestings: from the first version of identity keys to the one that the store holds.
    init(_ store: Store, _ nestings: [IdentityNesting]) throws {
        self.store = store
        self.nestings = nestings
        var rows: [SuppressionKey: SuppressionRow] = [:]
        // What was spilled has keys of one version.
        var fingerprint = UInt64(nestings.count) &* 0x9E37_79B9_7F4A_7C15
        try store.environment.read { transaction in
            try transaction.scan(Tables.suppressions) { key, payload in
                rows[key] = try SuppressionCodec.decode(payload, version: SuppressionCodec.version)
                fingerprint &+= key.code.low | 1
                return .proceed
            }
        }
        self.rows = rows
        self.fingerprint = fingerprint
    }

    var isEmpty: Bool { rows.isEmpty }

    /// Whether an identifier, by its key of the first version, must be left out: rows may be of any version. Somebody who has
    /// objected and is held still is let be.
    func contains(_ first: IdentityKey) throws -> Bool {
        var (key, version) = (first, UInt16(1))
        var cause = cause(of: key, version)
        for nesting in nestings {
            (key, version) = (nesting.nested(key), nesting.version)
            cause = self.cause(of: key, version) ?? cause
        }
        guard let cause else { return false }
        if cause == .erased { return true }
        let stored = key
        return try store.environment.read { try !$0.contains(Tables.identifiers, stored) }
    }

    private func cause(of key: IdentityKey, _ version: UInt16) -> SuppressionRow.Cause? {
        rows[store.keyRing.suppressionKey(key)].flatMap { $0.keyVersion == version ? $0.cause : nil }
    }
}
