internal import Glibc

extension DiscountModel {
    /// Fewer exposures of a band by chance do not make it randomised: they are then left out, and the others count.
    package static let fewestRandomised = 50
    package static let fewestExposures = 50
    /// As by how many persons a cohort's spread is drawn to the shop's.
    package static let cohortPrior = 50.0

    /// - Parameters:
    ///   - people: what each has seen and done, with the number of the cohort.
    ///   - cohorts: how many there are.
    ///
    /// A band with enough exposures by chance rests on those alone. The gain of one of too few of either kind comes of
    /// its neighbours by its depth, marked `assumed`.
    package init(
        fitting people: some Sequence<(counts: ExposureCounts, cohort: Int)>, cohorts: Int
    ) throws(FitRefusal) {
        let all = Array(people)
        for (index, person) in all.enumerated() where !(0..<cohorts).contains(person.cohort) {
            throw .impossibleRow(index: index, field: "cohort")
        }
        var arms = DiscountBand.allCases.map { Self.arm(all, $0) }
        guard arms[0].basis != .assumed else {
            throw .tooFew(
                what: "exposures without a discount", found: arms[0].exposures, needed: Self.fewestExposures)
        }
        guard let reference = Self.reference(arms) else {
            throw .tooFew(
                what: "exposures with a discount", found: arms.dropFirst().reduce(0) { $0 + $1.exposures },
                needed: Self.fewestExposures)
        }
        let patterns = ResponsePatterns(all, arms)
        let grid = ResponseGrid(around: Double(arms[0].responses + 1) / Double(arms[0].exposures + 2))
        var search = SpreadSearch(grid: grid, arms: arms, reference: reference)
        search.run(patterns.whole)
        for band in arms.indices { arms[band].gain = search.gains[band] }
        Self.fill(&arms)
        let gains = arms.map(\.gain)
        let spread = search.weights
        let ofCohorts = (0..<cohorts).map { cohort in
            SpreadSearch.cohort(grid, gains, spread, patterns.byCohort[cohort] ?? [])
        }
        self.init(grid: grid, arms: arms, shop: spread, cohorts: ofCohorts, people: all.count)
    }

    private static func arm(_ people: [(counts: ExposureCounts, cohort: Int)], _ band: DiscountBand) -> Arm {
        func sums(randomised: Bool) -> (exposures: Int, responses: Int) {
            people.reduce((0, 0)) { sum, person in
                let cell = person.counts[band, randomised: randomised]
                return (sum.0 + Int(cell.exposures), sum.1 + Int(cell.responses))
            }
        }
        let byChance = sums(randomised: true)
        let isRandomised = byChance.exposures >= fewestRandomised
        let found = isRandomised ? byChance : sums(randomised: false)
        let isKnown = isRandomised || found.exposures >= fewestExposures
        return Arm(
            basis: isRandomised ? .randomised : isKnown ? .observational : .assumed, gain: band == .none ? 0 : 1,
            exposures: found.exposures, responses: found.responses)
    }

    /// The band whose gain is 1: the deepest with at least a tenth of the exposures of the one that has most.
    private static func reference(_ arms: [Arm]) -> Int? {
        let known = arms.indices.dropFirst().filter { arms[$0].basis != .assumed }
        let most = known.map { arms[$0].exposures }.max() ?? 0
        return known.last { arms[$0].exposures * 10 >= most }
    }

    /// A depth in the middle of each band, in per cent.
    private static let depths = [0.0, 5, 10, 20, 35]

    /// Gains of bands that nobody was shown: by depth on a straight line between those known, nothing among them; beyond
    /// the deepest known no more than that.
    private static func fill(_ arms: inout [Arm]) {
        for band in arms.indices where arms[band].basis == .assumed {
            let below = arms.indices.last { $0 < band && arms[$0].basis != .assumed } ?? 0
            guard let above = arms.indices.first(where: { $0 > band && arms[$0].basis != .assumed }) else {
                arms[band].gain = arms[below].gain
                continue
            }
            let share = (depths[band] - depths[below]) / (depths[above] - depths[below])
            arms[band].gain = arms[below].gain + share * (arms[above].gain - arms[below].gain)
        }
    }
}

/// How often each pattern was seen, in order. Of more distinct ones than are needed to tell a spread every k-th is taken:
/// in order of patterns, so that all kinds of people keep their share.
private struct ResponsePatterns {
    typealias Row = (pattern: ResponsePattern, count: Double)
    private(set) var whole: [Row] = []
    private(set) var byCohort: [Int: [Row]] = [:]

    init(_ people: [(counts: ExposureCounts, cohort: Int)], _ arms: [DiscountModel.Arm]) {
        var counts: [ResponsePattern: Double] = [:]
        var ofCohorts: [Int: [ResponsePattern: Double]] = [:]
        for person in people {
            var pattern = ResponsePattern()
            for band in DiscountBand.allCases where arms[Int(band.rawValue)].basis != .assumed {
                let index = Int(band.rawValue)
                pattern[index] = person.counts[band, randomised: arms[index].basis == .randomised]
            }
            if pattern.isEmpty { continue }
            counts[pattern, default: 0] += 1
            ofCohorts[person.cohort, default: [:]][pattern, default: 0] += 1
        }
        whole = Self.ordered(counts, most: Self.mostPatterns)
        byCohort = ofCohorts.mapValues { Self.ordered($0, most: Self.mostPatterns / 4) }
    }

    private static let mostPatterns = 20_000

    private static func ordered(_ counts: [ResponsePattern: Double], most: Int) -> [Row] {
        let rows = counts.map { ($0, $1) }.sorted { $0.0.isBefore($1.0) }
        let step = (rows.count + most - 1) / most
        if step <= 1 { return rows }
        let kept = stride(from: step / 2, to: rows.count, by: step).map { rows[$0] }
        let scale = rows.reduce(0) { $0 + $1.1 } / kept.reduce(0) { $0 + $1.1 }
        return kept.map { ($0.0, $0.1 * scale) }
    }
}

/// EM with smoothing (Silverman, Jones, Wilson and Nychka 1990) for the spread over the cells, and for the gains of
/// bands: expected responses by cell, then each gain apart. Without smoothing the likeliest spread is a few spikes, and
/// people would seem better known than they are.
private struct SpreadSearch {
    let grid: ResponseGrid
    let arms: [DiscountModel.Arm]
    let reference: Int
    var weights: [Double]
    var gains: [Double]

    init(grid: ResponseGrid, arms: [DiscountModel.Arm], reference: Int) {
        self.grid = grid
        self.arms = arms
        self.reference = reference
        weights = Array(repeating: 1 / Double(grid.cells), count: grid.cells)
        gains = arms.map(\.gain)
    }

    mutating func run(_ rows: [(pattern: ResponsePattern, count: Double)]) {
        var before = -Double.infinity
        let people = rows.reduce(0) { $0 + $1.count }
        for step in 1...80 {
            let sums = Self.expected(rows, weights, ResponseTables(grid, gains: gains))
            // A person spread over all cells, so that none is shut out for good.
            weights = Self.smoothed(
                weights.indices.map { (sums.cells[$0] + 1 / Double(grid.cells)) / (people + 1) }, grid)
            if step % 4 == 0 {
                for band in gains.indices.dropFirst() where band != reference && arms[band].basis != .assumed {
                    gains[band] = bestGain(sums.responses[band], sums.rests[band])
                }
            }
            if step > 20, abs(sums.logLikelihood - before) < 1e-6 * people { break }
            before = sums.logLikelihood
        }
    }

    /// A sixth of each cell's weight goes to its neighbours along either axis, half to each; what has no neighbour stays.
    static func smoothed(_ weights: [Double], _ grid: ResponseGrid) -> [Double] {
        func pass(_ weights: [Double], stride: Int, count: Int) -> [Double] {
            var result = Array(repeating: 0.0, count: weights.count)
            for cell in weights.indices {
                let place = cell / stride % count
                let below = place > 0 ? cell - stride : cell
                let above = place < count - 1 ? cell + stride : cell
                result[cell] += weights[cell] * 5 / 6
                result[below] += weights[cell] / 12
                result[above] += weights[cell] / 12
            }
            return result
        }
        let along = pass(weights, stride: 1, count: grid.reaches.count)
        return pass(along, stride: grid.reaches.count, count: grid.bases.count)
    }

    /// The gain under which expected responses by cell are likeliest: golden section over 0...4.
    private func bestGain(_ responses: [Double], _ rests: [Double]) -> Double {
        func loss(_ gain: Double) -> Double {
            var sum = 0.0
            for cell in responses.indices where responses[cell] + rests[cell] > 0 {
                let chance = grid.chance(cell, gain: gain)
                sum -= responses[cell] * log(chance) + rests[cell] * log1p(-chance)
            }
            return sum
        }
        var (low, high) = (0.0, 4.0)
        let golden = (5.0.squareRoot() - 1) / 2
        while high - low > 1e-3 {
            let left = high - golden * (high - low)
            let right = low + golden * (high - low)
            if loss(left) < loss(right) { high = right } else { low = left }
        }
        return (low + high) / 2
    }

    private struct Expected {
        var cells: [Double]
        /// By band, by cell.
        var responses: [[Double]]
        var rests: [[Double]]
        var logLikelihood: Double
    }

    private static func expected(
        _ rows: [(pattern: ResponsePattern, count: Double)], _ weights: [Double], _ tables: ResponseTables
    ) -> Expected {
        let cells = weights.count
        let bands = tables.chances.count
        let sums = concurrentSum(over: rows.count, width: 1 + cells * (1 + 2 * bands), pieces: 512) { piece, sums in
            var posterior = weights
            var scores = weights
            for index in piece {
                let (pattern, count) = rows[index]
                for cell in 0..<cells { posterior[cell] = weights[cell] }
                sums[0] += count * tables.update(&posterior, pattern, &scores)
                for cell in 0..<cells { sums[1 + cell] += count * posterior[cell] }
                for band in 0..<bands {
                    let trials = pattern[band]
                    if trials.exposures == 0 { continue }
                    let responses = count * Double(trials.responses)
                    let rests = count * Double(trials.exposures - trials.responses)
                    let start = 1 + cells * (1 + 2 * band)
                    for cell in 0..<cells {
                        sums[start + cell] += responses * posterior[cell]
                        sums[start + cells + cell] += rests * posterior[cell]
                    }
                }
            }
        }
        func part(_ index: Int) -> [Double] { Array(sums[1 + cells * index..<1 + cells * (index + 1)]) }
        return Expected(
            cells: part(0), responses: (0..<bands).map { part(1 + 2 * $0) },
            rests: (0..<bands).map { part(2 + 2 * $0) },
            logLikelihood: sums[0])
    }

    /// A cohort's spread: the same EM with the shop's as so many persons more.
    static func cohort(
        _ grid: ResponseGrid, _ gains: [Double], _ shop: [Double], _ rows: [(pattern: ResponsePattern, count: Double)]
    ) -> [Double] {
        let people = rows.reduce(0) { $0 + $1.count }
        if people == 0 { return shop }
        let tables = ResponseTables(grid, gains: gains)
        var weights = shop
        for _ in 0..<20 {
            let sums = expected(rows, weights, tables)
            let raw = weights.indices.map {
                (sums.cells[$0] + DiscountModel.cohortPrior * shop[$0]) / (people + DiscountModel.cohortPrior)
            }
            weights = smoothed(raw, grid)
        }
        return weights
    }
}
