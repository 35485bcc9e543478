internal import ArgumentParser
internal import Engine
internal import GraphStore
internal import Identity
internal import SelvedgeClient
internal import Stitching

struct ConsentCheckCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Say whether a purpose may see an identifier.",
        discussion: """
            permitted or generic: what `selvedge resolve` would find. With --role, --by and --reason also why: the \
            reason, the decisions that decide it, and where none does, the default and the jurisdictions that it is of; \
            such a look is kept in the audit.
            """)

    @OptionGroup var target: TargetOptions
    @OptionGroup var purpose: PurposeOption
    @OptionGroup var access: AccessOptions
    @OptionGroup var judging: JudgingOption

    @Argument(
        help: ArgumentHelp("NAMESPACE:VALUE, NAMESPACE#sha256:HEX or record:SOURCE:RECORD_ID.", valueName: "identifier")
    )
    var identifier: String

    private struct Answer: Encodable {
        var purpose: String
        var outcome: String
    }

    func validate() throws {
        try access.check(target, .mayLook)
        try judging.check(target)
        guard !target.isServer || purpose.purpose != nil else { throw ValidationError("--purpose is required") }
    }

    mutating func run() throws {
        switch try target.target() {
        case .store(let store): try run(store)
        case .server(let server): try run(server)
        }
    }

    private func run(_ store: StorePlace) throws {
        let looker = try access.looker()
        let engine = looker == nil ? try store.openForReading() : try store.openForWriting("consent check")
        let number = try purpose.demandedNumber(engine)
        let identifier = try IdentifierArgument.identifier(identifier, engine.intakeNow())
        guard let looker else {
            let view = try engine.view(identifier.key, engine.request(number, at: judging.moment))
            let answer = Answer(purpose: purpose.purpose ?? "", outcome: view.profile == nil ? "generic" : "permitted")
            return try say(answer)
        }
        let audited = try looker.access("consent check", [identifier.key], engine)
        let check = try engine.check(identifier.key, engine.request(number, at: judging.moment), under: audited)
        try say(check)
    }

    private func run(_ server: ServerStore) throws {
        let (subject, name) = (try SelvedgeSubject(evidence: identifier), purpose.purpose ?? "")
        guard let look = access.look else {
            let seen = try server.ask { try await $0.resolve(subject, for: name) }
            return try say(Answer(purpose: name, outcome: seen.profile == nil ? "generic" : "permitted"))
        }
        let results = try server.ask { try await $0.check(subject, purpose: name, by: look) }
        guard let result = results.first else { throw Failure(.storeTrouble, "the server's check has no answer") }
        try say(ConsentCheck(result))
    }

    private func say(_ answer: Answer) throws {
        if target.json { try JSONLine.print(answer) } else { try Console.line(answer.outcome) }
    }

    private func say(_ check: ConsentCheck) throws {
        if target.json { return try JSONLine.print(check) }
        try Console.line(check.outcome + (check.reason.map { ": \($0)" } ?? ""))
        try Console.line("judged at \(check.judgedAt)")
        let isDefault = check.decisions.isEmpty && [nil, GenericReason.notGranted.rawValue].contains(check.reason)
        let laws = check.jurisdictions.joined(separator: ", ")
        try Console.line("default of \(laws): \(check.standard)" + (isDefault ? ", and nobody has decided" : ""))
        for decision in check.decisions {
            let entry = decision.entry
            let end = entry.validUntil.map { ", until \($0)" } ?? ""
            try Console.line(
                "decided by \(entry.id): \(entry.decision), scope \(entry.scope), \(decision.namespace) "
                    + "\(decision.key.prefix(8)), \(entry.time)\(end)")
        }
    }
}
