/// What the models of buying need of one customer: times are in one unit (days or weeks), from the first purchase.
package struct PurchaseHistory: Hashable, Sendable {
    /// Purchases after the first one, x.
    package var repeats: Int
    /// When the last of them was, t_x; 0 where there is none.
    package var recency: Double
    /// How long the customer has been watched, T.
    package var age: Double

    package init(repeats: Int, recency: Double, age: Double) {
        self.repeats = repeats
        self.recency = recency
        self.age = age
    }

    /// A customer who has just made the first purchase.
    package static let new = PurchaseHistory(repeats: 0, recency: 0, age: 0)

    /// The field that makes it impossible; nil where it is possible.
    package var fault: String? {
        if repeats < 0 { return "repeats" }
        if !(recency >= 0) || !recency.isFinite || (repeats == 0 && recency > 0) { return "recency" }
        if !(age >= recency) || !age.isFinite { return "age" }
        return nil
    }
}

/// Customers' histories, equal ones together: what a fit sums over.
///
/// Histories in whole days or weeks repeat: two million customers are some hundred thousand rows. Adding is cheap and
/// in any order; the rows are in order of (x, t_x, T), so that a fit does not depend on it.
package struct PurchaseSample: Sendable {
    struct Row: Sendable {
        var repeats: UInt32
        var count: UInt32
        var recency: Double
        var age: Double
    }

    private var rows: [Row] = []
    package private(set) var customers = 0

    package init() {}

    package init(_ histories: some Sequence<PurchaseHistory>) throws(FitRefusal) {
        for history in histories { try add(history) }
    }

    /// - Throws: `impossibleRow`, its index counting from 0 in the order of adding.
    package mutating func add(_ history: PurchaseHistory, count: Int = 1) throws(FitRefusal) {
        if let field = history.fault { throw .impossibleRow(index: customers, field: field) }
        guard let repeats = UInt32(exactly: history.repeats) else {
            throw .impossibleRow(index: customers, field: "repeats")
        }
        guard count > 0, let narrow = UInt32(exactly: count) else {
            throw .impossibleRow(index: customers, field: "count")
        }
        rows.append(Row(repeats: repeats, count: narrow, recency: history.recency, age: history.age))
        customers += count
    }

    /// The distinct histories in order, with how many customers have each.
    func distinct() -> [Row] {
        let ordered = rows.sorted { left, right in
            if left.repeats != right.repeats { return left.repeats < right.repeats }
            if left.recency != right.recency { return left.recency < right.recency }
            return left.age < right.age
        }
        var merged: [Row] = []
        merged.reserveCapacity(ordered.count)
        for row in ordered {
            if let last = merged.last, last.repeats == row.repeats, last.recency == row.recency, last.age == row.age,
                last.count <= UInt32.max - row.count
            {
                merged[merged.count - 1].count += row.count
            } else {
                merged.append(row)
            }
        }
        return merged
    }
}
