import SwiftProtobuf
import Testing
import Wire

/// One call, and what must come of it by either door.
struct ConformanceCase: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let method: Wire.Method
    let message: [UInt8]
    /// Whether the answer is the same, byte by byte, when it is asked for again.
    var isRead = true
    /// Whether the store has a catalogue of offers and score models.
    var isOfShop = false
    let verify: @Sendable (Reply) throws -> Void

    /// With a catalogue of offers and score models in the store.
    var shop: ConformanceCase {
        var made = self
        made.isOfShop = true
        return made
    }

    /// A call that is answered by one message.
    init<Answer: SwiftProtobuf.Message>(
        _ name: String, _ method: Wire.Method, _ message: some SwiftProtobuf.Message, writes: Bool = false,
        _ verify: @escaping @Sendable (Answer) throws -> Void
    ) {
        testDescription = "\(method): \(name)"
        self.method = method
        self.message = message.bytes
        isRead = !writes
        self.verify = { reply in try verify(try reply.message(Answer.self)) }
    }

    /// A call that changes something and is answered by several messages.
    init(
        _ name: String, _ method: Wire.Method, _ message: some SwiftProtobuf.Message,
        all verify: @escaping @Sendable (Reply) throws -> Void
    ) {
        testDescription = "\(method): \(name)"
        self.method = method
        self.message = message.bytes
        isRead = false
        self.verify = verify
    }

    /// A call that is refused: the end of its reply, such as `INVALID_ARGUMENT missing_field`, and the field.
    init(
        _ name: String, _ method: Wire.Method, _ message: [UInt8], _ end: String, field: String = "", limit: UInt64 = 0
    ) {
        testDescription = "\(method): \(name)"
        self.method = method
        self.message = message
        verify = { reply in
            #expect(reply.end == end, "\(reply.failure?.message ?? "")")
            #expect(reply.failure?.field == field)
            #expect(reply.failure?.limit == limit)
            #expect(reply.messages.isEmpty)
        }
    }
}

extension ConformanceCase {
    /// An hour before the tests' moment.
    static let consented = Say.now - 3_600_000

    /// What the store of every case holds: ada on the web and in the crm, bob by consent, carol who withdrew hers, and a
    /// device that nobody has logged in on.
    static func seed(_ door: any Door) async throws {
        let people = Say.recording([
            Say.observation("email:ada@example.org", "cookie:ada-1"),
            Say.observation("email:ada@example.org", "phone:+493012345678", source: "crm", record: "r1"),
            Say.observation("email:bob@example.org", "device_id:bob-1"),
            Say.observation("email:carol@example.org", "device_id:carol-1"),
            Say.observation("device_id:eve-1", "session:eve-1"),
        ])
        var replies = [await door.ask(.record, people.bytes)]
        for (name, time) in [("bob", 1), ("carol", 1)] as [(String, Int64)] {
            let granted = Say.decide(name, [Say.decision("marketing", "granted", at: consented + time)])
            replies.append(await door.ask(.decide, granted.bytes))
        }
        let withdrawn = Say.decide("carol", [Say.decision("marketing", "withdrawn", at: consented + 2)])
        replies.append(await door.ask(.decide, withdrawn.bytes))
        let failures = replies.compactMap(\.failure)
        try #require(failures.isEmpty)
    }
}
