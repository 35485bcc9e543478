internal import Engine
internal import GraphStore
internal import Identity
internal import SelvedgeClient

/// The acknowledgement of one decision.
struct DecisionAnswer: Encodable {
    /// Of the input; nil: it came as an argument, or its line is told elsewhere.
    var line: Int?
    var id: String
    var purpose: String
    var decision: String
    var scope: String
    var namespace: String
    /// The identity key that it is on; nil where it may not be known.
    var key: String?
    /// `entered`, `superseded` or `duplicate`.
    var effect: String
    /// The decision that counts in its place.
    var supersededBy: String?

    private enum CodingKeys: String, CodingKey {
        case line, id, purpose, decision, scope, namespace, key, effect
        case supersededBy = "superseded_by"
    }

    init(_ decision: KeyedDecision, _ outcome: DecisionOutcome, _ engine: Engine) {
        let configuration = engine.store.configuration
        id = outcome.id.description
        purpose = configuration.purposes[decision.purpose].name
        self.decision = decision.kind.description
        scope = decision.scope.description
        namespace = configuration.namespaces[decision.identifier.namespace].name
        key = decision.identifier.key.description
        effect = Self.name(outcome.effect)
        if case .superseded(let other) = outcome.effect { supersededBy = other.description }
    }

    /// What a server told.
    init(_ message: SelvedgeDecisionOutcome) {
        id = message.id
        purpose = message.purpose
        decision = message.decision
        scope = message.scope
        namespace = message.namespace
        key = IdentityKey(message.key)?.description
        effect = message.effect
        supersededBy = message.supersededBy.isEmpty ? nil : message.supersededBy
    }

    /// Those of an observation's decisions, in order.
    static func answers(_ outcome: ItemOutcome, _ observation: KeyedObservation, _ engine: Engine) -> [DecisionAnswer] {
        zip(observation.decisions, outcome.decisions).map { DecisionAnswer($0, $1, engine) }
    }

    static func name(_ effect: DecisionOutcome.Effect) -> String {
        switch effect {
        case .entered: "entered"
        case .superseded: "superseded"
        case .duplicate: "duplicate"
        case .suppressed: "suppressed"
        }
    }

    func say(json: Bool) throws {
        if json { return try JSONLine.print(self) }
        let short = key.map { " " + $0.prefix(8) } ?? ""
        let said = "\(id)  \(purpose) \(decision), scope \(scope), \(namespace)\(short): \(effect)"
        let place = line.map { "\($0): " } ?? ""
        switch supersededBy {
        case let other?:
            try Console.line("\(place)\(said) by \(other) (changes nothing: a later decision is held)")
        case nil: try Console.line(place + said + (effect == "duplicate" ? " (the ledger has it already)" : ""))
        }
    }
}
