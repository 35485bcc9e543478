/// Who an order is, without what its number says: 16 bytes that the store makes of it.
package struct FactID: Hashable, Comparable, Sendable {
    package var high: UInt64
    package var low: UInt64

    package init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    package static func < (left: FactID, right: FactID) -> Bool {
        left.high != right.high ? left.high < right.high : left.low < right.low
    }
}

/// A currency's three letters of ISO 4217, as one number: so that money of two is never added.
package struct Currency: Hashable, Sendable {
    package let code: UInt32

    /// nil where it is not three capital letters.
    package init?(_ text: String) {
        let bytes = Array(text.utf8)
        guard bytes.count == 3, bytes.allSatisfy({ $0 >= 65 && $0 <= 90 }) else { return nil }
        code = bytes.reduce(0) { $0 << 8 | UInt32($1) }
    }

    /// - Parameter unchecked: the code of three capital letters.
    init(unchecked: UInt32) { code = unchecked }

    init?(code: UInt32) {
        guard code < 1 << 24, (0..<3).allSatisfy({ (65...90).contains(code >> (8 * $0) & 0xFF) }) else { return nil }
        self.code = code
    }
}

extension Currency: CustomStringConvertible {
    package var description: String {
        String(decoding: [16, 8, 0].map { UInt8(truncatingIfNeeded: code >> $0) }, as: UTF8.self)
    }
}

/// One order as last heard of. Money in minor units of its currency.
package struct Order: Hashable, Sendable {
    package var id: FactID
    /// When it was placed, in whole days since 1970-01-01 (UTC).
    package var day: Int32
    package var currency: Currency
    /// What was paid, after discounts, before returns.
    package var value: Int64
    /// What was taken off.
    package var discount: Int64
    /// What came back, of `value`: the latest version bears the total.
    package var returned: Int64
    /// When this was said, in milliseconds: the latest version of an order is the one that counts.
    package var revision: Int64
    /// A cancelled order is kept, so that an older version does not come back.
    package var isCancelled: Bool

    package init(
        id: FactID, day: Int32, currency: Currency, value: Int64, discount: Int64 = 0, returned: Int64 = 0,
        revision: Int64, isCancelled: Bool = false
    ) {
        self.id = id
        self.day = day
        self.currency = currency
        self.value = value
        self.discount = discount
        self.returned = returned
        self.revision = revision
        self.isCancelled = isCancelled
    }

    /// Most of one amount, either way: sums over `BehaviourSummary.largestList` orders stay in 64 bits.
    package static let largestAmount: Int64 = 1_000_000_000_000

    /// Whether its amounts are within bounds: to be asked of what comes from outside.
    package var isPossible: Bool {
        [value, discount, returned].allSatisfy { $0 >= -Self.largestAmount && $0 <= Self.largestAmount }
    }

    /// Which of two versions counts: the later one, and of two at once the greater in its fields. Total and free of
    /// arrival.
    func isOutdone(by other: Order) -> Bool {
        if revision != other.revision { return revision < other.revision }
        if isCancelled != other.isCancelled { return other.isCancelled }
        if day != other.day { return day < other.day }
        if currency != other.currency { return currency.code < other.currency.code }
        if value != other.value { return value < other.value }
        if discount != other.discount { return discount < other.discount }
        return returned < other.returned
    }
}

/// The orders of a node or of a profile, by their own ids: merging is idempotent, commutative and associative.
package struct OrderHistory: Hashable, Sendable {
    /// Ascending by id, one version of each.
    package private(set) var orders: [Order] = []

    package init() {}

    package init(_ orders: some Sequence<Order>) {
        for order in orders { add(order) }
    }

    /// - Parameter ordered: ascending by id, no id twice.
    init(ordered: [Order]) { orders = ordered }

    package mutating func add(_ order: Order) {
        var low = 0
        var high = orders.count
        while low < high {
            let middle = (low + high) / 2
            if orders[middle].id < order.id { low = middle + 1 } else { high = middle }
        }
        if low < orders.count, orders[low].id == order.id {
            if orders[low].isOutdone(by: order) { orders[low] = order }
        } else {
            orders.insert(order, at: low)
        }
    }

    package mutating func merge(_ other: OrderHistory) {
        if other.orders.isEmpty { return }
        var merged: [Order] = []
        merged.reserveCapacity(orders.count + other.orders.count)
        var (left, right) = (0, 0)
        while left < orders.count || right < other.orders.count {
            if right == other.orders.count || (left < orders.count && orders[left].id < other.orders[right].id) {
                merged.append(orders[left])
                left += 1
            } else if left == orders.count || other.orders[right].id < orders[left].id {
                merged.append(other.orders[right])
                right += 1
            } else {
                merged.append(orders[left].isOutdone(by: other.orders[right]) ? other.orders[right] : orders[left])
                left += 1
                right += 1
            }
        }
        orders = merged
    }
}

extension OrderHistory {
    /// What the models of buying need, as of a day; nil without an order until then.
    ///
    /// Orders of one day are one purchase; a purchase wholly returned still is one. Times are in units of `unitDays`.
    /// The worth is of the purchases after the first, as the models' authors have it, in one currency; what was
    /// returned is taken off.
    package func purchases(
        asOf day: Int32, unitDays: Int, currency: Currency
    ) -> (history: PurchaseHistory, values: OrderValues)? {
        let counted = orders.filter { !$0.isCancelled && $0.day <= day }
        guard let first = counted.map(\.day).min(), let last = counted.map(\.day).max() else { return nil }
        var sums: [Int32: Int64] = [:]
        for order in counted {
            let isCounted = order.currency == currency
            sums[order.day, default: 0] += isCounted ? max(order.value - order.returned, 0) : 0
        }
        let repeats = sums.count - 1
        var values = OrderValues.none
        for (day, sum) in sums where day > first && sum > 0 {
            values.orders += 1
            values.sum += sum
        }
        let unit = Double(unitDays)
        let history = PurchaseHistory(
            repeats: repeats, recency: Double(last - first) / unit, age: Double(day - first) / unit)
        return (history, values)
    }
}
