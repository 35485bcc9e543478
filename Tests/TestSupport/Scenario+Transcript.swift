package import Identity
internal import Engine
internal import GraphStore

/// Scenarios as text, for whoever has to find out why one fails. Keys are shown by the names they were made from.
extension Scenario {
    package var transcript: String {
        let lines = steps.enumerated().map { "  \($0.offset): \(Self.line($0.element))" }
        return "as of hour \(Self.hours(asOf))\n" + lines.joined(separator: "\n")
    }

    /// A made-up key by the name that it was made from.
    package static func name(_ key: IdentityKey) -> String {
        names[key] ?? "?"
    }

    private static let names: [IdentityKey: String] = {
        var names: [IdentityKey: String] = [:]
        for number in 1...40 {
            for namespace in namespaces + sources.map({ "record/\($0)" }) {
                names[EvidenceBuilder.key(namespace, number)] = "\(namespace)\(number)"
            }
        }
        return names
    }()

    private static func decisions(_ observation: KeyedObservation) -> String {
        observation.decisions.map { decision in
            var text = " [\(decision.id.low % 1_000): \(name(decision.identifier.key)) \(decision.kind)"
            text += " purpose \(decision.purpose) for \(decision.scope) at \(hours(decision.time))"
            if let law = decision.jurisdiction { text += " law \(law)" }
            if !decision.lifts.isEmpty { text += " lifts \(decision.lifts.map { "\($0.low % 1_000)" })" }
            return text + "]"
        }.joined()
    }

    private static func hours(_ time: Timestamp) -> String {
        "\(Double((time.milliseconds - EvidenceBuilder.start) / 36_000) / 100)"
    }

    private static func line(_ step: Step) -> String {
        switch step {
        case .decide(let observation): return "decide\(decisions(observation))"
        case .observe(let observation):
            let who = observation.record.map { name($0.key) } ?? "event of \(observation.source)"
            return "\(who) at \(hours(observation.time)): "
                + observation.identifiers.map { name($0.key) }.joined(separator: " ") + decisions(observation)
        case .retractRecord(_, let record, let time): return "retract \(name(record)) at \(hours(time))"
        case .retractSource(let source, let time): return "retract all of \(source) at \(hours(time))"
        case .assert(let assertion):
            return "\(assertion.claim): \(name(assertion.first.key)) \(name(assertion.second.key))"
        }
    }
}
