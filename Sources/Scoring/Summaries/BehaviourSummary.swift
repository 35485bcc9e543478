/// All that the scores need to know of a node or of a profile. A profile's is the fold of its members'.
///
/// Merging is commutative and associative. Of orders it is idempotent too, as they have ids; the counts are added, and
/// so each fact must lie in one part. Taking a part away is folding the others again (`init(folding:)`); counts can be
/// subtracted as well, with the same result.
package struct BehaviourSummary: Hashable, Sendable {
    package var orders = OrderHistory()
    package var categories = CategoryDays()
    package var exposures = ExposureCounts()
    package var hours = HourCounts()

    package init() {}

    package init(folding parts: some Sequence<BehaviourSummary>) {
        for part in parts { merge(part) }
    }

    package mutating func merge(_ other: BehaviourSummary) {
        orders.merge(other.orders)
        categories.merge(other.categories)
        exposures.merge(other.exposures)
        hours.merge(other.hours)
    }
}

extension BehaviourSummary {
    /// Most orders, days of categories in one form: past any shop's customer.
    package static let largestList = 1 << 20

    /// The canonical form, version 1; lists ascend, so differences are small numbers:
    ///
    ///     u8 version
    ///     number orders     | each: u64 id high, u64 id low | signed day | number currency
    ///                         | signed value, discount, returned, revision | u8 cancelled
    ///     number categories | each: number category | u8 kind | signed day | number count
    ///     number mask of exposure cells, lowest bit first | each set: number exposures, responses
    ///     number hours      | each: u8 hour | number count
    package func encoded() -> [UInt8] {
        var writer = FormWriter()
        writer.byte(1)
        writer.number(orders.orders.count)
        for order in orders.orders {
            writer.fixed(order.id.high)
            writer.fixed(order.id.low)
            writer.signed(Int64(order.day))
            writer.number(UInt64(order.currency.code))
            for amount in [order.value, order.discount, order.returned, order.revision] { writer.signed(amount) }
            writer.byte(order.isCancelled ? 1 : 0)
        }
        writer.number(categories.entries.count)
        for entry in categories.entries {
            writer.number(UInt64(entry.category))
            writer.byte(entry.kind.rawValue)
            writer.signed(Int64(entry.day))
            writer.number(UInt64(entry.count))
        }
        let used = exposures.cells.indices.filter { exposures.cells[$0].exposures > 0 }
        writer.number(used.reduce(UInt64(0)) { $0 | 1 << UInt64($1) })
        for index in used {
            writer.number(UInt64(exposures.cells[index].exposures))
            writer.number(UInt64(exposures.cells[index].responses))
        }
        writer.number(hours.entries.count)
        for entry in hours.entries {
            writer.byte(entry.hour)
            writer.number(UInt64(entry.count))
        }
        return writer.bytes
    }

    package init(decoding bytes: [UInt8]) throws(FormError) {
        var reader = FormReader(bytes)
        try reader.version(1)
        orders = try Self.orders(&reader)
        categories = try Self.categories(&reader)
        exposures = try Self.exposures(&reader)
        hours = try Self.hours(&reader)
        try reader.end()
    }

    private static func orders(_ reader: inout FormReader) throws(FormError) -> OrderHistory {
        var list: [Order] = []
        for _ in 0..<(try reader.count("orders", in: 0...largestList)) {
            let id = FactID(high: try reader.fixed(), low: try reader.fixed())
            guard let day = Int32(exactly: try reader.signed("day")) else { throw .outOfRange(field: "day") }
            guard let code = UInt32(exactly: try reader.number("currency")), let currency = Currency(code: code) else {
                throw .outOfRange(field: "currency")
            }
            var order = Order(
                id: id, day: day, currency: currency, value: try reader.signed("value"),
                discount: try reader.signed("discount"), returned: try reader.signed("returned"),
                revision: try reader.signed("revision"))
            order.isCancelled = try reader.count("cancelled", in: 0...1) == 1
            guard order.isPossible else { throw .outOfRange(field: "order") }
            if let last = list.last, !(last.id < id) { throw .notCanonical(field: "orders") }
            list.append(order)
        }
        return OrderHistory(ordered: list)
    }

    private static func categories(_ reader: inout FormReader) throws(FormError) -> CategoryDays {
        var list: [CategoryDays.Entry] = []
        for _ in 0..<(try reader.count("categories", in: 0...largestList)) {
            guard let category = UInt32(exactly: try reader.number("category")) else {
                throw .outOfRange(field: "category")
            }
            guard let kind = BehaviourKind(rawValue: try reader.byte()) else { throw .outOfRange(field: "kind") }
            guard let day = Int32(exactly: try reader.signed("day")) else { throw .outOfRange(field: "day") }
            let count = try reader.count("count", in: 1...Int(CategoryDays.largestCount))
            let entry = CategoryDays.Entry(category: category, kind: kind, day: day, count: UInt32(count))
            if let last = list.last, !last.isBefore(entry) { throw .notCanonical(field: "categories") }
            list.append(entry)
        }
        return CategoryDays(ordered: list)
    }

    private static func exposures(_ reader: inout FormReader) throws(FormError) -> ExposureCounts {
        var counts = ExposureCounts()
        let mask = try reader.count("exposures", in: 0...1_023)
        for index in 0..<10 where mask >> index & 1 == 1 {
            let shown = try reader.count("exposures", in: 1...Int(ExposureCounts.largestCount))
            let answered = try reader.count("responses", in: 0...shown)
            guard let band = DiscountBand(rawValue: UInt8(index % 5)) else { throw .outOfRange(field: "band") }
            counts[band, randomised: index < 5] = .init(exposures: UInt32(shown), responses: UInt32(answered))
        }
        return counts
    }

    private static func hours(_ reader: inout FormReader) throws(FormError) -> HourCounts {
        var list: [(hour: UInt8, count: UInt32)] = []
        for _ in 0..<(try reader.count("hours", in: 0...HourCounts.bins)) {
            let hour = try reader.byte()
            guard hour < HourCounts.bins else { throw .outOfRange(field: "hour") }
            if let last = list.last, last.hour >= hour { throw .notCanonical(field: "hours") }
            list.append((hour, UInt32(try reader.count("count", in: 1...Int(ExposureCounts.largestCount)))))
        }
        return HourCounts(ordered: list)
    }
}
