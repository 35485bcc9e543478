internal import ArgumentParser
internal import Engine
internal import GraphStore
internal import Identity
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

    @OptionGroup var store: StoreOptions
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

    func validate() throws { _ = try access.looker() }

    mutating func run() throws {
        let looker = try access.looker()
        let engine = looker == nil ? try store.openForReading() : try store.openForWriting("consent check")
        let number = try purpose.demandedNumber(engine)
        let identifier = try IdentifierArgument.identifier(identifier, engine.intakeNow())
        guard let looker else {
            let view = try engine.view(identifier.key, engine.request(number, at: judging.moment))
            let answer = Answer(purpose: purpose.purpose ?? "", outcome: view.profile == nil ? "generic" : "permitted")
            return store.json ? try JSONLine.print(answer) : try Console.line(answer.outcome)
        }
        let audited = try looker.access("consent check", [identifier.key], engine)
        let check = try engine.check(identifier.key, engine.request(number, at: judging.moment), under: audited)
        if store.json { try JSONLine.print(check) } else { try say(check) }
    }

    private func say(_ check: ConsentCheck) throws {
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
