import Identity
import Testing

/// Decisions and Global Privacy Control on an observation as sent.
@Suite struct DecisionIntakeTests {
    private static func key(_ fields: String, _ identifiers: String = #"{"namespace":"email","value":"a@b.example"}"#)
        throws
        -> KeyedObservation
    {
        let line = #"{"source":"w","time":"2026-01-02T03:04:05Z","identifiers":["# + identifiers + "]," + fields + "}"
        let intake = try testIntake()
        return try intake.key(intake.draft(jsonLine: Array(line.utf8)))
    }

    @Test func aDecisionIsOnEachIdentifierAndKeepsItsName() throws {
        let one = #"{"purpose":"marketing","decision":"granted","scope":"profile","jurisdiction":"DE"}"#
        let first = try Self.key(#""consents":["# + one + "]").decisions
        let again = try Self.key(#""consents":["# + one + "]").decisions
        #expect(first == again)
        #expect(first.count == 1)
        let policy = Configuration.builtIn
        #expect(policy.purposes[first[0].purpose].name == "marketing")
        #expect(first[0].jurisdiction.map { policy.jurisdictions[$0].name } == "GDPR")
        #expect(first[0].scope == .profile)
        let other = try Self.key(#""consents":[{"purpose":"marketing","decision":"denied","scope":"profile"}]"#)
        #expect(other.decisions[0].id != first[0].id)
    }

    @Test func aDecisionOnAPlaceholderIsLeftOutWithItAndTheRestIsTaken() throws {
        let decision = #""consents":[{"namespace":"email","purpose":"marketing","decision":"granted"}]"#
        let identifiers = #"{"namespace":"email","value":"none"},{"namespace":"cookie","value":"k-93"}"#
        let observation = try Self.key(decision, identifiers)
        #expect(observation.identifiers.count == 1)
        #expect(observation.decisions.isEmpty)
        #expect(
            observation.droppedIdentifiers.map(\.field) == ["identifiers[0].value", "consents[0].namespace"])
        #expect(observation.droppedIdentifiers.allSatisfy { $0.reason == .placeholder })
        #expect(throws: Refusal.self) { try Self.key(decision, #"{"namespace":"cookie","value":"k-93"}"#) }
    }

    @Test func aDecisionOfTheFutureIsEnteredAtItsReceipt() throws {
        let fields = #""consents":[{"purpose":"marketing","decision":"granted","time":"2099-01-01T00:00:00Z"}]"#
        #expect(try Self.key(fields).decisions.map(\.time) == [testClock])
    }

    @Test func theSignalDeniesForTheBrowserWhatTheConfigurationSays() throws {
        let both = #"{"namespace":"email","value":"a@b.example"},{"namespace":"cookie","value":"k-93"}"#
        let decisions = try Self.key(#""gpc":"1""#, both).decisions
        let policy = Configuration.builtIn
        #expect(decisions.map { policy.purposes[$0.purpose].name }.sorted() == ["enrichment", "marketing"])
        #expect(decisions.allSatisfy { policy.namespaces[$0.identifier.namespace].name == "cookie" })
        #expect(decisions.allSatisfy { $0.kind == .denied && $0.scope == .identifier && $0.channel == "gpc" })
        #expect(try Self.key(#""gpc":"0""#, both).decisions.isEmpty)
    }

    @Test(arguments: [
        #"{"purpose":"nothing","decision":"granted"}"#, #"{"purpose":"marketing","decision":"perhaps"}"#,
        #"{"purpose":"marketing","decision":"granted","scope":"world"}"#, #"{"decision":"granted"}"#,
        #"{"purpose":"marketing","decision":"granted","jurisdiction":"MOON"}"#,
        #"{"purpose":"marketing","decision":"denied","scope":"profile","lifts":["00000000000000000000000000000001"]}"#,
        #"{"purpose":"marketing","decision":"granted","lifts":["00000000000000000000000000000001"]}"#,
        #"{"purpose":"marketing","decision":"granted","scope":"profile","lifts":["1"]}"#,
        #"{"tcf":["purpose_12"]}"#, #"{"tcf":["purpose_1"],"purpose":"marketing","decision":"granted"}"#,
    ])
    func whatIsNoDecisionIsRefused(decision: String) {
        #expect(throws: Refusal.self) { try Self.key(#""consents":["# + decision + "]") }
    }

    @Test func aDialogGrantsWhatAllItsNamesCover() throws {
        let agreed = #""consents":[{"tcf":["purpose_1","purpose_5","purpose_6"]}]"#
        let policy = Configuration.builtIn
        let granted = try Self.key(agreed).decisions.filter { $0.kind == .granted }
        #expect(granted.map { policy.purposes[$0.purpose].name } == ["personalization"])
    }
}
