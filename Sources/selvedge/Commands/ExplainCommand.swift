internal import ArgumentParser
internal import Engine
internal import Identity
internal import Stitching

struct ExplainCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "explain",
        abstract: "Say why two identifiers are one profile, or what keeps them apart.",
        discussion: """
            The path of links between them, each with its sources, times, weight and reason; for two that are not one \
            profile, the hub, the constraint or the expiry that keeps them apart.

            With --purpose the path is one that the purpose may see; where it may see none, nothing more is told. Without \
            it all is shown, and the audit keeps it: as role admin, by the name of the user who runs it and with the \
            reason "command line", where --role, --by and --reason say nothing else.
            """)

    @OptionGroup var store: StoreOptions
    @OptionGroup var purpose: PurposeOption
    @OptionGroup var access: AccessOptions

    @Argument(help: ArgumentHelp("NAMESPACE:VALUE, NAMESPACE#sha256:HEX or record:SOURCE:RECORD_ID.", valueName: "a"))
    var first: String

    @Argument(help: ArgumentHelp("Likewise.", valueName: "b"))
    var second: String

    func validate() throws {
        _ = try purpose.purpose == nil ? access.lookerOrOperator() : access.looker()
        guard purpose.purpose == nil || access.role == nil else {
            throw ValidationError("give --purpose or --role: what a purpose may see, or everything")
        }
    }

    mutating func run() throws {
        let engine = purpose.purpose == nil ? try store.openForWriting("explain") : try store.openForReading()
        let number = try purpose.number(engine)
        let intake = try engine.intakeNow()
        let first = try IdentifierArgument.identifier(first, intake)
        let second = try IdentifierArgument.identifier(second, intake)
        let explanation: Explanation
        if let number {
            explanation = try engine.explain(first, second, engine.request(number, at: Clock.now))
        } else {
            let leave = try access.lookerOrOperator().access("explain", [first.key, second.key], engine)
            explanation = try engine.explain(first, second, under: leave)
        }
        if store.json { try JSONLine.print(explanation) } else { try Console.line(explanation.description) }
    }
}
