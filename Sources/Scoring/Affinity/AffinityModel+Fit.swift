internal import Glibc

extension AffinityModel {
    /// Fewer predictions cannot tell weights and half-lives.
    package static let fewestPredictions = 100
    /// Half-lives are sought between these, in days.
    package static let halfLives = 1.0...3_650.0

    /// The weights, half-lives and concentration under which the categories that people turned to are likeliest.
    ///
    /// - Parameters:
    ///   - sequences: people's events, in order of time.
    ///   - categories: the shop's, all of them; events of others are left out.
    ///   - targets: the kinds whose category is predicted.
    ///   - day: events before it alone are used: later ones are for `AffinityReport`.
    ///
    /// One scale is free (weights and concentration can grow together), and so the weight of the first kind seen in
    /// (order, cart, search, view) is 1. A half-life is rounded to whole days.
    package init(
        fitting sequences: some Sequence<AffinitySequence>, categories: [UInt32], targets: Set<BehaviourKind>,
        before day: Int32
    ) throws(FitRefusal) {
        let ordered = Set(categories).sorted()
        guard ordered.count > 1 else { throw .tooFew(what: "categories", found: ordered.count, needed: 2) }
        let table = AffinityTable(sequences, categories: ordered, targets: targets, days: Int32.min..<day)
        guard table.targets >= Self.fewestPredictions else {
            throw .tooFew(what: "categories to predict", found: table.targets, needed: Self.fewestPredictions)
        }
        let counts = table.counts()
        let whole = counts.targets.reduce(0) { $0 + $1 + 0.5 }
        let shares = counts.targets.map { ($0 + 0.5) / whole }
        let search = AffinitySearch(
            likelihood: AffinityLikelihood(table: table, shares: shares), present: counts.kinds.map { $0 > 0 })
        var best: Minimum?
        for start in search.starts {
            let found = Minimiser().run(from: start, search.negativeMean)
            if let known = best, known.value <= found.value { continue }
            best = found
        }
        guard let best, best.value.isFinite else { throw .notConverged(iterations: 0, gradient: .infinity) }
        let steepest = best.gradient.map(abs).max() ?? 0
        guard best.hasConverged || steepest < 1e-5 else {
            throw .notConverged(iterations: best.iterations, gradient: steepest)
        }
        let kinds = search.kinds(best.point)
        let rounded = search.rounded(best.point)
        self.init(
            categories: ordered, shares: shares, concentration: rounded.concentration, kinds: kinds,
            people: table.people, predictions: table.targets,
            trainingLoss: -search.likelihood.sums(rounded)[0] / Double(table.targets))
    }
}

/// The parameters of the fit, each in a box: a point of the line is taken into the box by the logistic function.
private struct AffinitySearch {
    let likelihood: AffinityLikelihood
    let present: [Bool]
    /// The kind whose weight is 1.
    private var unit: Int { present.lastIndex(of: true) ?? 0 }

    init(likelihood: AffinityLikelihood, present: [Bool]) {
        self.likelihood = likelihood
        self.present = present
    }

    private static let concentrations = 1e-3...1e5
    private static let weights = 1e-4...1e4

    /// Which parameter a coordinate is: 0 is κ, then weights and half-lives of the kinds that were seen.
    private var coordinates: [(kind: Int, isWeight: Bool)] {
        present.indices.flatMap { kind -> [(kind: Int, isWeight: Bool)] in
            guard present[kind] else { return [] }
            return kind == unit ? [(kind, false)] : [(kind, true), (kind, false)]
        }
    }

    var starts: [[Double]] {
        [(5.0, 30.0), (1, 300), (30, 7)].map { kappa, halfLife in
            [Self.line(kappa, Self.concentrations)]
                + coordinates.map {
                    $0.isWeight ? Self.line(0.5, Self.weights) : Self.line(halfLife, AffinityModel.halfLives)
                }
        }
    }

    /// The value in a box of a point of the line, and how its logarithm changes with the point.
    private static func box(_ point: Double, _ range: ClosedRange<Double>) -> (value: Double, slope: Double) {
        let (low, high) = (log(range.lowerBound), log(range.upperBound))
        let share = logistic(point)
        return (exp(low + (high - low) * share), (high - low) * share * (1 - share))
    }

    private static func line(_ value: Double, _ range: ClosedRange<Double>) -> Double {
        let (low, high) = (log(range.lowerBound), log(range.upperBound))
        return logit((log(value) - low) / (high - low))
    }

    private func parameters(_ point: [Double], halfLife: (Double) -> Double = { $0 }) -> AffinityLikelihood.Parameters {
        var result = AffinityLikelihood.Parameters(
            concentration: Self.box(point[0], Self.concentrations).value,
            weights: present.map { $0 ? 1 : 0 }, rates: present.map { _ in 1 })
        for (index, coordinate) in coordinates.enumerated() {
            if coordinate.isWeight {
                result.weights[coordinate.kind] = Self.box(point[index + 1], Self.weights).value
            } else {
                let days = Self.box(point[index + 1], AffinityModel.halfLives).value
                result.rates[coordinate.kind] = M_LN2 / halfLife(days)
            }
        }
        return result
    }

    /// With half-lives in whole days.
    func rounded(_ point: [Double]) -> AffinityLikelihood.Parameters {
        parameters(point) { max(1, $0.rounded()) }
    }

    func kinds(_ point: [Double]) -> [AffinityModel.Kind] {
        let found = rounded(point)
        return BehaviourKind.allCases.map { kind in
            let index = Int(kind.rawValue)
            let days = present[index] ? Int((M_LN2 / found.rates[index]).rounded()) : 1
            return AffinityModel.Kind(kind: kind, weight: found.weights[index], decay: Decay(halfLifeDays: days))
        }
    }

    func negativeMean(_ point: [Double], _ gradient: inout [Double]) -> Double {
        let sums = likelihood.sums(parameters(point))
        let count = Double(likelihood.table.targets)
        let kinds = present.count
        gradient[0] = -sums[1] * Self.box(point[0], Self.concentrations).slope / count
        for (index, coordinate) in coordinates.enumerated() {
            let range = coordinate.isWeight ? Self.weights : AffinityModel.halfLives
            let sum = sums[coordinate.isWeight ? 2 + coordinate.kind : 2 + kinds + coordinate.kind]
            gradient[index + 1] = -sum * Self.box(point[index + 1], range).slope / count
        }
        return sums[0].isFinite ? -sums[0] / count : .infinity
    }
}
