/// What one person did, in order: what an affinity model is fitted to, and tried on.
package struct AffinitySequence: Hashable, Sendable {
    package struct Event: Hashable, Sendable {
        package var day: Int32
        package var kind: BehaviourKind
        package var category: UInt32

        package init(day: Int32, kind: BehaviourKind, category: UInt32) {
            self.day = day
            self.kind = kind
            self.category = category
        }
    }

    package private(set) var events: [Event]

    /// - Parameter events: in the order of time; days must not fall.
    package init(_ events: [Event]) {
        precondition(zip(events, events.dropFirst()).allSatisfy { $0.day <= $1.day }, "days do not fall")
        self.events = events
    }
}

/// Sequences laid flat, with the model's places for categories, and which events are predicted.
struct AffinityTable: Sendable {
    struct Event: Sendable {
        var day: Int32
        var place: UInt32
        var kind: UInt8
        var isTarget: Bool
    }

    private(set) var events: [Event] = []
    /// Where each person's events begin; one more at the end.
    private(set) var starts: [Int] = [0]
    private(set) var targets = 0
    let places: Int

    /// - Parameters:
    ///   - targets: the kinds that are predicted.
    ///   - days: the days whose events are predicted; others are history alone.
    init(
        _ sequences: some Sequence<AffinitySequence>, categories: [UInt32], targets: Set<BehaviourKind>,
        days: Range<Int32>
    ) {
        places = categories.count
        var place: [UInt32: UInt32] = [:]
        for (index, category) in categories.enumerated() { place[category] = UInt32(index) }
        for sequence in sequences {
            for event in sequence.events where event.day < days.upperBound {
                guard let index = place[event.category] else { continue }
                let isTarget = targets.contains(event.kind) && days.contains(event.day)
                if isTarget { self.targets += 1 }
                events.append(Event(day: event.day, place: index, kind: event.kind.rawValue, isTarget: isTarget))
            }
            if events.count > starts[starts.count - 1] { starts.append(events.count) }
        }
    }

    var people: Int { starts.count - 1 }

    /// How many events of each kind there are, and how often each category was what is predicted.
    func counts() -> (kinds: [Int], targets: [Double]) {
        var kinds = Array(repeating: 0, count: BehaviourKind.allCases.count)
        var shares = Array(repeating: 0.0, count: places)
        for event in events {
            kinds[Int(event.kind)] += 1
            if event.isTarget { shares[Int(event.place)] += 1 }
        }
        return (kinds, shares)
    }
}
