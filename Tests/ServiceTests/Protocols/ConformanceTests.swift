import Foundation
import SwiftProtobuf
import TestSupport
import Testing
import Wire

/// The same cases through both protocols.
@Suite struct ConformanceTests {
    private static let reads =
        ConformanceCase.resolves + ConformanceCase.batches + ConformanceCase.questions + ConformanceCase.privacy
        + ConformanceCase.administration + ConformanceCase.rights.filter(\.isRead)
        + ConformanceCase.offers.filter(\.isRead) + ConformanceCase.models + ConformanceCase.warehouse.filter(\.isRead)
    private static let writes =
        ConformanceCase.recording + ConformanceCase.asserting + ConformanceCase.clock
        + ConformanceCase.rights.filter { !$0.isRead } + ConformanceCase.offers.filter { !$0.isRead }
        + ConformanceCase.warehouse.filter { !$0.isRead }

    @Test func everyMethodHasACaseThatIsAnsweredAndOneThatIsRefused() {
        let methods = Set((Self.reads + Self.writes).map(\.method))
        // The first is of one protocol alone, the second has tests of its own.
        #expect(methods.union([.authenticate, .recordStream]) == Set(Wire.Method.allCases))
    }

    @Test(arguments: (reads + writes).filter(\.isRead))
    func bothDoorsGiveTheSameBytes(example: ConformanceCase) async throws {
        try await TestServer.with { server in
            let doors = [try server.door(.wire), try server.door(.grpc)]
            try await ConformanceCase.seed(doors[0])
            if example.isOfShop { try await OfferWorld.stock(server, doors[0]) }
            var replies: [Reply] = []
            for door in doors {
                let reply = await door.ask(example.method, example.message)
                try example.verify(reply)
                replies.append(reply)
                await door.close()
            }
            // A map has no order in its encoding: what Check counts is held by its own case.
            if example.method != .check { #expect(replies[0] == replies[1]) }
        }
    }

    @Test(arguments: writes.filter { !$0.isRead }, DoorKind.allCases)
    func eachDoorMakesTheChange(example: ConformanceCase, kind: DoorKind) async throws {
        try await TestServer.with { server in
            let door = try server.door(kind)
            try await ConformanceCase.seed(door)
            if example.isOfShop { try await OfferWorld.stock(server, door) }
            try example.verify(await door.ask(example.method, example.message))
            await door.close()
        }
    }

    // MARK: What looks alike

    /// Unknown, denied, withdrawn, forged and expired: one answer, byte by byte, by both doors.
    @Test func whyAnAnswerIsGenericCannotBeTold() async throws {
        try await TestServer.with { server in
            let doors = [try server.door(.wire), try server.door(.grpc)]
            try await ConformanceCase.seed(doors[0])
            // A profile id of another moment: its cookie lives 396 days.
            let old = Say.recording([Say.observation("cookie:old-1", "session:old-1")])
            #expect(await doors[0].ask(.record, old.bytes).failure == nil)
            let shown = try await doors[0].ask(.resolve, Say.resolve(Say.subject("cookie", "old-1")).bytes)
                .message(SelvedgeResolveResponse.self)
            #expect(shown.outcome == .profile)
            server.clock.advance(milliseconds: 400 * 86_400_000)
            #expect(await doors[0].ask(.sweep, []).failure == nil)
            let subjects = [
                Say.resolve(Say.email("nobody")), Say.resolve(Say.email("ada"), "marketing"),
                Say.resolve(Say.email("carol"), "marketing"), Say.resolve(Say.subject("cookie", "old-1")),
                Say.resolve(.with { $0.profileID = "prf_" + String(repeating: "1", count: 26) }),
                Say.resolve(.with { $0.profileID = shown.profileID }), Say.resolve(Say.record("nowhere", "r")),
            ]
            var replies: Set<Reply> = []
            for door in doors {
                for subject in subjects { replies.insert(await door.ask(.resolve, subject.bytes)) }
                let batch = Say.batch(subjects.filter { $0.purpose == "service" }.map(\.subject))
                let answer: SelvedgeResolveBatchResponse = try await door.ask(.resolveBatch, batch.bytes).message()
                #expect(Set(answer.results) == [.with { $0.outcome = .generic }])
                await door.close()
            }
            #expect(replies == [Reply(messages: [[0x08, 0x02]])])
        }
    }

    // MARK: Streams

    @Test(arguments: DoorKind.allCases)
    func acknowledgementsComeInOrderWithRefusalsInPlace(kind: DoorKind) async throws {
        try await TestServer.with { server in
            let door = try server.door(kind)
            let stream = await door.open(.recordStream, nil)
            for number in 1...200 as ClosedRange<UInt64> {
                var batch = [Say.observation("email:p\(number)@example.org", "cookie:c\(number)")]
                if number % 10 == 0 { batch.insert(Say.observation("email:nothing"), at: 0) }
                await stream.send(Say.streaming(number * 3, batch).bytes)
            }
            stream.finish()
            let reply = await stream.rest()
            #expect(reply.end == "ok")
            let answers = try reply.messages.map { try SelvedgeRecordStreamResponse(serializedBytes: $0) }
            #expect(answers.map(\.sequence) == (1...200).map { $0 * 3 })
            #expect(answers.allSatisfy { $0.accepted == 1 })
            for answer in answers {
                let isMarred = answer.sequence % 30 == 0
                #expect(answer.exceptions.map(\.index) == (isMarred ? [0] : []))
                #expect(answer.exceptions.map(\.outcome.refusal.reason) == (isMarred ? ["invalid_email"] : []))
            }
            let known: SelvedgeResolveResponse = try await door.ask(.resolve, Say.resolve(Say.email("p200")).bytes)
                .message()
            #expect(known.outcome == .profile)
            await door.close()
        }
    }

    private static let wrongBatches: [(String, [UInt8], String)] = [
        ("empty", Say.streaming(2, []).bytes, "INVALID_ARGUMENT batch_empty"),
        (
            "too large", Say.streaming(2, Array(repeating: Say.observation("cookie:c"), count: 1_001)).bytes,
            "INVALID_ARGUMENT batch_too_large"
        ),
        ("garbage", ConformanceCase.garbage, "INVALID_ARGUMENT malformed_message"),
    ]

    @Test(arguments: wrongBatches, DoorKind.allCases)
    func aWrongBatchEndsTheStreamBehindWhatCameBefore(wrong: (String, [UInt8], String), kind: DoorKind) async throws {
        try await TestServer.with { server in
            let door = try server.door(kind)
            let stream = await door.open(.recordStream, nil)
            await stream.send(Say.streaming(1, [Say.observation("email:ada@example.org")]).bytes)
            await stream.send(wrong.1)
            let reply = await stream.rest()
            #expect(reply.end == wrong.2)
            let answers = try reply.messages.map { try SelvedgeRecordStreamResponse(serializedBytes: $0) }
            #expect(answers.map(\.sequence) == [1])
            await door.close()
        }
    }

    @Test(arguments: DoorKind.allCases)
    func whoFollowsIsToldWhatIsNew(kind: DoorKind) async throws {
        try await TestServer.with { server in
            let door = try server.door(kind)
            let request = SelvedgeWatchRequest.with { ($0.purpose, $0.follow, $0.limit) = ("service", true, 3) }
            let stream = await door.open(.watch, request.bytes)
            var kinds: [String] = []
            for name in ["ada", "bob", "carol"] {
                let batch = Say.recording([Say.observation("email:\(name)@example.org", "cookie:\(name)")])
                #expect(await door.ask(.record, batch.bytes).failure == nil)
                while kinds.count < 3, let message = await stream.next() {
                    let entries = try SelvedgeWatchResponse(serializedBytes: message).entries
                    kinds += entries.map(\.kind)
                    if !entries.isEmpty { break }
                }
            }
            #expect(kinds == ["created", "created", "created"])
            let rest = await stream.rest()
            #expect(rest.end == "ok", "\(rest)")
            await door.close()
        }
    }

    // MARK: What a caller of role ingest alone is told

    private static let policy = AuthorityUnderTest.text(
        tokens: "",
        principals: """
            principals:
              - id: billing
                roles: [ingest]
                sources: [web]
            """)

    @Test(arguments: DoorKind.allCases)
    func toRoleIngestAloneOutcomesAreAcceptedOrRefused(kind: DoorKind) async throws {
        try await TestServer.with(.init(policy: Self.policy)) { server in
            let token = try TokenDraft().signed(by: try await TokenForge.shared.value)
            let door = try server.door(kind, .init(token: token))
            let batch = Say.recording([
                Say.observation("email:ada@example.org", "cookie:a"),
                Say.observation("email:ada@example.org", "cookie:b"),
                Say.observation("email:bob@example.org", "cookie:c"), Say.observation("cookie:b", "cookie:c"),
                Say.observation("email:nothing"),
            ])
            for _ in 0..<2 {
                let answer: SelvedgeRecordResponse = try await door.ask(.record, batch.bytes).message()
                #expect(answer.outcomes.map(\.kind) == [.accepted, .accepted, .accepted, .accepted, .refused])
                #expect(answer.outcomes.allSatisfy { $0.profileID.isEmpty })
            }
            let stream = await door.open(.recordStream, nil)
            await stream.send(Say.streaming(1, batch.observations).bytes)
            stream.finish()
            let reply: SelvedgeRecordStreamResponse = try await stream.rest().message()
            #expect(reply.accepted == 4 && reply.exceptions.map(\.outcome.kind) == [.refused])
            await door.close()
        }
    }
}
