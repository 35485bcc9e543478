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

    static func named(_ name: String) -> SyntheticShape? {
        var shape = SyntheticShape()
        switch name {
        case "plain": break
        case "households":
            shape.householdPart = 0.8
            shape.twins = 0.02
        case "twins":
            shape.householdPart = 0.9
            shape.twins = 0.25
            shape.juniors = 0.1
        case "census":
            // Two thirds of people in both files; families at one address; few fields.
            shape.people = 10_000
            shape.householdPart = 0.85
            shape.twins = 0.01
            shape.juniors = 0.02
            shape.duplicatedPart = 0.9
            shape.mostRecords = 2
            shape.typos = 0.2
            shape.missing = 0.05
            shape.moves = 0.03
            shape.shortForms = 0.05
            shape.initials = 0.03
            shape.fields = [
                "given_name", "additional_name", "family_name", "gender", "birth_parts", "street_address",
                "postal_code",
            ]
        case "registry":
            // Names and parts of the date of birth, nothing else; a tenth of records are duplicates.
            shape.people = 9_000
            shape.duplicatedPart = 0.11
            shape.mostRecords = 2
            shape.typos = 0.2
            shape.missing = 0.0
            shape.fields = ["given_name", "additional_name", "family_name", "birth_parts"]
            shape.givenNames = 300
        case "namesakes":
            // Few names for many people, no address.
            shape.people = 8_000
            shape.givenNames = 60
            shape.familyNames = 80
            shape.givenExponent = 0.5
            shape.familyExponent = 0.5
            shape.fields = ["given_name", "family_name", "birth_date", "gender", "locality"]
        case "movers":
            shape.moves = 0.3
            shape.marriages = 0.1
            shape.shortForms = 0.2
            shape.householdPart = 0.5
        case "sparse":
            shape.missing = 0.35
            shape.householdPart = 0.5
        case "dirty":
            shape.typos = 0.6
            shape.missing = 0.15
            shape.swaps = 0.08
            shape.dayMonthSwaps = 0.08
            shape.moves = 0.1
            shape.householdPart = 0.5
        case "shop":
            shape.fields = ["given_name", "family_name", "street_address", "house_number", "locality", "postal_code"]
            shape.householdPart = 0.6
            shape.moves = 0.1
            shape.shortForms = 0.1
            shape.initials = 0.05
            shape.duplicatedPart = 0.3
        case "full":
            shape.fields = ["full_name", "birth_date", "street_address", "house_number", "locality", "postal_code"]
            shape.householdPart = 0.5
        case "ids":
            shape.fields.insert("national_id")
            shape.householdPart = 0.5
        case "years":
            // Only the year of birth.
            shape.fields = ["given_name", "family_name", "birth_year", "street_address", "house_number", "postal_code"]
            shape.householdPart = 0.5
        case "clean":
            shape.typos = 0.02
            shape.missing = 0
            shape.swaps = 0
            shape.dayMonthSwaps = 0
            shape.householdPart = 0.6
        case "unique":
            shape.duplicatedPart = 0
            shape.householdPart = 0.6
        case "general":
            // Something of everything: for sets that are too small to train on.
            shape.people = 10_000
            shape.householdPart = 0.6
            shape.twins = 0.02
            shape.juniors = 0.02
            shape.typos = 0.2
            shape.missing = 0.15
            shape.moves = 0.15
            shape.marriages = 0.05
            shape.shortForms = 0.15
            shape.initials = 0.05
            shape.dayMonthSwaps = 0.03
            shape.fields.formUnion(["additional_name", "gender", "national_id"])
        case "names":
            shape.fields = ["given_name", "family_name", "locality"]
        default: return nil
        }
        return shape
    }

    static let names = [
        "plain", "households", "twins", "census", "registry", "namesakes", "movers", "sparse", "dirty", "shop", "full",
        "ids", "years", "clean", "unique", "names", "general",
    ]
}
