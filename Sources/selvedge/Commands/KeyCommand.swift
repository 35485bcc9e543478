internal import ArgumentParser
internal import Engine
internal import GraphStore
internal import Identity

struct KeyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "key",
        abstract: "Print the identity key of an identifier, in hex.",
        discussion: "What the store knows an identifier by: for finding it in logs and exports. It need not be held.")

    @OptionGroup var store: StoreOptions

    @Argument(
        help: ArgumentHelp("NAMESPACE:VALUE, NAMESPACE#sha256:HEX or record:SOURCE:RECORD_ID.", valueName: "identifier")
    )
    var identifier: String

    mutating func run() throws {
        let engine = try store.openForReading()
        let identifier = try IdentifierArgument.identifier(identifier, engine.intakeNow())
        if store.json {
            try JSONLine.print(KeyedName(identifier, engine))
        } else {
            try Console.line(identifier.key.description)
        }
    }
}

/// An identifier as answers show it.
struct KeyedName: Encodable {
    var namespace: String
    var key: String

    init(_ identifier: KeyedIdentifier, _ engine: Engine) {
        namespace = engine.store.configuration.namespaces[identifier.namespace].name
        key = identifier.key.description
    }
}
