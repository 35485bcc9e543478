package import Identity

extension Scenario {
    /// The same without what grants take back by name.
    package var withoutLifts: Scenario {
        var scenario = self
        func strip(_ observation: KeyedObservation) -> KeyedObservation {
            var observation = observation
            for index in observation.decisions.indices { observation.decisions[index].lifts = [] }
            return observation
        }
        scenario.steps = steps.map { step in
            switch step {
            case .observe(let observation): .observe(strip(observation))
            case .decide(let observation): .decide(strip(observation))
            default: step
            }
        }
        return scenario
    }
}

extension Oracle {
    package func isRecord(_ key: IdentityKey) -> Bool { policy(key).kind == .record }

    /// A key as an observation names it.
    package func identifier(_ key: IdentityKey) -> KeyedIdentifier {
        KeyedIdentifier(namespace: evidence.namespace[key] ?? 0, key: key)
    }
}

extension ConsentOracle {
    /// Whether a denial for the whole person keeps the identifier from expiring.
    package func isPinned(_ key: IdentityKey) -> Bool { oracle.pinned.contains(key) }
}
