import Engine
import GraphStore
import Identity
import LMDB
import Offers
import Scoring
import Stitching
import TestSupport

/// A store with a catalogue, and what tests ask of it in few words.
struct OfferShop {
    let graph: TestGraph
    var engine: Engine { graph.engine }

    /// Ten lamps for everyone on two channels; a discount of which 20 are left; a gift with a budget of 1,000.
    static let yaml = """
        channels: {web: always, email: always}
        categories: [lamps, rugs]
        currency: EUR
        purposes: [service]
        objective: {purchase_value: 100000}
        holdout: 0
        exploration: {method: epsilon, epsilon: 0.5, floor: 0.01}
        offers:
          gift: {benefit: {gift: 100}, channels: [web], budget: 1_000, purposes: [service]}
          scarce: {benefit: {percent: 10}, channels: [web, email], inventory: {units: 20}, caps: [{count: 2, days: 7}], purposes: [service]}
          words: {benefit: message, channels: [email]}
        """

    init(_ yaml: String = Self.yaml) throws {
        graph = try FactTests.graph()
        _ = try Engine.catalogue(yaml, file: "test")
        try graph.engine.apply(.offers(.loadCatalogue(Array(yaml.utf8), time: EvidenceBuilder.time(hours: 0))))
    }

    func question(_ number: Int, hours: Int = 1, draw: Double) throws -> OfferQuestion {
        var question = OfferQuestion(
            key: EvidenceBuilder.key("email", number), purpose: try engine.purpose(named: "service"),
            now: EvidenceBuilder.time(hours: hours), draw: draw)
        question.basket = [.init(category: "lamps", quantity: 2, unitPrice: 5_000, unitCost: 1_000)]
        question.holdSeconds = 3_600
        return question
    }

    func decide(_ number: Int, hours: Int = 1, draw: Double) throws -> OfferAnswer {
        try engine.apply(.offers(.decide([question(number, hours: hours, draw: draw)]))).offers[0]
    }

    func outcome(_ id: OfferDecisionID, _ kind: OutcomeKind, hours: Int = 1) throws -> OutcomeEffect {
        let outcome = OfferOutcome(decision: id, kind: kind, time: EvidenceBuilder.time(hours: hours))
        return try engine.apply(.offers(.outcomes([outcome]))).effects[0]
    }

    func counters(_ offer: String) throws -> CounterRow {
        try engine.offerCounters().first { $0.offer == offer }?.counters ?? CounterRow()
    }
}
