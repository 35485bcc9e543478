/// What was done.
package enum FactKind: UInt8, Hashable, Sendable, CaseIterable {
    case view = 0
    case search = 1
    case cart = 2
    case order = 3
    case returned = 4
    case exposure = 5
    case response = 6
    case preference = 7

    /// As it is told outside.
    package var name: String {
        switch self {
        case .view: "view"
        case .search: "search"
        case .cart: "cart"
        case .order: "order"
        case .returned: "returned"
        case .exposure: "exposure"
        case .response: "response"
        case .preference: "preference"
        }
    }

    /// Which of a log's two windows it is counted in: what was bought and said is not crowded out by what was looked at.
    var isLasting: Bool {
        switch self {
        case .order, .returned, .preference: true
        case .view, .search, .cart, .exposure, .response: false
        }
    }
}

/// One thing that somebody did, with an id of its own: hearing of it again changes nothing.
package struct Fact: Hashable, Sendable {
    /// What was bought, in minor units.
    package struct Purchase: Hashable, Sendable {
        package var currency: Currency
        package var value: Int64
        package var discount: Int64
        package var isCancelled: Bool

        package init(currency: Currency, value: Int64, discount: Int64, isCancelled: Bool = false) {
            self.currency = currency
            self.value = value
            self.discount = discount
            self.isCancelled = isCancelled
        }
    }

    package struct Portion: Hashable, Sendable {
        package var category: String
        package var count: UInt32

        package init(_ category: String, _ count: UInt32 = 1) {
            self.category = category
            self.count = count
        }
    }

    package enum Detail: Hashable, Sendable {
        /// View, search, cart, preference.
        case none
        case purchase(Purchase)
        /// Of an order, in minor units.
        case returned(FactID, Int64)
        case exposure(DiscountBand, isRandomised: Bool)
        /// To an exposure.
        case response(FactID)
    }

    package var id: FactID
    package var kind: FactKind
    /// When it was done, in milliseconds since 1970-01-01.
    package var time: Int64
    /// When it was said: the latest version of a fact is the one that counts.
    package var revision: Int64
    /// Ascending by name, each once.
    package private(set) var portions: [Portion]
    package var detail: Detail

    package init(
        id: FactID, kind: FactKind, time: Int64, revision: Int64, portions: [Portion] = [], detail: Detail = .none
    ) {
        self.id = id
        self.kind = kind
        self.time = time
        self.revision = revision
        self.detail = detail
        self.portions = Self.sorted(portions)
    }

    private static func sorted(_ portions: [Portion]) -> [Portion] {
        guard portions.count > 1 else { return portions.allSatisfy { $0.count > 0 } ? portions : [] }
        var sums: [String: UInt32] = [:]
        for portion in portions where portion.count > 0 {
            sums[portion.category] = min(
                (sums[portion.category] ?? 0) + min(portion.count, CategoryDays.largestCount),
                CategoryDays.largestCount)
        }
        return sums.map { Portion($0.key, $0.value) }.sorted { $0.category < $1.category }
    }

    package var day: Int32 {
        Int32(clamping: time >= 0 ? time / 86_400_000 : (time - 86_399_999) / 86_400_000)
    }

    /// Whether another version of it counts: the later one, and of two at once the greater in its bytes. Total and free of
    /// arrival.
    func isOutdone(by other: Fact) -> Bool {
        if revision != other.revision { return revision < other.revision }
        if self == other { return false }
        return FactLog.bytes(of: self).lexicographicallyPrecedes(FactLog.bytes(of: other))
    }
}
