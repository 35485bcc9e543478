import Identity
import Testing

/// Names, addresses and dates as people write them have the encoding of their parts.
@Suite struct WrittenFormTests {
    private typealias Attributes = [(name: String, value: String)]

    private func encode(_ attributes: [(name: String, value: String)]) throws -> RecordEncoding {
        var encoder = FeatureEncoder(schema: .standard, keyRing: try testKeyRing())
        return try encoder.encode(attributes)
    }

    /// Number, street, unit, locality, region, postal code; empty: none.
    @Test(arguments: [
        ("12 High St", "12|high street||||"), ("12 Park Ave.", "12|park avenue||||"),
        ("77 Elm Road, Springfield IL 62701", "77|elm road||springfield|il|62701"),
        ("77 Elm Rd Springfield, IL 62701-1234", "77|elm road||springfield|il|62701"),
        ("Apt 4B, 77 Elm Road", "77|elm road|4b|||"), ("77 N Elm Rd Suite 900", "77|north elm road|900|||"),
        ("#03-12, 5 Orchard Rise, 238800", "5|orchard rise|03-12|||238800"),
        ("P.O. Box 4711, Leeds LS1 4AP", "4711|po box||leeds||ls14ap"), ("PO BOX 4711", "4711|po box||||"),
        ("Lindenstrasse 8, 10969 Berlin", "8|lindenstrasse||berlin||10969"),
        ("Lindenstraße 8", "8|lindenstraße||||"), ("The Grand Building, 5 Court St", "5|court street||||"),
        ("9 Rose Close, Bath, Somerset, BA1 2LT, United Kingdom", "9|rose close||bath||ba12lt"),
        ("12 St Johns Road", "12|st johns road||||"), ("Street 128 Phnom Penh", "128|street||phnom penh||"),
        ("40 King Street W Toronto ON M5H 1H1", "40|king street w||toronto|on|m5h1h1"),
    ])
    func anAddressInOneLineIsItsParts(line: String, parts: String) throws {
        let names = ["house_number", "street_address", "unit", "locality", "region", "postal_code"]
        let values = parts.split(separator: "|", omittingEmptySubsequences: false).map(String.init)
        let apart = zip(names, values).filter { !$1.isEmpty }.map { (name: $0, value: $1) }
        let expected = try encode(apart)
        #expect(try encode([("street_address", line)]) == expected, "\(line)")
    }

    @Test func partsGivenApartBeatTheLine() throws {
        let line = try encode([("street_address", "77 Elm Road, Springfield"), ("locality", "Shelbyville")])
        #expect(
            try line
                == encode([("house_number", "77"), ("street_address", "elm road"), ("locality", "Shelbyville")]))
    }

    @Test(arguments: ["alice springs street north", "mount view", "main", "st", "king street rose bay"])
    func aStreetByItselfStaysWhole(street: String) throws {
        let other = try encode([("street_address", street + "x")])
        let own = try encode([("street_address", street)])
        #expect(own.fieldNames(.standard) == ["street_address"])
        #expect(own != other)
    }

    @Test(arguments: [
        ("Smith Jr.", "Smith", "jr"), ("Smith, Senior", "Smith", "Sr"), ("Smith III", "Smith", "iii"),
        ("Smith II", "Smith", "II"),
    ])
    func aGenerationIsNoPartOfTheName(written: String, name: String, suffix: String) throws {
        let apart = try encode([("family_name", name), ("honorific_suffix", suffix)])
        #expect(try encode([("family_name", written)]) == apart)
        let full = try encode([("given_name", "Ann"), ("family_name", name), ("honorific_suffix", suffix)])
        #expect(try encode([("full_name", "Ann " + written)]) == full)
    }

    @Test func anInitialBehindAGivenNameIsAnAdditionalName() throws {
        let apart = try encode([("given_name", "Rose"), ("additional_name", "A"), ("family_name", "Lee")])
        #expect(try encode([("given_name", "Rose A."), ("family_name", "Lee")]) == apart)
    }

    @Test func particlesBelongToTheFamilyName() throws {
        let apart = try encode([("given_name", "Anna"), ("additional_name", "Maria"), ("family_name", "de la Cruz")])
        #expect(try encode([("full_name", "Anna Maria de la Cruz")]) == apart)
    }

    @Test func theFirstCharacterOfAChineseNameIsTheFamilys() throws {
        let apart = try encode([("family_name", "李"), ("given_name", "小龙")])
        #expect(try encode([("full_name", "李小龙")]) == apart)
    }

    @Test(arguments: [
        ("24-May-11", "2011-05-24"), ("15-Mar-92", "1992-03-15"), ("May 24, 2011", "2011-05-24"),
        ("24 September 1988", "1988-09-24"), ("5/24/88", "1988-05-24"), ("2011-08-24T10:00:00Z", "2011-08-24"),
    ])
    func aDateInWordsIsADate(written: String, date: String) throws {
        #expect(try encode([("birth_date", written)]) == encode([("birth_date", date)]))
    }

    @Test(arguments: [
        ("Acme Trading Ltd.", "acme trading"), ("The Acme Company, Inc", "Acme"), ("Acme GmbH (Berlin)", "Acme"),
    ])
    func aLegalFormIsNoPartOfAnOrganisation(written: String, core: String) throws {
        #expect(try encode([("organization", written)]) == encode([("organization", core)]))
    }

    @Test func aRegionByItsNameIsItsCode() throws {
        #expect(try encode([("region", "New York")]) == encode([("region", "NY")]))
        #expect(try encode([("postal_code", "62701-1234")]) == encode([("postal_code", "62701")]))
    }
}
