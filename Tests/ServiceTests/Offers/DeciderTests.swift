import Engine
import Foundation
import GraphStore
import Identity
import Synchronization
import TestSupport
import Testing
import Wire

/// Many deciders at once over the wire, on scarce stock and a tight budget.
@Suite struct DeciderTests {
    private static let deciders = 32
    /// Of each: 200 times `SELVEDGE_SCALE`, and at least 20.
    private static var steps: Int { max(20, Int(200 * TestScale.factor)) }

    @Test func nothingIsOutrunByManyDecidersOverTheWire() async throws {
        let setup = TestServer.Setup().with { $0.draw = { Double.random(in: 0..<1) } }
        try await OfferWorld.with(.wire, setup) { server, door in
            let people = Say.recording((0..<60).map { Say.observation("email:p\($0)@example.org") })
            #expect(await door.ask(.record, people.bytes).failure == nil)
            let (made, bought) = (Tally(), Tally())
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 0..<Self.deciders {
                    let own = try server.door(number % 4 == 0 ? .grpc : .wire)
                    group.addTask {
                        try await Self.decide(own, seed: UInt64(number), made, bought)
                        await own.close()
                    }
                }
                try await group.waitForAll()
            }
            let answer: SelvedgeOfferCatalogue = try await door.ask(.showOffers, []).message()
            let offers = Dictionary(uniqueKeysWithValues: answer.offers.map { ($0.name, $0) })
            let (gift, scarce) = (try #require(offers["gift"]), try #require(offers["scarce"]))
            #expect(gift.heldMoney + gift.usedMoney <= 1_000 && gift.late == 0)
            #expect(scarce.heldUnits + scarce.usedUnits <= 20 && scarce.late == 0)
            #expect(gift.heldMoney + gift.usedMoney == 1_000, "the budget was not tight")
            #expect(scarce.heldUnits + scarce.usedUnits == 20, "the stock was not scarce")
            #expect(answer.offers.reduce(0) { $0 + $1.decisions } == made.value)
            // What was acknowledged as used is used, and each of them once.
            #expect(gift.usedMoney / 100 + scarce.usedUnits == bought.value)
        }
    }

    private static func decide(_ door: any Door, seed: UInt64, _ made: Tally, _ bought: Tally) async throws {
        var generator = SeededGenerator(seed: seed)
        for step in 0..<steps {
            let question = Say.deciding(Say.email("p\(generator.int(0...69))"), trial: false)
            let answer: SelvedgeDecideOfferResponse = try await door.ask(.decideOffer, question.bytes).message()
            guard !answer.offer.isEmpty else { continue }
            made.add()
            guard generator.chance(50) else { continue }
            let kind: SelvedgeOfferOutcome.Kind = generator.pick([.shown, .bought])
            let outcome = Say.outcome(
                answer.decisionID, kind, order: kind == .bought ? "\(seed)-\(step)" : "", revenue: 0)
            // Twice, as one who did not hear the answer would.
            for turn in 0..<2 {
                let entered: SelvedgeOfferOutcomeResponse = try await door.ask(
                    .offerOutcome, Say.outcomes([outcome]).bytes
                ).message()
                // The time is that of the receipt; the clock of these tests stands still.
                #expect(entered.effects == [turn == 0 ? .entered : .unchanged], "\(seed), \(step), \(kind)")
            }
            if kind == .bought, answer.offer != "words" { bought.add() }
        }
    }

    private final class Tally: Sendable {
        private let held = Atomic<Int64>(0)
        var value: Int64 { held.load(ordering: .relaxed) }
        func add() { held.wrappingAdd(1, ordering: .relaxed) }
    }
}
