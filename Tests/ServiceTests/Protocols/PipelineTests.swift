import Engine
import Service
import SwiftProtobuf
import TestSupport
import Testing
import Wire

/// Calls that come together are answered together, and no otherwise than alone.
@Suite struct PipelineTests {
    /// Who is known and for what, who is not, and what is no subject at all.
    private static func subjects(_ known: [String]) -> [SelvedgeSubject] {
        let names = ["ada", "bob", "carol", "nobody", "eve"]
        var subjects = names.map(Say.email)
        subjects += (0..<20).map { Say.email("person\($0)") }
        subjects += [
            Say.subject("cookie", "ada-1"), Say.subject("phone", "+49 30 123456 78"), Say.subject("phone", "12"),
            Say.subject("device_id", "bob-1"), Say.subject("session", "eve-1"), Say.subject("email", "no address"),
            Say.subject("shoe_size", "43"), Say.subject("", ""), SelvedgeSubject(), Say.record("crm", "r1"),
            Say.record("crm", "r2"), Say.record("nowhere", "r1"),
        ]
        let ids = known + ["prf_00000000000000000000000000", "prf_", "nonsense"]
        return subjects + ids.map { id in .with { $0.profileID = id } }
    }

    private static func questions(_ known: [String]) -> [[UInt8]] {
        let purposes = ["service", "marketing", "service", "personalization", "spying", ""]
        var questions: [[UInt8]] = []
        for (number, subject) in subjects(known).enumerated() {
            for turn in 0..<5 {
                let purpose = purposes[(number + turn) % purposes.count]
                questions.append(Say.resolve(subject, purpose, members: (number + turn) % 3 == 0).bytes)
            }
        }
        // Not even a message, and one that is cut.
        return questions + [[0xff, 0xff, 0xff], Array(questions[0].dropLast(3)), []]
    }

    /// What there is to be asked for, and the ids of three of them.
    private static func seed(_ server: TestServer) async throws -> [String] {
        let door = try server.door(.wire)
        try await ConformanceCase.seed(door)
        let crowd = AbuseMessages.observations(from: 0, count: 20)
        #expect(await door.ask(.record, Say.recording(crowd).bytes).end == "ok")
        var ids: [String] = []
        for name in ["ada", "bob", "person7"] {
            let found: SelvedgeResolveResponse =
                try await door.ask(.resolve, Say.resolve(Say.email(name)).bytes).message()
            try #require(found.outcome == .profile)
            ids.append(found.profileID)
        }
        await door.close()
        return ids
    }

    private struct Answer: Equatable {
        let code: UInt16
        let flags: UInt8
        let payload: [UInt8]
    }

    /// Sends the frames in one write; the answer to each request among them.
    private static func answers(_ client: AbuseClient, _ frames: [FuzzFrame]) throws -> [UInt32: Answer] {
        try client.socket.send(frames.flatMap(\.bytes))
        let requests = frames.count { $0.kind == FrameKind.request.rawValue }
        var answers: [UInt32: Answer] = [:]
        while answers.count < requests {
            let frame = try #require(try client.next(), "the connection has ended")
            guard frame.kind == FrameKind.response.rawValue else { continue }
            #expect(answers[frame.stream] == nil, "stream \(frame.stream) was answered twice")
            answers[frame.stream] = Answer(code: frame.code, flags: frame.flags, payload: frame.payload)
        }
        return answers
    }

    @Test func whatComesInOneWriteIsAnsweredAsOneByOne() async throws {
        try await TestServer.with { server in
            let known = try await Self.seed(server)
            let port = server.port(.wire)
            try await blocking {
                let questions = Self.questions(known)
                // Both give the same streams to the same questions.
                let single = try AbuseClient(port: port)
                var alone: [UInt32: Answer] = [:]
                for question in questions {
                    let request = single.request(.resolve, question)
                    alone[request.stream] = try Self.answers(single, [request])[request.stream]
                }
                let many = try AbuseClient(port: port)
                let together = try Self.answers(many, questions.map { many.request(.resolve, $0) })
                #expect(together.count == questions.count)
                for (stream, answer) in alone {
                    #expect(together[stream] == answer, "question \(stream)")
                }
                // A comparison of nothing but refusals would say little.
                let codes = Dictionary(grouping: alone.values, by: \.code).mapValues(\.count)
                #expect((codes[0] ?? 0) > 60 && codes.count > 1, "\(codes)")
                #expect(Set(alone.values.map(\.payload)).count > 20)
            }
        }
    }

    @Test func callsOfOtherMethodsBetweenThemChangeNothing() async throws {
        try await TestServer.with { server in
            let known = try await Self.seed(server)
            let port = server.port(.wire)
            try await blocking {
                let questions = Self.questions(known).prefix(60)
                let plain = try AbuseClient(port: port)
                let alone = try Self.answers(plain, questions.map { plain.request(.resolve, $0) })
                let mixed = try AbuseClient(port: port)
                let batch = Say.batch([Say.email("ada"), Say.email("nobody")]).bytes
                var asked: [FuzzFrame] = []
                var frames: [FuzzFrame] = []
                for (number, question) in questions.enumerated() {
                    asked.append(mixed.request(.resolve, question))
                    let isEven = number % 2 == 0
                    let between =
                        isEven ? FuzzFrame(.ping, Array(repeating: 7, count: 8)) : mixed.request(.resolveBatch, batch)
                    frames += [asked[number], between]
                }
                let answers = try Self.answers(mixed, frames)
                for (number, frame) in asked.enumerated() {
                    #expect(answers[frame.stream] == alone[UInt32(number + 1)], "question \(number + 1)")
                }
            }
        }
    }

    // MARK: Before it is known who calls

    private static let policy = AuthorityUnderTest.text(
        tokens: "",
        principals: """
            principals:
              - {id: billing, roles: [resolve], purposes: [service]}
            """)

    /// A header may lie; nothing is made of its length while the server is busy with the token before it.
    @Test(arguments: [UInt32.max, UInt32.max - 11, 1 << 31, 5 << 20])
    func aFrameOfFourGigabytesBehindHelloIsRefused(length: UInt32) async throws {
        try await TestServer.with(.init(policy: Self.policy)) { server in
            let token = try TokenDraft().signed(by: try await TokenForge.shared.value)
            let port = server.port(.wire)
            let frames = try await blocking { () -> [FuzzFrame] in
                let socket = try RawSocket(port: port)
                let hello = SelvedgeClientHello.with { $0.token = token }
                var liar = FuzzFrame.request(Wire.Method.resolve.rawValue, stream: 1, [])
                liar.length = length
                try socket.send(FuzzFrame.hello(hello.bytes).bytes + liar.bytes)
                var splitter = FrameSplitter()
                splitter.add(try socket.receiveAll())
                return splitter.frames
            }
            #expect(frames.map(\.kind) == [FrameKind.hello.rawValue, FrameKind.goaway.rawValue])
            #expect(frames.last.map { AbuseClient.goaway($0).code } == "frame_too_large")
            let reply = try await server.ask(
                .wire, .resolve, Say.resolve(Say.email("nobody")).bytes, .init(token: token))
            #expect(reply.end == "ok")
        }
    }
}
