package import GraphStore
package import Identity
internal import LMDB

/// An entry of the audit, with its number.
package struct NumberedAuditEntry: Sendable {
    package var number: UInt64
    package var entry: AuditEntry
}

extension Engine {
    /// What verifies the heads of this store's audit.
    package func auditKey() throws -> VerifyingKey { try store.keyRing.auditSigningKey().publicKey }

    /// Reads every entry of the audit and every signed head, and names the first that is not as it was written.
    ///
    /// - Parameter kept: heads that were kept elsewhere: what was cut off since, with the heads beside the store, is missed by
    ///   them alone.
    package func verifyAudit(kept: [AuditHead?] = []) throws -> AuditVerdict {
        let (store, key) = (store, try auditKey())
        let heads = try store.auditHeads.read()
        return try store.environment.read {
            try AuditLog.verify($0, keyRing: store.keyRing, publicKey: key, heads: heads, kept: kept)
        }
    }

    /// Hands entries to `body`, ascending, those from a number on; it stops where that returns false.
    package func forEachAuditEntry(
        from first: UInt64 = 1, _ body: (NumberedAuditEntry) throws -> Bool
    ) throws {
        try store.environment.read { transaction in
            try transaction.scan(Tables.audit, from: first) { number, payload in
                let entry = try AuditEntryCodec.decode(payload, version: AuditEntryCodec.version)
                return try body(NumberedAuditEntry(number: number, entry: entry)) ? .proceed : .stop
            }
        }
    }
}
