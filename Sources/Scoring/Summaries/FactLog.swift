/// What one source has said of one identifier, or a profile's fold over its members: facts by their own ids.
///
/// Merging is idempotent, commutative and associative, so that neither the order of arrival nor a delivery that came twice
/// plays a part, and a profile's log is what it would be of one identifier. Of what passes (views, searches, carts,
/// exposures, responses) the newest `window` are kept, of what lasts (orders, returns, preferences) the newest
/// `lastingWindow`, each by time, then id. What is older than a full window is refused.
package struct FactLog: Hashable, Sendable {
    /// Ascending by id, one version of each.
    package private(set) var facts: [Fact] = []

    /// A row of a store is opened and written whole: 2,048 of some 15 bytes are 30 KB.
    package static let window = 2_048
    package static let lastingWindow = 2_048

    package init() {}

    package init(_ facts: some Sequence<Fact>) {
        for fact in facts { insert(fact) }
        trim()
    }

    /// - Parameter ordered: ascending by id, no id twice, within the windows.
    init(ordered: [Fact]) { facts = ordered }

    package var isEmpty: Bool { facts.isEmpty }

    /// Takes in what another log holds.
    ///
    /// - Returns: how many of its facts are older than a full window, and so are not kept.
    @discardableResult
    package mutating func merge(_ other: FactLog) -> Int {
        if other.facts.isEmpty { return 0 }
        if facts.isEmpty {
            facts = other.facts
            return 0
        }
        if other.facts.count <= 4 {
            for fact in other.facts { insert(fact) }
        } else {
            facts = Self.united(facts, other.facts)
        }
        guard trim() else { return 0 }
        return other.facts.count { !contains($0.id) }
    }

    package func contains(_ id: FactID) -> Bool {
        let place = place(of: id)
        return place < facts.count && facts[place].id == id
    }

    private func place(of id: FactID) -> Int {
        var low = 0
        var high = facts.count
        while low < high {
            let middle = (low + high) / 2
            if facts[middle].id < id { low = middle + 1 } else { high = middle }
        }
        return low
    }

    private mutating func insert(_ fact: Fact) {
        let place = place(of: fact.id)
        if place < facts.count, facts[place].id == fact.id {
            if facts[place].isOutdone(by: fact) { facts[place] = fact }
        } else {
            facts.insert(fact, at: place)
        }
    }

    private static func united(_ first: [Fact], _ second: [Fact]) -> [Fact] {
        var united: [Fact] = []
        united.reserveCapacity(first.count + second.count)
        var (left, right) = (0, 0)
        while left < first.count, right < second.count {
            if first[left].id < second[right].id {
                united.append(first[left])
                left += 1
            } else if second[right].id < first[left].id {
                united.append(second[right])
                right += 1
            } else {
                united.append(first[left].isOutdone(by: second[right]) ? second[right] : first[left])
                left += 1
                right += 1
            }
        }
        united += first[left...]
        united += second[right...]
        return united
    }

    /// Leaves the newest of each window; whether any went.
    @discardableResult
    private mutating func trim() -> Bool {
        let lasting = facts.count { $0.kind.isLasting }
        let over = [facts.count - lasting > Self.window, lasting > Self.lastingWindow]
        guard over.contains(true) else { return false }
        var gone: Set<FactID> = []
        for isLasting in [false, true] {
            let limit = isLasting ? Self.lastingWindow : Self.window
            let newest = facts.filter { $0.kind.isLasting == isLasting }
                .sorted { $0.time != $1.time ? $0.time > $1.time : $1.id < $0.id }
            for fact in newest.dropFirst(limit) { gone.insert(fact.id) }
        }
        facts.removeAll { gone.contains($0.id) }
        return true
    }
}

extension FactLog {
    /// What the scores need of it.
    ///
    /// - Parameter category: a category's number; nil: it has none, and plays no part.
    package func summary(category: (String) -> UInt32?) -> BehaviourSummary {
        var summary = BehaviourSummary()
        var returns: [FactID: Int64] = [:]
        var answered: Set<FactID> = []
        for fact in facts {
            if case .returned(let order, let amount) = fact.detail { returns[order, default: 0] += amount }
            if case .response(let exposure) = fact.detail { answered.insert(exposure) }
        }
        var days: [CategoryDays.Entry] = []
        var hours = HourCounts()
        for fact in facts {
            if let kind = fact.touch {
                for portion in fact.portions {
                    guard let number = category(portion.category) else { continue }
                    days.append(.init(category: number, kind: kind, day: fact.day, count: portion.count))
                }
            }
            switch fact.detail {
            case .purchase(let purchase):
                summary.orders.add(fact.order(purchase, returned: returns[fact.id] ?? 0))
                if !purchase.isCancelled { hours.add(hour: HourCounts.hour(milliseconds: fact.time)) }
            case .exposure(let band, let isRandomised):
                summary.exposures[band, randomised: isRandomised].count(answered.contains(fact.id))
            case .response: hours.add(hour: HourCounts.hour(milliseconds: fact.time))
            case .none, .returned: break
            }
        }
        summary.categories = CategoryDays(summing: days)
        summary.hours = hours
        return summary
    }

    /// What was turned to, by time: what an affinity is fitted to.
    package func events(category: (String) -> UInt32?) -> [AffinitySequence.Event] {
        facts.sorted { $0.time != $1.time ? $0.time < $1.time : $0.id < $1.id }.flatMap { fact in
            guard let kind = fact.touch else { return [AffinitySequence.Event]() }
            return fact.portions.compactMap { portion in
                category(portion.category).map { .init(day: fact.day, kind: kind, category: $0) }
            }
        }
    }

    /// The log as it was before a day; what was said later of earlier facts is in it.
    package func before(day: Int32) -> FactLog { FactLog(ordered: facts.filter { $0.day < day }) }

    /// What was done on a day or later.
    package func since(day: Int32) -> FactLog { FactLog(ordered: facts.filter { $0.day >= day }) }

    /// Categories that the person has said to like, the latest word.
    package var declared: [String] {
        let latest = facts.filter { $0.kind == .preference }.max { $0.isOutdone(by: $1) }
        return latest?.portions.map(\.category) ?? []
    }
}

extension Fact {
    /// What it says of an interest in categories; nil: nothing.
    fileprivate var touch: BehaviourKind? {
        switch (kind, detail) {
        case (.view, _): .view
        case (.search, _): .search
        case (.cart, _): .cart
        case (.order, .purchase(let purchase)) where !purchase.isCancelled: .order
        default: nil
        }
    }

    fileprivate func order(_ purchase: Purchase, returned: Int64) -> Order {
        Order(
            id: id, day: day, currency: purchase.currency, value: purchase.value, discount: purchase.discount,
            returned: min(max(returned, -Order.largestAmount), Order.largestAmount), revision: revision,
            isCancelled: purchase.isCancelled)
    }
}

extension ExposureCounts.Cell {
    fileprivate mutating func count(_ isAnswered: Bool) {
        guard exposures < ExposureCounts.largestCount else { return }
        exposures += 1
        if isAnswered { responses += 1 }
    }
}

extension CategoryDays {
    /// Entries in any order, equal places added.
    init(summing entries: [Entry]) {
        var summed: [Entry] = []
        for entry in entries.sorted(by: { $0.isBefore($1) }) {
            if let last = summed.last, !last.isBefore(entry) {
                summed[summed.count - 1].count = min(last.count + entry.count, Self.largestCount)
            } else {
                summed.append(entry)
            }
        }
        self.init(ordered: summed)
    }
}
