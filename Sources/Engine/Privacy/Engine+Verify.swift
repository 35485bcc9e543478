internal import GraphStore
package import Identity
internal import LMDB
internal import Stitching

/// What is known of an erasure once the files have been searched.
package struct ErasureVerification: Hashable, Sendable {
    /// Patterns that were looked for, and how often one was found in a file.
    package var patterns = 0
    package var fileHits = 0
    /// Rows that were read one by one, and by table those that name one of the subject's nodes.
    package var rows = 0
    package var rowHits: [String: Int] = [:]
    /// Generations that hold what was before, and are not overwritten: a process reads them still.
    package var oldGenerations = 0

    package var isClean: Bool { fileHits == 0 && rowHits.isEmpty && oldGenerations == 0 }
}

extension Engine {
    /// The bytes that must be in no file of the data directory once an erasure is scrubbed: identity and record keys, profile
    /// ids, nonces and tags of seals. Empty once it is verified.
    package func patterns(ofErasure number: UInt64) throws -> [[UInt8]] {
        let (keyRing, sealing) = (store.keyRing, store.sealing)
        return try store.environment.read { transaction in
            try ErasureNeedles.load(number, sealing, transaction).patterns(keyRing)
        }
    }

    /// Whether nothing is left of a scrubbed erasure's subject: by the tables' rows, and by what a search of the files found.
    ///
    /// - Parameter fileHits: how often the search of the files has found a pattern.
    /// - Throws: `notVerified`, with what was found; the erasure stays scrubbed.
    package func checkErasure(_ number: UInt64, fileHits: Int) throws -> ErasureVerification {
        let status = try erasure(number)
        guard status.state == .scrubbed else { throw EngineError.wrongState(number, status.state) }
        let (keyRing, sealing) = (store.keyRing, store.sealing)
        var verification = try store.environment.read { transaction in
            let needles = try ErasureNeedles.load(number, sealing, transaction)
            var scan = NodeScan(of: needles.nodes)
            try scan.run(transaction)
            return ErasureVerification(
                patterns: needles.patterns(keyRing).count, fileHits: fileHits, rows: scan.rows, rowHits: scan.found)
        }
        verification.oldGenerations = try overwriteOldGenerations()
        guard verification.isClean else { throw EngineError.notVerified(number, verification) }
        return verification
    }

    /// Ends the verification of a scrubbed erasure where nothing was found: the needles are overwritten then.
    @discardableResult
    package func verifyErasure(_ number: UInt64, fileHits: Int, at time: Timestamp) throws -> ErasureVerification {
        let verification = try checkErasure(number, fileHits: fileHits)
        try apply(.privacy(.verifyErasure(number, time)))
        return verification
    }

    /// Ends an erasure: nothing is left to be done. The certificate is kept with it, in words and as JSON. One that was checked
    /// and is scrubbed is verified in the same transaction, so that no kill comes between the two.
    @discardableResult
    package func certifyErasure(
        _ number: UInt64, text: String = "", json: String = "", at time: Timestamp
    ) throws -> ErasureStatus {
        try apply(.privacy(.certifyErasure(number, text: text, json: json, time)))
        return try erasure(number)
    }

    /// Whether the store is so small that it is scrubbed as soon as something is deleted.
    package func isScrubbedAtOnce() throws -> Bool {
        let limit = store.configuration.privacy.scrubIdentifiers
        return try store.environment.read { try $0.count(Tables.identifiers) } < limit
    }
}
