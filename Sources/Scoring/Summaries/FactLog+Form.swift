extension FactLog {
    /// Most categories that one log names.
    private static let mostNames = 1 << 20

    /// The canonical form, version 1:
    ///
    ///     u8 version
    ///     number names | each: text                            ascending, each used
    ///     number facts | each, ascending by id:
    ///         u64 id high, u64 id low | u8 kind | signed time | signed revision - time
    ///         number portions | each: number name, number count        ascending by name
    ///         purchase: number currency | signed value, discount | u8 cancelled
    ///         returned: u64 high, u64 low | signed amount
    ///         exposure: u8 band | u8 randomised
    ///         response: u64 high, u64 low
    package func encoded() -> [UInt8] {
        var names: [String: Int] = [:]
        let sorted = Set(facts.lazy.flatMap { $0.portions.lazy.map(\.category) }).sorted()
        for (place, name) in sorted.enumerated() { names[name] = place }
        var writer = FormWriter()
        writer.byte(1)
        writer.number(sorted.count)
        for name in sorted { writer.text(name) }
        writer.number(facts.count)
        for fact in facts {
            writer.fixed(fact.id.high)
            writer.fixed(fact.id.low)
            Self.write(fact, to: &writer) { writer, portion in writer.number(names[portion.category] ?? 0) }
        }
        return writer.bytes
    }

    /// One fact by itself, without its id, for telling which of two versions counts.
    static func bytes(of fact: Fact) -> [UInt8] {
        var writer = FormWriter()
        write(fact, to: &writer) { writer, portion in writer.text(portion.category) }
        return writer.bytes
    }

    private static func write(
        _ fact: Fact, to writer: inout FormWriter, name: (inout FormWriter, Fact.Portion) -> Void
    ) {
        writer.byte(fact.kind.rawValue)
        writer.signed(fact.time)
        writer.signed(fact.revision - fact.time)
        writer.number(fact.portions.count)
        for portion in fact.portions {
            name(&writer, portion)
            writer.number(UInt64(portion.count))
        }
        switch fact.detail {
        case .none: break
        case .purchase(let purchase):
            writer.number(UInt64(purchase.currency.code))
            writer.signed(purchase.value)
            writer.signed(purchase.discount)
            writer.byte(purchase.isCancelled ? 1 : 0)
        case .returned(let order, let amount):
            writer.fixed(order.high)
            writer.fixed(order.low)
            writer.signed(amount)
        case .exposure(let band, let isRandomised):
            writer.byte(band.rawValue)
            writer.byte(isRandomised ? 1 : 0)
        case .response(let exposure):
            writer.fixed(exposure.high)
            writer.fixed(exposure.low)
        }
    }

    package init(decoding bytes: [UInt8]) throws(FormError) {
        var reader = FormReader(bytes)
        try reader.version(1)
        var names: [String] = []
        for _ in 0..<(try reader.count("names", in: 0...Self.mostNames)) {
            let name = try reader.text("name")
            if let last = names.last, last >= name { throw .notCanonical(field: "names") }
            names.append(name)
        }
        var list: [Fact] = []
        for _ in 0..<(try reader.count("facts", in: 0...(Self.window + Self.lastingWindow))) {
            let fact = try Self.fact(&reader, names)
            if let last = list.last, !(last.id < fact.id) { throw .notCanonical(field: "facts") }
            list.append(fact)
        }
        try reader.end()
        self.init(ordered: list)
    }

    private static func fact(_ reader: inout FormReader, _ names: [String]) throws(FormError) -> Fact {
        let id = FactID(high: try reader.fixed(), low: try reader.fixed())
        guard let kind = FactKind(rawValue: try reader.byte()) else { throw .outOfRange(field: "kind") }
        let time = try reader.signed("time")
        let (revision, overflows) = time.addingReportingOverflow(try reader.signed("revision"))
        if overflows { throw .outOfRange(field: "revision") }
        var portions: [Fact.Portion] = []
        for _ in 0..<(try reader.count("portions", in: 0...names.count)) {
            let place = try reader.count("name", in: 0...max(names.count - 1, 0))
            let count = try reader.count("count", in: 1...Int(CategoryDays.largestCount))
            guard names.indices.contains(place) else { throw .outOfRange(field: "name") }
            if let last = portions.last, last.category >= names[place] { throw .notCanonical(field: "portions") }
            portions.append(Fact.Portion(names[place], UInt32(count)))
        }
        return Fact(
            id: id, kind: kind, time: time, revision: revision, portions: portions, detail: try detail(kind, &reader))
    }

    private static func detail(_ kind: FactKind, _ reader: inout FormReader) throws(FormError) -> Fact.Detail {
        switch kind {
        case .view, .search, .cart, .preference: return .none
        case .order:
            guard let code = UInt32(exactly: try reader.number("currency")), let currency = Currency(code: code) else {
                throw .outOfRange(field: "currency")
            }
            let purchase = Fact.Purchase(
                currency: currency, value: try reader.signed("value"), discount: try reader.signed("discount"),
                isCancelled: try reader.count("cancelled", in: 0...1) == 1)
            let amounts = [purchase.value, purchase.discount]
            guard amounts.allSatisfy({ $0.magnitude <= Order.largestAmount.magnitude }) else {
                throw .outOfRange(field: "order")
            }
            return .purchase(purchase)
        case .returned:
            let order = FactID(high: try reader.fixed(), low: try reader.fixed())
            let amount = try reader.signed("amount")
            guard amount.magnitude <= Order.largestAmount.magnitude else { throw .outOfRange(field: "amount") }
            return .returned(order, amount)
        case .exposure:
            guard let band = DiscountBand(rawValue: try reader.byte()) else { throw .outOfRange(field: "band") }
            return .exposure(band, isRandomised: try reader.count("randomised", in: 0...1) == 1)
        case .response: return .response(FactID(high: try reader.fixed(), low: try reader.fixed()))
        }
    }
}
