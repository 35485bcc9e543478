/// Gathers what people did, and fits every model of a shop to it: first to what came before a held-out time, which then
/// says how well they foretell, and then to all.
///
/// Deterministic: it depends on the set of people, not on their order.
package struct ScoreTraining: Sendable {
    package struct Options: Hashable, Sendable {
        /// What lies on this day or later is not used, in days since 1970-01-01.
        package var before: Int32
        /// How far purchases are foretold; as long a time is held out.
        package var horizonDays: Int
        /// The unit of time of the purchase model.
        package var unitDays: Int
        package var marginShare: Double
        /// nil: the one of most orders, the first by letters of several.
        package var currency: Currency?

        package init(
            before: Int32, horizonDays: Int = 90, unitDays: Int = 7, marginShare: Double = 0.3,
            currency: Currency? = nil
        ) {
            self.before = before
            self.horizonDays = horizonDays
            self.unitDays = unitDays
            self.marginShare = marginShare
            self.currency = currency
        }

        var split: Int32 { before - Int32(clamping: horizonDays) }
    }

    /// What is kept of one person.
    struct Person: Sendable {
        var orders: OrderHistory
        var events: [AffinitySequence.Event]
        var exposures: ExposureCounts
        /// Of what was shown before the split, and of what was shown behind it.
        var exposuresBefore: ExposureCounts
        var exposuresAfter: ExposureCounts
        var hours: HourCounts
    }

    let options: Options
    private(set) var people: [Person] = []
    /// Names by the number that they were given here, as they came.
    private(set) var names: [String] = []
    private var numbers: [String: UInt32] = [:]
    private var currencies: [String: Int] = [:]

    package init(_ options: Options) { self.options = options }

    package var count: Int { people.count }

    /// Most categories that are told apart.
    package static let mostCategories = 4_096

    /// Takes in one person; who has done nothing before the end plays no part.
    package mutating func add(_ log: FactLog) {
        let known = log.before(day: options.before)
        if known.isEmpty { return }
        for fact in known.facts {
            for portion in fact.portions where numbers[portion.category] == nil {
                numbers[portion.category] = UInt32(names.count)
                names.append(portion.category)
            }
            if case .purchase(let purchase) = fact.detail { currencies[purchase.currency.description, default: 0] += 1 }
        }
        let whole = known.summary { numbers[$0] }
        people.append(
            Person(
                orders: whole.orders, events: known.events { numbers[$0] }, exposures: whole.exposures,
                exposuresBefore: known.before(day: options.split).summary { _ in nil }.exposures,
                exposuresAfter: known.since(day: options.split).summary { _ in nil }.exposures, hours: whole.hours))
    }

    var currency: Currency? {
        if let asked = options.currency { return asked }
        let most = currencies.min { left, right in
            left.value != right.value ? left.value > right.value : left.key < right.key
        }
        return most.flatMap { Currency($0.key) }
    }

    /// The models of all that was added, and how the same models of an earlier time foretold the rest.
    package consuming func run(version: UInt64) -> (models: ScoreModels, report: TrainingReport) {
        let (categories, renumbered) = renumbering()
        for person in people.indices {
            people[person].events = people[person].events.compactMap { event in
                renumbered[Int(event.category)].map { .init(day: event.day, kind: event.kind, category: $0) }
            }
        }
        // The order in which people came must not play a part, not even in the last bit of a sum.
        let keys = people.map(\.key)
        people = people.indices.sorted { keys[$0].lexicographicallyPrecedes(keys[$1]) }.map { people[$0] }
        let currency = self.currency
        var models = ScoreModels(
            version: version, before: options.before, currency: currency ?? .none, categories: categories,
            horizonDays: options.horizonDays, marginShare: options.marginShare)
        var report = TrainingReport(people: people.count, orders: people.reduce(0) { $0 + $1.orders.orders.count })
        report.split = options.split
        fitLifetime(&models, &report)
        fitAffinity(&models, &report)
        fitDiscount(&models, &report)
        do {
            models.timing = try TimingModel(
                fitting: people.map { (hours: $0.hours, cohort: 0) }, cohorts: 1, resolution: .day)
        } catch { models.refusals["timing"] = error.description }
        return (models, report)
    }

    /// The most frequent categories in the order of their names, and the new number of each old one.
    private func renumbering() -> (names: [String], numbers: [UInt32?]) {
        var counts = Array(repeating: 0, count: names.count)
        for person in people {
            for event in person.events { counts[Int(event.category)] += 1 }
        }
        let used = names.indices.filter { counts[$0] > 0 }.sorted {
            counts[$0] != counts[$1] ? counts[$0] > counts[$1] : names[$0] < names[$1]
        }
        let kept = used.prefix(Self.mostCategories).sorted { names[$0] < names[$1] }
        var numbers: [UInt32?] = Array(repeating: nil, count: names.count)
        for (place, old) in kept.enumerated() { numbers[old] = UInt32(place) }
        return (kept.map { names[$0] }, numbers)
    }
}

extension ScoreTraining.Person {
    /// Numbers by which people are put in order: equal ones are alike in all that is fitted.
    fileprivate var key: [Int64] {
        var key: [Int64] = [Int64(orders.orders.count), Int64(events.count)]
        for order in orders.orders {
            key += [Int64(order.day), order.value, order.returned, Int64(order.currency.code)]
        }
        for event in events { key += [Int64(event.day), Int64(event.kind.rawValue), Int64(event.category)] }
        for cell in exposures.cells { key += [Int64(cell.exposures), Int64(cell.responses)] }
        for entry in hours.entries { key += [Int64(entry.hour), Int64(entry.count)] }
        return key
    }
}

extension Currency {
    /// ISO 4217's code for no currency: of a shop without an order.
    static var none: Currency { Currency(unchecked: 0x58_58_58) }
}
