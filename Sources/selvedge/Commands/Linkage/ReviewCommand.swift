internal import ArgumentParser
internal import Engine
internal import GraphStore
internal import Identity
internal import SelvedgeClient
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

    @OptionGroup var target: TargetOptions

    @Option(name: .long, help: ArgumentHelp("Most pairs.", valueName: "number"))
    var limit = 50

    private struct Answer: Encodable { var pairs: [LikePair] }

    func validate() throws {
        guard (1...100_000).contains(limit) else { throw ValidationError("--limit takes 1 to 100000") }
    }

    mutating func run() throws {
        let pairs =
            switch try target.target() {
            case .store(let store): try store.openForReading().reviews(limit: limit)
            case .server(let server): try waiting(server)
            }
        if target.json { return try JSONLine.print(Answer(pairs: pairs)) }
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

extension ReviewListCommand {
    private func waiting(_ server: ServerStore) throws -> [LikePair] {
        var pairs: [LikePair] = []
        try server.each(server.client.reviews(limit: UInt32(limit))) { piece in
            pairs += piece.pairs.map { pair in
                LikePair(
                    first: RecordName(source: pair.first.source, recordID: pair.first.recordID),
                    second: RecordName(source: pair.second.source, recordID: pair.second.recordID), bits: pair.bits,
                    probability: pair.probability)
            }
        }
        return pairs
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
    @OptionGroup var target: TargetOptions

    @Argument(help: ArgumentHelp("record:SOURCE:RECORD_ID.", valueName: "a"))
    var first: String

    @Argument(help: ArgumentHelp("Likewise.", valueName: "b"))
    var second: String

    @Option(
        name: .customLong("by"),
        help: ArgumentHelp("Who says so. Required, but not over a server: there it is the caller.", valueName: "who"))
    var author: String?

    @Option(name: .long, help: ArgumentHelp("Why. Write no identifiers here.", valueName: "text"))
    var reason = "review"

    private struct Answer: Encodable {
        var accepted: Bool
        var profiles: [String?]
    }

    func validate() throws {
        if target.isServer {
            guard author == nil else {
                throw ValidationError("a server knows who says so by the credentials: leave --by out")
            }
        } else if author == nil {
            throw ValidationError("--by WHO is required")
        }
        guard (1...AssertionRow.authorBytes).contains((author ?? "-").utf8.count) else {
            throw ValidationError("--by takes 1 to \(AssertionRow.authorBytes) bytes")
        }
        guard reason.utf8.count <= AssertionRow.reasonBytes else {
            throw ValidationError("--reason takes at most \(AssertionRow.reasonBytes) bytes")
        }
    }

    func run(isAccepted: Bool) throws {
        let profiles =
            switch try target.target() {
            case .store(let store): try review(store, isAccepted)
            case .server(let server): try review(server, isAccepted)
            }
        if target.json { return try JSONLine.print(Answer(accepted: isAccepted, profiles: profiles)) }
        let shown = profiles.map { $0 ?? "no profile" }
        try Console.line(
            shown[0] == shown[1]
                ? "noted: both are in \(shown[0])" : "noted: they are in \(shown[0]) and \(shown[1])")
    }

    private func review(_ store: StorePlace, _ isAccepted: Bool) throws -> [String?] {
        let engine = try store.openForWriting("review")
        let intake = try engine.intakeNow()
        let ends = try [first, second].map { try IdentifierArgument.identifier($0, intake) }
        try engine.review(
            ends[0], ends[1], isAccepted: isAccepted, by: author ?? "", reason: reason, at: Clock.now)
        return try ends.map { end in try engine.anchor(of: end.key).map { engine.profileID($0).description } }
    }

    private func review(_ server: ServerStore, _ isAccepted: Bool) throws -> [String?] {
        let names = try [first, second].map { try SelvedgeRecordName(argument: $0) }
        let reason = reason
        let response = try server.ask { try await $0.review(names[0], names[1], accept: isAccepted, reason: reason) }
        return [response.firstProfileID, response.secondProfileID].map { $0.isEmpty ? nil : $0 }
    }
}
