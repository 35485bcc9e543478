import Identity
import Testing

/// Keying from bytes gives what keying from texts gives, and refuses what that refuses.
@Suite struct KeyedBytesTests {
    private enum Answer: Equatable {
        case identifier(KeyedIdentifier)
        case dropped(Refusal)
        case refused(Refusal)
    }

    private func answer(
        _ body: () throws(Refusal) -> Result<KeyedIdentifier, Refusal>
    ) -> Answer {
        do throws(Refusal) {
            switch try body() {
            case .success(let identifier): return .identifier(identifier)
            case .failure(let refusal): return .dropped(refusal)
            }
        } catch {
            return .refused(error)
        }
    }

    private func expected(_ draft: IdentifierDraft, _ intake: borrowing Intake) -> Answer {
        let other = IdentifierDraft(namespace: "login", value: .raw("somebody"))
        let draft = ObservationDraft(source: "web", time: testClock, identifiers: [draft, other])
        do throws(Refusal) {
            let observation = try intake.key(draft, receivedAt: testClock)
            if let refusal = observation.droppedIdentifiers.first { return .dropped(refusal) }
            return .identifier(observation.identifiers[0])
        } catch {
            return .refused(error)
        }
    }

    @Test(arguments: [
        ("email", "A.Person+x@GoogleMail.com"), ("email", "none"), ("email", "no address"),
        ("phone", "+44 20 7946 0123"),
        ("cookie", "k-1"), ("session", ""), ("nothing", "x"), ("record", "x"), ("", "x"), ("e", "x"), ("emails", "x"),
        ("login", "Zoë"),
    ])
    func aRawValueIsKeyedAsItsTextIs(namespace: String, value: String) throws {
        let intake = try testIntake()
        let source = try intake.sourcePolicy(named: "web")
        let (name, bytes) = (Array(namespace.utf8), Array(value.utf8))
        let found = answer { () throws(Refusal) in
            try intake.identifier(namespace: name.span, value: bytes.span, at: 0, of: source)
        }
        #expect(found == expected(IdentifierDraft(namespace: namespace, value: .raw(value)), intake))
    }

    @Test(arguments: [("email", 32), ("email", 31), ("email", 0), ("phone", 33), ("nothing", 32), ("session", 32)])
    func aHashIsKeyedAsItsTextIs(namespace: String, count: Int) throws {
        let intake = try testIntake()
        let (name, bytes) = (Array(namespace.utf8), (0..<count).map { UInt8($0) })
        let text = bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        let found = answer { () throws(Refusal) in
            try intake.identifier(namespace: name.span, sha256: bytes.span, at: 0)
        }
        #expect(found == expected(IdentifierDraft(namespace: namespace, value: .sha256(text)), intake))
    }

    @Test func aFillerHashIsDropped() throws {
        let intake = try testIntake()
        let (name, bytes) = (Array("email".utf8), [UInt8](repeating: 0, count: 32))
        let found = answer { () throws(Refusal) in
            try intake.identifier(namespace: name.span, sha256: bytes.span, at: 3)
        }
        guard case .dropped(let refusal) = found else {
            Issue.record("a hash of zeros was not dropped")
            return
        }
        #expect(refusal.field == "identifiers[3].sha256")
    }

    @Test func anObservationOfKeyedIdentifiersIsThatOfItsDraft() throws {
        let intake = try testIntake()
        let values = [("email", "a@example.com"), ("cookie", "k-1"), ("email", " A@EXAMPLE.com")]
        let draft = ObservationDraft(
            source: "web", recordID: "r1", time: testClock,
            identifiers: values.map { IdentifierDraft(namespace: $0.0, value: .raw($0.1)) })
        let source = try intake.sourcePolicy(named: "web")
        var identifiers: [KeyedIdentifier] = []
        for (index, value) in values.enumerated() {
            let (name, bytes) = (Array(value.0.utf8), Array(value.1.utf8))
            identifiers.append(
                try intake.identifier(namespace: name.span, value: bytes.span, at: index, of: source).get())
        }
        var bare = draft
        bare.identifiers = []
        let keyed = try intake.key(bare, identifiers: identifiers, dropped: [], receivedAt: testClock)
        #expect(try intake.key(draft, receivedAt: testClock) == keyed)
    }

    @Test func nothingButPlaceholdersIsRefused() throws {
        let intake = try testIntake()
        let refusal = Refusal(reason: .placeholder, field: "identifiers[0].value")
        #expect(throws: refusal) {
            try intake.key(
                ObservationDraft(source: "web", time: testClock, identifiers: []), identifiers: [], dropped: [refusal],
                receivedAt: testClock)
        }
    }
}
