internal import ArgumentParser
internal import Engine
internal import Foundation
internal import GraphStore
internal import Identity
internal import Scoring
internal import SelvedgeClient

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

    @OptionGroup var target: TargetOptions
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
        let answer =
            switch try target.target() {
            case .store(let store): try train(store)
            case .server(let server): try train(server)
            }
        if target.json { return try JSONLine.print(answer) }
        try answer.say()
    }

    private func train(_ store: StorePlace) throws -> TrainingAnswer {
        let engine = dryRun ? try store.openForReading() : try store.openForWriting("train scores")
        let number = try purpose.demandedNumber(engine)
        let now = Clock.now
        let options = ScoreTraining.Options(
            before: Int32(clamping: (before?.time ?? now).milliseconds / 86_400_000), horizonDays: horizon,
            marginShare: marginShare,
            currency: currency.flatMap { Currency($0) })
        let request = engine.request(number, at: now)
        var (models, report) = try Waiting.during("fitting") { try engine.fitScores(options, request) }
        if !dryRun {
            let kept = try engine.apply(.offers(.keepScores(models.encoded(), time: now)))
            models.version = kept.number
        }
        return TrainingAnswer(models, report)
    }

    private func train(_ server: ServerStore) throws -> TrainingAnswer {
        guard let purpose = purpose.purpose else { throw ValidationError("--purpose is required") }
        var request = SelvedgeTrainScoresRequest()
        request.purpose = purpose
        if let before { request.beforeMs = before.time.milliseconds }
        request.horizonDays = UInt32(horizon)
        request.marginShare = marginShare
        request.currency = currency ?? ""
        request.dryRun = dryRun
        let asked = request
        let response = try server.ask(waiting: "the server is fitting") { try await $0.trainScores(asked) }
        return try ServerStore.object(response.json)
    }
}

extension TrainingAnswer {
    fileprivate func say() throws {
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
