package import Identity
package import LMDB

/// The roles that may look past consent, each look on record.
package enum PrivacyRole: String, Hashable, Sendable, CaseIterable {
    case privacy, admin
}

/// Leave to read whole profiles: its making has written an entry to `audit`, in a transaction that was committed before the
/// first read.
package struct AuditedAccess: Sendable {
    package let entry: AuditEntry

    private init(_ entry: AuditEntry) { self.entry = entry }

    /// Writes the entry. The caller commits, and reads only then.
    ///
    /// - Parameters:
    ///   - principal: who looks; 1 to 256 bytes, as are action and reason at most 1,024.
    ///   - subjects: the identity keys that are looked at.
    package static func grant(
        to principal: String, role: PrivacyRole, action: String, reason: String, subjects: [IdentityKey],
        time: Timestamp, keyRing: KeyRing, _ transaction: inout WriteTransaction
    ) throws -> AuditedAccess {
        var previous = Digest.zeros
        var sequence: UInt64 = 1
        if let last = try transaction.lastKey(Tables.audit) {
            guard let entry = try transaction.get(Tables.audit, last) else {
                throw StoreError.damaged("the last entry of audit cannot be read")
            }
            previous = keyRing.audit.code(for: entry.bytes)
            sequence = last + 1
        }
        let entry = AuditEntry(
            time: time, principal: principal, role: role.rawValue, action: action, reason: reason,
            subjects: subjects.map { keyRing.auditedSubject($0) }, previous: previous)
        try transaction.put(Tables.audit, sequence, entry)
        return AuditedAccess(entry)
    }
}

extension KeyRing {
    /// How `audit` names the one who is looked at: HMAC-SHA-256 under the audit key, its first 16 bytes.
    package func auditedSubject(_ key: IdentityKey) -> IdentityKey {
        var bytes: [UInt8] = Array("subject".utf8)
        for word in [key.high, key.low] {
            for shift in stride(from: UInt64(56), through: 0, by: -8) {
                bytes.append(UInt8(truncatingIfNeeded: word >> shift))
            }
        }
        let code = audit.code(for: bytes).bytes
        func word(_ range: Range<Int>) -> UInt64 { code[range].reduce(0) { $0 << 8 | UInt64($1) } }
        return IdentityKey(high: word(0..<8), low: word(8..<16))
    }
}
