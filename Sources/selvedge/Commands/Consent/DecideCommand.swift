internal import ArgumentParser
internal import Engine
internal import Foundation
internal import GraphStore
internal import Identity
internal import SelvedgeClient

extension DecisionKind: ExpressibleByArgument {
    init?(argument: String) { self.init(argument) }
    static var allValueStrings: [String] { allCases.map(\.description) }
}

extension DecisionScope: ExpressibleByArgument {
    init?(argument: String) { self.init(argument) }
    static var allValueStrings: [String] { allCases.map(\.description) }
}

struct DecideCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "decide",
        abstract: "Enter decisions: of one person, or of many from a file.",
        discussion: """
            Each decision is acknowledged once it is durable: with its id, and whether it was entered, is superseded by \
            another (it is in the ledger and changes nothing) or is a duplicate. One dated later than now is entered \
            now. If anything on the command line is refused, nothing is entered.

            With --file decisions come on observations, one JSON object a line, as `selvedge record` takes them; their \
            `consents` and `gpc` are entered and nothing else of them is recorded:
            {"source": "cmp", "time": "2026-01-02T03:04:05Z", "identifiers": [{"namespace": "cookie", "value": "..."}], \
            "consents": [{"purpose": "marketing", "decision": "granted", "scope": "profile", "jurisdiction": "DE", \
            "lifts": [], "notice": {"id": "banner", "version": "3", "language": "de", "sha256": "..."}, \
            "channel": "web", "evidence_sha256": "..."}], "gpc": 1}
            A line that is refused is named with its reason and leaves the others untouched. To a server lines go one by one.
            """)

    @OptionGroup var target: TargetOptions

    @Option(name: .long, help: ArgumentHelp("Who passes the decision on: a source.", valueName: "source"))
    var source: String?

    @Option(
        name: .long,
        help: ArgumentHelp("When it was made; now, if not given. \(TimeArgument.help).", valueName: "time"))
    var time: TimeArgument?

    @Option(
        name: .long,
        help: ArgumentHelp("Decide on this purpose or feature; may be given several times.", valueName: "purpose"))
    var purpose: [String] = []

    @Option(name: .long, help: "What was decided.")
    var decision: DecisionKind?

    @Option(
        name: .long,
        help: ArgumentHelp(
            """
            In place of purpose and decision: what was agreed to in a TCF 2.2 dialog, such as purpose_1,purpose_3. \
            Purposes that need all of it are granted, the others of the dialog denied.
            """, valueName: "names"))
    var tcf: String?

    @Option(name: .long, help: "For whom it speaks.")
    var scope = DecisionScope.identifier

    @Option(
        name: .long,
        help: ArgumentHelp("The law that the person lives under, or a region's code, such as DE.", valueName: "name"))
    var jurisdiction: String?

    @Option(
        name: .customLong("lift"),
        help: ArgumentHelp(
            "A denial, by its id, that a grant with scope profile takes back; may be given several times.",
            valueName: "id"))
    var lifts: [String] = []

    @OptionGroup var notice: NoticeOptions

    @Option(
        name: .long,
        help: ArgumentHelp("Many decisions: a JSON Lines file, or - for standard input.", valueName: "file"))
    var file: String?

    @Flag(name: .long, help: "With --file: say how many were entered, not what became of each.")
    var quiet = false

    @Argument(help: ArgumentHelp("NAMESPACE:VALUE or NAMESPACE#sha256:HEX.", valueName: "identifier"))
    var identifiers: [String] = []

    func validate() throws {
        let isAlone =
            source == nil && time == nil && purpose.isEmpty && decision == nil && tcf == nil && jurisdiction == nil
            && lifts.isEmpty && notice.isEmpty && identifiers.isEmpty && scope == .identifier
        guard file == nil else {
            guard isAlone else { throw ValidationError("--file takes all of each decision from the file") }
            return
        }
        guard !quiet else { throw ValidationError("--quiet goes with --file") }
        guard let source else { throw ValidationError("--source is required, or --file") }
        guard Configuration.isSourceName(source) else {
            throw ValidationError("--source is not a source's name: 1...64 of letters, digits, _ . -")
        }
        if tcf == nil {
            guard !purpose.isEmpty, decision != nil else {
                throw ValidationError("give --purpose and --decision, or --tcf")
            }
        } else if !purpose.isEmpty || decision != nil {
            throw ValidationError("give --purpose and --decision, or --tcf")
        }
        guard !identifiers.isEmpty else { throw ValidationError("name the identifier that it is on") }
    }

    mutating func run() throws {
        switch try target.target() {
        case .store(let store):
            let engine = try store.openForWriting("consent decide")
            if let file { try decide(from: file, engine) } else { try decide(engine) }
        case .server(let server): if let file { try decide(from: file, server) } else { try decide(server) }
        }
    }

    private func decide(_ engine: Engine) throws {
        let drafts = try drafts(purposes: engine.store.configuration.purposes.map(\.name))
        let intake = try engine.intakeNow()
        let observations = try identifiers.enumerated().map { try observation($1, $0 + 1, drafts, intake) }
        let outcomes = try engine.apply(.decide(observations)).outcomes
        for (outcome, observation) in zip(outcomes, observations) {
            for answer in DecisionAnswer.answers(outcome, observation, engine) { try answer.say(json: target.json) }
        }
    }

    // MARK: From the command line

    /// In one call, so that all is entered or nothing.
    private func decide(_ server: ServerStore) throws {
        var request = SelvedgeDecideRequest()
        request.source = source ?? ""
        request.timeMs = Clock.now.milliseconds
        request.decisions = try drafts(purposes: nil).map { SelvedgeDecision($0) }
        for (index, text) in identifiers.enumerated() {
            do throws(Refusal) {
                request.identifiers.append(try SelvedgeIdentifier(IdentifierArgument.draft(text)))
            } catch {
                throw refused(RefusalAnswer(error), "identifiers[\(index)]")
            }
        }
        let sent = request
        let response: SelvedgeDecideResponse
        do {
            response = try server.ask { try await $0.decide(sent) }
        } catch let error as SelvedgeError {
            guard error.status == .invalidArgument else { throw error }
            throw refused(RefusalAnswer(error), error.field)
        }
        for answer in Self.byIdentifier(response.outcomes, sent) { try DecisionAnswer(answer).say(json: target.json) }
        guard let dropped = response.dropped.first else { return }
        throw refused(RefusalAnswer(dropped), dropped.field)
    }

    /// A server answers by decision, and then by identifier; here the identifiers come first.
    private static func byIdentifier(
        _ outcomes: [SelvedgeDecisionOutcome], _ request: SelvedgeDecideRequest
    ) -> [SelvedgeDecisionOutcome] {
        let count = request.identifiers.count
        guard count > 1, outcomes.count == count * request.decisions.count else { return outcomes }
        return (0..<count).flatMap { place in
            stride(from: place, to: outcomes.count, by: count).map { outcomes[$0] }
        }
    }

    /// - Parameter purposes: those that there are; nil: the server knows.
    private func drafts(purposes: [String]?) throws -> [DecisionDraft] {
        var draft = DecisionDraft()
        draft.scope = scope.description
        draft.jurisdiction = jurisdiction
        draft.time = time?.time
        draft.lifts = lifts
        try notice.complete(&draft)
        if let tcf {
            draft.tcf = tcf.split(separator: ",").map { String($0.drop(while: \.isWhitespace)) }
            return [draft]
        }
        draft.decision = decision?.description
        return try purpose.map { name in
            if let purposes, !purposes.contains(name) {
                throw Failure(
                    .wrongUsage, "--purpose is none of the configuration's: \(purposes.joined(separator: ", "))")
            }
            var one = draft
            one.purpose = name
            return one
        }
    }

    /// An observation of one identifier, so that a refusal can say which.
    private func observation(
        _ text: String, _ number: Int, _ drafts: [DecisionDraft], _ intake: Intake
    ) throws(Failure) -> KeyedObservation {
        do throws(Refusal) {
            var draft = ObservationDraft(
                source: source ?? "", time: Clock.now, identifiers: [try IdentifierArgument.draft(text)])
            draft.decisions = drafts
            return try intake.key(draft)
        } catch {
            throw refused(RefusalAnswer(error), error.field, number)
        }
    }

    /// - Parameter number: of the identifier; nil: the field says which.
    private func refused(_ refusal: RefusalAnswer, _ field: String, _ number: Int? = nil) -> Failure {
        // A server calls them so.
        let decisions = "decisions"
        let field = field.hasPrefix(decisions) ? "consents" + field.dropFirst(decisions.count) : field
        var place = "identifier \(number ?? Self.number(in: field) ?? 1)"
        if field.hasPrefix("consents") { place = Self.option(field) }
        if field.hasPrefix("consents"), field.hasSuffix(".purpose") {
            let names = refusal.advice.replacing("one of ", with: "", maxReplacements: 1)
            return Failure(.wrongUsage, "--purpose is none of the configuration's: \(names)")
        }
        if field == "source" { place = "--source" }
        return Failure(.refusedInput, "\(place): \(refusal.reason): \(refusal.advice)")
    }

    /// From 1, of a field such as identifiers[0].value.
    private static func number(in field: String) -> Int? {
        guard field.hasPrefix("identifiers["), let end = field.firstIndex(of: "]") else { return nil }
        return Int(field[..<end].dropFirst("identifiers[".count)).map { $0 + 1 }
    }

    /// The option behind a field of a decision, such as --notice-sha256 for consents[0].notice.sha256.
    private static func option(_ field: String) -> String {
        guard let dot = field.firstIndex(of: ".") else { return "notice or channel" }
        let name = field[field.index(after: dot)...].map { $0 == "." || $0 == "_" ? "-" : $0 }
        return name == Array("lifts") ? "--lift" : "--" + String(name)
    }

    // MARK: From a file

    private func decide(from file: String, _ engine: Engine) throws {
        let signals = Interruption.listen()
        defer { withExtendedLifetime(signals) {} }
        let reader = try ObservationReader(file, engine)
        defer { reader.stop() }
        var writer = GroupWriter(engine: engine, teller: teller(reader.name), command: { .decide($0) })
        try run(writer.report) { try writer.run(reader) }
    }

    private func decide(from file: String, _ server: ServerStore) throws {
        let signals = Interruption.listen()
        defer { withExtendedLifetime(signals) {} }
        let reader = try ObservationReader<Passing>(file)
        defer { reader.stop() }
        let writer = DecisionWriter(server: server, teller: teller(reader.name))
        try run(writer.teller.report) { try writer.run(reader) }
    }

    private func teller(_ name: String) -> LineTeller {
        LineTeller(
            report: RecordReport(name: name, rejects: nil, work: .decide),
            style: LineTeller.Style(byDecision: !quiet, json: target.json))
    }

    private func run(_ report: RecordReport, _ write: () throws -> Void) throws {
        do {
            try write()
        } catch {
            Console.error("selvedge: lines up to \(report.durableLine) are durable, later ones are not")
            throw error
        }
        try report.say(json: target.json)
        if let signal = Interruption.signal {
            Console.error("selvedge: stopped by a signal: lines up to \(report.durableLine) are durable, no others")
            throw Stop(signal: signal)
        }
        if report.refusedLines > 0 { throw Stop(.refusedInput) }
    }
}
