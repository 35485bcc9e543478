internal import Glibc

/// The logarithm of the probability of each next category, given what came before, with its gradient.
///
/// A decayed sum and its derivative by the rate of decay follow the events one by one: over δ days S becomes S·e^(-λδ)
/// and D = Σ w·Δ becomes (D + δS)·e^(-λδ). So a pass costs one exponential for each event and kind, however long the
/// histories are.
struct AffinityLikelihood: Sendable {
    let table: AffinityTable
    let shares: [Double]

    /// Parameters of one evaluation: κ, then weight and rate of decay (ln 2 / half-life) by kind.
    struct Parameters: Sendable {
        var concentration: Double
        var weights: [Double]
        var rates: [Double]
    }

    private static let kinds = BehaviourKind.allCases.count

    /// Sums: log-likelihood; by ln κ; by ln weight of each kind; by ln half-life of each kind.
    func sums(_ parameters: Parameters) -> [Double] {
        let kinds = Self.kinds
        let people = table.people
        return concurrentSum(over: people, width: 2 + 2 * kinds) { piece, sums in
            var walk = Walk(places: table.places, kinds: kinds)
            for person in piece {
                walk.begin()
                for index in table.starts[person]..<table.starts[person + 1] {
                    let event = table.events[index]
                    if event.isTarget { add(event, &walk, parameters, &sums) }
                    walk.take(event, parameters.rates)
                }
            }
        }
    }

    private func add(
        _ event: AffinityTable.Event, _ walk: inout Walk, _ parameters: Parameters, _ sums: inout [Double]
    ) {
        let kinds = Self.kinds
        walk.age(to: event.day, slot: 0, parameters.rates)
        let slot = walk.slot(of: event.place)
        if slot > 0 { walk.age(to: event.day, slot: slot, parameters.rates) }
        let kappa = parameters.concentration
        let share = shares[Int(event.place)]
        var here = kappa * share
        var all = kappa
        for kind in 0..<kinds {
            all += parameters.weights[kind] * walk.sums[kind]
            if slot > 0 { here += parameters.weights[kind] * walk.sums[slot * kinds + kind] }
        }
        sums[0] += log(here / all)
        sums[1] += kappa * (share / here - 1 / all)
        for kind in 0..<kinds {
            let weight = parameters.weights[kind]
            if weight == 0 { continue }
            let own = slot > 0 ? walk.sums[slot * kinds + kind] : 0
            let ownLate = slot > 0 ? walk.delays[slot * kinds + kind] : 0
            sums[2 + kind] += weight * (own / here - walk.sums[kind] / all)
            // The rate falls as the half-life grows: dS / d ln h = λ D.
            let rate = parameters.rates[kind]
            sums[2 + kinds + kind] += weight * rate * (ownLate / here - walk.delays[kind] / all)
        }
    }

    /// The decayed sums of one person on the way through his events: slot 0 is all categories.
    struct Walk {
        let kinds: Int
        var sums: [Double] = []
        var delays: [Double] = []
        private var days: [Int32] = []
        private var slots: [UInt32]
        private var used: [UInt32] = []

        init(places: Int, kinds: Int) {
            self.kinds = kinds
            slots = Array(repeating: 0, count: places)
        }

        mutating func begin() {
            for place in used { slots[Int(place)] = 0 }
            used.removeAll(keepingCapacity: true)
            sums.removeAll(keepingCapacity: true)
            delays.removeAll(keepingCapacity: true)
            days.removeAll(keepingCapacity: true)
            open(day: 0)
        }

        private mutating func open(day: Int32) {
            for _ in 0..<kinds {
                sums.append(0)
                delays.append(0)
            }
            days.append(day)
        }

        /// 0 where the category is new to the person.
        func slot(of place: UInt32) -> Int { Int(slots[Int(place)]) }

        mutating func age(to day: Int32, slot: Int, _ rates: [Double]) {
            let passed = Double(day - days[slot])
            if passed == 0 { return }
            for kind in 0..<kinds {
                let index = slot * kinds + kind
                if sums[index] == 0 { continue }
                let factor = exp(-rates[kind] * passed)
                delays[index] = (delays[index] + passed * sums[index]) * factor
                sums[index] *= factor
            }
            days[slot] = day
        }

        mutating func take(_ event: AffinityTable.Event, _ rates: [Double]) {
            var slot = slot(of: event.place)
            if slot == 0 {
                slot = days.count
                slots[Int(event.place)] = UInt32(slot)
                used.append(event.place)
                open(day: event.day)
            }
            age(to: event.day, slot: 0, rates)
            age(to: event.day, slot: slot, rates)
            sums[Int(event.kind)] += 1
            sums[slot * kinds + Int(event.kind)] += 1
        }
    }
}
