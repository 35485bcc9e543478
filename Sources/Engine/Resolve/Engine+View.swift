package import GraphStore
package import Identity
internal import LMDB
package import Stitching

extension Engine {
    /// The store's number of a purpose that may be asked for.
    ///
    /// - Throws: `unknownPurpose` for any other name, a feature's too.
    package func purpose(named name: String) throws -> UInt8 {
        guard store.configuration.purposeNames.contains(name), let number = purposeNumbers[name] else {
            throw EngineError.unknownPurpose(allowed: store.configuration.purposeNames)
        }
        return number
    }

    /// What is asked for, at a moment; never at an earlier one than any before it in this process, or than the newest
    /// receipt that the store held when it was opened.
    package func request(_ purpose: UInt8, at now: Timestamp) -> ViewRequest {
        ViewRequest(purpose: purpose, now: clock.advance(to: now.milliseconds), context: viewContext)
    }

    /// What a caller may see of an identifier's profile for a purpose.
    package func view(_ key: IdentityKey, _ request: ViewRequest) throws -> ViewOutcome {
        try reading().view(key, request)
    }

    /// What a caller may see of the profile that a view's id leads to. A forged id looks like an unknown one.
    package func view(_ id: ProfileID, _ request: ViewRequest) throws -> ViewOutcome {
        try reading().view(id, request)
    }

    // MARK: Past consent

    /// Leave to look past consent: writes the audit entry, and returns once it is durable.
    ///
    /// - Parameters:
    ///   - principal: who looks, 1 to 256 bytes; `reason` why, 1 to 1,024.
    package func access(
        by principal: String, role: PrivacyRole, action: AuditWord, reason: String, subjects: [IdentityKey],
        at time: Timestamp
    ) throws -> AuditedAccess {
        guard (1...256).contains(principal.utf8.count), (1...1_024).contains(reason.utf8.count) else {
            throw EngineError.notAnIdentifier(
                "say who looks (1 to 256 bytes) and why (1 to 1,024 bytes): both are kept in the audit")
        }
        precondition(lock != nil, "the engine was opened for reading")
        let (keyRing, storedKeys) = (store.keyRing, store.storedKeys)
        return try store.environment.write { transaction in
            try AuditedAccess.grant(
                to: principal, role: role, action: action, reason: reason,
                subjects: subjects.map { try storedKeys.stored($0, transaction) }, time: time, keyRing: keyRing,
                &transaction)
        }
    }
}
