import Engine
import Service
import SwiftProtobuf
import TestSupport
import Testing
import Wire

/// What a running server refuses, and what a refusal leaves behind.
@Suite struct RefusalTests {
    // MARK: The budget of generic answers

    private static let policy = AuthorityUnderTest.text(
        tokens: "",
        principals: """
            principals:
              - id: billing
                roles: [resolve]
                purposes: [service]
                generic_budget: 3
            """)

    private static let nobodies = (1...4).map { Say.email("nobody\($0)") }

    private static func explain(_ second: SelvedgeSubject) -> SelvedgeExplainRequest {
        .with { ($0.first, $0.second, $0.purpose) = (Say.email("nobody"), second, "service") }
    }

    /// What is answered generic four times.
    private static let probes: [(method: Wire.Method, messages: [[UInt8]])] = [
        (.resolve, nobodies.map { Say.resolve($0).bytes }),
        (.resolveBatch, [Say.batch(nobodies).bytes]),
        (.explain, nobodies.map { explain($0).bytes }),
        (
            .simulate,
            [
                SelvedgeSimulateRequest.with {
                    $0.purpose = "service"
                    $0.observations = [
                        Say.observation("email:nobody1@example.org", "cookie:nobody1"),
                        // What comes again is no other.
                        Say.observation("cookie:nobody1", "cookie:nobody2"), Say.observation("cookie:nobody3"),
                    ]
                }.bytes
            ]
        ),
    ]

    @Test(arguments: probes, DoorKind.allCases)
    func whoeverTriesOutWhoIsKnownIsRefusedForTheHour(
        probe: (method: Wire.Method, messages: [[UInt8]]), kind: DoorKind
    ) async throws {
        try await TestServer.with(.init(policy: Self.policy)) { server in
            let token = try TokenDraft().signed(by: try await TokenForge.shared.value)
            let door = try server.door(kind, .init(token: token))
            for message in probe.messages { #expect(await door.ask(probe.method, message).end == "ok") }
            let generic = "selvedge_generic_answers_total{purpose=\"service\"} 4\n"
            #expect(server.metrics.registry.exposition().contains(generic))
            #expect(server.metrics.budgetRefusals.value == 0)
            let asked: [Wire.Method] = [.resolve, .resolveBatch, .explain, .simulate, .watch]
            for method in asked {
                let reply = await door.ask(method, AccessWorld.question(method))
                #expect(reply.end == "RESOURCE_EXHAUSTED generic_budget", "\(method)")
                #expect(reply.failure?.limit == 3 && reply.messages.isEmpty)
            }
            #expect(server.metrics.budgetRefusals.value == UInt64(asked.count))
            server.clock.advance(milliseconds: 3_600_000)
            let next = try TokenDraft.with { $0.claims["exp"] = "1800007200" }.signed(
                by: try await TokenForge.shared.value)
            let later = try server.door(kind, .init(token: next))
            #expect(await later.ask(.resolve, AccessWorld.question(.resolve)).end == "ok")
            await door.close()
            await later.close()
        }
    }

    // MARK: Identifiers

    @Test(arguments: DoorKind.allCases) func theServersOwnLimitOfIdentifiersHolds(kind: DoorKind) async throws {
        var setup = TestServer.Setup()
        setup.limits.identifiers = 2
        try await TestServer.with(setup) { server in
            let door = try server.door(kind)
            let batch = [Say.crowd(2), Say.crowd(3)]
            let answer: SelvedgeRecordResponse = try await door.ask(.record, Say.recording(batch).bytes).message()
            #expect(answer.outcomes.map(\.refusal.reason) == ["", "too_many_identifiers"])
            let stream = await door.open(.recordStream, nil)
            await stream.send(Say.streaming(1, batch).bytes)
            stream.finish()
            let said: SelvedgeRecordStreamResponse = try await stream.rest().message()
            #expect(said.accepted == 1 && said.exceptions.map(\.outcome.refusal.reason) == ["too_many_identifiers"])
            var decide = Say.decide("ada", [Say.decision("service", "granted")])
            decide.identifiers = batch[1].identifiers
            let refused = await door.ask(.decide, decide.bytes)
            #expect(refused.end == "INVALID_ARGUMENT too_many_identifiers" && refused.failure?.field == "identifiers")
            await door.close()
        }
    }

    // MARK: The feed

    @Test(arguments: DoorKind.allCases) func aPlaceBehindTheEndOfTheFeedIsRefused(kind: DoorKind) async throws {
        try await TestServer.with { server in
            let door = try server.door(kind)
            try await ConformanceCase.seed(door)
            func watch(_ change: (inout SelvedgeWatchRequest) -> Void) async -> Reply {
                var request = SelvedgeWatchRequest.with { $0.purpose = "service" }
                change(&request)
                return await door.ask(.watch, request.bytes)
            }
            let feed: SelvedgeWatchResponse = try await watch { _ in }.message()
            for follows in [false, true] {
                let reply = await watch { ($0.from, $0.follow) = (feed.next + 1, follows) }
                #expect(reply.end == "OUT_OF_RANGE feed_ahead")
                #expect(reply.failure?.limit == feed.next)
            }
            let end: SelvedgeWatchResponse = try await watch { $0.from = feed.next }.message()
            #expect(end.entries.isEmpty && end.next == feed.next)
            await door.close()
        }
    }

    // MARK: Looks past consent

    private struct Look: Sendable {
        let role: String
        let purpose: String
        let reason: String
        let code: String
    }

    private static let refused = [
        Look(role: "resolve", purpose: "service", reason: "a test", code: "role_required"),
        Look(role: "ingest", purpose: "service", reason: "a test", code: "role_required"),
        Look(role: "admin", purpose: "service", reason: "", code: "missing_field"),
        Look(role: "privacy", purpose: "service", reason: String(repeating: "x", count: 1_025), code: "missing_field"),
        Look(role: "privacy", purpose: "spying", reason: "a test", code: "unknown_purpose"),
    ]

    /// A call with a look, by each method that takes one.
    private static func calls(_ look: Look) -> [(method: Wire.Method, message: [UInt8])] {
        let (ada, why) = (Say.email("ada"), Say.look(look.reason))
        var calls: [(Wire.Method, [UInt8])] = [
            (
                .resolve,
                SelvedgeResolveRequest.with { ($0.subject, $0.purpose, $0.look) = (ada, look.purpose, why) }.bytes
            ),
            (
                .resolveBatch,
                SelvedgeResolveBatchRequest.with { ($0.subjects, $0.purpose, $0.look) = ([ada], look.purpose, why) }
                    .bytes
            ),
            (
                .consentCheck,
                SelvedgeConsentCheckRequest.with { ($0.subject, $0.purpose, $0.look) = (ada, look.purpose, why) }.bytes
            ),
        ]
        // Of these a look takes no notice of the purpose, or there is none.
        guard look.code != "unknown_purpose" else { return calls }
        calls += [
            (.explain, SelvedgeExplainRequest.with { ($0.first, $0.second, $0.look) = (ada, ada, why) }.bytes),
            (
                .simulate,
                SelvedgeSimulateRequest.with {
                    ($0.observations, $0.look) = ([Say.observation("email:ada@example.org")], why)
                }.bytes
            ),
            (.watch, SelvedgeWatchRequest.with { $0.look = why }.bytes),
            (.ledger, SelvedgeLedgerRequest.with { ($0.subject, $0.look) = (ada, why) }.bytes),
            (.prove, SelvedgeProveRequest.with { ($0.subject, $0.look) = (ada, why) }.bytes),
        ]
        return calls
    }

    @Test(arguments: DoorKind.allCases) func aLookThatIsRefusedLeavesNoEntryInTheAudit(kind: DoorKind) async throws {
        try await AccessWorld.with { world in
            func entries() throws -> Int { try world.server.engine.statistics().auditEntries }
            for look in Self.refused {
                for call in Self.calls(look) {
                    let reply = try await world.ask(kind, as: look.role, call.method, call.message)
                    #expect(reply.failure?.code == look.code, "\(look.role) \(call.method)")
                    #expect(reply.messages.isEmpty)
                }
            }
            #expect(try entries() == 0)
            let taken = Look(role: "privacy", purpose: "service", reason: "a test", code: "")
            for (number, call) in Self.calls(taken).enumerated() {
                #expect(
                    try await world.ask(kind, as: "privacy", call.method, call.message).end == "ok", "\(call.method)")
                #expect(try entries() == number + 1)
            }
        }
    }

    // MARK: Methods

    @Test func aMethodThatIsUnknownIsSaidAndTheConnectionGoesOn() async throws {
        try await TestServer.with { server in
            let port = server.port(.wire)
            try await blocking {
                let socket = try RawSocket(port: port)
                let resolve = Say.resolve(Say.email("nobody")).bytes
                let frames = [
                    FuzzFrame.hello(), .request(0x7777, stream: 1, []), .request(0x0101, stream: 3, resolve),
                ]
                try socket.send(frames.flatMap(\.bytes))
                var splitter = FrameSplitter()
                while splitter.frames.count < 3 {
                    let bytes = try socket.receive()
                    try #require(!bytes.isEmpty, "the connection has ended")
                    splitter.add(bytes)
                }
                #expect(splitter.frames.map(\.stream) == [0, 1, 3])
                #expect(splitter.frames.map(\.code) == [0, 12, 0])
                let detail = try SelvedgeErrorDetail(serializedBytes: splitter.frames[1].payload)
                #expect(detail.code == "unknown_method")
            }
        }
    }

    private static let names = [
        ("Forget", "selvedge.v1.Identity"), ("Resolve", "selvedge.v1.Identities"), ("Resolve", "selvedge.v2.Identity"),
        ("Authenticate", "selvedge.v1.Session"),
    ]

    @Test(arguments: names) func overGRPCTooAndWhatIsOfTheWireAlone(name: String, service: String) async throws {
        try await TestServer.with { server in
            let door = try #require(try server.door(.grpc) as? GRPCDoor)
            #expect(await door.ask(name, of: service).failure?.status == .unimplemented)
            #expect(await door.ask(.resolve, Say.resolve(Say.email("nobody")).bytes).failure == nil)
            await door.close()
        }
    }
}
