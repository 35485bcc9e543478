package import GraphStore
package import Identity
internal import LMDB
internal import Stitching

/// A proof of one decision: a consent record with the fields of ISO/IEC TS 27560, as W3C DPV's guide to it lists them.
/// How each field is called there, and how the chain is verified, is told in <doc:ProofOfConsent>.
package struct ConsentRecord: Sendable, Encodable {
    package struct Processing: Sendable, Encodable {
        package var purpose: String
        /// Nil: the configuration no longer has the purpose.
        package var legalBasis: String?
        package var controller: String
        /// The decision's, or the store's own.
        package var jurisdiction: String
        package var rights: [String]
        package var notice: LedgerEntry.Notice?

        private enum CodingKeys: String, CodingKey {
            case purpose, controller, jurisdiction, rights, notice
            case legalBasis = "legal_basis"
        }
    }

    package struct Event: Sendable, Encodable {
        package enum Kind: String, Sendable, Encodable, CaseIterable {
            case given = "consent_given"
            case refused = "consent_refused"
            case withdrawn = "consent_withdrawn"

            init(_ kind: DecisionKind) {
                switch kind {
                case .granted: self = .given
                case .denied: self = .refused
                case .withdrawn: self = .withdrawn
                }
            }
        }

        package var type: Kind
        package var scope: String
        package var time: String
        package var received: String
        package var validUntil: String?
        /// Who passed it on.
        package var source: String
        package var channel: String?
        package var lifts: [String]
        /// When the record was exported.
        package var state: LedgerEntry.State

        private enum CodingKeys: String, CodingKey {
            case type, scope, time, received, source, channel, lifts, state
            case validUntil = "valid_until"
        }
    }

    package static let schemaVersion = "ISO/IEC TS 27560:2023, selvedge 1"

    package let schemaVersion = ConsentRecord.schemaVersion
    package var recordID: String
    /// A pseudonym: the identity key.
    package var principal: String
    package var processing: Processing
    package var event: Event
    package var evidenceSHA256: String?
    /// The entry as stored, in hexadecimal digits.
    package var recordBytes: String
    /// SHA-256 of those bytes.
    package var recordSHA256: String
    /// Of the identifier's entry before; zeros for the first.
    package var previousRecordSHA256: String

    private enum CodingKeys: String, CodingKey {
        case processing, event
        case schemaVersion = "schema_version"
        case recordID = "record_id"
        case principal = "pii_principal"
        case evidenceSHA256 = "evidence_sha256"
        case recordBytes = "record_bytes"
        case recordSHA256 = "record_sha256"
        case previousRecordSHA256 = "previous_record_sha256"
    }
}

extension Engine {
    /// Proofs of all decisions on one identifier, in the order in which they were entered: a chain.
    ///
    /// - Throws: `StoreError.damaged` where the chain is broken.
    package func proof(of key: IdentityKey, at now: Timestamp, under access: AuditedAccess) throws -> [ConsentRecord] {
        var previous = Digest.zeros
        return try entries(of: key, at: now).enumerated().map { index, entry in
            guard entry.stored.previous == previous else {
                throw StoreError.damaged("a ledger's entry \(index + 1) does not follow the one before")
            }
            previous = entry.stored.hash
            return ConsentRecord(entry.stored, entry.shown, key, store.configuration)
        }
    }
}

extension ConsentRecord {
    init(_ entry: ConsentEntry, _ shown: LedgerEntry, _ key: IdentityKey, _ configuration: Configuration) {
        let policy = configuration.purposes.first { $0.name == shown.purpose }
        let jurisdiction = shown.jurisdiction ?? configuration.homeJurisdiction
        let law = configuration.jurisdictions.first { $0.name == jurisdiction }
        recordID = shown.id
        principal = key.description
        processing = Processing(
            purpose: shown.purpose, legalBasis: policy?.legalBasis.rawValue, controller: configuration.controller,
            jurisdiction: jurisdiction, rights: law?.rights ?? [], notice: shown.notice)
        event = Event(
            type: Event.Kind(entry.kind), scope: shown.scope, time: shown.time, received: shown.received,
            validUntil: shown.validUntil, source: shown.source, channel: shown.channel, lifts: shown.lifts,
            state: shown.state)
        evidenceSHA256 = shown.evidenceSHA256
        let bytes = entry.bytes
        recordBytes = hexadecimal(bytes)
        recordSHA256 = Digest(sha256: bytes.span).description
        previousRecordSHA256 = entry.previous.description
    }
}

extension ConsentEntry {
    /// The entry as stored: what `hash` is taken of.
    fileprivate var bytes: [UInt8] {
        var writer = ByteWriter(capacity: 256)
        ConsentEntryCodec.encode(self, into: &writer)
        return (0..<writer.count).map { writer.bytes.uint8(at: $0) }
    }
}
