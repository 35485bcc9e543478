import Foundation
import Identity
import Testing

@Suite struct BadValueTests {
    static let hostile: [(name: String, value: String, reason: RefusalReason)] = [
        ("NUL", "ab\0cd", .invalidCharacters), ("escape", "ab\u{1B}[31m", .invalidCharacters),
        ("delete", "ab\u{7F}", .invalidCharacters), ("C1", "ab\u{85}cd", .invalidCharacters),
        ("bidi override", "ab\u{202E}cd", .invalidCharacters), ("bidi isolate", "ab\u{2067}cd", .invalidCharacters),
        ("right-to-left mark", "\u{200F}ab", .invalidCharacters),
        ("zero-width space", "ab\u{200B}cd", .invalidCharacters),
        ("zero-width joiner", "ab\u{200D}cd", .invalidCharacters),
        ("byte order mark", "\u{FEFF}ab", .invalidCharacters),
        ("soft hyphen", "ab\u{AD}cd", .invalidCharacters), ("tag", "ab\u{E0041}", .invalidCharacters),
        ("private use", "ab\u{E000}", .invalidCharacters), ("noncharacter", "ab\u{FFFE}", .invalidCharacters),
        ("variation selector", "ab\u{FE0F}", .invalidCharacters),
        ("line separator", "ab\u{2028}cd", .invalidCharacters),
        ("hangul filler", "ab\u{3164}", .invalidCharacters), ("inner newline", "ab\ncd", .invalidCharacters),
        ("empty", "", .emptyValue), ("blank", " \t\r\n", .emptyValue),
        ("unicode blank", "\u{00A0}\u{2003}", .emptyValue),
        ("64 KiB", String(repeating: "x", count: 65_536), .valueTooLong),
        ("past the limit", String(repeating: "x", count: 1_025), .valueTooLong),
    ]

    @Test(arguments: hostile, ["email", "phone", "login"])
    func aHostileValueIsRefusedWithItsReason(
        bad: (name: String, value: String, reason: RefusalReason), namespace: String
    ) throws {
        #expect(try testIntake().reason(namespace, bad.value, region: "US") == bad.reason, "\(bad.name)")
    }

    static let brokenUTF8: [[UInt8]] = [
        [0xff], [0xc0, 0xaf], [0xe2, 0x82], [0xed, 0xa0, 0x80], [0xf4, 0x90, 0x80, 0x80], [0x80],
        [0xf8, 0x88, 0x80, 0x80],
    ]

    @Test(arguments: brokenUTF8) func invalidUTF8IsRefusedInValuesAndLines(bytes: [UInt8]) throws {
        let intake = try testIntake()
        let value = Array("a".utf8) + bytes + Array("@example.com".utf8)
        for namespace in ["email", "phone", "login"] {
            let index = try #require(intake.configuration.namespaceIndex(named: namespace))
            let refusal = #expect(throws: Refusal.self) {
                _ = try intake.identityKey(namespace: index, value: value.span)
            }
            #expect(refusal?.reason == .invalidUTF8)
        }
        for place in [#""attributes":{"k":""#, #""identifiers":[{"namespace":"email","value":""#, #""id":""#, #""x"#] {
            let line =
                Array(#"{"source":"w","time":"2026-01-02T03:04:05Z","#.utf8) + Array(place.utf8) + value
                + Array(#""}"#.utf8)
            #expect(intake.reason(bytes: line) == .invalidUTF8)
        }
    }

    @Test func composedAndDecomposedTextAreOneIdentifier() throws {
        let intake = try testIntake()
        for namespace in ["email", "login"] {
            let composed = "m\u{00FC}ller@example.com"
            let decomposed = "mu\u{0308}ller@example.com"
            #expect(Array(composed.utf8) != Array(decomposed.utf8))
            #expect(try intake.key(namespace, composed) == intake.key(namespace, decomposed))
        }
    }

    /// 600 seeded bad values through every door: no description may hold the value or a recognisable piece of it.
    @Test func noErrorEverHoldsTheValue() throws {
        let intake = try testIntake()
        for seed in UInt64(0)..<600 {
            var generator = SeededGenerator(seed: seed)
            let secret = "Zq" + (0..<8).map { _ in String(Int.random(in: 0...9, using: &generator)) }.joined()
            let value = spoil(secret, &generator)
            for text in messages(value, intake) {
                #expect(!text.contains(secret) && !text.contains(secret.lowercased()), "seed \(seed)")
            }
        }
    }

    private func spoil(_ secret: String, _ generator: inout SeededGenerator) -> String {
        let shapes = [
            "\(secret)@\(secret)@x", "\(secret)\0", "\u{202E}\(secret)", "\(secret)@localhost", "\(secret)\u{200B}",
            "+\(secret)", "\(secret)@exa mple.com", String(repeating: secret, count: 200), "\"\(secret)\"@x.com",
            "\(secret)\n", "{\(secret)}", "\(secret)@-.com",
        ]
        return shapes[Int.random(in: shapes.indices, using: &generator)]
    }

    /// What every door says about a value in every place.
    private func messages(_ value: String, _ intake: Intake) -> [String] {
        var lines: [String] = []
        let quoted = value.unicodeScalars.map { $0 == "\"" || $0 == "\\" ? "\\\($0)" : "\($0)" }.joined()
        let members = [
            #""identifiers":[{"namespace":"email","value":"\#(quoted)"}]"#,
            #""identifiers":[{"namespace":"phone","sha256":"\#(quoted)"}]"#,
            #""identifiers":[{"namespace":"\#(quoted)","value":"x"}]"#, #""identifiers":[{"\#(quoted)":"x"}]"#,
            #""\#(quoted)":1"#, #""attributes":{"a":\#(quoted)}"#, #""attributes":{"\#(quoted)":1,"\#(quoted)":2}"#,
            #""record_id":"\#(quoted)\u0000""#, #""id":\#(quoted)"#,
        ]
        for member in members { lines.append(#"{"source":"w","time":"2026-01-02T03:04:05Z",\#(member)}"#) }
        lines.append(#"{"source":"\#(quoted)","time":"2026-01-02T03:04:05Z","record_id":"7"}"#)
        lines.append(#"{"source":"w","time":"\#(quoted)"}"#)
        lines.append(value)
        var messages: [String] = []
        func note(_ body: () throws -> Void) {
            do { try body() } catch {
                messages.append("\(error) \(String(reflecting: error)) \(error.localizedDescription)")
            }
        }
        for line in lines { note { _ = try intake.key(intake.draft(jsonLine: Array(line.utf8))) } }
        for text in [
            "email:\(value)", "phone:\(value)", "email#sha256:\(value)", "\(value):x", value, "record:\(value)/1",
        ] {
            note { _ = try intake.identifier(text) }
        }
        return messages
    }

    @Test func aDraftNeverPrintsItself() throws {
        let draft = ObservationDraft(
            source: "w", time: testClock, identifiers: [IdentifierDraft(namespace: "email", value: .raw("a@b.c"))])
        #expect("\(draft) \(draft.identifiers[0])" == "<redacted> <redacted>")
    }
}
