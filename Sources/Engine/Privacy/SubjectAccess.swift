package import GraphStore
package import Identity
internal import LMDB
internal import Stitching

/// Everything that is held on a person (Art. 15 and 20 GDPR), as one document: identifiers by their tokens, as the values
/// are not stored.
package struct SubjectAccess: Sendable, Encodable {
    package static let schemaID = "selvedge.subject-access/1"

    package struct Identifier: Sendable, Encodable {
        package var namespace: String
        /// The identity key, 32 hexadecimal digits.
        package var token: String
        /// `visible`, or `expired`: held and shown to nobody.
        package var state: String
        /// Linked to so many that it tells nothing of a person.
        package var isHub: Bool
        /// Purposes that it is kept from: Art. 18 and 21.
        package var restrictedFrom: [String]
        package var objectedTo: [String]

        private enum CodingKeys: String, CodingKey {
            case namespace, token, state
            case isHub = "hub"
            case restrictedFrom = "restricted_from"
            case objectedTo = "objected_to"
        }
    }

    /// What one source's events say of a link.
    package struct Sighting: Sendable, Encodable {
        package var source: String
        package var party: String
        package var first: String
        package var last: String
    }

    package struct Link: Sendable, Encodable {
        package var first: String
        package var second: String
        package var kind: String
        /// `joined`, the constraint that refused it, or why it is suspended.
        package var standing: String
        package var sightings: [Sighting]
        /// Records that support it.
        package var records: Int
    }

    package struct Record: Sendable, Encodable {
        package var source: String
        package var recordID: String
        package var token: String
        package var time: String
        package var identifiers: [String]
        /// The names of attributes of which keyed encodings are held, the values being nowhere; nil: none.
        package var attributes: String?

        private enum CodingKeys: String, CodingKey {
            case source, token, time, identifiers, attributes
            case recordID = "record_id"
        }
    }

    package struct Assertion: Sendable, Encodable {
        package var first: String
        package var second: String
        package var claim: String
        package var time: String
        package var author: String
        package var reason: String
    }

    package struct Consent: Sendable, Encodable {
        package var namespace: String
        package var token: String
        package var proofs: [ConsentRecord]
    }

    /// A look past consent, as the audit keeps it. Ordinary resolves are not logged.
    package struct Read: Sendable, Encodable {
        package var time: String
        package var principal: String
        package var role: String
        package var action: String
        package var reason: String
    }

    /// What a purpose may see now, and who may ask for it.
    package struct Recipient: Sendable, Encodable {
        package var purpose: String
        package var legalBasis: String
        package var outcome: String
        package var principals: [String]

        private enum CodingKeys: String, CodingKey {
            case purpose, outcome, principals
            case legalBasis = "legal_basis"
        }
    }

    package let schema = SubjectAccess.schemaID
    package var controller: String
    package var issued: String
    package var profile: String?
    package var identifiers: [Identifier] = []
    package var links: [Link] = []
    package var records: [Record] = []
    package var assertions: [Assertion] = []
    package var consents: [Consent] = []
    package var reads: [Read] = []
    package var recipients: [Recipient] = []
    package var behaviour: [Deed] = []
    package var devices: [DeviceSeen] = []
    package var offers: [Offered] = []

    private enum CodingKeys: String, CodingKey {
        case schema, controller, issued, profile, identifiers, links, records, assertions, consents, reads, recipients
        case behaviour, devices, offers
    }
}

extension Engine {
    /// Everything that is held on the person of an identifier, a record or a profile.
    ///
    /// - Parameter principals: who may ask for which purpose, by the policy of whoever serves the store.
    /// - Throws: `unknownSubject` where nothing is held.
    package func subjectAccess(
        of subject: PrivacySubject, principals: [String: [String]] = [:], at now: Timestamp,
        under access: AuditedAccess
    ) throws -> SubjectAccess {
        let configuration = store.configuration
        let store = store
        let moment = self.clock.advance(to: now.milliseconds)
        var document = SubjectAccess(controller: configuration.controller, issued: now.description)
        let applier = Applier(state: try state(), store: store)
        let (keys, start) = try store.environment.read { transaction in
            guard let node = try applier.node(of: store.storedKeys.stored(subject, transaction), transaction),
                let start = try transaction.storedMember(node)
            else { throw EngineError.unknownSubject }
            var reader = try SubjectReader(node, applier.state, store, transaction)
            try reader.fill(&document, transaction)
            for purpose in configuration.purposes where purpose.kind == .purpose {
                let number = try self.purpose(named: purpose.name)
                let request = ViewRequest(purpose: number, now: moment, context: viewContext)
                let isPermitted = try transaction.view(of: start.key, request).profile != nil
                document.recipients.append(
                    .init(
                        purpose: purpose.name, legalBasis: purpose.legalBasis.rawValue,
                        outcome: isPermitted ? "permitted" : "generic", principals: principals[purpose.name] ?? []))
            }
            return (reader.members.map { (key: $0.key, namespace: $0.namespace) }, reader.anchor)
        }
        document.profile = start.map { profileID($0).description }
        for entry in keys {
            let proofs = try proof(of: entry.key, at: now, under: access)
            guard !proofs.isEmpty else { continue }
            document.consents.append(
                .init(
                    namespace: applier.state.namespaceName(entry.namespace), token: entry.key.description,
                    proofs: proofs))
        }
        return document
    }
}

/// Reads what is held on a profile, in one snapshot.
private struct SubjectReader {
    /// Members of the profile, and what has expired and hangs on it.
    private(set) var members: [Member] = []
    private(set) var anchor: NodeID?
    private let component: Component
    private let state: StoreState
    private let keyRing: KeyRing
    private let sealing: Sealing
    private var nodes: Set<NodeID> = []

    init(
        _ node: NodeID, _ state: StoreState, _ store: Store, _ snapshot: borrowing some Snapshot & ~Copyable
    ) throws {
        self.state = state
        keyRing = store.keyRing
        sealing = store.sealing
        guard let component = try snapshot.component(of: node)?.component,
            let start = component.members.first(where: { $0.node == node })
        else { throw EngineError.unknownSubject }
        self.component = component
        let selection = try ErasureSelection(node, isOnly: false, named: [], state, snapshot)
        var all = selection.taken.map(\.member) + selection.shared + selection.likely
        if !all.contains(where: { $0.node == node }) { all.append(start) }
        members = all.sorted { $0.node < $1.node }
        nodes = Set(members.map(\.node))
        if !start.flags.contains(.hidden) { anchor = component.anchors[Int(start.cluster)] }
    }

    mutating func fill(_ document: inout SubjectAccess, _ snapshot: borrowing some Snapshot & ~Copyable) throws {
        for member in members {
            if member.namespace != .record {
                try add(member, to: &document, snapshot)
                try addSuspended(of: member, to: &document, snapshot)
            } else if let record = try record(member, snapshot) {
                document.records.append(record)
            }
            try addAssertions(of: member, to: &document, snapshot)
        }
        for link in component.links where link.kind != .tie && link.kind != .mustLink {
            let (left, right) = (component.members[Int(link.left)], component.members[Int(link.right)])
            guard nodes.contains(left.node), nodes.contains(right.node) || left.node == right.node else { continue }
            document.links.append(
                SubjectAccess.Link(
                    first: left.key.description, second: right.key.description,
                    kind: link.kind == .probabilistic ? "probabilistic" : "deterministic",
                    standing: link.verdict.description, sightings: link.shownEvidence.folds.map(sighting),
                    records: link.evidence.records.count))
        }
        try document.addBehaviour(of: members, state, (keyRing, sealing), snapshot)
        try addReads(to: &document, snapshot)
    }

    private func add(
        _ member: Member, to document: inout SubjectAccess, _ snapshot: borrowing some Snapshot & ~Copyable
    ) throws {
        let restriction = try snapshot.get(Tables.restrictions, member.node)
        document.identifiers.append(
            SubjectAccess.Identifier(
                namespace: state.namespaceName(member.namespace), token: member.key.description,
                state: member.flags.contains(.hidden) ? "expired" : "visible", isHub: member.flags.contains(.hub),
                restrictedFrom: names(restriction?.restricted ?? 0), objectedTo: names(restriction?.objected ?? 0)))
    }

    private func names(_ purposes: UInt32) -> [String] {
        state.purposes.indices.filter { purposes >> UInt32($0) & 1 != 0 }.map { state.purposes[$0] }
    }

    private func sighting(_ fold: Fold) -> SubjectAccess.Sighting {
        let name = state.sources[Int(fold.source.rawValue)].name
        let party = state.configuration.source(named: name)?.party ?? .third
        return SubjectAccess.Sighting(
            source: name, party: party.rawValue, first: fold.first.description, last: fold.last.description)
    }

    private func addSuspended(
        of member: Member, to document: inout SubjectAccess, _ snapshot: borrowing some Snapshot & ~Copyable
    ) throws {
        try snapshot.scan(Tables.suspended, from: NodePair(member.node, NodeID(0))) { key, payload in
            guard key.first == member.node else { return .stop }
            // Between two of them it is told once.
            guard key.second >= key.first || !nodes.contains(key.second) else { return .proceed }
            let row = try SuspendedCodec.decode(payload, version: SuspendedCodec.version)
            guard let other = try snapshot.storedMember(key.second) else { return .proceed }
            document.links.append(
                SubjectAccess.Link(
                    first: member.key.description,
                    second: nodes.contains(key.second) ? other.key.description : "another's",
                    kind: "deterministic", standing: "\(row.reason)", sightings: row.folds.map(sighting),
                    records: Int(row.unlisted?.count ?? 0)))
            return .proceed
        }
    }

    private func record(
        _ member: Member, _ snapshot: borrowing some Snapshot & ~Copyable
    ) throws -> SubjectAccess.Record? {
        for number in state.sources.indices {
            let key = RecordKey(source: SourceID(UInt32(number)), key: member.key)
            guard case .held(let held)? = try snapshot.get(Tables.records, key), held.node == member.node else {
                continue
            }
            let sealed = try SealedRecord(opening: held, key, by: sealing)
            let tokens = try held.identifiers.compactMap { node in
                nodes.contains(node) ? try snapshot.storedMember(node)?.key.description : "another's"
            }
            return SubjectAccess.Record(
                source: state.sources[number].name, recordID: sealed?.id ?? "erased", token: member.key.description,
                time: held.time.description, identifiers: tokens,
                attributes: try sealed.flatMap(told))
        }
        return nil
    }

    /// The names of a record's attributes; those of an older record as they were sent.
    private func told(_ record: SealedRecord) throws -> String? {
        if record.isAsSent { return record.attributes.map { String(decoding: $0, as: UTF8.self) } }
        let schema = state.configuration.attributeSchema
        return try record.encoding(schema).map { $0.fieldNames(schema).joined(separator: ", ") }
    }

    private func addAssertions(
        of member: Member, to document: inout SubjectAccess, _ snapshot: borrowing some Snapshot & ~Copyable
    ) throws {
        try snapshot.scan(Tables.assertions, from: NodePair(member.node, NodeID(0))) { key, payload in
            guard key.first == member.node else { return .stop }
            guard key.second > key.first || !nodes.contains(key.second) else { return .proceed }
            let row = try AssertionCodec.decode(payload, version: AssertionCodec.version)
            let other = nodes.contains(key.second) ? try snapshot.storedMember(key.second)?.key.description : nil
            document.assertions.append(
                SubjectAccess.Assertion(
                    first: member.key.description, second: other ?? "another's",
                    claim: row.claim == .same ? "same" : "different", time: row.time.description, author: row.author,
                    reason: row.reason))
            return .proceed
        }
    }

    /// Looks past consent at any of the members.
    private func addReads(
        to document: inout SubjectAccess, _ snapshot: borrowing some Snapshot & ~Copyable
    ) throws {
        let subjects = Set(members.map { keyRing.auditedSubject($0.key) })
        try snapshot.scan(Tables.audit) { _, payload in
            let entry = try AuditEntryCodec.decode(payload, version: AuditEntryCodec.version)
            guard entry.subjects.contains(where: subjects.contains) else { return .proceed }
            document.reads.append(
                SubjectAccess.Read(
                    time: entry.time.description, principal: entry.principal, role: entry.role.text,
                    action: entry.action.text, reason: entry.reason))
            return .proceed
        }
    }
}
