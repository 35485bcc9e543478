internal import ArgumentParser
internal import Engine
internal import Identity
internal import Stitching

struct ExplainCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "explain",
        abstract: "Say why two identifiers are one profile, or what keeps them apart.")

    @OptionGroup var store: StoreOptions

    @Argument(help: ArgumentHelp("NAMESPACE:VALUE, NAMESPACE#sha256:HEX or record:SOURCE:RECORD_ID.", valueName: "a"))
    var first: String

    @Argument(help: ArgumentHelp("Likewise.", valueName: "b"))
    var second: String

    mutating func run() throws {
        let engine = try store.openForReading()
        let intake = try engine.intakeNow()
        let first = try IdentifierArgument.identifier(first, intake)
        let second = try IdentifierArgument.identifier(second, intake)
        let explanation = try engine.explain(first, second)
        if store.json { try JSONLine.print(explanation) } else { try Console.line(explanation.description) }
    }
}
