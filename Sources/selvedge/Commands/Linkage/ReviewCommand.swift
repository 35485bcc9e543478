internal import ArgumentParser
internal import Engine
internal import GraphStore
internal import Identity
internal import Stitching

struct ReviewGroup: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "review", abstract: "Pairs of records that a person decides.",
        subcommands: [ReviewListCommand.self, ReviewAcceptCommand.self, ReviewRejectCommand.self])
}

struct ReviewListCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List pairs between the thresholds, the likeliest first.",
        discussion: "Those of which somebody has said that they are the same or different are left out.")

    @OptionGroup var store: StoreOptions

    @Option(name: .long, help: ArgumentHelp("Most pairs.", valueName: "number"))
    var limit = 50

    private struct Answer: Encodable { var pairs: [LikePair] }

    func validate() throws {
        guard (1...100_000).contains(limit) else { throw ValidationError("--limit takes 1 to 100000") }
    }

    mutating func run() throws {
        let pairs = try store.store.openForReading().reviews(limit: limit)
        if store.json { return try JSONLine.print(Answer(pairs: pairs)) }
        guard !pairs.isEmpty else { return try Console.line("nothing waits") }
        var table = TextTable(["record", "record", "bits", "probability"])
        for pair in pairs {
            table.add([
                "record:\(pair.first.source):\(pair.first.recordID)",
                "record:\(pair.second.source):\(pair.second.recordID)", decimal(pair.bits, digits: 1),
                decimal(pair.probability, digits: 2),
            ])
        }
        try table.print()
    }
}

struct ReviewAcceptCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "accept", abstract: "Say that two records are one person's: a must-link.")
    @OptionGroup var pair: ReviewedPair

    mutating func run() throws { try pair.run(isAccepted: true) }
}

struct ReviewRejectCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reject", abstract: "Say that two records are not one person's: a cannot-link.")
    @OptionGroup var pair: ReviewedPair

    mutating func run() throws { try pair.run(isAccepted: false) }
}

/// Two records, and who says what of them. `selvedge assert --withdraw` takes it back.
struct ReviewedPair: ParsableArguments {
    @OptionGroup var store: StoreOptions

    @Argument(help: ArgumentHelp("record:SOURCE:RECORD_ID.", valueName: "a"))
    var first: String

    @Argument(help: ArgumentHelp("Likewise.", valueName: "b"))
    var second: String

    @Option(name: .customLong("by"), help: ArgumentHelp("Who says so.", valueName: "who"))
    var author: String

    @Option(name: .long, help: ArgumentHelp("Why. Write no identifiers here.", valueName: "text"))
    var reason = "review"

    private struct Answer: Encodable {
        var accepted: Bool
        var profiles: [String?]
    }

    func validate() throws {
        guard (1...AssertionRow.authorBytes).contains(author.utf8.count) else {
            throw ValidationError("--by takes 1 to \(AssertionRow.authorBytes) bytes")
        }
    }

    func run(isAccepted: Bool) throws {
        let engine = try store.store.openForWriting("review")
        let intake = try engine.intakeNow()
        let ends = try [first, second].map { try IdentifierArgument.identifier($0, intake) }
        try engine.review(ends[0], ends[1], isAccepted: isAccepted, by: author, reason: reason, at: Clock.now)
        let profiles = try ends.map { end in
            try engine.anchor(of: end.key).map { engine.profileID($0).description }
        }
        if store.json { return try JSONLine.print(Answer(accepted: isAccepted, profiles: profiles)) }
        let shown = profiles.map { $0 ?? "no profile" }
        try Console.line(
            shown[0] == shown[1]
                ? "noted: both are in \(shown[0])" : "noted: they are in \(shown[0]) and \(shown[1])")
    }
}
