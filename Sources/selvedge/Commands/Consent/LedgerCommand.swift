internal import ArgumentParser
internal import Engine
internal import GraphStore
internal import Identity
internal import SelvedgeClient

struct LedgerCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ledger",
        abstract: "Print the decisions on an identifier, in the order in which they were entered.",
        discussion: """
            Decisions on other identifiers of the same person are in the ledgers of those. What state an entry is in is \
            told as of now: in_force, superseded, expired or lifted. The audit keeps who looked, why, and at whom.
            """)

    @OptionGroup var target: TargetOptions
    @OptionGroup var access: AccessOptions

    @Argument(help: ArgumentHelp("NAMESPACE:VALUE or NAMESPACE#sha256:HEX.", valueName: "identifier"))
    var identifier: String

    private struct Answer: Encodable {
        var identifier: KeyedName
        var entries: [LedgerEntry]
    }

    func validate() throws { try access.check(target, .mustLook) }

    mutating func run() throws {
        switch try target.target() {
        case .store(let store): try run(store)
        case .server(let server): try run(server)
        }
    }

    private func run(_ store: StorePlace) throws {
        let looker = try access.demandedLooker()
        let engine = try store.openForWriting("consent ledger")
        let identifier = try IdentifierArgument.identifier(identifier, engine.intakeNow())
        let audited = try looker.access("consent ledger", [identifier.key], engine)
        let entries = try engine.ledger(of: identifier.key, at: Clock.now, under: audited)
        try say(Answer(identifier: KeyedName(identifier, engine), entries: entries))
    }

    private func run(_ server: ServerStore) throws {
        let subject = try SelvedgeSubject(evidence: identifier)
        let look = access.look ?? SelvedgeLook()
        let response = try server.ask { try await $0.ledgerNamed(subject, by: look) }
        try say(
            Answer(
                identifier: KeyedName(namespace: response.namespace, key: response.key.keyText),
                entries: response.entries.map { try LedgerEntry($0) }))
    }

    private func say(_ answer: Answer) throws {
        if target.json { return try JSONLine.print(answer) }
        let entries = answer.entries
        guard !entries.isEmpty else { return try Console.line("no decision is held") }
        var table = TextTable([
            "#", "time", "purpose", "decision", "scope", "jurisdiction", "state", "until", "source", "id",
        ])
        for entry in entries {
            table.add([
                "\(entry.sequence)", entry.time, entry.purpose, entry.decision, entry.scope, entry.jurisdiction ?? "-",
                entry.state.rawValue, entry.validUntil ?? "-", entry.source, entry.id,
            ])
        }
        try table.print()
    }
}
