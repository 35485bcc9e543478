internal import GraphStore
internal import Identity
internal import LMDB
internal import Offers
internal import Scoring
internal import Stitching

/// What is held of what a person did, and of what they were offered.
extension SubjectAccess {
    /// One thing that was done, by whose word.
    package struct Deed: Sendable, Encodable {
        package var source: String
        package var kind: String
        package var time: String
        package var categories: [String]
        /// Of an order or a return, in minor units.
        package var currency: String?
        package var amount: Int64?
        package var discount: Int64?
    }

    /// What is held of the traffic of one device, by whose word; networks and looks are held as keyed tokens, so only how many.
    package struct DeviceSeen: Sendable, Encodable {
        package var source: String
        package var first: String
        package var last: String
        package var days: Int
        package var networks: Int
        package var looks: Int
    }

    /// What was offered, and what became of it.
    package struct Offered: Sendable, Encodable {
        package var decision: String
        package var time: String
        /// Nil: nothing was.
        package var offer: String?
        package var channel: String?
        package var discount: Int64
        package var isHeldOut: Bool
        /// By what happened, when it was first heard of.
        package var outcomes: [String: String]

        private enum CodingKeys: String, CodingKey {
            case decision, time, offer, channel, discount, outcomes
            case isHeldOut = "held_out"
        }
    }

    mutating func addBehaviour(
        of members: [Member], _ state: StoreState, _ store: (keyRing: KeyRing, sealing: Sealing),
        _ snapshot: borrowing some Snapshot & ~Copyable
    ) throws {
        let facts = SealedFacts(store.keyRing, store.sealing)
        let decisions = SealedDecisions(store.keyRing, store.sealing)
        for member in members {
            for entry in try snapshot.facts(of: member.node) {
                let source = state.sources[Int(entry.key.source.rawValue)].name
                guard entry.key.kind != .traffic else {
                    let sealed = SealedTraffic(store.keyRing, store.sealing)
                    if let summary = try sealed.summary(entry.row, entry.key) {
                        devices.append(DeviceSeen(summary, source))
                    }
                    continue
                }
                for fact in try facts.log(entry.row, entry.key).facts { behaviour.append(Deed(fact, source)) }
            }
            try snapshot.decisions(of: member.node) { key, row in
                guard let record = try decisions.record(row, key) else { return }
                offers.append(Offered(record, OfferDecisionID(key, store.keyRing.profileCipher)))
            }
        }
        behaviour.sort { ($0.time, $0.kind) < ($1.time, $1.kind) }
    }
}

extension SubjectAccess.Deed {
    fileprivate init(_ fact: Fact, _ source: String) {
        self.init(
            source: source, kind: "\(fact.kind)", time: Timestamp(milliseconds: fact.time).description,
            categories: fact.portions.map(\.category))
        switch fact.detail {
        case .purchase(let purchase):
            currency = purchase.currency.description
            amount = purchase.value
            discount = purchase.discount
        case .returned(_, let money): amount = money
        case .none, .exposure, .response: break
        }
    }
}

extension SubjectAccess.DeviceSeen {
    fileprivate init(_ summary: TrafficSummary, _ source: String) {
        func text(_ hour: Int32) -> String { Timestamp(milliseconds: Int64(hour) * 3_600_000).description }
        self.init(
            source: source, first: text(summary.first), last: text(summary.last),
            days: Set(summary.presences.map(\.day)).count, networks: Set(summary.presences.map(\.address)).count,
            looks: summary.looks.count)
    }
}

extension SubjectAccess.Offered {
    fileprivate init(_ record: OfferRecord, _ id: OfferDecisionID) {
        self.init(
            decision: id.description, time: record.time.description, offer: record.offer.isEmpty ? nil : record.offer,
            channel: record.channel.isEmpty ? nil : record.channel, discount: record.discount,
            isHeldOut: record.isHeldOut, outcomes: [:])
        for kind in OutcomeKind.allCases {
            if let time = record.outcomes[kind] { outcomes["\(kind)"] = time.description }
        }
    }
}
