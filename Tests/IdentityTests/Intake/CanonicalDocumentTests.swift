import Identity
import Testing

/// Documents in canonical form, whatever order their members came in.
@Suite("Canonical documents") struct CanonicalDocumentTests {
    private indirect enum Value {
        case text(String)
        case list([Value])
        case object([(key: String, value: Value)])
    }

    private static let keys = ["a", "a!", "ab", "b", "z", "é", "\u{10000}", "", "A", "a\\\"b"]

    private func value(_ generator: inout SeededGenerator, depth: Int = 0) -> Value {
        switch Int.random(in: 0..<(depth > 3 ? 1 : 4), using: &generator) {
        case 0: return .text(["1", "true", "\"x\"", "null", "-0.5e3"].randomElement(using: &generator) ?? "1")
        case 1:
            return .list(
                (0..<Int.random(in: 0...3, using: &generator)).map { _ in value(&generator, depth: depth + 1) })
        default: return object(&generator, depth: depth)
        }
    }

    private func object(_ generator: inout SeededGenerator, depth: Int) -> Value {
        let keys = Self.keys.shuffled(using: &generator).prefix(Int.random(in: 0...6, using: &generator))
        return .object(keys.map { ($0, value(&generator, depth: depth + 1)) })
    }

    private func text(_ value: Value, isCanonical: Bool) -> String {
        switch value {
        case .text(let text): return text
        case .list(let values):
            return "[" + values.map { text($0, isCanonical: isCanonical) }.joined(separator: isCanonical ? "," : " , ")
                + "]"
        case .object(let members):
            // By the bytes of the keys with their quotes.
            let sorted =
                isCanonical
                ? members.sorted { "\"\($0.key)\"".utf8.lexicographicallyPrecedes("\"\($1.key)\"".utf8) } : members
            return "{"
                + sorted.map { "\"\($0.key)\"\(isCanonical ? ":" : " : ")\(text($0.value, isCanonical: isCanonical))" }
                .joined(separator: isCanonical ? "," : ", ") + "}"
        }
    }

    @Test func membersAreSorted() throws {
        let intake = try testIntake()
        var generator = SeededGenerator(seed: 5)
        for round in 0..<2_000 {
            let made = object(&generator, depth: 0)
            let found = try intake.document(Array(text(made, isCanonical: false).utf8), field: "attributes")
            let expected = text(made, isCanonical: true)
            #expect(
                found.map { String(decoding: $0, as: UTF8.self) } == (expected == "{}" ? nil : expected),
                "seed 5, round \(round)")
        }
    }

    @Test(arguments: [#"{"a":1,"a":2}"#, #"{"b":1,"a":{"c":1,"d":2,"c":3}}"#, #"{"a":1,"b":2,"\u0061":3}"#])
    func aKeyTwiceIsRefused(_ document: String) throws {
        let intake = try testIntake()
        #expect(throws: Refusal(reason: .duplicateField, field: "attributes")) {
            _ = try intake.document(Array(document.utf8), field: "attributes")
        }
    }
}
