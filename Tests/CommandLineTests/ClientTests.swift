import Foundation
import SelvedgeClient
import Synchronization
import Testing

/// The Swift client with the server itself.
@Suite("SelvedgeClient and selvedge serve", .serialized) struct ClientTests {
    private let tool: Tool

    init() throws { tool = try Tool.withStore() }

    private func client(
        of server: ServerRun, _ change: (inout ClientConfiguration) -> Void = { _ in }
    ) throws -> SelvedgeClient {
        let address = try #require(server.addresses["wire"])
        var configuration = try ClientConfiguration(address: "tcp://\(address)")
        change(&configuration)
        return try SelvedgeClient(configuration: configuration)
    }

    private static let time: Int64 = 1_767_323_045_000

    /// A person by number, with two identifiers.
    private static func person(_ number: Int) -> SelvedgeObservation {
        SelvedgeObservation(
            source: "web", time: time,
            identifiers: [email(number), SelvedgeIdentifier(namespace: "cookie", value: "\(Tool.secret)-\(number)")])
    }

    private static func email(_ number: Int) -> SelvedgeIdentifier { .email("\(Tool.secret)\(number)@shop.example") }

    @Test func whatIsRecordedIsResolvedAtOnce() async throws {
        let server = try ServerRun(tool)
        let client = try client(of: server)
        let outcomes = try await client.record([Self.person(1)])
        #expect(outcomes.map(\.kind) == [.created])
        let known = try await client.resolve(.identifier(Self.email(1)), for: "service", members: true)
        let profile = try #require(known.profile)
        #expect(profile.id.hasPrefix("prf_"))
        #expect(profile.memberCount == 2)
        #expect(profile.members.map(\.namespace).sorted() == ["cookie", "email"])
        let unknown = try await client.resolve(.identifier(Self.email(2)), for: "service")
        #expect(unknown == .generic)
        let batch = try await client.resolve(
            [.identifier(Self.email(1)), .identifier(Self.email(2)), .email("")], for: "service")
        #expect(batch[0].profile?.id == profile.id)
        #expect(batch[1] == .generic)
        guard case .refused = batch[2] else {
            Issue.record("an empty address is no identifier")
            return
        }
        await client.shutdown()
        try server.end()
    }

    @Test func aMistakeIsNamedByItsField() async throws {
        let server = try ServerRun(tool)
        let client = try client(of: server)
        let error = await #expect(throws: SelvedgeError.self) {
            try await client.resolve(.identifier(Self.email(1)), for: "nonsense")
        }
        #expect(error?.code == "unknown_purpose")
        #expect(error?.field == "purpose")
        let tooMany = await #expect(throws: SelvedgeError.self) {
            try await client.record(Array(repeating: Self.person(1), count: 1_001))
        }
        #expect(tooMany?.code == "batch_too_large")
        #expect(tooMany?.limit == 1_000)
        await client.shutdown()
        try server.end()
    }

    @Test func everyOtherVerbIsAnswered() async throws {
        let server = try ServerRun(tool)
        let client = try client(of: server)
        #expect(await (try? client.health()) == .serving)
        _ = try await client.record([Self.person(1), Self.person(2), Self.person(4)])
        let first = SelvedgeSubject.identifier(Self.email(1))
        let second = SelvedgeSubject.identifier(Self.email(2))
        let look = SelvedgeLook(reason: "test")
        let explained = try await client.explain(first, first, as: .look("test"))
        #expect(explained.relation == "one_profile")
        let simulated = try await client.simulate([Self.person(3)], as: .look("test"))
        #expect(simulated.results.count == 1)
        let asserted = try await client.assert(first, .same, second, reason: "test")
        #expect(asserted.firstProfileID == asserted.secondProfileID && !asserted.firstProfileID.isEmpty)
        var decision = SelvedgeDecideRequest()
        decision.source = "web"
        decision.identifiers = [Self.email(1)]
        var denial = SelvedgeDecision()
        (denial.purpose, denial.decision, denial.scope) = ("marketing", "denied", "profile")
        decision.decisions = [denial]
        let decided = try await client.decide(decision)
        #expect(decided.outcomes.map(\.effect) == ["entered"])
        let hidden = try await client.resolve(first, for: "marketing")
        #expect(hidden == .generic)
        let checked = try await client.check(first, purpose: "marketing", by: look)
        #expect(checked.map(\.outcome) == ["generic"])
        let entries = try await client.ledger(first, by: look)
        let proofs = try await client.prove(first, by: look)
        #expect(entries.count == 1 && proofs.count == 1)
        let description = try await client.describe()
        #expect(description.purposes.contains("marketing"))
        let (statistics, digest) = (try await client.stats(), try await client.digest())
        #expect(statistics.hasPrefix("{") && digest.count == 32)
        var problems: [String] = []
        for try await message in client.checkStore() { problems += message.problems }
        #expect(problems.isEmpty)
        var kinds: [String] = []
        for try await entry in client.watch(as: .look("test")) { kinds.append(entry.kind) }
        #expect(kinds.count >= 3)
        // The first two are held by what was said about them; the third by nothing else.
        let third = SelvedgeSubject.identifier(Self.email(4))
        let before = try await client.resolve(third, for: "service")
        #expect(before.profile != nil)
        _ = try await client.retract(source: "web")
        let after = try await client.resolve(third, for: "service")
        #expect(after == .generic)
        await client.shutdown()
        try server.end()
    }

    /// Kills the server under a stream of batches, thrice; the client sends again what was not acknowledged.
    @Test(.timeLimit(.minutes(5))) func aKilledServerLosesNothingThatIsSentAgain() async throws {
        let batches = (0..<300).map { batch in (0..<20).map { Self.person(batch * 20 + $0) } }
        let server = Mutex<Int32>(0)
        var run = try ServerRun(tool)
        let port = try #require(run.addresses["wire"]).split(separator: ":").last.map(String.init) ?? ""
        let client = try client(of: run) { configuration in
            configuration.retry.attempts = 100
            configuration.retry.longest = .milliseconds(200)
        }
        server.withLock { $0 = run.run.process.processIdentifier }
        let acknowledged = Mutex(0)
        async let recorded = client.recordAll(batches) { _ in
            let count = acknowledged.withLock { count in
                count += 1
                return count
            }
            if count == 60 || count == 120 || count == 180 { kill(server.withLock(\.self), SIGKILL) }
        }
        for _ in 0..<3 {
            // Not waited for by a thread: the client needs one to get as far as the kill.
            while run.run.process.isRunning { try await Task.sleep(for: .milliseconds(20)) }
            _ = try run.finish()
            run = try ServerRun(tool, ["--insecure-loopback", "--listen", "127.0.0.1:\(port)"])
            server.withLock { $0 = run.run.process.processIdentifier }
        }
        let summary = try await recorded
        #expect(summary.batches == 300)
        #expect(summary.accepted == 6_000)
        #expect(summary.streams >= 4)
        let subjects = (0..<6_000).map { SelvedgeSubject.identifier(Self.email($0)) }
        var profiles: Set<String> = []
        for begin in stride(from: 0, to: 6_000, by: 1_000) {
            let found = try await client.resolve(Array(subjects[begin..<begin + 1_000]), for: "service")
            profiles.formUnion(found.compactMap(\.profile?.id))
        }
        #expect(profiles.count == 6_000)
        await client.shutdown()
        try run.end()
    }
}
