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
    /// - Parameters:
    ///   - heads: those of the file, in order; nil for one that is none.
    ///   - kept: any that were kept elsewhere, in any order.
    package static func verify(
        _ snapshot: borrowing some Snapshot & ~Copyable, keyRing: KeyRing, publicKey: VerifyingKey, heads: [AuditHead?],
        kept: [AuditHead?] = []
    ) throws -> AuditVerdict {
        var verifier = AuditVerifier(keyRing: keyRing, publicKey: publicKey, heads: heads)
        do {
            try snapshot.scan(Tables.audit) { sequence, payload in
                verifier.take(sequence: sequence, bytes: payload.copied)
                return verifier.fault == nil ? .proceed : .stop
            }
        } catch let error as LMDBError where error.isDamage { verifier.takeUnreadable() }
        let verdict = verifier.finish()
        guard case .whole(let entries, _, _) = verdict else { return verdict }
        for (place, head) in kept.enumerated() {
            guard let fault = try fault(of: head, place, entries, snapshot, keyRing, publicKey) else { continue }
            return .broken(fault)
        }
        return verdict
    }

    /// What a head that was kept elsewhere says against entries that are whole by themselves.
    private static func fault(
        of head: AuditHead?, _ place: Int, _ entries: UInt64, _ snapshot: borrowing some Snapshot & ~Copyable,
        _ keyRing: KeyRing, _ publicKey: VerifyingKey
    ) throws -> AuditFault? {
        guard let head, head.isSigned(by: publicKey) else {
            return AuditFault(place: .keptHead(place), problem: .headAltered)
        }
        if head.count > entries { return AuditFault(place: .entry(entries + 1), problem: .cutOff) }
        guard head.count > 0 else { return nil }
        guard let entry = try snapshot.get(Tables.audit, head.count) else {
            return AuditFault(place: .entry(head.count), problem: .missing)
        }
        let isSame = keyRing.audit.code(for: entry.bytes) == head.chain
        return isSame ? nil : AuditFault(place: .entry(head.count), problem: .notAsSigned)
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
