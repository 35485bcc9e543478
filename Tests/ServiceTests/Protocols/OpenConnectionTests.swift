import Foundation
import Service
import SwiftProtobuf
import TestSupport
import Testing
import Wire

/// What was allowed when a connection was opened, or a stream, and is no longer.
@Suite struct OpenConnectionTests {
    private static let question = AccessWorld.question(.resolve)
    private static let batch = [Say.observation("email:ada@example.org", "cookie:a")]

    // MARK: The end of credentials

    @Test(arguments: DoorKind.allCases) func aTokenThatEndsEndsItsCalls(kind: DoorKind) async throws {
        try await AccessWorld.with { world in
            let door = try await world.door(kind, as: "resolve")
            #expect(await door.ask(.resolve, Self.question).failure == nil)
            // An hour, and what clocks may differ by.
            world.server.clock.advance(milliseconds: 3_629_999)
            #expect(await door.ask(.resolve, Self.question).failure == nil)
            world.server.clock.advance(milliseconds: 1)
            for method in [Wire.Method.resolve, .watch, .explain] {
                let reply = await door.ask(method, AccessWorld.question(method))
                #expect(reply.end == "UNAUTHENTICATED credentials_expired", "\(method)")
            }
            #expect(await door.ask(.health, []).failure == nil)
            await door.close()
        }
    }

    @Test func authenticateRenewsAnOpenConnection() async throws {
        try await AccessWorld.with { world in
            let door = try await world.door(.wire, as: "resolve")
            #expect(await door.ask(.resolve, Self.question).failure == nil)
            world.server.clock.advance(milliseconds: 3_700_000)
            #expect(await door.ask(.resolve, Self.question).end == "UNAUTHENTICATED credentials_expired")
            let token = try await world.token("resolve")
            let request = SelvedgeAuthenticateRequest.with { $0.token = token }
            let renewed: SelvedgeAuthenticateResponse = try await door.ask(.authenticate, request.bytes).message()
            #expect(renewed.principal == "resolve")
            #expect(await door.ask(.resolve, Self.question).failure == nil)
            await door.close()
        }
    }

    @Test func aConnectionDoesNotPassToAnother() async throws {
        try await AccessWorld.with { world in
            let door = try await world.door(.wire, as: "resolve")
            let token = try await world.token("admin")
            let request = SelvedgeAuthenticateRequest.with { $0.token = token }
            #expect(await door.ask(.authenticate, request.bytes).end == "UNAUTHENTICATED unauthenticated")
            #expect(await door.ask(.describe, []).end == "PERMISSION_DENIED role_required")
            #expect(await door.ask(.resolve, Self.question).failure == nil)
            await door.close()
        }
    }

    @Test(arguments: DoorKind.allCases) func aCertificateThatEndsEndsItsCalls(kind: DoorKind) async throws {
        try await AccessWorld.with(certificates: true) { world in
            let door = try world.door(kind, CertificateDraft())
            #expect(await door.ask(.resolve, Self.question).failure == nil)
            world.server.clock.advance(milliseconds: 3_660_000)
            #expect(await door.ask(.resolve, Self.question).end == "UNAUTHENTICATED credentials_expired")
            await door.close()
        }
    }

    @Test(arguments: DoorKind.allCases) func aTokenThatEndsEndsItsStreams(kind: DoorKind) async throws {
        try await AccessWorld.with { world in
            let recording = try await world.door(kind, as: "ingest")
            let stream = await recording.open(.recordStream, nil)
            await stream.send(Say.streaming(1, Self.batch).bytes)
            #expect(await stream.next() != nil)
            let watching = try await world.door(kind, as: "resolve")
            let feed = await watching.open(.watch, Self.follow.bytes)
            #expect(await feed.next() != nil)
            world.server.clock.advance(milliseconds: 3_700_000)
            await stream.send(Say.streaming(2, Self.batch).bytes)
            let rest = await stream.rest()
            #expect(rest.end == "UNAUTHENTICATED credentials_expired" && rest.messages.isEmpty)
            #expect(await feed.rest().end == "UNAUTHENTICATED credentials_expired")
            await recording.close()
            await watching.close()
        }
    }

    private static let follow = SelvedgeWatchRequest.with { ($0.purpose, $0.follow) = ("service", true) }

    // MARK: Another policy

    @Test(arguments: DoorKind.allCases) func aRoleThatIsTakenAwayIsGoneAtTheNextCall(kind: DoorKind) async throws {
        try await AccessWorld.with { world in
            let door = try await world.door(kind, as: "resolve")
            #expect(await door.ask(.resolve, Self.question).failure == nil)
            try await world.server.reload(
                AccessWorld.policy(["resolve": "  - {id: resolve, roles: [ingest], sources: [web]}"]))
            for method in [Wire.Method.resolve, .resolveBatch, .watch] {
                let reply = await door.ask(method, AccessWorld.question(method))
                #expect(reply.end == "PERMISSION_DENIED role_required", "\(method)")
            }
            // What it was given instead holds as soon.
            #expect(await door.ask(.record, AccessWorld.question(.record)).failure == nil)
            try await world.server.reload(
                AccessWorld.policy(["resolve": "  - {id: resolve, roles: [resolve], purposes: [marketing]}"]))
            #expect(await door.ask(.resolve, Self.question).end == "PERMISSION_DENIED purpose_not_permitted")
            await door.close()
        }
    }

    private static let narrowed: [(String, String)] = [
        ("  - {id: ingest, roles: [consent], sources: [web]}", "PERMISSION_DENIED role_required"),
        ("  - {id: ingest, roles: [ingest], sources: [crm]}", "PERMISSION_DENIED source_not_permitted"),
    ]

    @Test(arguments: narrowed, DoorKind.allCases)
    func anOpenStreamIsJudgedByEachBatch(change: (line: String, end: String), kind: DoorKind) async throws {
        try await AccessWorld.with { world in
            let door = try await world.door(kind, as: "ingest")
            let stream = await door.open(.recordStream, nil)
            await stream.send(Say.streaming(1, Self.batch).bytes)
            #expect(await stream.next() != nil)
            try await world.server.reload(AccessWorld.policy(["ingest": change.line]))
            let later = [Say.observation("email:eve@example.org", "cookie:e")]
            await stream.send(Say.streaming(2, later).bytes)
            let rest = await stream.rest()
            #expect(rest.end == change.end && rest.messages.isEmpty)
            let reply = try await world.ask(kind, as: "resolve", .resolve, Say.resolve(Say.email("eve")).bytes)
            #expect(reply == Reply(messages: [[0x08, 0x02]]))
            await door.close()
        }
    }

    private static let blinded: [(String, String)] = [
        ("  - {id: resolve, roles: [ingest], sources: [web]}", "PERMISSION_DENIED role_required"),
        ("  - {id: resolve, roles: [resolve], purposes: [marketing]}", "PERMISSION_DENIED purpose_not_permitted"),
    ]

    @Test(arguments: blinded, DoorKind.allCases)
    func whoMayNotSeeAnyMoreDoesNotGoOnWatching(change: (line: String, end: String), kind: DoorKind) async throws {
        try await AccessWorld.with { world in
            #expect(try await world.ask(kind, as: "ingest", .record, Say.recording(Self.batch).bytes).failure == nil)
            let door = try await world.door(kind, as: "resolve")
            let feed = await door.open(.watch, Self.follow.bytes)
            #expect(await feed.next() != nil)
            try await world.server.reload(AccessWorld.policy(["resolve": change.line]))
            let rest = await feed.rest()
            #expect(rest.end == change.end && rest.messages.isEmpty)
            await door.close()
        }
    }

    @Test(arguments: DoorKind.allCases) func aKeyThatIsTakenAwayEndsItsTokensOnOpenConnections(kind: DoorKind)
        async throws
    {
        try await AccessWorld.with { world in
            let door = try await world.door(kind, as: "resolve")
            #expect(await door.ask(.resolve, Self.question).failure == nil)
            let keys = try await TokenForge.shared.value.keySet.split(separator: "\n").first { $0.contains("\"ec\"") }
            let set = "{\"keys\": [\(String(keys ?? "").trimmingCharacters(in: [",", " "]))]}"
            try set.write(
                toFile: world.server.directory.path + "/fewer.json", atomically: false, encoding: .utf8)
            try await world.server.reload(AccessWorld.policy(keys: "fewer.json"))
            #expect(await door.ask(.resolve, Self.question).end == "UNAUTHENTICATED unauthenticated")
            await door.close()
        }
    }

    @Test(arguments: DoorKind.allCases) func anotherTrustDomainEndsOpenConnections(kind: DoorKind) async throws {
        try await AccessWorld.with(certificates: true) { world in
            let door = try world.door(kind, CertificateDraft())
            #expect(await door.ask(.resolve, Self.question).failure == nil)
            try await world.server.reload(
                AccessWorld.policy().replacingOccurrences(of: "domain: shop.example", with: "domain: new.example")
                    .replacingOccurrences(of: "spiffe://shop.example", with: "spiffe://new.example"))
            #expect(await door.ask(.resolve, Self.question).end == "UNAUTHENTICATED unauthenticated")
            await door.close()
        }
    }
}
