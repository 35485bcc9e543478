internal import ArgumentParser
internal import Engine
internal import GraphStore
internal import Identity
internal import SelvedgeClient

struct PrivacyGroup: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "privacy",
        abstract: "Handle what people ask for under data protection law.",
        discussion: """
            An erasure is requested by one principal and approved by another (privacy.approvals: 1 lets one do both), then \
            run: what is erased is out of sight at once, deleted, scrubbed from the store's files and looked for in each \
            of them. Every act is kept in the audit. See also `selvedge scrub`.
            """,
        subcommands: [
            RequestErasureCommand.self, ApproveErasureCommand.self, RejectErasureCommand.self, RunErasureCommand.self,
            ErasureStatusCommand.self, ListErasuresCommand.self, ErasureCertificateCommand.self, AccessCommand.self,
            RestrictCommand.self, ObjectCommand.self, LiftCommand.self,
            PrivacyLedgerCommand.self,
        ])

    mutating func run() throws {
        let names = Self.configuration.subcommands.compactMap { $0.configuration.commandName }
        throw ValidationError("name one of its commands: \(names.joined(separator: ", "))")
    }
}

/// Who acts under data protection law, and why.
struct ActOptions: ParsableArguments {
    @Option(
        name: .customLong("by"),
        help: ArgumentHelp(
            "Who acts, 1 to 256 bytes. Over a server it is the caller, and this is not given.", valueName: "who"))
    var principal: String?

    @Option(
        name: .long,
        help: ArgumentHelp(
            "Why, 1 to 1,024 bytes. Do not write identifiers here: it is kept in the audit as it is.",
            valueName: "text"))
    var reason: String

    func validate() throws {
        if let principal, !(1...256).contains(principal.utf8.count) {
            throw ValidationError("--by takes 1 to 256 bytes")
        }
        guard (1...1_024).contains(reason.utf8.count) else { throw ValidationError("--reason takes 1 to 1,024 bytes") }
    }

    /// A store is told who acts; a server knows by the credentials.
    func check(_ target: TargetOptions) throws {
        guard target.isServer || principal != nil else { throw ValidationError("--by WHO is required") }
        guard !target.isServer || principal == nil else {
            throw ValidationError("a server knows who acts by the credentials: leave out --by")
        }
    }

    private var name: String { principal ?? "" }

    var act: PrivacyAct { PrivacyAct(by: name, reason: reason, at: Clock.now) }
    var look: SelvedgeLook { SelvedgeLook(reason: reason) }

    /// Leave to look past consent; the entry is durable when this returns.
    func access(_ action: AuditWord, _ subject: PrivacySubject, _ engine: Engine) throws -> AuditedAccess {
        var subjects: [IdentityKey] = []
        if case .key(let identifier) = subject { subjects = [identifier.key] }
        return try engine.access(
            by: name, role: .privacy, action: action, reason: reason, subjects: subjects, at: Clock.now)
    }
}

/// Whom it is about.
struct SubjectArgument: ParsableArguments {
    @Argument(
        help: ArgumentHelp(
            "NAMESPACE:VALUE, NAMESPACE#sha256:HEX, record:SOURCE:RECORD_ID or a profile id (prf_...).",
            valueName: "subject"))
    var text: String

    func subject(_ engine: Engine) throws -> PrivacySubject {
        switch try IdentifierArgument(text, engine.intakeNow()) {
        case .identifier(let identifier): return .key(identifier)
        case .profile(let id):
            guard let node = engine.node(of: id) else { throw EngineError.unknownSubject }
            return .node(node)
        }
    }

    var message: SelvedgeSubject { get throws(Refusal) { try SelvedgeSubject(argument: text) } }
}

/// An erasure as it is shown.
struct ErasureAnswer: Encodable {
    struct Step: Encodable {
        var state: String
        var time: String
        var by: String?
    }

    var number: UInt64
    var state: String
    var due: String
    var overdue: Bool
    var only: Bool
    var hash: String
    var reason: String
    var steps: [Step]
    var identifiers: UInt32
    var records: UInt32
    var shared: UInt32
    var likely: UInt32

    init(_ status: ErasureStatus) {
        let row = status.row
        number = status.number
        state = row.state.description
        due = row.due.description
        overdue = status.isOverdue(at: Clock.now)
        only = row.isOnly
        hash = row.requestHash.description
        reason = row.reason
        steps = row.steps.map {
            Step(state: $0.state.description, time: $0.time.description, by: $0.principal.isEmpty ? nil : $0.principal)
        }
        identifiers = row.counts.identifiers
        records = row.counts.records
        shared = row.counts.shared
        likely = row.counts.likely
    }

    init(_ message: SelvedgeErasure) {
        number = message.number
        state = message.state
        due = message.due
        overdue = message.overdue
        only = message.only
        hash = hexadecimal(Array(message.hash))
        reason = message.reason
        steps = message.steps.map { Step(state: $0.state, time: $0.time, by: $0.by.isEmpty ? nil : $0.by) }
        identifiers = message.identifiers
        records = message.records
        shared = message.shared
        likely = message.likely
    }

    func say(json: Bool) throws {
        if json { return try JSONLine.print(self) }
        try Console.line("erasure \(number): \(state), due \(due)" + (overdue ? ", OVERDUE" : ""))
        try Console.line("reason: \(reason)" + (only ? "; the one identifier only" : ""))
        try Console.line("hash: \(hash)")
        for step in steps { try Console.line("  \(step.time)  \(step.state)" + (step.by.map { " by \($0)" } ?? "")) }
        guard steps.count > 2 else { return }
        try Console.line(
            "taken: \(identifiers) identifiers, \(records) records; left: \(shared) that others have too, \(likely) joined "
                + "by likeness alone")
    }
}
