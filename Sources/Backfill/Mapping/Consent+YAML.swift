internal import Identity

extension Mapping.Consent {
    private static let keys = [
        "channel", "decision", "evidence_sha256", "jurisdiction", "namespace", "notice", "purpose", "scope", "time",
    ]

    init(_ node: ConfigurationNode) throws(ConfigurationError) {
        let fields = try node.fields(Self.keys)
        guard let purpose = fields["purpose"], let decision = fields["decision"] else {
            throw node.error("give a purpose and a decision")
        }
        // Names of the configuration are plain words here: a purpose or a law is seldom a column.
        self.init(
            purpose: try Self.word(purpose), choice: try Self.choice(decision),
            scope: try fields["scope"].map(Self.scope) ?? .identifier)
        if let node = fields["namespace"] { namespace = (try node.text(), Place(node)) }
        if let node = fields["jurisdiction"] { jurisdiction = try Self.word(node) }
        if let node = fields["channel"] { channel = try Self.word(node) }
        if let node = fields["evidence_sha256"] { evidence = try Mapping.Value(node) }
        if let node = fields["time"] { time = try Mapping.Time(node) }
        guard let shown = fields["notice"] else { return }
        let parts = try shown.fields(["id", "language", "version"])
        guard let id = parts["id"] else { throw shown.error("a notice needs an id") }
        notice = (
            try Self.word(id), try parts["version"].map(Self.word), try parts["language"].map(Self.word)
        )
    }

    private init(purpose: Mapping.Value, choice: Choice, scope: DecisionScope) {
        (self.purpose, self.choice, self.scope) = (purpose, choice, scope)
        (namespace, jurisdiction, channel, evidence, notice, time) = (nil, nil, nil, nil, nil, nil)
    }

    /// A plain word stands for itself.
    private static func word(_ node: ConfigurationNode) throws(ConfigurationError) -> Mapping.Value {
        if let text = node.scalar { return .constant(text, Place(node)) }
        return try Mapping.Value(node)
    }

    private static func scope(_ node: ConfigurationNode) throws(ConfigurationError) -> DecisionScope {
        let text = try node.text()
        guard let scope = DecisionScope(text) else {
            throw node.error("\"\(text)\" is not one of", allowed: DecisionScope.allCases.map(\.description))
        }
        return scope
    }

    /// A decision that every row makes, or a column and what its words mean.
    private static func choice(_ node: ConfigurationNode) throws(ConfigurationError) -> Choice {
        if let text = node.scalar {
            guard let kind = DecisionKind(text) else {
                throw node.error("\"\(text)\" is not one of", allowed: DecisionKind.allCases.map(\.description))
            }
            return .always(kind)
        }
        let kinds = DecisionKind.allCases.map(\.description)
        let fields = try node.fields(["column"] + kinds)
        guard let column = fields["column"] else {
            throw node.error("give a decision, or {column: NAME, granted: [WORD], denied: [WORD]}")
        }
        var words: [[UInt8]: DecisionKind] = [:]
        for kind in DecisionKind.allCases {
            guard let list = fields[kind.description] else { continue }
            for (item, text) in try list.isList ? list.texts() : [(list, list.text())] {
                guard words.updateValue(kind, forKey: Array(text.utf8)) == nil else {
                    throw item.error("\"\(text)\" cannot mean two things")
                }
            }
        }
        // Without a list the column says it in the words of a decision.
        if words.isEmpty { for kind in DecisionKind.allCases { words[Array(kind.description.utf8)] = kind } }
        return .told(Mapping.Cell(column: try column.text(), place: Place(column)), words)
    }
}
