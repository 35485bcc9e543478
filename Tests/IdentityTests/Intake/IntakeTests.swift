import Identity
import Testing

@Suite struct IntakeTests {
    private func draft(
        _ identifiers: [(String, String)], record: String? = nil, source: String = "web",
        time: Timestamp = testClock, attributes: String? = nil, behaviour: String? = nil
    ) -> ObservationDraft {
        ObservationDraft(
            source: source, recordID: record, time: time,
            identifiers: identifiers.map { IdentifierDraft(namespace: $0.0, value: .raw($0.1)) },
            attributes: attributes.map { Array($0.utf8) }, behaviour: behaviour.map { Array($0.utf8) })
    }

    private func refusal(_ draft: ObservationDraft, yaml: String = "") throws -> Refusal? {
        let intake = try testIntake(yaml)
        do throws(Refusal) {
            _ = try intake.key(draft, receivedAt: testClock)
            return nil
        } catch {
            return error
        }
    }

    @Test func duplicatesInOneObservationAreOneIdentifier() throws {
        let intake = try testIntake()
        let observation = try intake.key(
            draft([("email", "A@example.com"), ("login", "a"), ("email", " a@EXAMPLE.com")]), receivedAt: testClock)
        #expect(
            observation.identifiers.map(\.key) == [
                try intake.exact("email", "a@example.com"), try intake.exact("login", "a"),
            ])
        #expect(
            observation.identifiers.map { intake.configuration.namespaces[$0.namespace].name } == ["email", "login"])
        #expect(observation.record == nil)
    }

    @Test func aPlaceholderIsLeftOutAndReported() throws {
        let observation = try testIntake().key(draft([("email", "none"), ("login", "a")]), receivedAt: testClock)
        #expect(observation.identifiers.count == 1)
        #expect(observation.droppedIdentifiers == [Refusal(reason: .placeholder, field: "identifiers[0].value")])
    }

    @Test func placeholdersAloneRefuseAnEventButNotARecord() throws {
        let nothing = [("email", "none"), ("phone", "0000000")]
        #expect(try refusal(draft(nothing)) == Refusal(reason: .placeholder, field: "identifiers[0].value"))
        let record = try testIntake().key(draft(nothing, record: "7"), receivedAt: testClock)
        #expect(record.identifiers.isEmpty)
        #expect(record.droppedIdentifiers.count == 2)
    }

    @Test func oneBadValueRefusesTheWholeObservation() throws {
        let refused = try refusal(draft([("login", "a"), ("email", "a@b@c")], record: "7"))
        #expect(refused == Refusal(reason: .invalidEmail, field: "identifiers[1].value"))
    }

    @Test func anObservationNeedsAnIdentifierOrARecord() throws {
        #expect(try refusal(draft([])) == Refusal(reason: .noIdentifiers, field: "identifiers"))
        #expect(try refusal(draft([], record: "7")) == nil)
    }

    @Test(arguments: ["fax", "", "record", "Email", "email ", "jane@example.com"])
    func anUnknownOrReservedNamespaceIsRefused(name: String) throws {
        let refused = try refusal(draft([(name, "x")]))
        #expect(refused?.reason == .unknownNamespace)
        #expect(refused?.advice.contains("customer_id") == true)
    }

    @Test func anUndeclaredSourceIsRefusedWhereTheConfigurationSaysSo() throws {
        #expect(try refusal(draft([("login", "a")], source: "web shop"))?.reason == .unknownSource)
        #expect(try refusal(draft([("login", "a")]), yaml: "undeclared_sources: refuse")?.reason == .unknownSource)
    }

    @Test func oneDayAheadIsTheLimit() throws {
        let day: Int64 = 86_400_000
        let edge = Timestamp(milliseconds: testClock.milliseconds + day)
        #expect(try refusal(draft([("login", "a")], time: edge)) == nil)
        let past = Timestamp(milliseconds: edge.milliseconds + 1)
        #expect(try refusal(draft([("login", "a")], time: past))?.reason == .timeInFuture)
        #expect(try refusal(draft([("login", "a")], time: Timestamp(milliseconds: -1)))?.reason == .timeOutOfRange)
    }

    @Test func sixteenIdentifiersAreTaken() throws {
        let many = (0..<17).map { ("login", "user-\($0)") }
        #expect(try testIntake().key(draft(Array(many.prefix(16))), receivedAt: testClock).identifiers.count == 16)
        #expect(try refusal(draft(many))?.reason == .tooManyIdentifiers)
    }

    @Test func aRecordsKeyIsOfSourceAndIdAlone() throws {
        let intake = try testIntake()
        let first = try #require(
            try intake.key(draft([("login", "a")], record: "42", source: "crm"), receivedAt: testClock).record)
        // Computed by another implementation.
        #expect(first.key.description == "24b307706d70bee866d6aedd35f2c7e0")
        #expect(try intake.identifier("record:crm/42").key == first.key)
        #expect(try intake.recordKey(source: "crm", recordID: "42") == first.key)
        #expect(try intake.recordKey(source: "web", recordID: "42") != first.key)
        #expect(try intake.recordKey(source: "crm", recordID: "a/b") == intake.identifier("record:crm/a/b").key)
        for bad in ["", "a\0b", "a\nb", "a\u{202E}b", String(repeating: "x", count: 257)] {
            #expect(throws: Refusal.self) { try intake.recordKey(source: "crm", recordID: bad) }
        }
    }

    @Test func theContentHashIsOfContentNotOfTimeOrOrder() throws {
        func hash(_ draft: ObservationDraft) throws -> Digest? {
            try testIntake().key(draft, receivedAt: testClock).record?.contentHash
        }
        let both = [("login", "a"), ("email", "a@example.com")]
        let base = try hash(draft(both, record: "1", attributes: #"{"unit":"1"}"#))
        #expect(try hash(draft(both.reversed(), record: "1", attributes: #"{"unit":"1"}"#)) == base)
        #expect(
            try hash(draft(both, record: "2", time: Timestamp(milliseconds: 5), attributes: #"{"unit":"1"}"#)) == base)
        #expect(try hash(draft(both, record: "1", attributes: #"{"unit":"2"}"#)) != base)
        #expect(try hash(draft(both, record: "1", behaviour: #"{"a":1}"#)) != base)
        #expect(try hash(draft([both[0]], record: "1", attributes: #"{"unit":"1"}"#)) != base)
        #expect(try hash(draft(both, record: "1")) != base)
    }

    @Test func attributesOfARecordBecomeAnEncoding() throws {
        let intake = try testIntake()
        let both = [("login", "a")]
        let sent = #"{"family_name":"Miller","given_name":"Ann"}"#
        let record = try #require(
            try intake.key(draft(both, record: "1", attributes: sent), receivedAt: testClock).record)
        let bytes = try #require(record.attributes)
        #expect(!String(decoding: bytes, as: UTF8.self).contains("iller"))
        let encoding = try RecordEncoding(bytes: bytes.span, schema: .standard)
        #expect(encoding.fieldNames(.standard) == ["given_name", "family_name"])
        let empty = try intake.key(draft(both, record: "1", attributes: #"{"unit":null}"#), receivedAt: testClock)
        #expect(empty.record?.attributes == nil)
    }

    @Test func anUnknownAttributeIsRefusedWithTheKnownOnes() throws {
        let refusal = #expect(throws: Refusal.self) {
            try testIntake().key(
                draft([("login", "a")], record: "1", attributes: #"{"shoe_size":"42"}"#), receivedAt: testClock)
        }
        #expect(refusal?.reason == .unknownField)
        #expect(refusal?.advice.contains("birth_date") == true)
    }

    @Test func aDeclaredAttributeIsTakenAndReadBack() throws {
        let yaml = "attributes: {shoe_size: code, tier: category}\n"
        let configuration = try Configuration(yaml: yaml, file: "selvedge.yaml")
        #expect(configuration.attributeSchema.field(named: "tier") != nil)
        let again = try Configuration(yaml: configuration.canonicalText, file: "canonical")
        #expect(again == configuration)
        #expect(configuration.differences(from: .builtIn).contains("attributes.tier: absent -> category"))
        for bad in ["{given_name: code}", "{Size: code}", "{size: colour}", "[size]"] {
            #expect(throws: ConfigurationError.self, "\(bad)") {
                try Configuration(yaml: "attributes: \(bad)\n", file: "selvedge.yaml")
            }
        }
    }

    @Test(arguments: [
        "email", "email:", "email#sha1:abc", "#sha256:abc", ":x", "record:crm", "record:/", "email#sha256#x:y", "",
    ])
    func whatAnOperatorMistypesIsRefused(text: String) throws {
        let intake = try testIntake()
        #expect(throws: Refusal.self) { try intake.identifier(text) }
    }

    @Test func aValueMayHoldColons() throws {
        let intake = try testIntake()
        #expect(try intake.identifier("login:a:b#c").key == intake.exact("login", "a:b#c"))
    }
}
