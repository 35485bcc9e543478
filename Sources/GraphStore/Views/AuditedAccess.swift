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
        to principal: String, role: PrivacyRole, action: AuditWord, reason: String, subjects: [IdentityKey],
        time: Timestamp, keyRing: KeyRing, _ transaction: inout WriteTransaction
    ) throws -> AuditedAccess {
        let draft = AuditLog.Draft(
            time: time, principal: principal, role: role.word, action: action, reason: reason, subjects: subjects)
        return AuditedAccess(try AuditLog.enter(draft, keyRing: keyRing, &transaction).entry)
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
