package import Identity

/// How two encodings of a field are compared.
package enum ComparisonKind: UInt8, Hashable, Sendable, CaseIterable {
    case givenName = 0
    case name = 1
    case text = 2
    case code = 3
    case category = 4
    case date = 5
    case place = 6
    case ladder = 7
    case set = 8
    /// The networks of a device's traffic.
    case networks = 9
    /// Whether one device's traffic ends where another's begins.
    case handOver = 10

    package init(_ field: FieldID, _ kind: AttributeKind) {
        switch kind {
        case .name: self = field == .givenName ? .givenName : .name
        case .text: self = .text
        case .code: self = .code
        case .category, .screen: self = .category
        case .date: self = .date
        case .place: self = .place
        case .network, .userAgent, .language: self = .ladder
        case .hours: self = .set
        }
    }

    /// The names of the levels. The first `orderedCount` go from unlike to like; what follows is likeness of another sort.
    package var levelNames: [String] {
        switch self {
        case .givenName: Self.likenessNames + ["initial", "short form", "swapped"]
        case .name: Self.likenessNames + ["initial", "short form"]
        case .text: Self.likenessNames
        case .code: ["different", "two edits", "one edit", "equal"]
        case .category: ["different", "equal"]
        case .date:
            [
                "different", "one part", "year", "year and a part", "day and month swapped", "one edit", "equal",
                "known parts",
            ]
        case .place: ["far", "25 km", "2.5 km", "250 m"]
        case .ladder: ["different", "coarsest", "middle", "equal"]
        case .set: ["different", "Dice 0.35", "Dice 0.5", "Dice 0.75", "equal"]
        case .networks: ["different", "/16", "/24", "address", "address within a day", "several networks"]
        case .handOver: ["by turns", "within", "apart", "in succession"]
        }
    }

    private static let likenessNames = ["different", "Dice 0.35", "Dice 0.5", "Dice 0.75", "one edit", "equal"]

    package var levelCount: Int { levelNames.count }

    /// Levels in the order of likeness: a model's weights never fall along them.
    package var orderedCount: Int {
        switch self {
        case .givenName, .name, .text: 6
        case .date: 7
        default: levelCount
        }
    }

    /// The level of equal values.
    package var exact: Int { orderedCount - 1 }

    /// Whether the frequency of values counts: where a field has one token for its value.
    package var hasFrequencies: Bool { self != .place && self != .set && self != .handOver }
}

/// Levels beyond the ordered ones.
enum OtherLevel {
    static let initial: UInt8 = 6
    static let shortForm: UInt8 = 7
    static let swapped: UInt8 = 8
    /// Of dates.
    static let knownParts: UInt8 = 7
}

/// A field and how it is compared.
package struct Comparison: Hashable, Sendable {
    package var field: FieldID
    package var kind: ComparisonKind

    package init(field: FieldID, kind: ComparisonKind) {
        self.field = field
        self.kind = kind
    }

    /// Most comparisons of one model: a pattern has four bits for each.
    package static let limit = 32
}

/// The levels of one pair, four bits to a comparison; `missing` where a record lacks the field.
package struct LevelPattern: Hashable, Comparable, Sendable {
    var low: UInt64 = .max
    var high: UInt64 = .max

    package static let missing: UInt8 = 15

    package init() {}

    @inline(__always)
    package subscript(index: Int) -> UInt8 {
        get {
            let word = index < 16 ? low : high
            return UInt8(truncatingIfNeeded: word >> UInt64(4 * (index & 15))) & 15
        }
        set {
            let shift = UInt64(4 * (index & 15))
            let clear: UInt64 = ~(15 << shift)
            let set = UInt64(newValue) << shift
            if index < 16 { low = low & clear | set } else { high = high & clear | set }
        }
    }

    package static func < (left: LevelPattern, right: LevelPattern) -> Bool {
        left.high != right.high ? left.high < right.high : left.low < right.low
    }
}
