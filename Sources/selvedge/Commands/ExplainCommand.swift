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

            It looks past consent, so the audit keeps it: as role admin, by the name of the user who runs it and with the \
            reason "command line", where --role, --by and --reason say nothing else.
            """)

    @OptionGroup var store: StoreOptions
    @OptionGroup var access: AccessOptions

    @Argument(help: ArgumentHelp("NAMESPACE:VALUE, NAMESPACE#sha256:HEX or record:SOURCE:RECORD_ID.", valueName: "a"))
    var first: String

    @Argument(help: ArgumentHelp("Likewise.", valueName: "b"))
    var second: String

    func validate() throws { _ = try access.lookerOrOperator() }

    mutating func run() throws {
        let engine = try store.openForWriting("explain")
        let intake = try engine.intakeNow()
        let first = try IdentifierArgument.identifier(first, intake)
        let second = try IdentifierArgument.identifier(second, intake)
        _ = try access.lookerOrOperator().access("explain", [first.key, second.key], engine)
        let explanation = try engine.explain(first, second)
        if store.json { try JSONLine.print(explanation) } else { try Console.line(explanation.description) }
    }
}
