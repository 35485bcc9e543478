internal import ArgumentParser
internal import Engine
internal import Foundation
internal import GraphStore
internal import Identity
internal import Scoring

struct ScoreCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "score",
        abstract: "Show the scores of a person, and what they rest on.",
        discussion: """
            Each has a value, an interval, a baseline (what it would be of somebody of whom nothing is known), and by what \
            the person's history moves it. Without consent for the purpose they are generic: no history goes in.
            """)

    @OptionGroup var place: PlaceOptions
    @OptionGroup var purpose: PurposeOption

    @Argument(help: ArgumentHelp("NAMESPACE:VALUE, NAMESPACE#sha256:HEX or record:SOURCE:RECORD_ID.", valueName: "id"))
    var identifier: String

    mutating func run() throws {
        let engine = try StorePlace(data: place.data, acceptNormaliser: false).openForReading()
        let number = try purpose.demandedNumber(engine)
        let key = try IdentifierArgument.identifier(identifier, engine.intakeNow()).key
        let answer = ScoreCardAnswer(try engine.score(key, engine.request(number, at: Clock.now)))
        if place.json { return try JSONLine.print(answer) }
        try answer.say()
    }
}

/// A score card for reading and as JSON.
struct ScoreCardAnswer: Encodable {
    struct Entry: Encodable {
        var name: String
        var value: Double
        var lower: Double
        var upper: Double
        var basis: String
        var baseline: Double
        var contributions: [String: Double]
        var inputs: [String: Double]
    }

    var basis: String
    var confidence: Double
    var modelVersion: UInt64
    var trainedBefore: String
    var currency: String
    var horizonDays: Int
    var scores: [Entry] = []
    var declared: [String]
    var facts: [String: Int] = [:]
    var refusals: [String: String]

    private enum CodingKeys: String, CodingKey {
        case basis, confidence, currency, scores, declared, facts, refusals
        case modelVersion = "model_version"
        case trainedBefore = "trained_before"
        case horizonDays = "horizon_days"
    }

    init(_ answer: ScoreAnswer) {
        let card = answer.card
        basis = card.basis == .person ? "person" : "generic"
        confidence = card.confidence.value
        modelVersion = card.modelVersion
        trainedBefore = Timestamp(milliseconds: Int64(answer.trainedBefore) * 86_400_000).description
        currency = answer.currency.description
        horizonDays = answer.horizonDays
        declared = answer.declared
        refusals = answer.refusals
        for (kind, count) in answer.facts { facts["\(kind)"] = count }
        add("active", card.active)
        add("purchases", card.purchases)
        add("any_purchase", card.anyPurchase)
        add("order_value", card.orderValue)
        add("lifetime_value", card.lifetimeValue)
        for entry in card.categories {
            let name =
                answer.categories.indices.contains(Int(entry.category)) ? answer.categories[Int(entry.category)] : "?"
            add("affinity: \(name)", entry.score)
        }
        for entry in card.discounts { add("discount: \(entry.band)", entry.score.score) }
        for entry in card.hours { add("hour: \(entry.hour)", entry.score) }
    }

    private mutating func add(_ name: String, _ score: Score?) {
        guard let score else { return }
        var entry = Entry(
            name: name, value: score.value, lower: score.interval.lower, upper: score.interval.upper,
            basis: score.basis == .person ? "person" : "generic", baseline: score.baseline, contributions: [:],
            inputs: [:])
        for part in score.contributions { entry.contributions[part.name] = part.amount }
        for input in score.inputs { entry.inputs[input.name] = input.value }
        scores.append(entry)
    }

    func say() throws {
        let known = facts.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }.joined(separator: ", ")
        try Console.line(
            "\(basis); models of version \(modelVersion), fitted to what came before \(trainedBefore); over "
                + "\(horizonDays) days, money in minor units of \(currency)")
        if !known.isEmpty { try Console.line("from \(known); confidence in the identity \(decimals(confidence))") }
        if !declared.isEmpty { try Console.line("likes, in their own words: \(declared.joined(separator: ", "))") }
        var table = TextTable(["score", "value", "from", "to", "baseline", "moved by"])
        for entry in scores {
            let parts = entry.contributions.sorted { abs($0.value) > abs($1.value) }.prefix(3)
                .map { "\($0.key) \($0.value < 0 ? "" : "+")\(decimals($0.value))" }
            table.add([
                entry.name, decimals(entry.value), decimals(entry.lower), decimals(entry.upper),
                decimals(entry.baseline), parts.joined(separator: "  "),
            ])
        }
        try table.print()
        for (name, reason) in refusals.sorted(by: { $0.key < $1.key }) { try Console.line("no \(name): \(reason)") }
    }
}
