import Foundation
import SelvedgeClient
import Synchronization
import TestSupport
import Testing

/// A server that dies in the midst of decisions on scarce stock and a tight budget.
@Suite("Sudden death of a server that decides", .serialized) struct OfferKillTests {
    /// 30 seconds, times `SELVEDGE_SCALE`, and at least 3.
    private static var time: Duration { .seconds(max(3, 30 * TestScale.factor)) }
    private static let deciders = 32

    static let catalogue = """
        channels: {web: always, email: always}
        categories: [lamps]
        currency: EUR
        purposes: [service]
        objective: {purchase_value: 100000}
        holdout: 0
        exploration: {method: epsilon, epsilon: 0.5, floor: 0.01}
        offers:
          gift: {benefit: {gift: 100}, channels: [web], budget: 4_000, purposes: [service]}
          scarce: {benefit: {percent: 10}, channels: [web, email], inventory: {units: 60}, caps: [{count: 2, days: 7}], purposes: [service]}
          words: {benefit: message, channels: [email]}

        """

    /// What was answered.
    private final class Heard: Sendable {
        struct Made {
            var decisions: [String] = []
            var bought: [SelvedgeOfferOutcome] = []
        }
        private let held = Mutex(Made())
        var made: Made { held.withLock { $0 } }
        func decided(_ id: String) { held.withLock { $0.decisions.append(id) } }
        func entered(_ outcome: SelvedgeOfferOutcome) { held.withLock { $0.bought.append(outcome) } }
    }

    private static func client(_ address: String) throws -> SelvedgeClient {
        var configuration = try ClientConfiguration(address: "tcp://\(address)")
        configuration.connections = 2
        configuration.retry.attempts = 100
        configuration.retry.base = .milliseconds(20)
        configuration.retry.longest = .milliseconds(200)
        configuration.deadline = .seconds(30)
        return try SelvedgeClient(configuration: configuration)
    }

    private static func shop() throws -> Tool {
        let tool = try Tool.withStore()
        let people = (1...60).map { Lines.observation([("email", "\(Tool.secret)\($0)@example.org")]) }.joined()
        let seen = try tool.ask("record", input: people)
        try #require(seen.status == 0, "\(seen.err)")
        let loaded = try tool.run(
            ["offers", "load", "--data", tool.store, try tool.file("offers.yaml", catalogue)])
        try #require(loaded.status == 0, "\(loaded.err)")
        return tool
    }

    @Test func nothingIsOutrunAndWhatWasAnsweredIsThere() async throws {
        let tool = try Self.shop()
        var server = try ServerRun(tool)
        let address = try #require(server.addresses["wire"])
        let (client, heard) = (try Self.client(address), Heard())
        let end = ContinuousClock.now + Self.time
        let deciding = Task {
            await withTaskGroup(of: Void.self) { group in
                for number in 0..<Self.deciders {
                    group.addTask { await Self.decide(client, UInt64(number), until: end, heard) }
                }
            }
        }
        var generator = SeededGenerator(seed: 20_260_104)
        var kills = 0
        while ContinuousClock.now < end {
            try await Task.sleep(for: .milliseconds(generator.int(300...1_200)))
            try server.end(by: SIGKILL)
            kills += 1
            server = try ServerRun(tool, ["--insecure-loopback", "--listen", address])
        }
        await deciding.value
        let made = heard.made
        #expect(kills >= 2 && made.decisions.count > 20 && made.bought.count > 3, "\(kills), \(made.decisions.count)")
        try await Self.demand(made, of: client)
        await client.shutdown()
        #expect(try server.end().status == 0)
        try Self.recount(tool, made)
    }

    private static func decide(
        _ client: SelvedgeClient, _ number: UInt64, until end: ContinuousClock.Instant, _ heard: Heard
    ) async {
        var generator = SeededGenerator(seed: number)
        while ContinuousClock.now < end {
            let subject = SelvedgeSubject.email("\(Tool.secret)\(generator.int(1...70))@example.org")
            let basket = [SelvedgeBasketLine(category: "lamps", unitPrice: 9_000, unitCost: 2_000)]
            // One that may have been made is not asked for again: what it holds is given back in time.
            guard let answer = try? await client.decideOffer(to: subject, for: "service", basket: basket) else {
                continue
            }
            heard.decided(answer.decisionID)
            guard !answer.offer.isEmpty, generator.chance(30) else { continue }
            let outcome = SelvedgeOfferOutcome(
                decision: answer.decisionID, .bought, order: "\(number)-\(heard.made.bought.count)", revenue: 9_000,
                margin: 6_000)
            if (try? await client.enterOutcomes([outcome])) != nil { heard.entered(outcome) }
        }
    }

    /// Every decision that was answered is held, and every outcome that was acknowledged says nothing new.
    private static func demand(_ made: Heard.Made, of client: SelvedgeClient) async throws {
        for start in stride(from: 0, to: made.decisions.count, by: 1_000) {
            let some = made.decisions[start..<min(start + 1_000, made.decisions.count)]
            let effects = try await client.enterOutcomes(some.map { SelvedgeOfferOutcome(decision: $0, .shown) })
            #expect(effects.allSatisfy { $0 == .entered || $0 == .unchanged })
        }
        for start in stride(from: 0, to: made.bought.count, by: 1_000) {
            let some = made.bought[start..<min(start + 1_000, made.bought.count)]
            let effects = try await client.enterOutcomes(Array(some))
            #expect(effects.allSatisfy { $0 == .unchanged })
        }
    }

    /// No limit is passed, and `check`, which counts all decisions again, finds the counters true.
    private static func recount(_ tool: Tool, _ made: Heard.Made) throws {
        let check = try tool.ask("check")
        #expect(check.status == 0, "\(check.out) \(check.err)")
        let shown = try tool.run(["offers", "show", "--data", tool.store, "--json"]).json()
        let offers = try #require(shown["offers"] as? [[String: Any]])
        func sum(_ name: String, _ fields: String...) -> Int {
            let offer = offers.first { $0["name"] as? String == name } ?? [:]
            return fields.reduce(0) { $0 + (offer[$1] as? Int ?? 0) }
        }
        #expect(sum("gift", "held_money", "used_money") <= 4_000)
        #expect(sum("scarce", "held_units", "used_units") <= 60)
        #expect(sum("scarce", "used_units") > 0)
    }
}
