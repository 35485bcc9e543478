package import GraphStore
internal import Identity
internal import LMDB
package import Offers
internal import Scoring
package import Stitching

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

    /// Decides without keeping anything: no reservation, and nothing of it counts. By counters at most 100 ms old.
    ///
    /// - Throws: `noCatalogue`; `offerField` for a question that cannot be so.
    package func tryOffer(_ question: OfferQuestion) throws -> OfferAnswer { try reading().tryOffer(question) }

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

extension Reading {
    /// As `Engine.tryOffer`.
    ///
    /// - Parameter length: what takes more reading is a `LongRead`.
    package func tryOffer(_ question: OfferQuestion, length: ReadLength = .any) throws -> OfferAnswer {
        let request = engine.request(question.purpose, at: question.now)
        let reader = OfferReader(engine.store, engine.sourceMasks)
        let purpose = engine.purposesByNumber[Int(question.purpose)]
        return try engine.desks.with(transaction) { desk in
            let asked = try reader.situation(
                question, request, purpose: purpose, &desk, length: length, transaction)
            let (decision, trace) = desk.decide(
                asked.situation, draw: question.draw, wantsTrace: question.wantsTrace)
            return desk.answer(decision, asked, trace)
        }
    }

    /// Looks whether a question can be asked of the catalogue in use: one that cannot would be refused in the middle of a
    /// transaction with others.
    ///
    /// - Throws: as `tryOffer`.
    package func check(_ question: OfferQuestion) throws {
        let reader = OfferReader(engine.store, engine.sourceMasks)
        let purpose = engine.purposesByNumber[Int(question.purpose)]
        try engine.desks.with(transaction) { desk in _ = try reader.frame(question, purpose: purpose, desk) }
    }
}
