internal import ArgumentParser
internal import Engine
internal import Identity

struct ProveCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "prove",
        abstract: "Export the decisions on an identifier as consent records, in JSON.",
        discussion: """
            An array, one record for each decision, with the fields of ISO/IEC TS 27560. The records of an identifier \
            are a chain that can be verified without the store: record_sha256 is the SHA-256 of record_bytes, and \
            previous_record_sha256, which those bytes hold at offset 36, is the record_sha256 before it (zeros for the \
            first). The audit keeps who looked, why, and at whom.
            """)

    @OptionGroup var store: StoreOptions
    @OptionGroup var access: AccessOptions

    @Option(name: .long, help: ArgumentHelp("This decision alone.", valueName: "id"))
    var decision: String?

    @Flag(name: .long, help: "Indented, for reading.")
    var pretty = false

    @Argument(help: ArgumentHelp("NAMESPACE:VALUE or NAMESPACE#sha256:HEX.", valueName: "identifier"))
    var identifier: String

    func validate() throws {
        _ = try access.demandedLooker()
        if let decision, DecisionID(decision) == nil {
            throw ValidationError("--decision is not a decision's id: 32 hexadecimal digits")
        }
    }

    mutating func run() throws {
        let looker = try access.demandedLooker()
        let engine = try store.openForWriting("consent prove")
        let identifier = try IdentifierArgument.identifier(identifier, engine.intakeNow())
        let audited = try looker.access("consent prove", [identifier.key], engine)
        var records = try engine.proof(of: identifier.key, at: Clock.now, under: audited)
        if let decision = decision.flatMap({ DecisionID($0) }) {
            records.removeAll { $0.recordID != decision.description }
            guard !records.isEmpty else {
                throw Failure(
                    .refusedInput, "the identifier's ledger has no such decision; see `selvedge consent ledger`")
            }
        }
        try Console.line(JSONLine.text(records, pretty: pretty))
    }
}
