/// What somebody did with a category.
package enum BehaviourKind: UInt8, Hashable, Sendable, CaseIterable {
    case view = 0
    case search = 1
    case cart = 2
    case order = 3

    /// As inputs of scores are named: of all, and of one category.
    var plural: String {
        switch self {
        case .view: "views"
        case .search: "searches"
        case .cart: "carts"
        case .order: "orders"
        }
    }

    var pluralHere: String {
        switch self {
        case .view: "views_here"
        case .search: "searches_here"
        case .cart: "carts_here"
        case .order: "orders_here"
        }
    }
}

/// How often somebody did what with which category, by whole days since 1970-01-01 (UTC): integers, so that merging is
/// addition, exact in any order, and taking a part away leaves what would have been without it.
///
/// Addition is not idempotent: the parts that are merged must not overlap (a fact lies on one node).
package struct CategoryDays: Hashable, Sendable {
    package struct Entry: Hashable, Sendable {
        package var category: UInt32
        package var kind: BehaviourKind
        package var day: Int32
        package var count: UInt32

        func isBefore(_ other: Entry) -> Bool {
            if category != other.category { return category < other.category }
            if kind != other.kind { return kind.rawValue < other.kind.rawValue }
            return day < other.day
        }
    }

    /// Ascending by (category, kind, day); no count is zero.
    package private(set) var entries: [Entry] = []
    /// A count stays at this once it is reached, far beyond anybody: sums stop there alike in any order.
    package static let largestCount = ExposureCounts.largestCount

    package init() {}

    /// - Parameter ordered: ascending, each place once, no zero.
    init(ordered: [Entry]) { entries = ordered }

    package mutating func add(_ category: UInt32, _ kind: BehaviourKind, day: Int32, count: UInt32 = 1) {
        guard count > 0 else { return }
        let entry = Entry(category: category, kind: kind, day: day, count: min(count, Self.largestCount))
        merge(CategoryDays(ordered: [entry]))
    }

    package mutating func merge(_ other: CategoryDays) { combine(other) { min($0 + $1, Self.largestCount) } }

    /// Takes away a part that was merged before, where no count had reached its limit.
    package mutating func subtract(_ other: CategoryDays) { combine(other, -) }

    private mutating func combine(_ other: CategoryDays, _ operation: (UInt32, UInt32) -> UInt32) {
        var merged: [Entry] = []
        merged.reserveCapacity(entries.count + other.entries.count)
        var (left, right) = (0, 0)
        while left < entries.count || right < other.entries.count {
            if right == other.entries.count || (left < entries.count && entries[left].isBefore(other.entries[right])) {
                merged.append(entries[left])
                left += 1
                continue
            }
            var entry = other.entries[right]
            let isShared = left < entries.count && !entry.isBefore(entries[left])
            entry.count = operation(isShared ? entries[left].count : 0, entry.count)
            if entry.count > 0 { merged.append(entry) }
            if isShared { left += 1 }
            right += 1
        }
        entries = merged
    }

    /// The sums of one kind by category, each count times its day's weight: ascending by category. Integers in units of
    /// 2⁻³², so the sum of a merge is the sum of the parts' sums, to the last bit.
    package func decayed(_ kind: BehaviourKind, by decay: Decay, asOf day: Int32) -> [(category: UInt32, sum: UInt64)] {
        var sums: [(category: UInt32, sum: UInt64)] = []
        for entry in entries where entry.kind == kind && entry.day <= day {
            let part = UInt64(entry.count) * decay.weight(days: Int(day) - Int(entry.day))
            if part == 0 { continue }
            if sums.last?.category == entry.category {
                // Past 2⁶⁴ it stays there, as counts do.
                let (sum, isTooLarge) = sums[sums.count - 1].sum.addingReportingOverflow(part)
                sums[sums.count - 1].sum = isTooLarge ? .max : sum
            } else {
                sums.append((entry.category, part))
            }
        }
        return sums
    }
}

/// Halving by whole days: a weight in units of 2⁻³², 2³² on the day itself.
///
/// 2^(-d/h) = 2^-(d div h) · 2^-((d mod h)/h): the second factor comes from a table of rounded integers, the first is a
/// shift. So the weight is an integer that depends on days alone.
package struct Decay: Hashable, Sendable {
    package let halfLifeDays: Int
    private let fractions: [UInt64]

    /// Weights of one day itself.
    package static let one: UInt64 = 1 << 32

    package init(halfLifeDays: Int) {
        precondition((1...36_500).contains(halfLifeDays), "a half-life is 1...36500 days")
        self.halfLifeDays = halfLifeDays
        fractions = (0..<halfLifeDays).map { Decay.fraction(of: $0, in: halfLifeDays) }
    }

    package func weight(days: Int) -> UInt64 {
        precondition(days >= 0, "decay looks back")
        let halvings = days / halfLifeDays
        return halvings > 32 ? 0 : fractions[days % halfLifeDays] >> UInt64(halvings)
    }
}
