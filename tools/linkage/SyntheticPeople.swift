/// People drawn from a shape.
struct SyntheticPeople {
    struct Person {
        var given: String
        var additional: String
        var family: String
        var year: Int
        var month: Int
        var day: Int
        var gender: String
        var address: Address
        var nationalID: String
    }

    struct Address {
        var street: String
        var number: String
        var locality: String
        var region: String
        var postalCode: String
    }

    private let shape: SyntheticShape
    private var dice: Dice
    private let female: Zipf
    private let male: Zipf
    private let families: Zipf
    private let streets: Zipf
    private let localities: [Address]
    private(set) var people: [Person] = []

    init(_ shape: SyntheticShape, seed: UInt64) {
        self.shape = shape
        var dice = Dice(seed: seed)
        var taken: Set<String> = []
        func words(_ count: Int, _ syllables: ClosedRange<Int>, _ dice: inout Dice) -> [String] {
            var words: [String] = []
            while words.count < count {
                let word = Self.word(syllables, &dice)
                if taken.insert(word).inserted { words.append(word) }
            }
            return words
        }
        let given = Self.knownGivenNames.map(String.init) + words(max(shape.givenNames - 60, 2), 2...3, &dice)
        female = Zipf(stride(from: 0, to: given.count, by: 2).map { given[$0] }, exponent: shape.givenExponent)
        male = Zipf(stride(from: 1, to: given.count, by: 2).map { given[$0] }, exponent: shape.givenExponent)
        families = Zipf(words(shape.familyNames, 2...3, &dice), exponent: shape.familyExponent)
        let kinds = ["street", "street", "road", "avenue", "place", "lane", "close", "drive"]
        streets = Zipf(
            words(shape.streets, 2...4, &dice).map { "\($0) \(kinds[dice.below(kinds.count)])" }, exponent: 0.3)
        let regions = words(8, 1...2, &dice)
        localities = words(shape.localities, 2...4, &dice).map { locality in
            Address(
                street: "", number: "", locality: locality, region: regions[dice.below(regions.count)],
                postalCode: "\(1_000 + dice.below(8_999))")
        }
        self.dice = dice
        while people.count < shape.people {
            if self.dice.chance(shape.householdPart / 3) { addHousehold() } else { people.append(person(address())) }
        }
    }

    private mutating func address() -> Address {
        var address = localities[min(dice.below(localities.count), dice.below(localities.count))]
        address.street = streets.draw(&dice)
        address.number = "\(1 + dice.below(dice.chance(0.7) ? 60 : 300))"
        return address
    }

    mutating func otherAddress() -> Address { address() }

    mutating func otherFamily() -> String { families.draw(&dice) }

    private mutating func person(_ address: Address, family: String? = nil, years: ClosedRange<Int> = 1930...2005)
        -> Person
    {
        let isFemale = dice.chance(0.5)
        let month = 1 + dice.below(12)
        return Person(
            given: isFemale ? female.draw(&dice) : male.draw(&dice),
            additional: isFemale ? female.draw(&dice) : male.draw(&dice), family: family ?? families.draw(&dice),
            year: Int.random(in: years, using: &dice), month: month, day: 1 + dice.below(month == 2 ? 28 : 30),
            gender: isFemale ? "f" : "m", address: address, nationalID: "\(1_000_000 + dice.below(8_999_999))")
    }

    private mutating func addHousehold() {
        let address = address()
        let family = families.draw(&dice)
        let size = Int.random(in: shape.householdSize, using: &dice)
        let start = 1940 + dice.below(40)
        var members = [person(address, family: family, years: start...start + 5)]
        if size > 1 {
            members.append(person(address, family: dice.chance(0.8) ? family : nil, years: start...start + 8))
        }
        while members.count < size { members.append(person(address, family: family, years: start + 22...start + 38)) }
        if size > 3, dice.chance(shape.twins * 3) {
            let last = members.count - 1
            members[last].year = members[last - 1].year
            members[last].month = members[last - 1].month
            members[last].day = members[last - 1].day
            while members[last].given == members[last - 1].given { members[last].given = female.draw(&dice) }
        }
        if size > 2, dice.chance(shape.juniors * 3) {
            members[2].given = members[0].given
            members[2].gender = members[0].gender
        }
        people += members
    }

    private static func word(_ syllables: ClosedRange<Int>, _ dice: inout Dice) -> String {
        let onsets = [
            "b", "br", "c", "ch", "d", "f", "g", "gr", "h", "j", "k", "l", "m", "n", "p", "r", "s", "st", "t", "th",
            "w",
        ]
        let vowels = ["a", "a", "e", "e", "i", "o", "u", "ee", "ai", "ou"]
        let codas = ["", "", "n", "r", "l", "s", "m", "t", "nd", "ck", "x"]
        var word = ""
        for _ in 0..<Int.random(in: syllables, using: &dice) {
            word += onsets[dice.below(onsets.count)] + vowels[dice.below(vowels.count)] + codas[dice.below(codas.count)]
        }
        return word
    }

    // Girls' and boys' names by turns; some have short forms.
    private static let knownGivenNames = """
        mary james patricia robert jennifer john linda michael elizabeth david barbara william susan richard jessica \
        joseph sarah thomas karen christopher margaret charles nancy daniel lisa matthew betty anthony sandra mark \
        ashley donald emily steven kimberly andrew donna paul carol joshua michelle kenneth amanda kevin melissa brian \
        deborah george stephanie timothy rebecca ronald laura edward helen jason sharon jeffrey
        """.split(separator: " ")
}
