internal import ArgumentParser
internal import Engine
internal import Foundation
internal import GraphStore
internal import Identity
internal import Scoring

struct TrainScoresCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "scores",
        abstract: "Fit the models that scores and offers rest on.",
        discussion: """
            Lifetimes (BG/NBD, Gamma-Gamma), affinity to categories, sensitivity to discounts, hours of response. What is \
            fitted are the profiles that the purpose may see, and of them what its sources may serve. First the models are \
            fitted to what came before a held-out time, and the table shows how well they foretold it; then to all. A \
            model that the data do not identify is left out, and the reason is shown. Every training is a new version; the \
            latest is used.
            """)

    @OptionGroup var place: PlaceOptions
    @OptionGroup var purpose: PurposeOption

    @Option(
        name: .long,
        help: ArgumentHelp(
            "Use what came before this moment; now if not given. \(TimeArgument.help).", valueName: "time"))
    var before: TimeArgument?

    @Option(
        name: .long,
        help: ArgumentHelp("How far purchases are foretold, and how long a time is held out.", valueName: "days"))
    var horizon = 90

    @Option(
        name: .long, help: ArgumentHelp("The share of an order's worth that is margin, 0 to 1.", valueName: "share"))
    var marginShare = 0.3

    @Option(
        name: .long,
        help: ArgumentHelp(
            "The money to reckon in, three letters; that of most orders if not given.", valueName: "code"))
    var currency: String?

    @Flag(name: .long, help: "Show what would be fitted, and keep nothing.")
    var dryRun = false

    func validate() throws {
        guard (1...3_650).contains(horizon) else { throw ValidationError("--horizon takes 1 to 3,650 days") }
        guard (0...1).contains(marginShare) else { throw ValidationError("--margin-share takes 0 to 1") }
        guard currency.map({ Currency($0) != nil }) ?? true else {
            throw ValidationError("--currency takes three capital letters of ISO 4217, such as EUR")
        }
    }

    mutating func run() throws {
        let store = StorePlace(data: place.data, acceptNormaliser: false)
        let engine = dryRun ? try store.openForReading() : try store.openForWriting("train scores")
        let number = try purpose.demandedNumber(engine)
        let now = Clock.now
        let end = before?.time ?? now
        let options = ScoreTraining.Options(
            before: Int32(clamping: end.milliseconds / 86_400_000), horizonDays: horizon, marginShare: marginShare,
            currency: currency.flatMap { Currency($0) })
        let request = engine.request(number, at: now)
        var (models, report) = try Waiting.during("fitting") { try engine.trainScores(options, request) }
        if TrainingAnswer(models, report).models.isEmpty {
            // Kept, it would take the place of a version that foretells something.
            let reasons = models.refusals.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)" }
            throw Failure(
                .refusedInput, "no model could be fitted, and nothing was kept: \(reasons.joined(separator: "; "))")
        }
        if !dryRun {
            let kept = try engine.apply(.offers(.keepScores(models.encoded(), time: now)))
            models.version = kept.number
        }
        let answer = TrainingAnswer(models, report)
        if place.json { return try JSONLine.print(answer) }
        try answer.say(report)
    }
}

/// What a training came to.
private struct TrainingAnswer: Encodable {
    struct Table: Encodable {
        struct Row: Encodable {
            var cases: Int
            var predicted: Double
            var observed: Double
            var error: Double
        }

        var cases: Int
        var predicted: Double
        var observed: Double
        var rootMeanSquareError: Double
        var calibrationError: Double
        var deciles: [Row]

        private enum CodingKeys: String, CodingKey {
            case cases, predicted, observed, deciles
            case rootMeanSquareError = "root_mean_square_error"
            case calibrationError = "calibration_error"
        }

        init(_ calibration: Calibration) {
            cases = calibration.count
            predicted = calibration.totalPredicted
            observed = calibration.totalObserved
            rootMeanSquareError = calibration.rootMeanSquareError
            calibrationError = calibration.calibrationError
            deciles = calibration.bins.map {
                Row(cases: $0.count, predicted: $0.meanPredicted, observed: $0.meanObserved, error: $0.standardError)
            }
        }
    }

    struct Affinity: Encodable {
        var predictions: Int
        var loss: Double
        var popularityLoss: Double
        var hits: Double
        var popularityHits: Double

        private enum CodingKeys: String, CodingKey {
            case predictions, loss, hits
            case popularityLoss = "popularity_loss"
            case popularityHits = "popularity_hits"
        }
    }

    var version: UInt64
    var people: Int
    var orders: Int
    var currency: String?
    var categories: Int
    var models: [String]
    var refusals: [String: String]
    /// By what was foretold.
    var heldOut: [String: Table] = [:]
    var affinity: Affinity?

    private enum CodingKeys: String, CodingKey {
        case version, people, orders, currency, categories, models, refusals, affinity
        case heldOut = "held_out"
    }

    init(_ models: ScoreModels, _ report: TrainingReport) {
        version = models.version
        people = report.people
        orders = report.orders
        currency = report.currency?.description
        categories = models.categories.count
        refusals = models.refusals
        self.models = [
            models.lifetime.map { _ in "lifetime" }, models.lifetime?.orderValue.map { _ in "order_value" },
            models.affinity.map { _ in "affinity" }, models.discount.map { _ in "discount" },
            models.timing.map { _ in "timing" },
        ].compactMap { $0 }
        heldOut["purchases"] = report.purchases.map(Table.init)
        heldOut["any_purchase"] = report.anyPurchase.map(Table.init)
        heldOut["responses"] = report.responses.map(Table.init)
        affinity = report.affinity.map {
            Affinity(
                predictions: $0.predictions, loss: $0.loss, popularityLoss: $0.popularityLoss, hits: $0.hits,
                popularityHits: $0.popularityHits)
        }
    }

    func say(_ report: TrainingReport) throws {
        let kept = version == 0 ? "nothing was kept" : "kept as version \(version)"
        try Console.line("fitted to \(people) people with \(orders) orders in \(currency ?? "no money"); \(kept)")
        try Console.line("models: \(models.isEmpty ? "none" : models.joined(separator: ", "))")
        for (name, reason) in refusals.sorted(by: { $0.key < $1.key }) { try Console.line("  no \(name): \(reason)") }
        try Console.line("")
        for (name, table) in heldOut.sorted(by: { $0.key < $1.key }) {
            var text = TextTable(["\(name) by decile", "people", "foretold", "came", "± "])
            for row in table.deciles {
                text.add(["", "\(row.cases)", decimals(row.predicted), decimals(row.observed), decimals(row.error)])
            }
            text.add(["all", "\(table.cases)", decimals(table.predicted), decimals(table.observed), ""])
            try text.print()
        }
        guard let affinity else { return }
        try Console.line(
            "affinity: logarithmic loss \(decimals(affinity.loss)) on \(affinity.predictions) held-out choices; by "
                + "popularity alone \(decimals(affinity.popularityLoss))")
    }
}

/// Three places behind the point.
func decimals(_ value: Double) -> String { String(format: "%.3f", value) }
