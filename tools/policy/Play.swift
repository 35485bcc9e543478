internal import Foundation
internal import Identity
internal import Offers
internal import Scoring

/// Visits and what they came to.
struct Figures {
    var visits = 0.0
    var buyers = 0.0
    var gross = 0.0
    var discount = 0.0
    var margin = 0.0

    var conversion: Double { visits > 0 ? buyers / visits : 0 }
    var depth: Double { gross > 0 ? discount / gross : 0 }
    var marginPerVisit: Double { visits > 0 ? margin / visits : 0 }
}

/// One person: what he is, and what he has been seen to do.
struct Visitor {
    /// The chance of a purchase, by place of the depth.
    var chances: [Double]
    var seen = ExposureCounts()
}

/// Plays a world: learns from discounts by chance, then decides, beside a blanket discount and one who knows the truth.
struct Play {
    let world: World
    private(set) var visitors: [Visitor] = []
    private var generator: SplitMix
    private(set) var personal = Figures()
    private(set) var blanket = Figures()
    private(set) var oracle = Figures()
    /// What knowing the truth would have been worth beside, a visit, by round: in minor units of margin and purchases.
    private(set) var regrets: [Double] = []
    private(set) var purchaseValue: Int64 = 0

    init(_ world: World, seed: UInt64) {
        self.world = world
        generator = SplitMix(state: seed)
        let whole = world.segments.reduce(0) { $0 + $1.share }
        for number in 0..<world.people {
            var place = (Double(number) + 0.5) / Double(world.people) * whole
            let segment = world.segments.first { entry in
                defer { place -= entry.share }
                return place < entry.share
            }
            guard let segment = segment ?? world.segments.last else { continue }
            let base = generator.beta(segment.base * segment.likeness, (1 - segment.base) * segment.likeness)
            visitors.append(Visitor(chances: ([0] + segment.lifts).map { min(max(base + $0, 0), 1) }))
        }
    }

    mutating func run() throws {
        for _ in 0..<world.learningRounds {
            for index in visitors.indices {
                let place = Int.random(in: 0..<world.depths.count, using: &generator)
                _ = visit(index, place, isRandom: true)
            }
        }
        let model = try DiscountModel(fitting: visitors.map { (counts: $0.seen, cohort: 0) }, cohorts: 1)
        purchaseValue = worth(model)
        try decide(model)
    }

    /// The least worth of a purchase with which the models expect no fewer purchases than of the blanket discount. Found
    /// by the models alone.
    private func worth(_ model: DiscountModel) -> Int64 {
        let chances = visitors.map { visitor in
            world.depths.map { depth in
                model.posterior(visitor.seen, cohort: 0).response(DiscountBand(basisPoints: depth))
            }
        }
        let place = world.depths.firstIndex(of: world.blanket) ?? 1
        let wanted = chances.reduce(0) { $0 + $1[place] }
        var (low, high) = (Int64(0), world.price * 10)
        while low < high {
            let middle = (low + high) / 2
            let found = chances.reduce(0.0) { $0 + $1[best($1, Double(middle))] }
            if found >= wanted { high = middle } else { low = middle + 1 }
        }
        return low
    }

    /// The depth that is worth most to who expects these chances.
    private func best(_ chances: [Double], _ purchaseValue: Double) -> Int {
        chances.indices.max { value(chances, $0, purchaseValue) < value(chances, $1, purchaseValue) } ?? 0
    }

    private func value(_ chances: [Double], _ place: Int, _ purchaseValue: Double) -> Double {
        chances[place] * (margin(world.depths[place]) + purchaseValue)
    }

    private func margin(_ depth: Int) -> Double {
        Double(world.price - world.cost) - Double(world.price) * Double(depth) / 10_000
    }

    private mutating func decide(_ model: DiscountModel) throws {
        let catalogue = try catalogue()
        var decider = Decider(catalogue)
        var records = Array(repeating: ArmRecord(), count: catalogue.arms.count + 1)
        let worth = Double(purchaseValue)
        for _ in 0..<world.rounds {
            let effects = ArmEffects(records.dropLast(), fallback: records[records.count - 1])
            var regret = 0.0
            for index in visitors.indices {
                let posterior = model.posterior(visitors[index].seen, cohort: 0)
                let decision = decider.decide(
                    situation(posterior, catalogue), Counters(full: catalogue), effects, draw: generator.uniform())
                let depth = Int(decision.discount * 10_000 / world.price)
                let place = world.depths.firstIndex(of: depth) ?? 0
                let buys = visit(index, place, isRandom: true)
                count(buys, depth, &personal)
                var terms = ValueTerms()
                terms.probability = posterior.response(.none)
                if depth > 0 { terms.lift = posterior.lift(DiscountBand(basisPoints: depth)).mean }
                records[decision.armNumber ?? catalogue.arms.count].add(terms, responded: buys)
                let truth = visitors[index].chances
                let known = best(truth, worth)
                regret += value(truth, known, worth) - value(truth, place, worth)
                count(generator.uniform() < truth[known], world.depths[known], &oracle)
                let everyone = world.depths.firstIndex(of: world.blanket) ?? 1
                count(generator.uniform() < truth[everyone], world.blanket, &blanket)
            }
            regrets.append(regret / Double(visitors.count))
        }
    }

    private func catalogue() throws -> CompiledCatalogue {
        guard let currency = Currency("EUR") else { throw WorldError("no currency") }
        let offers = world.depths.dropFirst().map {
            Offer(name: "off-\(10_000 + $0)", benefit: .percent(basisPoints: $0), channels: ["web"])
        }
        return CompiledCatalogue(
            try Catalogue(
                currency: currency, channels: [Channel(name: "web")], offers: Array(offers),
                objective: Objective(purchaseValue: purchaseValue), exploration: Exploration(floor: 0.002), holdout: 0))
    }

    private func situation(_ posterior: DiscountPosterior, _ catalogue: CompiledCatalogue) -> Situation {
        let scores = ProfileScores(
            purchaseProbability: posterior.response(.none), orderValue: Double(world.price),
            marginShare: Double(world.price - world.cost) / Double(world.price), lifts: Lifts(posterior))
        return Situation(
            now: Timestamp(milliseconds: 1_767_225_600_000), channels: 1, purpose: nil, isPermitted: true,
            currency: catalogue.catalogue.currency,
            basket: [BasketLine(quantity: 1, unitPrice: world.price, unitCost: world.cost)], scores: scores)
    }

    /// Whether a visitor buys; what was seen is kept.
    private mutating func visit(_ index: Int, _ place: Int, isRandom: Bool) -> Bool {
        let buys = generator.uniform() < visitors[index].chances[place]
        let band = DiscountBand(basisPoints: world.depths[place])
        let cell = visitors[index].seen[band, randomised: isRandom]
        visitors[index].seen[band, randomised: isRandom] = .init(
            exposures: cell.exposures + 1, responses: cell.responses + (buys ? 1 : 0))
        return buys
    }

    private func count(_ buys: Bool, _ depth: Int, _ figures: inout Figures) {
        figures.visits += 1
        guard buys else { return }
        figures.buyers += 1
        figures.gross += Double(world.price)
        figures.discount += Double(world.price) * Double(depth) / 10_000
        figures.margin += margin(depth)
    }
}
