/// Words of addresses: kinds of street, units, directions, regions, and how postal codes look.
enum AddressWords {
    /// By abbreviation the word.
    static let abbreviations = [
        "st": "street", "str": "street", "rd": "road", "ave": "avenue", "av": "avenue", "ln": "lane", "dr": "drive",
        "blvd": "boulevard", "pl": "place", "ct": "court", "crt": "court", "sq": "square", "ter": "terrace",
        "terr": "terrace", "tce": "terrace", "cres": "crescent", "cr": "crescent", "hwy": "highway", "pkwy": "parkway",
        "cl": "close", "cir": "circle", "cct": "circuit", "pde": "parade", "gr": "grove", "gdns": "gardens",
        "wy": "way", "trl": "trail", "aly": "alley", "esp": "esplanade",
    ]

    /// Letters of the longest, with a point behind it.
    static let abbreviationLimit = 5

    /// Before a street's name.
    static let points = [
        "n": "north", "s": "south", "e": "east", "w": "west", "ne": "northeast", "nw": "northwest", "se": "southeast",
        "sw": "southwest",
    ]

    static let directions: Set<String> = [
        "n", "s", "e", "w", "ne", "nw", "se", "sw", "north", "south", "east", "west",
    ]

    static let units: Set<String> = [
        "suite", "ste", "apt", "apartment", "appt", "unit", "flat", "room", "rm", "floor", "building", "bldg", "bld",
    ]

    private static let kinds: Set<String> = Set(abbreviations.keys).union(abbreviations.values).union([
        "strasse", "straße", "platz", "weg", "allee", "gasse", "ring", "rue", "via", "calle", "avenida", "rua", "plaza",
        "ul", "ulitsa", "ulica", "rise", "mews", "quay", "jalan", "jln", "straat", "laan", "turnpike",
    ])

    static func isStreet(_ word: String) -> Bool {
        kinds.contains(word)
            || word.utf8.count > 7
                && (word.hasSuffix("strasse") || word.hasSuffix("straße") || word.hasSuffix("straat")
                    || word.hasSuffix("gasse") || word.hasSuffix("allee"))
    }

    /// Five or six digits, nine in two parts, or digits behind a country's letters; without those letters and the second part.
    static func postalCode(_ word: String) -> String? {
        let parts = word.split(separator: "-", omittingEmptySubsequences: false)
        func areDigits(_ text: Substring, _ counts: ClosedRange<Int>) -> Bool {
            counts.contains(text.utf8.count) && text.utf8.allSatisfy { $0 &- 48 < 10 }
        }
        switch parts.count {
        case 1: return areDigits(parts[0], 5...6) ? word : nil
        case 2 where areDigits(parts[0], 5...5) && areDigits(parts[1], 4...4): return String(parts[0])
        case 2
        where parts[0].utf8.count <= 3 && parts[0].utf8.allSatisfy({ $0 &- 97 < 26 })
            && areDigits(parts[1], 4...5):
            return String(parts[1])
        default: return nil
        }
    }

    /// "LE11 1UU" of the United Kingdom, "M1S 1T4" of Canada.
    static func isPostalPair(_ first: String, _ second: String) -> Bool {
        func shape(_ word: String) -> String {
            String(
                decoding: word.utf8.map { $0 &- 48 < 10 ? UInt8(ascii: "9") : $0 &- 97 < 26 ? UInt8(ascii: "a") : $0 },
                as: UTF8.self)
        }
        let outward: Set<String> = ["a9", "a99", "aa9", "aa99", "a9a", "aa9a"]
        return shape(first) == "a9a" && shape(second) == "9a9"
            || outward.contains(shape(first)) && shape(second) == "9aa"
    }

    static func isRegion(_ word: String) -> Bool { regionCodes.contains(word) }

    /// The code of a state or province by its name in letters alone.
    static func region(_ name: String) -> String? { regions[name] }

    private static let regionCodes = Set(regions.values)

    private static let regions: [String: String] = {
        var regions: [String: String] = [:]
        for pair in names.split(separator: " ") {
            let halves = pair.split(separator: ":")
            regions[String(halves[0])] = String(halves[1])
        }
        return regions
    }()

    // The United States, Canada and Australia.
    private static let names = """
        alabama:al alaska:ak arizona:az arkansas:ar california:ca colorado:co connecticut:ct delaware:de \
        districtofcolumbia:dc florida:fl georgia:ga hawaii:hi idaho:id illinois:il indiana:in iowa:ia kansas:ks \
        kentucky:ky louisiana:la maine:me maryland:md massachusetts:ma michigan:mi minnesota:mn mississippi:ms \
        missouri:mo montana:mt nebraska:ne nevada:nv newhampshire:nh newjersey:nj newmexico:nm newyork:ny \
        northcarolina:nc northdakota:nd ohio:oh oklahoma:ok oregon:or pennsylvania:pa rhodeisland:ri southcarolina:sc \
        southdakota:sd tennessee:tn texas:tx utah:ut vermont:vt virginia:va washington:wa westvirginia:wv wisconsin:wi \
        wyoming:wy alberta:ab britishcolumbia:bc manitoba:mb newbrunswick:nb novascotia:ns ontario:on quebec:qc \
        saskatchewan:sk newsouthwales:nsw queensland:qld southaustralia:sa tasmania:tas victoria:vic \
        westernaustralia:wa
        """
}
