import Identity
import Testing

@Suite struct PhoneTests {
    static let golden: [(sent: String, region: String?, canonical: String)] = [
        ("+12345678901", nil, "+12345678901"),
        ("+1 (234) 567-8901", nil, "+12345678901"),
        ("(234) 567-8901", "US", "+12345678901"),
        ("1-234-567-8901", "US", "+12345678901"),
        ("tel:+1-234-567-8901", nil, "+12345678901"),
        (" +49 (0)30 901820 ", nil, "+4930901820"),
        ("030 901820", "DE", "+4930901820"),
        ("0049 30 901820", "DE", "+4930901820"),
        ("020 7946 0958", "GB", "+442079460958"),
        ("+44 020 7946 0958", nil, "+442079460958"),
        ("06 1234 5678", "IT", "+390612345678"),
        ("01 42 68 53 00", "FR", "+33142685300"),
        ("+54 9 11 8765-4321", nil, "+5491187654321"),
        ("011 15-8765-4321", "AR", "+5491187654321"),
        ("090-2345-6789", "JP", "+819023456789"),
        (
            "\u{FF0B}\u{FF11}\u{FF12}\u{FF13}\u{FF14}\u{FF15}\u{FF16}\u{FF17}\u{FF18}\u{FF19}\u{FF10}\u{FF11}", nil,
            "+12345678901"
        ),
        ("702-919-1300", "US", "+17029191300"),
        ("555-555-0134", "US", "+15555550134"),
    ]

    @Test(arguments: golden)
    func aNumberHasOneForm(sent: String, region: String?, canonical: String) throws {
        let intake = try testIntake()
        #expect(try intake.key("phone", sent, region: region) == intake.exact("phone", canonical))
    }

    @Test func theUID2VectorMeetsTheRawNumber() throws {
        let intake = try testIntake()
        let hashed = try intake.identifier("phone#sha256:EObwtHBUqDNZR33LNSMdtt5cafsYFuGmuY4ZLenlue4=").key
        #expect(try intake.key("phone", "+12345678901") == hashed)
    }

    static let bad: [(value: String, region: String?)] = [
        ("+1234", nil), ("+12345678901234567", nil), ("12", "US"), ("phone", "US"), ("+999123456789", nil),
        ("+49", "DE"),
        (String(repeating: "1", count: 7) + String(repeating: "2", count: 300), "US"),
        ("user@example.com", "DE"), ("+49", nil),
    ]

    @Test(arguments: bad) func whatIsNoNumberIsRefused(value: String, region: String?) throws {
        #expect(try testIntake().reason("phone", value, region: region) == .invalidPhone)
    }

    @Test(arguments: ["030 901820", "2345678901", "00 49 30 901820"])
    func aNumberWithoutCountryNeedsARegion(value: String) throws {
        let intake = try testIntake()
        #expect(try intake.reason("phone", value) == .phoneNeedsRegion)
    }

    @Test func theSourcesRegionIsUsed() throws {
        let intake = try testIntake("sources: {berlin: {default_region: DE}, ny: {default_region: US}}")
        #expect(try intake.identifier("phone:030 901820", source: "berlin").key == intake.exact("phone", "+4930901820"))
        #expect(try intake.identifier("phone:2345678901", source: "ny").key == intake.exact("phone", "+12345678901"))
        #expect(throws: Refusal.self) { try intake.identifier("phone:030 901820", source: "elsewhere") }
    }

    @Test(arguments: [
        "+10000000000", "0000000000", "+15555555555", "999-999-9999", "123-456-7890", "+1 123 456 7890",
        "0123456789", "+49 11111111111",
    ])
    func numbersTypedToFillAFieldArePlaceholders(value: String) throws {
        #expect(try testIntake().reason("phone", value, region: "US") == .placeholder)
    }

    /// A full-width sign or digit sends the same number through the library: the fast path must be its shadow.
    @Test(arguments: [1, 7, 20, 31, 33, 34, 39, 41, 44, 45, 46, 47, 48, 49, 52, 54, 55, 61, 81, 86, 91, 234, 380, 852])
    func theFastPathAgreesWithTheLibrary(code: Int) throws {
        let intake = try testIntake()
        let seed = UInt64(code) &* 7_919
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<400 {
            let number = "\(code)" + written(Int.random(in: 6...12, using: &generator), &generator)
            let quick = try outcome("+\(number)", intake)
            #expect(try outcome("\u{FF0B}\(number)", intake) == quick, "seed \(seed): \(number)")
        }
    }

    @Test(arguments: ["US", "CA", "DE", "GB"]) func theFastPathAgreesWithTheLibraryOnNationalNumbers(region: String)
        throws
    {
        let intake = try testIntake("default_source: {default_region: \(region)}")
        var generator = SeededGenerator(seed: 5)
        for _ in 0..<600 {
            let number = "4" + written(Int.random(in: 8...10, using: &generator), &generator)
            let quick = try outcome(number, intake)
            #expect(try outcome("\u{FF14}" + number.dropFirst(), intake) == quick, "seed 5: \(number)")
        }
    }

    /// Digits with the punctuation that people write between them.
    private func written(_ count: Int, _ generator: inout SeededGenerator) -> String {
        let marks = ["", "", "", "", " ", "-", ".", " (", ") "]
        return (0..<count).map { _ in
            (marks.randomElement(using: &generator) ?? "") + String(Int.random(in: 0...9, using: &generator))
        }.joined()
    }

    private func outcome(_ value: String, _ intake: Intake) throws -> Result<IdentityKey, Refusal> {
        do throws(Refusal) {
            let index = intake.configuration.namespaceIndex(named: "phone") ?? 0
            return .success(try intake.identityKey(namespace: index, value: value))
        } catch {
            return .failure(error)
        }
    }
}
