import Identity
import Testing

@Suite struct OpaqueAndCodeTests {
    static let opaque: [(sent: String, canonical: String)] = [
        ("  AbC-123 ", "AbC-123"), ("a b", "a b"), ("Cafe\u{0301}", "Caf\u{00E9}"), ("Caf\u{00E9}", "Caf\u{00E9}"),
        ("\u{2003}x\u{2003}", "x"), ("İD", "İD"),
    ]

    @Test(arguments: opaque) func opaqueKeepsCaseAndComposes(sent: String, canonical: String) throws {
        let intake = try testIntake()
        #expect(try intake.key("login", sent) == intake.exact("login", canonical))
    }

    static let code: [(sent: String, canonical: String)] = [
        ("AB 12-34 ", "ab1234"), ("ab1234", "ab1234"), ("A-B\u{00A0}1", "ab1"), ("ÄB-1", "äb1"), ("I-1", "i1"),
        ("\u{0131}-1", "\u{0131}1"),
    ]

    @Test(arguments: code) func codeDropsCaseSpacesAndHyphens(sent: String, canonical: String) throws {
        let intake = try testIntake("namespaces: {passport: {strength: 850, class: person, normaliser: code}}")
        #expect(try intake.key("passport", sent) == intake.exact("passport", canonical))
    }

    @Test func hashesAreForEmailAndPhoneOnly() throws {
        let hash = Digest(sha256: Array("x".utf8).span).description
        let refusal = #expect(throws: Refusal.self) { try testIntake().identifier("login#sha256:\(hash)") }
        #expect(refusal?.reason == .hashNotAccepted)
    }

    @Test func everyNormaliserHasItsOwnVersion() {
        #expect(Set(Normaliser.versions).count == Normaliser.allCases.count)
        #expect(Normaliser.phone.version.contains("metadata "))
        #expect(Normaliser.email.version.contains("libidn2 2."))
    }
}
