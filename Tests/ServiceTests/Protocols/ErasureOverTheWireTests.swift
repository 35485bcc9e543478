import Engine
import Foundation
import GraphStore
import Identity
import Service
import SwiftProtobuf
import TestSupport
import Testing
import Wire

/// An erasure by the calls of two principals: who acts is whom the connection has proven.
@Suite struct ErasureOverTheWireTests {
    private static func ask<Answer: SwiftProtobuf.Message>(
        _ world: AccessWorld, _ kind: DoorKind, _ name: String, _ method: Wire.Method,
        _ message: some SwiftProtobuf.Message
    ) async throws -> Answer {
        try await world.ask(kind, as: name, method, message.bytes).message(Answer.self)
    }

    private static func request(_ world: AccessWorld, _ kind: DoorKind) async throws -> SelvedgeErasure {
        let seen = Say.recording([Say.observation("email:ada@example.org", "cookie:a")])
        #expect(try await world.ask(kind, as: "ingest", .record, seen.bytes).failure == nil)
        return try await ask(
            world, kind, "privacy", .requestErasure,
            SelvedgeRequestErasureRequest.with { ($0.subject, $0.reason) = (Say.email("ada"), "a letter") })
    }

    private static func approval(_ asked: SelvedgeErasure) -> SelvedgeApproveRequest {
        .with { ($0.number, $0.hash, $0.reason) = (asked.number, asked.hash, "read") }
    }

    private static func outcome(_ world: AccessWorld, _ kind: DoorKind) async throws -> SelvedgeResolveResponse.Outcome
    {
        let response: SelvedgeResolveResponse = try await ask(
            world, kind, "resolve", .resolve, Say.resolve(Say.email("ada")))
        return response.outcome
    }

    @Test(arguments: DoorKind.allCases) func whatTwoPrincipalsAgreeOnIsOutOfSightAtOnce(kind: DoorKind) async throws {
        try await AccessWorld.with { world in
            let asked = try await Self.request(world, kind)
            #expect(asked.steps.map(\.by) == ["privacy"])
            #expect(try await Self.outcome(world, kind) == .profile)
            let refused = try await world.ask(kind, as: "privacy", .approve, Self.approval(asked).bytes)
            #expect(refused.end == "PERMISSION_DENIED role_required")
            let fenced: SelvedgeErasure = try await Self.ask(world, kind, "approve", .approve, Self.approval(asked))
            #expect(fenced.state == "fenced" && fenced.steps.map(\.by) == ["privacy", "approve", ""])
            #expect(try await Self.outcome(world, kind) == .generic)
            // Without tools to search with it ends deleted.
            let engine = world.server.engine
            #expect(try await soon { (try? engine.erasure(asked.number).state) == .deleted })
            let again = Say.recording([Say.observation("email:ada@example.org", "cookie:b")])
            #expect(try await world.ask(kind, as: "ingest", .record, again.bytes).failure == nil)
            #expect(try await Self.outcome(world, kind) == .generic)
        }
    }

    @Test(arguments: DoorKind.allCases) func anotherRequestsHashApprovesNothing(kind: DoorKind) async throws {
        try await AccessWorld.with { world in
            let asked = try await Self.request(world, kind)
            var approval = Self.approval(asked)
            approval.hash = Data(count: 32)
            let reply = try await world.ask(kind, as: "approve", .approve, approval.bytes)
            #expect(reply.end == "FAILED_PRECONDITION other_request")
            #expect(try await Self.outcome(world, kind) == .profile)
            let rejected: SelvedgeErasure = try await Self.ask(
                world, kind, "approve", .reject,
                SelvedgeRejectRequest.with { ($0.number, $0.reason) = (asked.number, "no") })
            #expect(rejected.state == "rejected")
            #expect(
                try await world.ask(kind, as: "approve", .approve, Self.approval(asked).bytes).end
                    == "FAILED_PRECONDITION wrong_state")
        }
    }

    /// With a search that finds nothing, as one of clean files does: scrubbed and certified while others are served.
    @Test func anApprovedErasureIsCarriedToItsCertificate() async throws {
        var setup = TestServer.Setup()
        setup.tools = ErasureTools(
            search: { _, patterns in
                var found = FileSearch()
                (found.files, found.bytes) = (patterns.count, 1)
                return found
            }, certificate: { ("erasure \($0.status.number)", "{}") }, now: { TokenForge.now })
        try await TestServer.with(setup) { server in
            let door = try server.door(.wire)
            try await ConformanceCase.seed(door)
            // Another principal than the one of this server, as there is but one.
            let act = PrivacyAct(by: "somebody else", reason: "a test", at: TokenForge.now)
            let subject = try await door.ask(.key, SelvedgeKeyRequest.with { $0.subject = Say.email("ada") }.bytes)
                .message(SelvedgeKeyResponse.self)
            let number = try server.request(subject, act)
            let hash = try server.engine.erasure(number).row.requestHash
            let approval = SelvedgeApproveRequest.with {
                ($0.number, $0.hash, $0.reason) = (number, Data(hash.bytes), "read")
            }
            #expect(await door.ask(.approve, approval.bytes).failure == nil)
            let engine = server.engine
            #expect(try await soon { (try? engine.erasure(number).state) == .certified })
            #expect(engine.store.generation == "gen-2")
            let told = try await door.ask(.certificate, SelvedgeCertificateRequest.with { $0.number = number }.bytes)
                .message(SelvedgeCertificateResponse.self)
            #expect(told.text == "erasure \(number)")
            let bob = try await door.ask(.resolve, Say.resolve(Say.email("bob")).bytes)
                .message(SelvedgeResolveResponse.self)
            #expect(bob.outcome == .profile)
            await door.close()
        }
    }
}
