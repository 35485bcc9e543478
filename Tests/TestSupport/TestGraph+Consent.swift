package import GraphStore
package import Identity
internal import Stitching
internal import Engine

/// Decisions and views in few words.
extension TestGraph {
    /// Purposes and laws for tests: `ads` and `news` need consent, `service` is granted to begin with.
    package static let purposes = """
        jurisdiction: GDPR
        purposes:
          ads: {legal_basis: consent, max_age: 30d, gpc: true}
          news: {legal_basis: consent, max_age: never}
          service: {legal_basis: contract, max_age: never}

        """

    package convenience init(purposes yaml: String) throws {
        try self.init(yaml: Self.plain + Self.purposes + yaml)
    }

    /// Enters a decision by itself; returns its id, which follows from what it says.
    @discardableResult
    package func decide(
        _ identifier: (String, Int), _ purpose: String, _ kind: DecisionKind, _ scope: DecisionScope = .identifier,
        hours: Int = 0, law: String? = nil, lifts: [DecisionID] = []
    ) throws -> DecisionID {
        let observation = self.decision(identifier, purpose, kind, scope, hours: hours, law: law, lifts: lifts)
        try engine.apply(.decide([observation]))
        return observation.decisions[0].id
    }

    /// An observation with one decision on its one identifier.
    package func decision(
        _ identifier: (String, Int), _ purpose: String, _ kind: DecisionKind, _ scope: DecisionScope = .identifier,
        hours: Int = 0, law: String? = nil, lifts: [DecisionID] = []
    ) -> KeyedObservation {
        var observation = builder.event([identifier], source: "web", hours: hours)
        let name = Self.name("\(identifier) \(purpose) \(kind) \(scope) \(hours) \(law ?? "") \(lifts)")
        observation.decisions = [
            KeyedDecision(
                id: name, identifier: observation.identifiers[0],
                purpose: engine.store.configuration.purposeIndex(named: purpose) ?? 0, kind: kind, scope: scope,
                jurisdiction: law.flatMap { engine.store.configuration.jurisdictionIndex(named: $0) },
                time: observation.time, received: observation.time, lifts: lifts)
        ]
        return observation
    }

    private static func name(_ text: String) -> DecisionID {
        let key = EvidenceBuilder.key("decision \(text)", 0)
        return DecisionID(high: key.high, low: key.low)
    }

    // MARK: Asking

    package func view(_ namespace: String, _ number: Int, _ purpose: String, hours: Int = 0) throws -> ViewOutcome {
        let request = ViewRequest(
            purpose: try engine.purpose(named: purpose), now: EvidenceBuilder.time(hours: hours).milliseconds,
            context: engine.viewContext)
        return try engine.view(EvidenceBuilder.key(namespace, number), request)
    }

    /// What is shown, as words such as email1, sorted; empty: the generic outcome.
    package func shown(_ namespace: String, _ number: Int, _ purpose: String, hours: Int = 0) throws -> [String] {
        guard let profile = try view(namespace, number, purpose, hours: hours).profile else { return [] }
        return profile.members.map { Scenario.name($0.key) }.sorted()
    }
}
