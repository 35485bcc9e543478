import Identity
import Testing

@Suite struct PlaceholderTests {
    @Test(
        arguments: [
            "null", "NULL", " None ", "n/a", "N/A", "anonymous", "Unknown", "undefined", "0", "000000", "-", "--",
            "???", "00000000-0000-0000-0000-000000000000", "ffffffff-ffff-ffff-ffff-ffffffffffff", "xxxxxxxxxx",
            "11111111",
            "(not set)", "test",
        ], ["customer_id", "device_id", "email", "login"])
    func wordsForNothingAreRefusedInEveryNamespace(value: String, namespace: String) throws {
        #expect(try testIntake().reason(namespace, value) == .placeholder)
    }

    @Test(arguments: [
        "test@test.com", "Test@Test.Com", "none@gmail.com", "n.u.l.l@gmail.com", "anonymous@shop.example",
        "no@email.com", "noreply@shop.example", "undefined@example.com", "null@bücher.example",
    ])
    func addressesOfNobodyArePlaceholders(value: String) throws {
        #expect(try testIntake().reason("email", value) == .placeholder)
    }

    @Test(arguments: ["user@example.com", "na@firm.example", "ann@test.com", "tester@example.com", "00@example.com"])
    func addressesOfSomebodyAreNot(value: String) throws {
        #expect(try testIntake().reason("email", value) == nil)
    }

    @Test(arguments: ["12", "7", "1000", "000001", "a", "1111111"])
    func shortIdentifiersAreNot(value: String) throws {
        #expect(try testIntake().reason("customer_id", value) == nil)
    }

    @Test func theConfigurationExtendsAndShortensTheList() throws {
        let intake = try testIntake("placeholders: {add: [Nobody, \"KEINE ÄNGABE\"], remove: [guest]}")
        #expect(try intake.reason("login", "NOBODY") == .placeholder)
        #expect(try intake.reason("login", "keine ängabe") == .placeholder)
        #expect(try intake.reason("login", "keine a\u{0308}ngabe") == .placeholder)
        #expect(try intake.reason("email", "nobody@example.com") == .placeholder)
        #expect(try intake.reason("login", "guest") == nil)
        #expect(try testIntake().reason("login", "guest") == .placeholder)
    }

    @Test(arguments: ["", "null", "none", "test@test.com"])
    func theHashOfNothingIsAPlaceholderToo(value: String) throws {
        let hash = Digest(sha256: Array(value.utf8).span).description
        let refusal = #expect(throws: Refusal.self) { try testIntake().identifier("email#sha256:\(hash)") }
        #expect(refusal?.reason == .placeholder)
    }
}
