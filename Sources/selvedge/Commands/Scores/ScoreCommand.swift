internal import ArgumentParser
internal import Engine
internal import Foundation
internal import GraphStore
internal import Identity
internal import Scoring
internal import SelvedgeClient

struct ScoreCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "score",
        abstract: "Show the scores of a person, and what they rest on.",
        discussion: """
            Each has a value, an interval, a baseline (what it would be of somebody of whom nothing is known), and by what \
            the person's history moves it. Without consent for the purpose they are generic: no history goes in.
            """)

    @OptionGroup var target: TargetOptions
    @OptionGroup var purpose: PurposeOption

    @Argument(
        help: ArgumentHelp(
            "NAMESPACE:VALUE, NAMESPACE#sha256:HEX, record:SOURCE:RECORD_ID or prf_....", valueName: "id"))
    var identifier: String

    mutating func run() throws {
        let answer: ScoreCardAnswer
        switch try target.target() {
        case .store(let store):
            let engine = try store.openForReading()
            let number = try purpose.demandedNumber(engine)
            let subject = try IdentifierArgument(identifier, engine.intakeNow()).viewSubject
            let request = engine.request(number, at: Clock.now)
            answer = ScoreCardAnswer(try engine.reading().score(subject, request))
        case .server(let server):
            let (subject, name) = (try SelvedgeSubject(argument: identifier), purpose.purpose ?? "")
            answer = ScoreCardAnswer(try server.ask { try await $0.score(subject, for: name, explain: true) })
        }
        if target.json { return try JSONLine.print(answer) }
        try answer.say()
    }
}

extension IdentifierArgument {
    var viewSubject: ViewSubject {
        switch self {
        case .identifier(let identifier): .key(identifier.key)
        case .profile(let id): .profile(id)
        }
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

        init(_ name: String, _ score: Score) {
            self.name = name
            value = score.value
            (lower, upper) = (score.interval.lower, score.interval.upper)
            basis = score.basis == .person ? "person" : "generic"
            baseline = score.baseline
            contributions = Dictionary(score.contributions.map { ($0.name, $0.amount) }) { _, last in last }
            inputs = Dictionary(score.inputs.map { ($0.name, $0.value) }) { _, last in last }
        }

        init(_ estimate: SelvedgeEstimate) {
            name = estimate.name
            value = estimate.value
            (lower, upper) = (estimate.lower, estimate.upper)
            basis = ScoreCardAnswer.name(estimate.basis)
            baseline = estimate.baseline
            contributions = Dictionary(estimate.contributions.map { ($0.name, $0.amount) }) { _, last in last }
            inputs = Dictionary(estimate.inputs.map { ($0.name, $0.amount) }) { _, last in last }
        }
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
        for (kind, count) in answer.facts { facts[kind.name] = count }
        scores = answer.estimates.map { Entry($0, $1) }
    }

    /// What a server told.
    init(_ response: SelvedgeScoreResponse) {
        basis = Self.name(response.basis)
        confidence = response.confidence
        modelVersion = response.modelVersion
        trainedBefore = Timestamp(milliseconds: response.trainedBeforeMs).description
        currency = response.currency
        horizonDays = Int(response.horizonDays)
        declared = response.declared
        refusals = Dictionary(response.missing.map { ($0.name, $0.reason) }) { first, _ in first }
        for fact in response.facts { facts[fact.kind] = Int(clamping: fact.count) }
        scores = response.estimates.map { Entry($0) }
    }

    fileprivate static func name(_ basis: SelvedgeScoreBasis) -> String { basis == .person ? "person" : "generic" }

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
