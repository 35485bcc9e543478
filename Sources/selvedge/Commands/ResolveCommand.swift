internal import ArgumentParser
internal import Engine
internal import GraphStore
internal import Identity
internal import LMDB
internal import Stitching

struct ResolveCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "resolve",
        abstract: "Print the profiles of identifiers, as far as a purpose may see them.",
        discussion: """
            One answer for each identifier, in order: the part of its profile that consent and sources allow for the \
            purpose, under an id of its own. What may not be shown, what is unknown and what is forged is `generic`, and \
            all of these look alike. Members are shown by namespace and identity key, records also by source and record \
            id.

            With --role, --by and --reason the whole profile is shown, and where --purpose is given too, what it may see \
            and why it may not; each such look is kept in the audit.
            """)

    @OptionGroup var store: StoreOptions
    @OptionGroup var purpose: PurposeOption
    @OptionGroup var access: AccessOptions
    @OptionGroup var judging: JudgingOption

    @Argument(
        help: ArgumentHelp(
            "NAMESPACE:VALUE, NAMESPACE#sha256:HEX, record:SOURCE:RECORD_ID or prf_...", valueName: "identifier"))
    var identifiers: [String]

    func validate() throws { _ = try access.looker() }

    mutating func run() throws {
        let looker = try access.looker()
        let engine = looker == nil ? try store.openForReading() : try store.openForWriting("resolve")
        let number = looker == nil ? try purpose.demandedNumber(engine) : try purpose.number(engine)
        let intake = try engine.intakeNow()
        let asked = identifiers.map { text in Result { () throws(Refusal) in try IdentifierArgument(text, intake) } }
        let audited = try looker.map { looker in
            try looker.access("resolve", asked.compactMap { try? $0.get().subject }, engine)
        }
        let printer = ProfilePrinter(
            engine: engine, state: try engine.state(), purpose: purpose.purpose, json: store.json)
        var hasRefused = false
        for (index, item) in asked.enumerated() {
            let request = number.map { engine.request($0, at: judging.moment) }
            switch item {
            case .failure(let refusal):
                hasRefused = true
                try printer.refuse(refusal, index + 1)
            case .success(let asked): try printer.answer(asked, index + 1, request, under: audited)
            }
        }
        if hasRefused { throw Stop(.refusedInput) }
    }
}

extension IdentifierArgument {
    /// What the audit names: the identity key, or a profile id's 16 bytes in its place.
    var subject: IdentityKey {
        switch self {
        case .identifier(let identifier): identifier.key
        case .profile(let id): IdentityKey(high: id.high, low: id.low)
        }
    }

    func view(_ engine: Engine, _ request: ViewRequest) throws -> ViewOutcome {
        switch self {
        case .identifier(let identifier): try engine.view(identifier.key, request)
        case .profile(let id): try engine.view(id, request)
        }
    }

    func profile(_ engine: Engine, under access: AuditedAccess) throws -> Profile? {
        switch self {
        case .identifier(let identifier): try engine.resolve(identifier.key, under: access)
        case .profile(let id): try engine.resolve(id, under: access)
        }
    }
}
