internal import ArgumentParser
internal import Engine
internal import GraphStore
internal import Identity
internal import SelvedgeClient
internal import Stitching

struct AssertCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "assert",
        abstract: "Say that two identifiers or records are one person, or are not.",
        discussion: """
            `same` is the strongest kind of link; `different` keeps their profiles apart, whatever else links them. One \
            that contradicts what is held is refused, and says with what.
            """)

    enum Claim: String, ExpressibleByArgument, CaseIterable {
        case same, different

        var row: AssertionRow.Claim { self == .same ? .same : .different }
    }

    @OptionGroup var target: TargetOptions

    @Argument(help: "same or different.")
    var claim: Claim

    @Argument(help: ArgumentHelp("NAMESPACE:VALUE, NAMESPACE#sha256:HEX or record:SOURCE:RECORD_ID.", valueName: "a"))
    var first: String

    @Argument(help: ArgumentHelp("Likewise.", valueName: "b"))
    var second: String

    @Option(
        name: .customLong("by"),
        help: ArgumentHelp(
            "Who says so: a name of your staff or systems. Required, but not over a server: there it is the caller.",
            valueName: "who"))
    var author: String?

    @Option(
        name: .long, help: ArgumentHelp("Why. Do not write identifiers here: it is kept as it is.", valueName: "text"))
    var reason = ""

    @Flag(name: .long, help: "Take an assertion back.")
    var withdraw = false

    private struct Answer: Encodable {
        var claim: String
        var withdrawn: Bool
        var first: KeyedName
        var second: KeyedName
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
        let author = author ?? "-"
        guard (1...AssertionRow.authorBytes).contains(author.utf8.count) else {
            throw ValidationError("--by takes 1 to \(AssertionRow.authorBytes) bytes")
        }
        guard reason.utf8.count <= AssertionRow.reasonBytes else {
            throw ValidationError("--reason takes at most \(AssertionRow.reasonBytes) bytes")
        }
    }

    mutating func run() throws {
        switch try target.target() {
        case .store(let store): try run(store)
        case .server(let server): try run(server)
        }
    }

    private func run(_ store: StorePlace) throws {
        let engine = try store.openForWriting("assert")
        let intake = try engine.intakeNow()
        let assertion = Assertion(
            first: try IdentifierArgument.identifier(first, intake),
            second: try IdentifierArgument.identifier(second, intake), claim: claim.row, time: Clock.now,
            author: author ?? "", reason: reason)
        try engine.apply(withdraw ? .withdraw(assertion) : .assert(assertion))
        let profiles = try [assertion.first, assertion.second].map { end in
            try engine.anchor(of: end.key).map { engine.profileID($0).description }
        }
        try say(KeyedName(assertion.first, engine), KeyedName(assertion.second, engine), profiles)
    }

    private func run(_ server: ServerStore) throws {
        let (first, second) = (try SelvedgeSubject(evidence: first), try SelvedgeSubject(evidence: second))
        let (claim, reason, withdraw) = (claim, reason, withdraw)
        let response = try server.ask {
            try await $0.assert(
                first, claim == .same ? .same : .different, second, reason: reason, withdraw: withdraw)
        }
        let profiles = [response.firstProfileID, response.secondProfileID].map { $0.isEmpty ? nil : $0 }
        try say(server.name(of: first), server.name(of: second), profiles)
    }

    private func say(_ first: KeyedName, _ second: KeyedName, _ profiles: [String?]) throws {
        if target.json {
            return try JSONLine.print(
                Answer(
                    claim: claim.rawValue, withdrawn: withdraw, first: first, second: second,
                    profiles: profiles))
        }
        let shown = profiles.map { $0 ?? "no profile" }
        let together =
            shown[0] == shown[1] ? "both are now in \(shown[0])" : "they are now in \(shown[0]) and \(shown[1])"
        try Console.line("\(withdraw ? "withdrawn" : "noted"): \(claim.rawValue); \(together)")
    }
}
