internal import ArgumentParser
internal import Engine
internal import GraphStore
internal import Identity
internal import SelvedgeClient
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
            reason "command line", where --role, --by and --reason say nothing else. A server has to be told a reason.
            """)

    @OptionGroup var target: TargetOptions
    @OptionGroup var purpose: PurposeOption
    @OptionGroup var access: AccessOptions

    @Argument(help: ArgumentHelp("NAMESPACE:VALUE, NAMESPACE#sha256:HEX or record:SOURCE:RECORD_ID.", valueName: "a"))
    var first: String

    @Argument(help: ArgumentHelp("Likewise.", valueName: "b"))
    var second: String

    func validate() throws {
        try access.check(target, .looksUnless(purpose: purpose.purpose))
    }

    mutating func run() throws {
        switch try target.target() {
        case .store(let store): try run(store)
        case .server(let server): try run(server)
        }
    }

    private func run(_ store: StorePlace) throws {
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
        try say(explanation)
    }

    private func run(_ server: ServerStore) throws {
        let (first, second) = (try SelvedgeSubject(evidence: first), try SelvedgeSubject(evidence: second))
        let question = question(purpose, access)
        let response = try server.ask { try await $0.explain(first, second, as: question) }
        try say(Explanation(response))
    }

    private func say(_ explanation: Explanation) throws {
        if target.json { try JSONLine.print(explanation) } else { try Console.line(explanation.description) }
    }
}

/// By what right a server is asked.
func question(_ purpose: PurposeOption, _ access: AccessOptions) -> SelvedgeClient.Question {
    if let reason = access.reason { return .look(reason, purpose: purpose.purpose ?? "") }
    return .purpose(purpose.purpose ?? "")
}

extension Explanation {
    /// What a server told.
    init(_ response: SelvedgeExplainResponse) throws {
        guard let relation = Relation(rawValue: response.relation) else {
            throw Failure(.storeTrouble, "the server's answer is that of another version")
        }
        self.init(
            relation: relation, first: End(response.first), second: End(response.second),
            path: response.path.map { Step($0) })
    }
}

extension Explanation.End {
    fileprivate init(_ end: SelvedgeExplainResponse.End) {
        self.init(namespace: end.namespace, key: IdentityKey(high: 0, low: 0))
        key = end.key.keyText
    }
}

extension Explanation.Step {
    fileprivate init(_ step: SelvedgeExplainResponse.Step) {
        self.init(
            from: .init(step.from), to: .init(step.to), kind: step.kind, weight: Int(step.weight),
            support: step.support.map { support in
                Explanation.Support(
                    source: support.source, first: Timestamp(milliseconds: support.firstMs),
                    last: Timestamp(milliseconds: support.lastMs), days: Int(support.days),
                    records: Int(support.records))
            }, reason: step.reason, detail: step.detail)
    }
}
