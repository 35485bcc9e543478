package import Engine
internal import GraphStore
package import Identity
package import Stitching

/// A store with evidence in few words and answers by the same words: what most tests of the graph need.
package final class TestGraph {
    package let builder: EvidenceBuilder
    package let engine: Engine
    /// Removed with the value; nil: the store is the caller's.
    private let store: TemporaryStore?

    /// Namespaces without uniqueness and with limits out of reach; a test gives in `yaml` what it is about.
    package static let plain = """
        built_in: none
        namespaces:
          login: {strength: 900, class: person, hub_limit: 1000, fan_limit: 1000, record_limit: 1000}
          email: {strength: 700, class: person, hub_limit: 1000, fan_limit: 1000, record_limit: 1000}
          device: {strength: 300, class: device, hub_limit: 1000, fan_limit: 1000, record_limit: 1000}
          cookie: {strength: 200, class: device, time_to_live: 10d, hub_limit: 1000, fan_limit: 1000}

        """

    package init(_ configuration: Configuration) throws {
        builder = EvidenceBuilder(configuration)
        let store = try TemporaryStore(configuration)
        self.store = store
        engine = store.engine
    }

    /// - Parameter yaml: the whole configuration.
    package convenience init(yaml: String = plain) throws {
        try self.init(try Configuration(yaml: yaml, file: "test"))
    }

    package convenience init(adding yaml: String) throws { try self.init(yaml: Self.plain + yaml) }

    /// On a store that the caller has made.
    package init(_ engine: Engine, _ configuration: Configuration) {
        builder = EvidenceBuilder(configuration)
        self.engine = engine
        store = nil
    }

    // MARK: Saying

    @discardableResult
    package func see(
        _ identifiers: (String, Int)..., source: String = "web", hours: Int = 0
    ) throws -> ItemOutcome {
        try engine.apply(.record([builder.event(identifiers, source: source, hours: hours)])).outcomes[0]
    }

    @discardableResult
    package func hold(
        record number: Int, _ identifiers: (String, Int)..., source: String = "crm", hours: Int = 0, version: Int = 0
    ) throws -> ItemOutcome {
        let record = builder.record(number, identifiers, source: source, hours: hours, version: version)
        return try engine.apply(.record([record])).outcomes[0]
    }

    @discardableResult
    package func retract(record number: Int, source: String = "crm", hours: Int = 0) throws -> CommandReport {
        let key = EvidenceBuilder.recordKey(number, source: source)
        return try engine.apply(
            .retractRecord(source: source, record: key, time: EvidenceBuilder.time(hours: hours)))
    }

    @discardableResult
    package func retract(source: String, hours: Int = 0) throws -> CommandReport {
        try engine.apply(.retractSource(source, time: EvidenceBuilder.time(hours: hours)))
    }

    package func sweep(hours: Int) throws { try engine.apply(.sweep(EvidenceBuilder.time(hours: hours))) }

    // MARK: Asking

    package func id(_ namespace: String, _ number: Int) throws -> ProfileID? {
        try engine.resolve(EvidenceBuilder.key(namespace, number)).map { engine.profileID($0.anchor) }
    }

    /// Whether all of these are in one profile and in none with anything else.
    package func isProfile(_ identifiers: (String, Int)...) throws -> Bool {
        let expected = Set(identifiers.map { EvidenceBuilder.key($0.0, $0.1) })
        for key in expected {
            guard let profile = try engine.resolve(key), Set(profile.members.map(\.key)) == expected else {
                return false
            }
        }
        return true
    }

    package func isUnknown(_ namespace: String, _ number: Int) throws -> Bool {
        try engine.resolve(EvidenceBuilder.key(namespace, number)) == nil
    }

    /// How many identifiers and records are in the profile; 0 where there is none.
    package func size(_ namespace: String, _ number: Int) throws -> Int {
        try engine.resolve(EvidenceBuilder.key(namespace, number))?.members.count ?? 0
    }
}
