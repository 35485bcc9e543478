import Engine
import Foundation
import GraphStore
import Identity
import Scoring
import SwiftProtobuf
import TestSupport
import Testing
import Wire

/// A shop: a catalogue of offers, score models, and somebody who has bought.
enum OfferWorld {
    /// Lamps at ten per cent off while there are 20, a gift with a budget of 1,000, and words for everyone.
    static let catalogue = """
        channels: {web: always, email: {quiet: "21:00-08:00"}}
        categories: [lamps, rugs]
        cohorts: [vip]
        currency: EUR
        purposes: [service, marketing]
        objective: {purchase_value: 100000}
        holdout: 0
        exploration: {method: epsilon, epsilon: 0.5, floor: 0.01}
        offers:
          gift: {benefit: {gift: 100}, channels: [web], budget: 1_000, purposes: [service, marketing]}
          scarce: {benefit: {percent: 10}, channels: [web, email], inventory: {units: 20}, caps: [{count: 2, days: 7}], purposes: [service, marketing], stacking_group: seasonal, variants: {warm: {tokens: {headline: Light for spring, b: c}}}}
          words: {benefit: message, channels: [email, web]}

        """

    /// Of the right form, and made by nobody.
    static let unknownDecision = "dec_" + String(repeating: "1", count: 26)

    /// Fitted to people who buy every few days for a while.
    static let models: [UInt8] = {
        var generator = SeededGenerator(seed: 6)
        let last = Int32(Say.now / 86_400_000)
        var training = ScoreTraining(ScoreTraining.Options(before: last, horizonDays: 60))
        for person in 0..<200 {
            let pace = generator.int(4...40)
            var day = Int(last) - 300 + generator.int(0...60)
            let (taste, leaves) = (generator.pick(["lamps", "rugs"]), generator.int(2...60))
            var facts: [Fact] = []
            while day < Int(last), facts.isEmpty || !generator.chance(leaves), let euro = Currency("EUR") {
                let time = Int64(day) * 86_400_000
                facts.append(
                    Fact(
                        id: FactID(high: UInt64(person), low: UInt64(facts.count)), kind: .order, time: time,
                        revision: time, portions: [Fact.Portion(taste)],
                        detail: .purchase(
                            Fact.Purchase(currency: euro, value: Int64(generator.int(500...9_000)), discount: 0))))
                day += max(1, generator.int(1...2 * pace))
            }
            training.add(FactLog(facts))
        }
        return training.run(version: 0).models.encoded()
    }()

    /// Catalogue, models and ada's orders. Before anybody else writes.
    static func stock(_ server: TestServer, _ door: any Door) async throws {
        try server.engine.apply(.offers(.keepScores(models, time: Timestamp(milliseconds: Say.now))))
        var visits: [SelvedgeObservation] = []
        for order in 1...4 {
            var visit = Say.observation("email:ada@example.org", at: Say.now - Int64(order) * 20 * 86_400_000)
            visit.behaviour = Data(
                #"{"orders":[{"currency":"EUR","id":"o-\#(order)","lines":[{"category":"lamps"}],"total":4000}]}"#.utf8)
            visits.append(visit)
        }
        let load = SelvedgeLoadOffersRequest.with { $0.yaml = catalogue }
        let replies = [
            await door.ask(.record, Say.recording(visits).bytes), await door.ask(.loadOffers, load.bytes),
        ]
        try #require(replies.allSatisfy { $0.failure == nil }, "\(replies.map(\.end))")
    }

    /// A server with a shop, and a door to it.
    static func with(
        _ kind: DoorKind = .wire, _ setup: TestServer.Setup = TestServer.Setup(),
        _ body: (TestServer, any Door) async throws -> Void
    ) async throws {
        try await TestServer.with(setup) { server in
            let door = try server.door(kind)
            try await ConformanceCase.seed(door)
            try await stock(server, door)
            try await body(server, door)
            await door.close()
        }
    }
}
