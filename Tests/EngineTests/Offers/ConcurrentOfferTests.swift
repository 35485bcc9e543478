import Engine
import Foundation
import GraphStore
import Identity
import Offers
import Synchronization
import TestSupport
import Testing

/// Many deciders at once on scarce stock, a tight budget and caps, with ends in the middle: nothing is ever outrun.
@Suite struct ConcurrentOfferTests {
    private static let deciders = 32

    @Test func nothingIsOutrunByManyDecidersAndTheirEnds() throws {
        let configuration = try Configuration(yaml: FactTests.yaml, file: "test")
        let directory = try TemporaryDirectory()
        let path = directory.path + "/store"
        let builder = EvidenceBuilder(configuration)
        do {
            let engine = try TemporaryStore.engine(at: path, configuration)
            try engine.apply(
                .offers(.loadCatalogue(Array(OfferShop.yaml.utf8), time: EvidenceBuilder.time(hours: 0))))
            try engine.apply(.record((1...60).map { builder.event([("email", $0)]) }))
        }
        for round in 0..<max(3, Int(30 * TestScale.factor)) {
            // Opened anew each time: what was not acknowledged may or may not be there.
            let engine = try Engine(
                directory: path, mode: .write(program: "tests"), options: TemporaryStore.options)
            try Self.run(engine, seed: UInt64(round), stopsEarly: round % 2 == 0)
            try Self.check(engine)
        }
    }

    private static let steps = 12

    private static func run(_ engine: Engine, seed: UInt64, stopsEarly: Bool) throws {
        let committer = try GroupCommitter(engine: engine, capacity: 64)
        let purpose = try engine.purpose(named: "service")
        let tally = Tally()
        let all = DispatchGroup()
        for decider in 0..<deciders {
            all.enter()
            Thread.detachNewThread {
                decide(committer, purpose, seed: seed, decider, tally, stopsEarly: stopsEarly)
                all.leave()
            }
        }
        all.wait()
        committer.stop()
        let made = tally.made.load(ordering: .relaxed)
        #expect(stopsEarly ? made > 0 : made == deciders * steps)
    }

    private static func decide(
        _ committer: GroupCommitter, _ purpose: UInt8, seed: UInt64, _ decider: Int, _ tally: Tally, stopsEarly: Bool
    ) {
        var generator = SeededGenerator(seed: seed << 8 | UInt64(decider))
        for step in 0..<steps {
            var question = OfferQuestion(
                key: EvidenceBuilder.key("email", generator.int(1...70)), purpose: purpose,
                now: EvidenceBuilder.time(hours: Int(seed) * 3 + step / 6),
                draw: Double.random(in: 0..<1, using: &generator))
            question.basket = [.init(category: "lamps", unitPrice: 9_000, unitCost: 2_000)]
            question.holdSeconds = 5_400
            guard let answer = try? committer.commit(.offers(.decide([question]))).offers.first else { continue }
            tally.made.wrappingAdd(1, ordering: .relaxed)
            if stopsEarly, decider == 0, step == steps / 2 { committer.stop() }
            guard let id = answer.id, answer.offer != nil, generator.chance(40) else { continue }
            let outcome = OfferOutcome(
                decision: id, kind: generator.pick(OutcomeKind.allCases), time: question.now)
            _ = try? committer.commit(.offers(.outcomes([outcome])))
        }
    }

    private static func check(_ engine: Engine) throws {
        for entry in try engine.offerCounters() {
            let row = entry.counters
            switch entry.offer {
            case "gift": #expect(row[.heldMoney] + row[.usedMoney] <= 1_000)
            case "scarce": #expect(row[.heldUnits] + row[.usedUnits] <= 20)
            default: break
            }
        }
        try checkIntegrity(engine)
        try checkCaps(engine)
    }

    /// Of one person no more than two decisions of the capped offer count as shown within seven days.
    private static func checkCaps(_ engine: Engine) throws {
        for node in try engine.decisionNodes() where node != 0 {
            let shown = try engine.stockedContacts(of: node)
            #expect(shown <= 2, "node \(node)")
        }
    }
}

private final class Tally: Sendable {
    let made = Atomic<Int>(0)
}
