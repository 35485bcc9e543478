internal import ArgumentParser
internal import Engine
internal import GraphStore
internal import Identity
internal import SelvedgeClient

struct KeyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "key",
        abstract: "Print the identity key of an identifier, in hex.",
        discussion: "What the store knows an identifier by: for finding it in logs and exports. It need not be held.")

    @OptionGroup var target: TargetOptions

    @Argument(
        help: ArgumentHelp("NAMESPACE:VALUE, NAMESPACE#sha256:HEX or record:SOURCE:RECORD_ID.", valueName: "identifier")
    )
    var identifier: String

    mutating func run() throws {
        switch try target.target() {
        case .store(let store): try run(store)
        case .server(let server): try run(server)
        }
    }

    private func run(_ store: StorePlace) throws {
        let engine = try store.openForReading()
        let name = try KeyedName(IdentifierArgument.identifier(identifier, engine.intakeNow()), engine)
        if target.json {
            try JSONLine.print(name)
        } else {
            try Console.line(name.key)
        }
    }

    private func run(_ server: ServerStore) throws {
        let name = try server.name(of: SelvedgeSubject(evidence: identifier))
        if target.json { try JSONLine.print(name) } else { try Console.line(name.key) }
    }
}

/// An identifier as answers show it.
struct KeyedName: Encodable {
    var namespace: String
    var key: String

    init(namespace: String, key: String) {
        self.namespace = namespace
        self.key = key
    }

    init(_ identifier: KeyedIdentifier, _ engine: Engine) throws {
        namespace = engine.store.configuration.namespaces[identifier.namespace].name
        key = try engine.stored(identifier).key.description
    }
}

extension ServerStore {
    /// An identifier as answers show it. Role admin.
    func name(of subject: SelvedgeSubject) throws -> KeyedName {
        let response = try ask { try await $0.key(of: subject) }
        return KeyedName(namespace: response.namespace, key: response.key.keyText)
    }
}
