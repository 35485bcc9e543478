internal import Glibc

/// What an estimate of responses rests on, the best first.
package enum ExposureBasis: UInt8, Hashable, Sendable, CaseIterable {
    /// Chance chose who saw what: a difference is an effect.
    case randomised = 1
    /// It was chosen for them: a difference may be one of people.
    case observational = 2
    /// No exposure: what the shop's other bands say.
    case assumed = 3
}

/// How people respond with and without a discount: a binomial hierarchy of persons in cohorts in the shop, by
/// empirical Bayes.
///
/// A person has a base and a reach (`ResponseGrid`) that all bands share, so that each exposure to any band tells of
/// the others; responses are binomial. How people are spread over the cells is found from all of them (Laird 1978: the
/// nonparametric maximum likelihood of a mixing distribution, by EM, here with smoothing), with each band's gain. A cohort's spread is drawn
/// to the shop's as by fifty persons. A person's rates are the means under his posterior.
package struct DiscountModel: Hashable, Sendable {
    package struct Arm: Hashable, Sendable {
        package var basis: ExposureBasis
        /// How much of a person's reach the band has; 0 for no discount.
        package var gain: Double
        package var exposures: Int
        package var responses: Int

        package init(basis: ExposureBasis, gain: Double, exposures: Int, responses: Int) {
            self.basis = basis
            self.gain = gain
            self.exposures = exposures
            self.responses = responses
        }
    }

    package let grid: ResponseGrid
    /// By band, in the order of their numbers.
    package let arms: [Arm]
    /// How people are spread over the cells; sums to 1.
    package let shop: [Double]
    /// The same by cohort, numbered from 0.
    package let cohorts: [[Double]]
    package let people: Int
    /// By band, by cell: the chance of a response, its logarithm, and that of none.
    let tables: ResponseTables

    init(grid: ResponseGrid, arms: [Arm], shop: [Double], cohorts: [[Double]], people: Int) {
        precondition(arms.count == DiscountBand.allCases.count, "every band has its arm")
        precondition(([shop] + cohorts).allSatisfy { $0.count == grid.cells }, "every cell has its weight")
        self.grid = grid
        self.arms = arms
        self.shop = shop
        self.cohorts = cohorts
        self.people = people
        tables = ResponseTables(grid, gains: arms.map(\.gain))
    }

    /// What is believed of a person.
    ///
    /// - Parameters:
    ///   - counts: nil asks for the prior. Of a band whose model rests on chance, exposures by choice do not count.
    ///   - cohort: nil: of none.
    package func posterior(_ counts: ExposureCounts?, cohort: Int?) -> DiscountPosterior {
        let prior = cohort.map { cohorts[$0] } ?? shop
        guard let counts else { return DiscountPosterior(tables: tables, weights: prior) }
        var trials = ResponsePattern()
        for band in DiscountBand.allCases {
            let cell = counts[band, randomised: arms[Int(band.rawValue)].basis == .randomised]
            trials[Int(band.rawValue)] = cell
        }
        var weights = prior
        var scores = weights
        tables.update(&weights, trials, &scores)
        return DiscountPosterior(tables: tables, weights: weights)
    }

    /// The mean rate of response to a band.
    package func response(_ band: DiscountBand, _ counts: ExposureCounts?, cohort: Int?) -> Double {
        posterior(counts, cohort: cohort).response(band)
    }
}

/// A person's exposures and responses by band.
struct ResponsePattern: Hashable, Sendable {
    private var cells: InlineArray<5, UInt64> = InlineArray(repeating: 0)

    subscript(band: Int) -> ExposureCounts.Cell {
        get {
            ExposureCounts.Cell(
                exposures: UInt32(truncatingIfNeeded: cells[band] >> 32),
                responses: UInt32(truncatingIfNeeded: cells[band]))
        }
        set { cells[band] = UInt64(newValue.exposures) << 32 | UInt64(newValue.responses) }
    }

    var isEmpty: Bool { cells.indices.allSatisfy { cells[$0] == 0 } }

    static func == (left: ResponsePattern, right: ResponsePattern) -> Bool {
        left.cells.indices.allSatisfy { left.cells[$0] == right.cells[$0] }
    }

    func hash(into hasher: inout Hasher) {
        for index in cells.indices { hasher.combine(cells[index]) }
    }

    func isBefore(_ other: ResponsePattern) -> Bool {
        for index in cells.indices where cells[index] != other.cells[index] { return cells[index] < other.cells[index] }
        return false
    }
}

/// The chances of a response by band and cell, with their logarithms: what likelihoods are summed from.
struct ResponseTables: Hashable, Sendable {
    let chances: [[Double]]
    private let logs: [[Double]]
    private let restLogs: [[Double]]
    /// By band, the difference to no discount of each cell, and the cells by it, ascending.
    let lifts: [[Double]]
    let orders: [[Int32]]

    init(_ grid: ResponseGrid, gains: [Double]) {
        chances = gains.map { gain in (0..<grid.cells).map { grid.chance($0, gain: gain) } }
        logs = chances.map { $0.map { log($0) } }
        restLogs = chances.map { $0.map { log1p(-$0) } }
        lifts = chances.map { [without = chances[0]] with in with.indices.map { with[$0] - without[$0] } }
        orders = lifts.map { lifts in
            lifts.indices.sorted { lifts[$0] != lifts[$1] ? lifts[$0] < lifts[$1] : $0 < $1 }.map { Int32($0) }
        }
    }

    /// Takes weights from prior to posterior; returns the logarithm of the pattern's probability. `scores` is room for as
    /// many numbers.
    @discardableResult
    func update(_ weights: inout [Double], _ pattern: ResponsePattern, _ scores: inout [Double]) -> Double {
        for index in scores.indices { scores[index] = 0 }
        for band in chances.indices {
            let cell = pattern[band]
            if cell.exposures == 0 { continue }
            let responses = Double(cell.responses)
            let rest = Double(cell.exposures - cell.responses)
            let (hits, misses) = (logs[band], restLogs[band])
            for index in scores.indices { scores[index] += responses * hits[index] + rest * misses[index] }
        }
        let best = scores.max() ?? 0
        var sum = 0.0
        for index in weights.indices {
            // e⁻⁵⁰ of the best is nothing beside it.
            weights[index] *= scores[index] - best > -50 ? exp(scores[index] - best) : 0
            sum += weights[index]
        }
        precondition(sum > 0, "a spread leaves every cell some weight")
        for index in weights.indices { weights[index] /= sum }
        return best + log(sum)
    }
}

/// What is believed of one person's responses: a weight for each cell.
package struct DiscountPosterior: Hashable, Sendable {
    let tables: ResponseTables
    let weights: [Double]

    package func response(_ band: DiscountBand) -> Double {
        let chances = tables.chances[Int(band.rawValue)]
        var sum = 0.0
        for cell in weights.indices { sum += weights[cell] * chances[cell] }
        return sum
    }

    /// The difference that a band's discount makes, and its standard deviation.
    package func lift(_ band: DiscountBand) -> (mean: Double, error: Double) {
        let lifts = tables.lifts[Int(band.rawValue)]
        var (mean, square) = (0.0, 0.0)
        for cell in weights.indices {
            let lift = lifts[cell]
            mean += weights[cell] * lift
            square += weights[cell] * lift * lift
        }
        return (mean, max(square - mean * mean, 0).squareRoot())
    }

    /// Between which the difference lies: the cells' values at the two ends, so at least as wide as the level.
    package func interval(_ band: DiscountBand, level: Double = 0.95) -> Interval {
        let (lifts, order) = (tables.lifts[Int(band.rawValue)], tables.orders[Int(band.rawValue)])
        func value(at share: Double) -> Double {
            var sum = 0.0
            for cell in order {
                sum += weights[Int(cell)]
                if sum >= share { return lifts[Int(cell)] }
            }
            return order.last.map { lifts[Int($0)] } ?? 0
        }
        return Interval(lower: value(at: (1 - level) / 2), upper: value(at: (1 + level) / 2), level: level)
    }
}
