internal import ArgumentParser
internal import Engine
internal import Foundation
internal import GraphStore
internal import Identity

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
            A line that is refused is named with its reason and leaves the others untouched.
            """)

    @OptionGroup var store: StoreOptions

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
        let engine = try store.openForWriting("consent decide")
        if let file { return try decide(from: file, engine) }
        let drafts = try drafts(engine)
        let intake = try engine.intakeNow()
        let observations = try identifiers.enumerated().map { try observation($1, $0 + 1, drafts, intake) }
        let outcomes = try engine.apply(.decide(observations)).outcomes
        for (outcome, observation) in zip(outcomes, observations) {
            for answer in DecisionAnswer.answers(outcome, observation, engine) { try answer.say(json: store.json) }
        }
    }

    // MARK: From the command line

    private func drafts(_ engine: Engine) throws -> [DecisionDraft] {
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
        let known = engine.store.configuration.purposes.map(\.name)
        return try purpose.map { name in
            guard known.contains(name) else {
                throw Failure(
                    .wrongUsage, "--purpose is none of the configuration's: \(known.joined(separator: ", "))")
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
            if error.field.hasPrefix("consents") {
                throw Failure(.refusedInput, "\(Self.option(error.field)): \(error.reason.rawValue): \(error.advice)")
            }
            let place = error.field == "source" ? "--source" : "identifier \(number)"
            throw Failure(.refusedInput, "\(place): \(error.reason.rawValue): \(error.advice)")
        }
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
        let report = RecordReport(name: reader.name, rejects: nil, work: .decide)
        var writer = GroupWriter(
            engine: engine, report: report, style: GroupWriter.Style(byDecision: !quiet, json: store.json),
            command: { .decide($0) })
        do {
            try writer.run(reader)
        } catch {
            Console.error("selvedge: lines up to \(report.durableLine) are durable, later ones are not")
            throw error
        }
        try report.say(json: store.json)
        if let signal = Interruption.signal {
            Console.error("selvedge: stopped by a signal: lines up to \(report.durableLine) are durable, no others")
            throw Stop(signal: signal)
        }
        if report.refusedLines > 0 { throw Stop(.refusedInput) }
    }
}
