package import GraphStore
internal import Identity
internal import LMDB
package import Offers
internal import Scoring
package import Stitching
internal import Synchronization

extension Engine {
    /// Reads a catalogue, and says what is wrong with it; nothing is kept.
    package static func catalogue(_ text: String, file: String) throws -> Catalogue {
        try Catalogue(yaml: text, file: file)
    }

    /// The catalogue in use and its version; nil: none is loaded.
    package func catalogue() throws -> (version: UInt32, catalogue: Catalogue)? {
        try store.environment.read { transaction in
            guard let (version, artefact) = try transaction.latest(.catalogue) else { return nil }
            let text = String(decoding: artefact.bytes, as: UTF8.self)
            return (version, try Catalogue(yaml: text, file: "(store)"))
        }
    }

    /// What of stock and budget offers hold and have used, in the order of the catalogue; empty where none is loaded.
    package func offerCounters() throws -> [(offer: String, counters: CounterRow)] {
        guard let catalogue = try catalogue()?.catalogue else { return [] }
        return try store.environment.read { transaction in
            try catalogue.offers.map { offer in
                let key = CounterKey(.offer, OfferName.hash(offer.name))
                return (offer.name, try transaction.get(Tables.counters, key) ?? CounterRow())
            }
        }
    }

    /// Decides without keeping anything: no reservation, and nothing of it counts. By counters at most `tryAge` old.
    ///
    /// - Throws: `noCatalogue`; `offerField` for a question that cannot be so.
    package func tryOffer(_ question: OfferQuestion) throws -> OfferAnswer {
        let transaction = try store.environment.beginRead()
        var desk = try desks.desk(transaction)
        let reader = OfferReader(
            facts: SealedFacts(store.keyRing, store.sealing), masks: applier.sourceMasks,
            configuration: store.configuration)
        let request = self.request(question.purpose, at: question.now)
        let names = store.configuration.purposeNames
        guard let purpose = names.first(where: { purposeNumbers[$0] == question.purpose }) else {
            throw EngineError.unknownPurpose(allowed: names)
        }
        let asked = try reader.situation(question, request, purpose: purpose, desk, transaction)
        let (decision, _, trace) = desk.decide(
            asked.situation, draw: question.draw, wantsTrace: question.wantsTrace)
        return desk.answer(decision, asked, trace)
    }

    /// Every decision that is held, in the order of the table, with the anchor of the profile that it is of now; nil: it was
    /// of nobody known.
    package func forEachDecision(
        _ body: (OfferRecord, _ profile: NodeID?, ReservationState) throws -> Void
    ) throws {
        let sealer = SealedDecisions(store.keyRing, store.sealing)
        let transaction = try store.environment.beginRead()
        var last: (node: NodeID, anchor: NodeID?)?
        try transaction.scan(Tables.decisions) { key, payload in
            let row = try OfferDecisionCodec.decode(payload, version: OfferDecisionCodec.version)
            guard let record = try sealer.record(row, key) else { return .proceed }
            if last?.node != key.node { last = (key.node, try Self.anchor(of: key.node, transaction)) }
            try body(record, last?.anchor, row.state)
            return .proceed
        }
    }

    private static func anchor(of node: NodeID, _ snapshot: borrowing some Snapshot & ~Copyable) throws -> NodeID? {
        guard node.rawValue != 0, let component = try snapshot.component(of: node)?.component,
            let member = component.members.first(where: { $0.node == node })
        else { return nil }
        return component.anchors.indices.contains(Int(member.cluster)) ? component.anchors[Int(member.cluster)] : node
    }
}

/// The desk of those who only try: read anew when it is old, so that a try costs no look at every counter.
final class SharedDesk: Sendable {
    private struct Held {
        var desk: OfferDesk
        var read: ContinuousClock.Instant
    }

    private let held = Mutex<Held?>(nil)
    /// How old counters may be.
    static let age = Duration.milliseconds(100)

    func desk(_ snapshot: borrowing some Snapshot & ~Copyable) throws -> OfferDesk {
        let now = ContinuousClock.now
        if let found = held.withLock({ $0 }), found.read.duration(to: now) < Self.age { return found.desk }
        var desk: OfferDesk
        if let found = held.withLock({ $0 }), try found.desk.isCurrent(snapshot) {
            desk = found.desk
            try desk.refresh(snapshot)
        } else {
            desk = try OfferDesk(snapshot)
        }
        held.withLock { [desk] in $0 = Held(desk: desk, read: now) }
        return desk
    }
}
