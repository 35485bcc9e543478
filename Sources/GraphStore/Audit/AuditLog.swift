package import Identity
package import LMDB

/// Entering and verifying the audit of a store.
package enum AuditLog {
    /// What an entry says, before it has its place.
    package struct Draft: Hashable, Sendable {
        package var time: Timestamp
        package var principal: String
        package var role: AuditWord
        package var action: AuditWord
        package var reason: String
        package var subjects: [IdentityKey]

        /// - Parameters:
        ///   - principal: who; 1 to 256 bytes, and `reason` why at most 1,024.
        ///   - subjects: of whom; they are entered hashed.
        package init(
            time: Timestamp, principal: String, role: AuditWord, action: AuditWord, reason: String,
            subjects: [IdentityKey] = []
        ) {
            self.time = time
            self.principal = principal
            self.role = role
            self.action = action
            self.reason = reason
            self.subjects = subjects
        }
    }

    /// Writes the next entry, chained to the one before it. Durable with the transaction's commit.
    @discardableResult
    package static func enter(
        _ draft: Draft, keyRing: KeyRing, _ transaction: inout WriteTransaction
    ) throws -> (sequence: UInt64, entry: AuditEntry) {
        var previous = Digest.zeros
        var sequence: UInt64 = 1
        if let last = try transaction.lastKey(Tables.audit) {
            guard let entry = try transaction.get(Tables.audit, last) else {
                throw StoreError.damaged("the last entry of audit cannot be read")
            }
            previous = keyRing.audit.code(for: entry.bytes)
            sequence = last + 1
        }
        var entry = AuditEntry(
            time: draft.time, principal: draft.principal, role: draft.role, action: draft.action, reason: draft.reason,
            subjects: draft.subjects.map { keyRing.auditedSubject($0) }, previous: previous)
        entry.code = entry.expectedCode(at: sequence, keyRing)
        try transaction.put(Tables.audit, sequence, entry)
        return (sequence, entry)
    }

    /// The state to sign: how many entries there are, and the code over the last; nil where there is none.
    package static func end(
        _ snapshot: borrowing some Snapshot & ~Copyable, keyRing: KeyRing
    ) throws -> (count: UInt64, chain: Digest)? {
        guard let last = try snapshot.lastKey(Tables.audit) else { return nil }
        guard let entry = try snapshot.get(Tables.audit, last) else {
            throw StoreError.damaged("the last entry of audit cannot be read")
        }
        return (last, keyRing.audit.code(for: entry.bytes))
    }

    /// Reads every entry and says whether each is the one that was written, where it was written.
    ///
    /// - Parameter heads: those of the file, and any that were kept elsewhere.
    package static func verify(
        _ snapshot: borrowing some Snapshot & ~Copyable, keyRing: KeyRing, publicKey: VerifyingKey, heads: [AuditHead]
    ) throws -> AuditVerdict {
        var verifier = AuditVerifier(keyRing: keyRing, publicKey: publicKey, heads: heads)
        do {
            try snapshot.scan(Tables.audit) { sequence, payload in
                verifier.take(sequence: sequence, bytes: payload.copied)
                return verifier.fault == nil ? .proceed : .stop
            }
        } catch let error as LMDBError where error.isDamage { verifier.takeUnreadable() }
        return verifier.finish()
    }
}

extension RawSpan {
    fileprivate var copied: [UInt8] { (0..<byteCount).map { uint8(at: $0) } }
}

extension AuditEntry {
    /// The code that an entry of this content has in this place, and no other entry in any place.
    func expectedCode(at sequence: UInt64, _ keyRing: KeyRing) -> Bytes16 {
        var message = Array("selvedge audit entry 1".utf8)
        for shift in stride(from: UInt64(56), through: 0, by: -8) {
            message.append(UInt8(truncatingIfNeeded: sequence >> shift))
        }
        var content = self
        content.code = nil
        let code = keyRing.audit.code(for: message + content.bytes).bytes
        func word(_ range: Range<Int>) -> UInt64 { code[range].reduce(0) { $0 << 8 | UInt64($1) } }
        return Bytes16(high: word(0..<8), low: word(8..<16))
    }
}
