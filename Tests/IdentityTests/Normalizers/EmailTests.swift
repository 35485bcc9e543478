import Identity
import Testing

@Suite struct EmailTests {
    static let golden: [(sent: String, canonical: String)] = [
        ("user@example.com", "user@example.com"),
        ("  User@Example.COM\t\r\n", "user@example.com"),
        ("\u{00A0}user@example.com\u{3000}", "user@example.com"),
        ("JaneSaoirse+Work@gmail.com", "janesaoirse@gmail.com"),
        ("J.a.n.e@Gmail.com", "jane@gmail.com"),
        ("j.doe+shop+2@googlemail.com", "jdoe@gmail.com"),
        ("jdoe@googlemail.com", "jdoe@gmail.com"),
        ("j.doe+shop@outlook.com", "j.doe+shop@outlook.com"),
        ("j.doe@mail.gmail.com", "j.doe@mail.gmail.com"),
        ("j.doe@xgmail.com", "j.doe@xgmail.com"),
        ("o'brien!#$%&*/=?^_`{|}~-@example.com", "o'brien!#$%&*/=?^_`{|}~-@example.com"),
        ("a..b.@docomo.ne.jp", "a..b.@docomo.ne.jp"),
        ("user@BÜCHER.example", "user@xn--bcher-kva.example"),
        ("user@bücher.example", "user@xn--bcher-kva.example"),
        ("user@XN--BCHER-KVA.example", "user@xn--bcher-kva.example"),
        ("user@faß.example", "user@xn--fa-hia.example"),
        ("user@例え。テスト", "user@xn--r8jz45g.xn--zckzah"),
        ("user@ｇｍａｉｌ.com", "user@gmail.com"),
        ("u.s.e.r+x@ｇｍａｉｌ.com", "user@gmail.com"),
        ("JOSÉ@example.com", "josé@example.com"),
        ("Jose\u{0301}@example.com", "josé@example.com"),
        ("user@_dmarc.example.com", "user@_dmarc.example.com"),
    ]

    @Test(arguments: golden) func anAddressHasOneForm(sent: String, canonical: String) throws {
        let intake = try testIntake()
        #expect(try intake.key("email", sent) == intake.exact("email", canonical))
    }

    static let bad = [
        "a@b@c", "a@b@c.com", "user", "user@", "@example.com", "user@localhost", "user@.com", "user@a..com",
        "user@example.com.", "user@-a.com", "user@a-.com", "user name@example.com", "user@exa mple.com",
        "\"user\"@example.com", "<user@example.com>", "User <user@example.com>", "user@1.2.3.4", "user@[1.2.3.4]",
        "mailto:user@example.com", "user@example.c\u{00f6}m@x", "...@gmail.com", "+tag@gmail.com", "user@xn--a.example",
        "user@exam\u{2044}ple.com", "a,b@example.com", "user@example.com;other@example.com", "@", "@@",
        "b4c9a289323b21a01c3e940f150eb9b8c542587f1abfd8f0e1cc1ffc5e475514",
    ]

    @Test(arguments: bad) func whatIsNoAddressIsRefused(value: String) throws {
        #expect(try testIntake().reason("email", value) == .invalidEmail)
    }

    @Test func lengthsAreBoundedAtTheirLimits() throws {
        let intake = try testIntake()
        let label = String(repeating: "d", count: 63)
        func address(local: Int, last: Int) -> String {
            "\(String(repeating: "l", count: local))@\(label).\(label).\(String(repeating: "e", count: last))"
        }
        #expect(try intake.reason("email", address(local: 64, last: 61)) == nil)
        #expect(try intake.reason("email", address(local: 64, last: 62)) == .invalidEmail)
        #expect(try intake.reason("email", address(local: 65, last: 3)) == .invalidEmail)
        #expect(try intake.reason("email", "a@\(String(repeating: "d", count: 64)).com") == .invalidEmail)
        #expect(try intake.reason("email", "é\(address(local: 62, last: 61))") == nil)
    }

    // The vectors that UID2 publishes: base64 of SHA-256 of the normalised address.
    static let uid2: [(sent: String, hash: String)] = [
        ("user@example.com", "tMmiiTI7IaAcPpQPFQ65uMVCWH8av9jw4cwf/F5HVRQ="),
        ("JaneSaoirse+Work@gmail.com", "ku4mBX7Z3qJTXWyLFB1INzkyR2WZGW4ANSJUiW21iI8="),
    ]

    @Test(arguments: uid2, ["email", "email_uid2"])
    func uid2VectorsMeetRawAddresses(vector: (sent: String, hash: String), normaliser: String) throws {
        let intake = try testIntake("namespaces: {email: {normaliser: \(normaliser)}}")
        #expect(try intake.key("email", vector.sent) == intake.identifier("email#sha256:\(vector.hash)").key)
    }

    @Test func uid2RulesFoldGmailOnly() throws {
        let intake = try testIntake("namespaces: {email: {normaliser: email_uid2}}")
        #expect(try intake.key("email", "J.Doe+x@Gmail.com") == intake.exact("email", "jdoe@gmail.com"))
        #expect(
            try intake.key("email", "J.Doe+x@googlemail.com") == intake.exact("email", "j.doe+x@googlemail.com"))
        #expect(try intake.key("email", "User@BÜCHER.example") == intake.exact("email", "user@bücher.example"))
    }

    @Test func theDotlessIIsItsOwnLetter() throws {
        let intake = try testIntake()
        #expect(try intake.key("email", "IRIS@example.com") == intake.key("email", "iris@example.com"))
        #expect(try intake.key("email", "\u{0131}ris@example.com") != intake.key("email", "iris@example.com"))
        #expect(try intake.key("email", "\u{0130}ris@example.com") != intake.key("email", "iris@example.com"))
    }
}
