import Identity
import Testing

@Suite struct DraftTests {
    private static let full = """
        {"id":"d-1","source":"web","record_id":null,"time":"2026-01-02T03:04:05Z",
         "identifiers":[{"namespace":"email","value":"User@example.com"},
                        {"sha256":"abc","namespace":"phone"}],
         "attributes":{"b":[1, 2.50,{"y":null,"x":true}],"a":"\\u00e9\\n\\/"},"behaviour":{},
         "consents":[{"purpose":"marketing"}],"context":{"page":"/"}}
        """

    @Test func everyFieldIsRead() throws {
        let draft = try testIntake().draft(jsonLine: Array(Self.full.utf8))
        #expect(draft.id == "d-1")
        #expect(draft.source == "web")
        #expect(draft.recordID == nil)
        #expect(draft.time == testClock)
        #expect(
            draft.identifiers == [
                IdentifierDraft(namespace: "email", value: .raw("User@example.com")),
                IdentifierDraft(namespace: "phone", value: .sha256("abc")),
            ])
        #expect(text(draft.attributes) == #"{"a":"é\u000a/","b":[1,2.50,{"x":true,"y":null}]}"#)
        #expect(draft.behaviour == nil)
        #expect(draft.decisions.map(\.purpose) == ["marketing"])
        #expect(text(draft.context) == #"{"page":"/"}"#)
    }

    static let canonical: [(sent: String, canonical: String)] = [
        (#"{"a":1}"#, #"{"a":1}"#), (#" { "b" : 1 , "a" : 2 } "#, #"{"a":2,"b":1}"#),
        (#"{"é":1,"z":2,"a":3}"#, #"{"a":3,"z":2,"é":1}"#), (#"{"a":"\ud83d\ude00"}"#, #"{"a":"😀"}"#),
        (#"{"\u0061":"\"\\\b\f\r\t"}"#, #"{"a":"\"\\\u0008\u000c\u000d\u0009"}"#),
        (#"{"a":[[],{},[1,[2]]]}"#, #"{"a":[[],{},[1,[2]]]}"#),
        (#"{"a":-0.5e+10,"b":0,"c":1E5}"#, #"{"a":-0.5e+10,"b":0,"c":1E5}"#),
    ]

    @Test(arguments: canonical) func documentsAreCanonical(sent: String, canonical: String) throws {
        let line = #"{"source":"w","time":"2026-01-02T03:04:05Z","attributes":"# + sent + "}"
        let draft = try testIntake().draft(jsonLine: Array(line.utf8))
        #expect(text(draft.attributes) == canonical)
        let again = #"{"source":"w","time":"2026-01-02T03:04:05Z","attributes":"# + canonical + "}"
        #expect(try testIntake().draft(jsonLine: Array(again.utf8)).attributes == draft.attributes)
    }

    struct Fault: Sendable, CustomTestStringConvertible {
        let members: String
        let reason: RefusalReason
        let field: String
        var testDescription: String { "\(reason.rawValue) at \(field): \(members.prefix(60))" }
    }

    static let faults = [
        Fault(members: #""colour":"red""#, reason: .unknownField, field: ""),
        Fault(members: #""source":"again""#, reason: .duplicateField, field: "source"),
        Fault(members: #""id":5"#, reason: .wrongType, field: "id"),
        Fault(members: #""id":"""#, reason: .emptyValue, field: "id"),
        Fault(members: #""record_id":7"#, reason: .wrongType, field: "record_id"),
        Fault(members: #""identifiers":{}"#, reason: .wrongType, field: "identifiers"),
        Fault(members: #""identifiers":[5]"#, reason: .wrongType, field: "identifiers[0]"),
        Fault(members: #""identifiers":[{}]"#, reason: .missingField, field: "identifiers[0]"),
        Fault(members: #""identifiers":[{"value":"x"}]"#, reason: .missingField, field: "identifiers[0]"),
        Fault(members: #""identifiers":[{"namespace":"email"}]"#, reason: .missingField, field: "identifiers[0]"),
        Fault(
            members: #""identifiers":[{"namespace":"email","value":5}]"#, reason: .wrongType,
            field: "identifiers[0].value"),
        Fault(
            members: #""identifiers":[{"namespace":"email","value":"x","sha256":"y"}]"#, reason: .ambiguousIdentifier,
            field: "identifiers[0].sha256"),
        Fault(
            members: #""identifiers":[{"namespace":"email","colour":"x"}]"#, reason: .unknownField,
            field: "identifiers[0]"),
        Fault(
            members: #""identifiers":[{"namespace":"e","value":"x"},{"namespace":"e","value":"\ud800"}]"#,
            reason: .malformedJSON, field: "identifiers[1].value"),
        Fault(members: #""attributes":[]"#, reason: .wrongType, field: "attributes"),
        Fault(members: #""attributes":{"a":1,"a":2}"#, reason: .duplicateField, field: "attributes"),
        Fault(members: #""attributes":{"a":01}"#, reason: .malformedJSON, field: "attributes"),
        Fault(members: #""attributes":{"a":nul}"#, reason: .malformedJSON, field: "attributes"),
        Fault(members: #""attributes":{"a":NaN}"#, reason: .malformedJSON, field: "attributes"),
        Fault(members: #""attributes":{"a":"\x"}"#, reason: .malformedJSON, field: "attributes"),
        Fault(members: #""attributes":{"a":"\udc00\ud800"}"#, reason: .malformedJSON, field: "attributes"),
        Fault(members: #""attributes":{a:1}"#, reason: .malformedJSON, field: "attributes"),
        Fault(
            members: #""attributes":{"a":"# + String(repeating: "[", count: 100) + String(repeating: "]", count: 100)
                + "}", reason: .tooDeep, field: "attributes"),
        Fault(
            members: #""attributes":{"a":""# + String(repeating: "x", count: 70_000) + "\"}", reason: .tooLarge,
            field: "attributes"),
        Fault(members: #""consents":{}"#, reason: .wrongType, field: "consents"),
    ]

    @Test(arguments: faults) func aFaultIsNamedWithItsField(fault: Fault) throws {
        let line = #"{"source":"web","time":"2026-01-02T03:04:05Z","# + fault.members + "}"
        let intake = try testIntake()
        let refusal = #expect(throws: Refusal.self) { try intake.draft(jsonLine: Array(line.utf8)) }
        #expect(refusal?.reason == fault.reason)
        #expect(refusal?.field == fault.field)
    }

    @Test(arguments: [
        "", " ", "{", "}", "[]", "5", "null", "\"x\"", "{}}", "{\"source\"}", "{\"source\":\"a\",}", "\u{FEFF}{}",
    ])
    func aLineThatIsNoObjectIsRefused(line: String) throws {
        let reason = try testIntake().reason(line: line)
        #expect(reason == .malformedJSON)
    }

    @Test func requiredFieldsAreMissed() throws {
        let intake = try testIntake()
        #expect(intake.reason(line: "{}") == .missingField)
        #expect(intake.reason(line: #"{"source":"web"}"#) == .missingField)
        #expect(intake.reason(line: #"{"source":"web","time":"yesterday"}"#) == .invalidTime)
        #expect(intake.reason(line: #"{"source":"web","time":"2026-01-02T03:04:05Z"}"#) == .noIdentifiers)
    }

    /// Random damage to a good line: any answer but a trap, and the same twice.
    @Test func damagedLinesNeverTrap() throws {
        let intake = try testIntake()
        let good = Array(Self.full.utf8)
        for seed in UInt64(0)..<3_000 {
            var generator = SeededGenerator(seed: seed)
            var line = good
            for _ in 0..<Int.random(in: 1...4, using: &generator) {
                let place = Int.random(in: line.indices, using: &generator)
                switch Int.random(in: 0..<3, using: &generator) {
                case 0: line[place] = UInt8.random(in: .min ... .max, using: &generator)
                case 1: line.remove(at: place)
                default: line.insert(contentsOf: line[place...].prefix(7), at: place)
                }
            }
            #expect(intake.reason(bytes: line) == intake.reason(bytes: line), "seed \(seed)")
        }
        for count in good.indices { #expect(intake.reason(bytes: Array(good[..<count])) == .malformedJSON) }
    }

    private func text(_ bytes: [UInt8]?) -> String? { bytes.map { String(decoding: $0, as: UTF8.self) } }
}
