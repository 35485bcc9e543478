import Foundation
import Identity
import Offers
import Scoring
import Testing

/// A shop drawn at random: a catalogue, people before it, and what is left.
struct Shop {
    static let euro = Currency("EUR")
    static let day: Int64 = 86_400_000
    static let now = Timestamp(milliseconds: 1_790_000_000_000)
    let catalogue: Catalogue
    let compiled: CompiledCatalogue

    private static let channels = [
        Channel(name: "email", quiet: QuietHours(from: 1_260, until: 480)), Channel(name: "push"),
        Channel(name: "sms", quiet: QuietHours(from: 0, until: 600)), Channel(name: "web"),
    ]
    static let categories = ["beds", "chairs", "lamps", "rugs", "tables"]
    static let products = (0..<12).map { "sku-\($0)" }
    static let purposes = ["marketing", "personalization"]
    static let cohorts = ["new", "regular", "vip"]

    init(_ generator: inout SeededGenerator, offers count: Int? = nil) throws {
        let number = count ?? Int.random(in: 0...14, using: &generator)
        var offers: [Offer] = []
        for index in 0..<number { offers.append(Self.offer(index, &generator)) }
        let method = Exploration.Method.allCases[Int.random(in: 0...1, using: &generator)]
        let euro = try #require(Self.euro)
        catalogue = try Catalogue(
            currency: euro, channels: Self.channels, categories: Self.categories, cohorts: Self.cohorts,
            purposes: Self.purposes,
            offers: offers.shuffled(using: &generator),
            contact: ContactRules(
                repeatHours: [0, 0, 1, 48][Int.random(in: 0...3, using: &generator)],
                caps: Self.caps(&generator, Self.channels.map(\.name), often: 0.3)),
            objective: Objective(purchaseValue: Int64.random(in: 0...500, using: &generator)),
            exploration: Exploration(
                method: method, epsilon: generator.uniform(),
                floor: [0, 0.001, 0.1][Int.random(in: 0...2, using: &generator)]))
        compiled = CompiledCatalogue(catalogue)
    }

    private static func some(_ names: [String], _ generator: inout SeededGenerator, often: Double) -> [String] {
        generator.uniform() < often ? names.filter { _ in Bool.random(using: &generator) } : []
    }

    private static func caps(_ generator: inout SeededGenerator, _ channels: [String], often: Double) -> [Cap] {
        guard generator.uniform() < often else { return [] }
        return (0..<Int.random(in: 1...2, using: &generator)).map { _ in
            Cap(
                count: Int.random(in: 1...3, using: &generator), days: Int.random(in: 1...10, using: &generator),
                channel: Bool.random(using: &generator) ? channels.randomElement(using: &generator) : nil)
        }
    }

    private static func offer(_ index: Int, _ generator: inout SeededGenerator) -> Offer {
        let benefit: Benefit =
            switch Int.random(in: 0...4, using: &generator) {
            case 0: .amount(Int64.random(in: 1...2_000, using: &generator))
            case 1: .gift(cost: Int64.random(in: 0...500, using: &generator))
            case 2: .message
            default: .percent(basisPoints: Int.random(in: 1...6_000, using: &generator))
            }
        var names = channels.map(\.name).filter { _ in Bool.random(using: &generator) }
        if names.isEmpty { names = ["web"] }
        var offer = Offer(name: "offer-\(index)", benefit: benefit, channels: names)
        offer.categories = some(categories, &generator, often: 0.4)
        offer.products = some(products, &generator, often: 0.3)
        offer.purposes = some(purposes, &generator, often: 0.6)
        offer.cohorts = some(cohorts, &generator, often: 0.3)
        if generator.uniform() < 0.3 { offer.minimumBasket = Int64.random(in: 0...6_000, using: &generator) }
        offer.marginFloor = Int.random(in: -500...4_000, using: &generator)
        if generator.uniform() < 0.5 {
            offer.inventory = Inventory(units: Int64.random(in: 0...50, using: &generator), pressure: 30)
        }
        if generator.uniform() < 0.5 { offer.budget = Int64.random(in: 0...5_000, using: &generator) }
        if generator.uniform() < 0.3 { offer.starts = moment(&generator) }
        if generator.uniform() < 0.3 { offer.ends = moment(&generator) }
        if let starts = offer.starts, let ends = offer.ends, !(starts < ends) { offer.ends = nil }
        if generator.uniform() < 0.4 { offer.stackingGroup = ["a", "b"].randomElement(using: &generator) }
        offer.caps = caps(&generator, names, often: 0.4)
        offer.variants = (0...Int.random(in: 0...2, using: &generator)).map { number in
            ContentVariant(name: "v\(number)", channels: number == 0 ? [] : some(names, &generator, often: 0.5))
        }
        return offer
    }

    private static func moment(_ generator: inout SeededGenerator) -> Timestamp {
        Timestamp(milliseconds: now.milliseconds + Int64.random(in: -3...3, using: &generator) * day)
    }

    func situation(_ generator: inout SeededGenerator) -> Situation {
        let lines = (0..<Int.random(in: 0...4, using: &generator)).map { _ in
            let price = Int64.random(in: 0...5_000, using: &generator)
            return BasketLine(
                product: Self.products.randomElement(using: &generator).flatMap { compiled.product(named: $0) } ?? -1,
                category: Int32.random(in: -1..<5, using: &generator),
                quantity: Int32.random(in: 0...3, using: &generator), unitPrice: price,
                unitCost: Int64(Double(price) * (0.3 + 0.8 * generator.uniform())))
        }
        let contacts = (0..<Int.random(in: 0...6, using: &generator)).map { _ in
            Contact(
                offer: Int32.random(in: -1..<Int32(max(compiled.offers, 1)), using: &generator),
                channel: Int16.random(in: 0..<4, using: &generator),
                time: Timestamp(
                    milliseconds: Self.now.milliseconds - Int64.random(in: 0...12 * Self.day, using: &generator)))
        }
        let group = compiled.group(named: ["a", "b"][Int.random(in: 0...1, using: &generator)])
        return Situation(
            now: Self.now, offsetMinutes: Int.random(in: -720...720, using: &generator),
            channels: UInt32.random(in: 0...15, using: &generator), purpose: Int.random(in: 0...1, using: &generator),
            isPermitted: generator.uniform() < 0.7,
            cohort: Bool.random(using: &generator) ? Int.random(in: 0..<3, using: &generator) : nil,
            currency: catalogue.currency,
            basket: lines,
            scores: scores(&generator), appliedGroups: generator.uniform() < 0.3 ? group ?? 0 : 0, contacts: contacts,
            isHeldOut: generator.uniform() < 0.05)
    }

    private func scores(_ generator: inout SeededGenerator) -> ProfileScores {
        var lifts = Lifts()
        lifts.none = .init(mean: 0.005, error: 0.004)
        lifts.light = .init(mean: 0.1 * generator.uniform() - 0.01, error: 0.05 * generator.uniform())
        lifts.medium = .init(mean: 0.2 * generator.uniform(), error: 0.05 * generator.uniform())
        lifts.deep = .init(mean: 0.3 * generator.uniform(), error: 0.05)
        lifts.steep = .init(mean: 0.4 * generator.uniform(), error: 0)
        let isKnown = Bool.random(using: &generator)
        return ProfileScores(
            purchaseProbability: generator.uniform(), orderValue: 9_000 * generator.uniform(),
            marginShare: 0.6 * generator.uniform(), churnRisk: generator.uniform(),
            futureMargin: 5_000 * generator.uniform(), lifts: lifts,
            affinity: isKnown ? Self.categories.map { _ in generator.uniform() / 3 } : [],
            popularity: isKnown ? Self.categories.map { _ in 0.2 } : [], confidence: generator.uniform())
    }

    func counters(_ generator: inout SeededGenerator) -> Counters {
        var counters = Counters(full: compiled)
        for index in counters.stock.indices where counters.stock[index] < .max {
            counters.stock[index] = Int64.random(in: 0...counters.stock[index], using: &generator)
        }
        for index in counters.budget.indices where counters.budget[index] < .max {
            counters.budget[index] = Int64.random(in: 0...counters.budget[index], using: &generator)
        }
        return counters
    }
}
