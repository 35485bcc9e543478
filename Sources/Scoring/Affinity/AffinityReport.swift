internal import Glibc

/// How well a model foretells the categories of a held-out time, beside the shares of everyone.
package struct AffinityReport: Hashable, Sendable {
    package var predictions: Int
    /// Minus the mean logarithm of the probability given to what came: lower is better.
    package var loss: Double
    /// The same, for everyone's shares in training.
    package var popularityLoss: Double
    /// The share of predictions whose likeliest category came.
    package var hits: Double
    package var popularityHits: Double

    /// Tries a model on events of `days`; what came before each of them is its history.
    package init(
        _ model: AffinityModel, on sequences: some Sequence<AffinitySequence>, targets: Set<BehaviourKind>,
        days: Range<Int32>
    ) {
        let table = AffinityTable(sequences, categories: model.categories, targets: targets, days: days)
        var (loss, popularity) = (0.0, 0.0)
        var (hits, popularHits) = (0, 0)
        let popular = model.shares.indices.max { model.shares[$0] < model.shares[$1] } ?? 0
        let rates = model.kinds.map { M_LN2 / Double($0.decay.halfLifeDays) }
        let kinds = model.kinds.count
        var walk = AffinityLikelihood.Walk(places: table.places, kinds: kinds)
        for person in 0..<table.people {
            walk.begin()
            for index in table.starts[person]..<table.starts[person + 1] {
                let event = table.events[index]
                if event.isTarget {
                    let chances = Self.probabilities(model, &walk, day: event.day, rates)
                    loss -= log(chances[Int(event.place)])
                    popularity -= log(model.shares[Int(event.place)])
                    let best = chances.indices.max { chances[$0] < chances[$1] } ?? 0
                    if best == Int(event.place) { hits += 1 }
                    if popular == Int(event.place) { popularHits += 1 }
                }
                walk.take(event, rates)
            }
        }
        let count = Double(max(table.targets, 1))
        predictions = table.targets
        self.loss = loss / count
        popularityLoss = popularity / count
        self.hits = Double(hits) / count
        popularityHits = Double(popularHits) / count
    }

    private static func probabilities(
        _ model: AffinityModel, _ walk: inout AffinityLikelihood.Walk, day: Int32, _ rates: [Double]
    ) -> [Double] {
        var chances = model.shares.map { $0 * model.concentration }
        var all = model.concentration
        for place in chances.indices {
            let slot = walk.slot(of: UInt32(place))
            if slot == 0 { continue }
            walk.age(to: day, slot: slot, rates)
            for kind in model.kinds.indices {
                let part = model.kinds[kind].weight * walk.sums[slot * model.kinds.count + kind]
                chances[place] += part
                all += part
            }
        }
        return chances.map { $0 / all }
    }
}
