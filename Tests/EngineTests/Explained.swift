import Engine
import Identity
import Stitching
import TestSupport

/// Pairs of what a scenario names, and how the first store that was asked explained them: others must say the same.
/// An explanation holds keys, names and times alone: no node id, no profile id.
struct Explained {
    typealias Pair = (first: KeyedIdentifier, second: KeyedIdentifier)

    /// In random order, more than are kept.
    private let candidates: [Pair]
    private(set) var explanations: [(pair: Pair, explanation: Explanation)] = []
    /// How many pairs are looked at, and how many of each relation are kept.
    private static let tried = 60
    private static let kept = 4

    init(_ scenario: Scenario, _ generator: inout SeededGenerator) {
        let ends = Self.ends(of: scenario)
        candidates = (0..<(ends.isEmpty ? 0 : Self.tried)).map { _ in (generator.pick(ends), generator.pick(ends)) }
    }

    private static func ends(of scenario: Scenario) -> [KeyedIdentifier] {
        var ends: [IdentityKey: KeyedIdentifier] = [:]
        func note(_ identifier: KeyedIdentifier) { ends[identifier.key] = identifier }
        let record = scenario.configuration.namespaceIndex(named: Configuration.recordNamespace) ?? 0
        for step in scenario.steps {
            switch step {
            case .observe(let observation):
                observation.identifiers.forEach(note)
                if let key = observation.record?.key { note(KeyedIdentifier(namespace: record, key: key)) }
            case .assert(let assertion): [assertion.first, assertion.second].forEach(note)
            case .decide(let observation): observation.decisions.map(\.identifier).forEach(note)
            case .retractRecord, .retractSource: break
            }
        }
        return ends.sorted { $0.key < $1.key }.map(\.value)
    }

    /// Asks the first store for all candidates and keeps some of each relation; asks every later one for those.
    mutating func compare(_ engine: Engine, _ place: String) throws {
        guard !explanations.isEmpty else { return try choose(engine) }
        for (pair, expected) in explanations {
            let found = try engine.explain(pair.first, pair.second)
            guard found != expected else { continue }
            throw PropertyFailure(
                "\(place): \(Scenario.name(pair.first.key)) and \(Scenario.name(pair.second.key)) are explained as\n"
                    + "\(found)\nand before as\n\(expected)")
        }
    }

    private mutating func choose(_ engine: Engine) throws {
        var counts: [Explanation.Relation: Int] = [:]
        for pair in candidates {
            let explanation = try engine.explain(pair.first, pair.second)
            guard counts[explanation.relation, default: 0] < Self.kept else { continue }
            counts[explanation.relation, default: 0] += 1
            explanations.append((pair, explanation))
        }
    }
}
