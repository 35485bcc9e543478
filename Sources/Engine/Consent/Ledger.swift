package import GraphStore
package import Identity
internal import LMDB
internal import Stitching

/// A decision as the privacy roles see it.
package struct LedgerEntry: Sendable, Encodable {
    package enum State: String, Sendable, Encodable, CaseIterable {
        /// It is what the identifier says of the purpose.
        case inForce = "in_force"
        /// A later one, or at the same time a more restrictive one, counts in its place.
        case superseded
        /// A grant older than its purpose allows.
        case expired
        /// A denial that a grant of the same person takes back by name.
        case lifted
    }

    package struct Notice: Sendable, Encodable {
        package var id: String
        package var version: String
        package var language: String
        /// Of the text shown.
        package var sha256: String?

        package init(id: String, version: String, language: String, sha256: String?) {
            self.id = id
            self.version = version
            self.language = language
            self.sha256 = sha256
        }

        init(_ notice: Identity.Notice) {
            id = notice.id
            version = notice.version
            language = notice.language
            sha256 = notice.sha256?.description
        }
    }

    /// From 1, in the order in which the identifier's decisions were entered.
    package var sequence: Int
    package var id: String
    package var purpose: String
    package var decision: String
    package var scope: String
    package var jurisdiction: String?
    package var time: String
    package var received: String
    /// Of a grant that ends.
    package var validUntil: String?
    package var state: State
    package var source: String
    package var channel: String?
    package var lifts: [String]
    package var notice: Notice?
    package var evidenceSHA256: String?

    package init(
        sequence: Int, id: String, purpose: String, decision: String, scope: String, jurisdiction: String? = nil,
        time: String, received: String, validUntil: String? = nil, state: State, source: String,
        channel: String? = nil, lifts: [String], notice: Notice? = nil, evidenceSHA256: String? = nil
    ) {
        self.sequence = sequence
        self.id = id
        self.purpose = purpose
        self.decision = decision
        self.scope = scope
        self.jurisdiction = jurisdiction
        self.time = time
        self.received = received
        self.validUntil = validUntil
        self.state = state
        self.source = source
        self.channel = channel
        self.lifts = lifts
        self.notice = notice
        self.evidenceSHA256 = evidenceSHA256
    }

    private enum CodingKeys: String, CodingKey {
        case sequence, id, purpose, decision, scope, jurisdiction, time, received, state, source, channel, lifts, notice
        case validUntil = "valid_until"
        case evidenceSHA256 = "evidence_sha256"
    }
}

extension Engine {
    /// All decisions on one identifier, in the order in which they were entered; empty where none is held.
    ///
    /// - Parameter now: the moment at which grants are judged; it never goes back.
    package func ledger(of key: IdentityKey, at now: Timestamp, under access: AuditedAccess) throws -> [LedgerEntry] {
        try entries(of: key, at: now).map(\.shown)
    }

    /// The entries of one identifier's ledger, each as stored and as shown, in one snapshot.
    func entries(
        of key: IdentityKey, at now: Timestamp
    ) throws -> [(stored: ConsentEntry, shown: LedgerEntry)] {
        let configuration = store.configuration
        let moment = clock.advance(to: now.milliseconds)
        return try store.environment.read { transaction in
            let state = try StoreState(transaction, configuration: configuration)
            guard
                let reader = try LedgerReader(
                    store.storedKeys.stored(key, transaction), state, now: moment, transaction)
            else { return [] }
            return reader.ledger(of: reader.node).enumerated().map { index, entry in
                (entry, reader.shown(entry, index + 1, on: reader.node))
            }
        }
    }
}
