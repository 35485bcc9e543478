internal import Identity

/// Decisions, alone and on observations: late, equal in time, aged, dated alike, taking others back.
extension ScenarioMaker {
    mutating func makeDecisions() {
        guard hasConsent, size == .crowd || consentGenerator.chance(85) else { return }
        var made: [KeyedDecision] = []
        for index in steps.indices {
            guard case .observe(var observation) = steps[index], consentGenerator.chance(20) else { continue }
            for _ in 0..<consentGenerator.int(1...2) where !observation.identifiers.isEmpty {
                observation.decisions.append(decision(on: consentGenerator.pick(observation.identifiers), made))
                made.append(observation.decisions[observation.decisions.count - 1])
            }
            steps[index] = .observe(observation)
        }
        for _ in 0..<consentGenerator.int(1...(size == .crowd ? 40 : 12)) {
            let source = consentGenerator.pick(Scenario.sources)
            let number = consentGenerator.chance(4) ? 40 : consentGenerator.int(1...universe)
            let identifier = builder.identifier(consentGenerator.pick(Scenario.namespaces), number)
            var observation = KeyedObservation(source: source, time: decisionTime(), identifiers: [identifier])
            observation.decisions = [decision(on: identifier, made)]
            made += observation.decisions
            add(.decide(observation))
        }
    }

    private mutating func decision(on identifier: KeyedIdentifier, _ made: [KeyedDecision]) -> KeyedDecision {
        let kind = consentGenerator.pick([DecisionKind.granted, .granted, .granted, .denied, .withdrawn])
        let scope: DecisionScope = consentGenerator.chance(kind == .granted ? 60 : 35) ? .profile : .identifier
        let time = decisionTime()
        var decision = KeyedDecision(
            id: DecisionID(high: consentGenerator.next(), low: consentGenerator.next()), identifier: identifier,
            purpose: consentGenerator.int(0...builder.configuration.purposes.count - 1), kind: kind, scope: scope,
            jurisdiction: consentGenerator.chance(30)
                ? consentGenerator.int(0...builder.configuration.jurisdictions.count - 1) : nil,
            time: time, received: time)
        guard kind == .granted, scope == .profile, consentGenerator.chance(50) else { return decision }
        let denials = made.filter { $0.kind != .granted }
        for _ in 0..<consentGenerator.int(1...3) where !denials.isEmpty {
            let other = consentGenerator.pick(denials)
            decision.lifts.append(other.id)
            if consentGenerator.chance(70) { decision.purpose = other.purpose }
            if consentGenerator.chance(40) { decision.time = max(decision.time, other.time) }
        }
        decision.received = decision.time
        decision.lifts = Array(Set(decision.lifts)).sorted()
        return decision
    }

    private mutating func decisionTime() -> Timestamp {
        if consentGenerator.chance(30) { return EvidenceBuilder.time(hours: consentGenerator.pick([300, 700, 1_100])) }
        return EvidenceBuilder.time(hours: consentGenerator.int(0...Scenario.days * 24 - 1))
    }
}

extension Step {
    /// The decisions that it carries.
    var decisions: [KeyedDecision] {
        switch self {
        case .observe(let observation), .decide(let observation): observation.decisions
        case .retractRecord, .retractSource, .assert: []
        }
    }
}
