internal import Foundation

/// SplitMix64: the same numbers for the same seed.
struct Dice: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var word = state
        word = (word ^ word >> 30) &* 0xbf58_476d_1ce4_e5b9
        word = (word ^ word >> 27) &* 0x94d0_49bb_1331_11eb
        return word ^ word >> 31
    }

    mutating func chance(_ part: Double) -> Bool { Double.random(in: 0..<1, using: &self) < part }

    mutating func below(_ count: Int) -> Int { Int.random(in: 0..<count, using: &self) }
}

/// Values that are drawn by Zipf's law: the first far more often than the last.
struct Zipf {
    let values: [String]
    private var sums: [Double] = []

    init(_ values: [String], exponent: Double) {
        self.values = values
        var sum = 0.0
        for rank in 1...values.count {
            sum += 1 / pow(Double(rank), exponent)
            sums.append(sum)
        }
    }

    func draw(_ dice: inout Dice) -> String {
        let point = Double.random(in: 0..<(sums.last ?? 1), using: &dice)
        var low = 0
        var high = sums.count - 1
        while low < high {
            let middle = (low + high) / 2
            if sums[middle] <= point { low = middle + 1 } else { high = middle }
        }
        return values[low]
    }
}

/// A sort of people and of the errors with which they are written down.
struct SyntheticShape {
    var people = 5_000
    /// The part of people who live with others of their household in the set, and how many there are in one.
    var householdPart = 0.0
    var householdSize = 2...5
    /// Of households: a pair of twins among the children.
    var twins = 0.0
    /// Of households: a child with a parent's given name.
    var juniors = 0.0
    /// Records of a person beyond the first.
    var duplicatedPart = 0.5
    var mostRecords = 3
    /// By record beyond the first.
    var typos = 0.15
    var missing = 0.03
    var swaps = 0.01
    var moves = 0.0
    var marriages = 0.0
    var shortForms = 0.0
    var initials = 0.0
    var dayMonthSwaps = 0.01
    var fields: Set<String> = [
        "given_name", "family_name", "birth_date", "street_address", "house_number", "locality", "region",
        "postal_code",
    ]
    var givenNames = 800
    var familyNames = 3_000
    var givenExponent = 0.9
    var familyExponent = 0.8
    var streets = 3_000
    var localities = 300

    /// Nil for a name that is none of `names`.
    static func named(_ name: String) -> SyntheticShape? {
        var shape = SyntheticShape()
        return shape.becomePopulation(name) || shape.becomeCollection(name) ? shape : nil
    }

    /// Shapes that differ by who lives there.
    private mutating func becomePopulation(_ name: String) -> Bool {
        switch name {
        case "plain": break
        case "households":
            householdPart = 0.8
            twins = 0.02
        case "twins":
            householdPart = 0.9
            twins = 0.25
            juniors = 0.1
        case "census":
            // Two thirds of people in both files; families at one address; few fields.
            people = 10_000
            householdPart = 0.85
            twins = 0.01
            juniors = 0.02
            duplicatedPart = 0.9
            mostRecords = 2
            typos = 0.2
            missing = 0.05
            moves = 0.03
            shortForms = 0.05
            initials = 0.03
            fields = [
                "given_name", "additional_name", "family_name", "gender", "birth_parts", "street_address",
                "postal_code",
            ]
        case "registry":
            // Names and parts of the date of birth, nothing else; a tenth of records are duplicates.
            people = 9_000
            duplicatedPart = 0.11
            mostRecords = 2
            typos = 0.2
            missing = 0.0
            fields = ["given_name", "additional_name", "family_name", "birth_parts"]
            givenNames = 300
        case "namesakes":
            // Few names for many people, no address.
            people = 8_000
            givenNames = 60
            familyNames = 80
            givenExponent = 0.5
            familyExponent = 0.5
            fields = ["given_name", "family_name", "birth_date", "gender", "locality"]
        default: return false
        }
        return true
    }

    /// Shapes that differ by what is written down, and how.
    private mutating func becomeCollection(_ name: String) -> Bool {
        switch name {
        case "movers":
            moves = 0.3
            marriages = 0.1
            shortForms = 0.2
            householdPart = 0.5
        case "sparse":
            missing = 0.35
            householdPart = 0.5
        case "dirty":
            typos = 0.6
            missing = 0.15
            swaps = 0.08
            dayMonthSwaps = 0.08
            moves = 0.1
            householdPart = 0.5
        case "shop":
            fields = ["given_name", "family_name", "street_address", "house_number", "locality", "postal_code"]
            householdPart = 0.6
            moves = 0.1
            shortForms = 0.1
            initials = 0.05
            duplicatedPart = 0.3
        case "full":
            fields = ["full_name", "birth_date", "street_address", "house_number", "locality", "postal_code"]
            householdPart = 0.5
        case "ids":
            fields.insert("national_id")
            householdPart = 0.5
        case "years":
            // Only the year of birth.
            fields = ["given_name", "family_name", "birth_year", "street_address", "house_number", "postal_code"]
            householdPart = 0.5
        case "clean":
            typos = 0.02
            missing = 0
            swaps = 0
            dayMonthSwaps = 0
            householdPart = 0.6
        case "unique":
            duplicatedPart = 0
            householdPart = 0.6
        case "general":
            // Something of everything: for sets that are too small to train on.
            people = 10_000
            householdPart = 0.6
            twins = 0.02
            juniors = 0.02
            typos = 0.2
            missing = 0.15
            moves = 0.15
            marriages = 0.05
            shortForms = 0.15
            initials = 0.05
            dayMonthSwaps = 0.03
            fields.formUnion(["additional_name", "gender", "national_id"])
        case "names":
            fields = ["given_name", "family_name", "locality"]
        default: return false
        }
        return true
    }

    static let names = [
        "plain", "households", "twins", "census", "registry", "namesakes", "movers", "sparse", "dirty", "shop", "full",
        "ids", "years", "clean", "unique", "names", "general",
    ]
}
