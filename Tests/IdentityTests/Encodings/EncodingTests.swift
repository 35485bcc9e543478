import Identity
import Testing

/// Encodings of attributes, seen from outside: what has the same tokens, and what is refused.
@Suite struct EncodingTests {
    private func encoder(_ ring: KeyRing? = nil) throws -> FeatureEncoder {
        FeatureEncoder(schema: .standard, keyRing: try ring ?? testKeyRing())
    }

    private func encode(_ attributes: [(name: String, value: String)]) throws -> RecordEncoding {
        var encoder = try encoder()
        return try encoder.encode(attributes)
    }

    @Test(arguments: [
        ("family_name", "MÜLLER", "mueller"), ("family_name", "Straße", "strasse"),
        ("family_name", "O'Brien", "obrien"),
        ("given_name", " José ", "jose"), ("given_name", "Åse", "ase"), ("given_name", "Łukasz", "lukasz"),
        ("given_name", "ВАСИЛЬЕВ", "vasilev"), ("given_name", "Γιώργος", "giorgos"),
        ("family_name", "e\u{301}tienne", "étienne"), ("street_address", "12, High  Street", "12 high street"),
        ("postal_code", "SW1A 1AA", "sw1a1aa"), ("birth_date", "1984-02-03", "19840203"),
        ("birth_date", "1984-2-3", "19840203"), ("birth_date", "1984-02-03T10:00:00Z", "19840203"),
        ("birth_date", "3.2.1984", "19840203"), ("birth_date", "02/13/1984", "19840213"),
        ("screen", "1080x1920", "1920 x 1080"), ("language", "de_DE,en;q=0.5", "de-de"),
        ("ip", "::ffff:192.0.2.7", "192.0.2.7"), ("ip", "2001:DB8:0::1", "2001:db8::1"),
        ("hours_of_week", "3 4 5", "5 4 3"), ("gender", "Female", "F"), ("given_name", "李", "李 "),
    ])
    func valuesOfOneMeaningHaveOneEncoding(name: String, one: String, other: String) throws {
        let encoding = try encode([(name, one)])
        #expect(!encoding.isEmpty)
        #expect(encoding == (try encode([(name, other)])))
    }

    @Test(arguments: [
        ("given_name", "anna", "anne"), ("birth_date", "1984-02-03", "1984-03-02"), ("ip", "192.0.2.7", "192.0.2.8"),
        ("given_name", "李", "王"), ("language", "de-DE", "de-AT"), ("screen", "1920x1080", "1920x1200"),
    ])
    func valuesOfTwoMeaningsDiffer(name: String, one: String, other: String) throws {
        #expect(try encode([(name, one)]) != encode([(name, other)]))
    }

    @Test func partsOfADateAreTheDate() throws {
        let parts = try encode([("birth_year", "1984"), ("birth_month", "2"), ("birth_day", "03")])
        #expect(parts == (try encode([("birth_date", "1984-02-03")])))
        let year = try encode([("birth_year", "1984")])
        #expect(year == (try encode([("birth_date", "1984")])))
        #expect(year != parts)
    }

    @Test(arguments: ["Ann Mary Lee", "Lee, Ann Mary", "  Ann  Mary Lee "])
    func aFullNameFillsTheThreeNames(text: String) throws {
        let apart = try encode([("given_name", "Ann"), ("additional_name", "Mary"), ("family_name", "Lee")])
        #expect(try encode([("full_name", text)]) == apart)
    }

    @Test func namesGivenApartBeatAFullName() throws {
        let apart = try encode([("given_name", "Ann"), ("family_name", "Lee")])
        #expect(try encode([("given_name", "Ann"), ("family_name", "Lee"), ("full_name", "Bob Ray")]) == apart)
    }

    @Test(arguments: [
        ("given_name", ""), ("given_name", " - "), ("birth_date", "0000-00-00"), ("birth_date", "unknown"),
        ("gender", "Unknown"), ("ip", "300.1.2.3"), ("ip", "1:2:3"), ("screen", "wide"), ("latitude", "47.1"),
        ("hours_of_week", "200"),
    ])
    func whatSaysNothingIsLeftOut(name: String, value: String) throws {
        #expect(try encode([(name, value)]).isEmpty)
    }

    @Test func anUnknownAttributeIsRefusedWithTheListOfKnownOnes() throws {
        var encoder = try encoder()
        let refusal = #expect(throws: Refusal.self) { try encoder.encode([("shoe_size", "secret-42")]) }
        #expect(refusal?.reason == .unknownField)
        #expect(refusal?.advice.contains("given_name") == true)
        #expect(refusal.map { !"\($0)".contains("secret") && !"\($0)".contains("shoe") } == true)
    }

    @Test func noRefusalHoldsAValue() throws {
        var encoder = try encoder()
        let long = String(repeating: "secret", count: 300)
        let tooLong = #expect(throws: Refusal.self) { try encoder.encode([("given_name", long)]) }
        #expect(tooLong?.reason == .valueTooLong)
        let twice = #expect(throws: Refusal.self) { try encoder.encode([("region", "secret"), ("region", "secret")]) }
        #expect(twice?.reason == .duplicateField)
        for refusal in [tooLong, twice] { #expect(refusal.map { !"\($0)".contains("secret") } == true) }
    }

    @Test func aDocumentIsEncodedAsItsAttributes() throws {
        var encoder = try encoder()
        let json =
            #"{"birth_year":1984,"family_name":"M\u00fcller","gender":null,"hours_of_week":[1,2,30],"latitude":47.5,"longitude":8.25}"#
        let found = try encoder.encode(document: Array(json.utf8).span)
        let apart = try encode([
            ("birth_year", "1984"), ("family_name", "Müller"), ("hours_of_week", "1 2 30"), ("latitude", "47.5"),
            ("longitude", "8.25"),
        ])
        #expect(found == apart)
    }

    @Test(arguments: [
        #"{"given_name":{"a":1}}"#, #"{"given_name":"a""#, #"{"given_name":true}"#, #"["given_name"]"#, "",
        #"{"x":"y"}"#,
    ])
    func aBrokenDocumentIsRefused(json: String) throws {
        var encoder = try encoder()
        #expect(throws: Refusal.self) { try encoder.encode(document: Array(json.utf8).span) }
    }

    @Test func anEncodingDependsOnTheKey() throws {
        var other = try encoder(KeyRing(root: RootKey(random: DescendingRandom())))
        let one = try encode([("given_name", "anna"), ("birth_date", "1984-02-03")])
        let again = try encode([("given_name", "anna"), ("birth_date", "1984-02-03")])
        #expect(one == again)
        let tokens = Set(one.words.dropFirst(4))
        let others = try other.encode([("given_name", "anna"), ("birth_date", "1984-02-03")])
        // Counts and the mark of a frequent name, in the low 25 bits, are the same; no token is.
        #expect(tokens.intersection(others.words.dropFirst(4)).filter { $0 > 0x1ff_ffff }.isEmpty)
    }

    @Test func fieldsShareTokensOnlyWhereTheyShareANamespace() throws {
        func tokens(_ name: String, _ value: String = "martin") throws -> Set<UInt32> {
            Set(try encode([(name, value)]).words.dropFirst(3).filter { $0 > 0x1ff_ffff })
        }
        #expect(try !tokens("given_name").isDisjoint(with: tokens("family_name")))
        #expect(try tokens("given_name").isDisjoint(with: tokens("street_address")))
        #expect(try tokens("street_address").isDisjoint(with: tokens("locality")))
        #expect(try tokens("postal_code", "1234567").isDisjoint(with: tokens("national_id", "1234567")))
    }

    @Test func configuredAttributesFollowTheStandardOnesByName() throws {
        let one = try AttributeSchema(configured: [(name: "shoe_size", kind: .code), (name: "club", kind: .category)])
        let other = try AttributeSchema(configured: [(name: "club", kind: .category), (name: "shoe_size", kind: .code)])
        #expect(one == other)
        var encoder = FeatureEncoder(schema: one, keyRing: try testKeyRing())
        #expect(try !encoder.encode([("shoe_size", "42")]).isEmpty)
        #expect(throws: Refusal.self) { try AttributeSchema(configured: [(name: "region", kind: .text)]) }
        let many = (0..<60).map { (name: "a\($0)", kind: AttributeKind.code) }
        #expect(throws: Refusal.self) { try AttributeSchema(configured: many) }
    }

    @Test func nothingIsPrinted() throws {
        #expect("\(try encode([("given_name", "anna")]))" == "<redacted>")
    }

    @Test func blockKeysDependOnRuleAndGroup() throws {
        let hasher = BlockHasher(keyRing: try testKeyRing())
        let keys = [(1, 2), (2, 1), (1, 3), (3, 2)].map { hasher.key(rule: $0.0, group: $0.1) }
        #expect(Set(keys).count == 4)
        #expect(keys[0] == BlockHasher(keyRing: try testKeyRing()).key(rule: 1, group: 2))
    }
}

/// Bytes 255, 254, 253...
struct DescendingRandom: RandomSource {
    func fill(_ buffer: UnsafeMutableRawBufferPointer) {
        for index in buffer.indices { unsafe buffer[index] = 255 - UInt8(truncatingIfNeeded: index) }
    }
}
